"""Which rows are failures, learned from rows that say it: for records that have no course in time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.model_selection import StratifiedKFold
from threadpoolctl import threadpool_limits

from analytics.failure.runs import Floats

FOLDS = 5
SEEDS = (0, 1, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trees:
    """Two kinds that err in different places.

    Boosted trees cut each column at 255 values: too coarse where few records lie, and that is where failures
    are. The forest cuts between any two records, but averages where boosting goes on to learn.
    """

    boosted: tuple[HistGradientBoostingClassifier, ...]
    forest: RandomForestClassifier


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureClasses:
    """Trees that tell failures, and the probability from which they say so."""

    columns: tuple[str, ...]
    trees: _Trees | None  # none: all rows were alike
    threshold: float  # the one with the best F1 among rows the trees had not seen
    share: float  # of failures among the rows it learned from

    @classmethod
    def fit(cls, frame: pd.DataFrame, *, failed: pd.Series) -> Self:
        """Learn from one row a record.

        Args:
            frame: Numbers and booleans; NaN where one is missing. What only a failure brings about (its kind,
                its repair) is no input.
            failed: Whether the record is a failure; in the order of the rows.
        """
        values = frame.to_numpy(dtype=np.float64, na_value=np.nan)
        truth = failed.to_numpy(dtype=bool)
        columns, share = tuple(frame.columns), float(truth.mean()) if len(truth) else float("nan")
        if min(truth.sum(), (~truth).sum()) < FOLDS:
            return cls(columns=columns, trees=None, threshold=0.5, share=share)
        unseen = np.zeros(len(truth))
        # Threads wait for one another in a loop: beside other work they take many times as long.
        with threadpool_limits(1, user_api="openmp"):
            for known, out in StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(values, truth):
                unseen[out] = _probability(_trees(values[known], truth[known]), values[out])
            trees = _trees(values, truth)
        return cls(columns=columns, trees=trees, threshold=_best_threshold(unseen, truth), share=share)

    def predict(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Columns `probability` and `failed`, with the index of the frame."""
        values = frame[list(self.columns)].to_numpy(dtype=np.float64, na_value=np.nan)
        if self.trees is None or values.size == 0:
            probability = np.full(len(values), self.share)
        else:
            probability = _probability(self.trees, values)
        columns = {"probability": probability, "failed": probability >= self.threshold}
        return pd.DataFrame(columns, index=frame.index)


def _trees(values: Floats, truth: NDArray[np.bool_]) -> _Trees:
    boosted = tuple(
        HistGradientBoostingClassifier(
            max_iter=150,
            learning_rate=0.06,
            max_leaf_nodes=15,
            min_samples_leaf=5,
            l2_regularization=1.0,
            max_features=0.5,
            early_stopping=False,
            random_state=seed,
        ).fit(values, truth)
        for seed in SEEDS
    )
    forest = RandomForestClassifier(300, max_features=None, random_state=0).fit(values, truth)
    return _Trees(boosted=boosted, forest=forest)


def _probability(trees: _Trees, values: Floats) -> Floats:
    boosted = np.mean([one.predict_proba(values)[:, 1] for one in trees.boosted], axis=0)
    mean: Floats = (boosted + trees.forest.predict_proba(values)[:, 1]) / 2
    return mean


def _best_threshold(probability: Floats, truth: NDArray[np.bool_]) -> float:
    """The probability from which calling it a failure has the best F1 (twice hits by calls and failures)."""
    order = np.argsort(-probability, kind="stable")
    hits = np.cumsum(truth[order])
    scores = 2 * hits / (np.arange(1, len(truth) + 1) + truth.sum())
    best = int(np.argmax(scores))
    below = probability[order[min(best + 1, len(order) - 1)]]
    return float((probability[order[best]] + below) / 2)
