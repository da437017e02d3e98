"""How long units will still run, learned from runs to failure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import Ridge
from threadpoolctl import threadpool_limits

from analytics.failure import course, regimes
from analytics.failure.calibration import Calibration, Validation, calibrate, validate
from analytics.failure.regimes import Regimes
from analytics.failure.runs import Floats, Ints, Runs, arrange

FOLDS = 5  # of the cross-validation by unit that the intervals come from
FEWEST = 3  # ended runs below which nothing can be learned
MOST_ROWS = 10_000  # rows a forest is fitted on: neighbouring rows of one life say nearly the same
COLUMN_SHARES = (0.3, 0.3, 1.0)  # of the features each split may choose from, one forest each
COLUMNS = ("rul", "low", "high", "p_fail_30")

Known = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class RemainingLife:
    """A model of the life units have left, fitted on runs to failure.

    Boosted trees (Friedman 2001) on age, level, drift from the unit's own beginning and slopes. Life is
    counted up to a ceiling, the shortest ordinary life it has seen: further ahead, units look alike (Heimes,
    PHM 2008). A prediction at the ceiling means "that long or longer".
    """

    unit: str
    age: str
    sensors: tuple[str, ...]
    ceiling: float  # [ages]; NaN where nothing could be learned
    regimes: Regimes | None = None
    forest: Forest | None = None  # None: too few runs ended
    calibration: Calibration | None = None
    validation: Validation | None = None  # in cross-validation by unit

    @classmethod
    def fit(
        cls, runs: pd.DataFrame, *, unit: str, age: str, sensors: Sequence[str], ended: str | None = None
    ) -> Self:
        """Learn from runs, in any order of rows.

        Args:
            runs: One row a unit and age; sensors may be missing (NaN) or constant.
            unit: The column that names the unit.
            age: The column of its age, in any unit, rising through its life.
            sensors: The columns of measurements, operating settings among them.
            ended: The column that says, on any row of a unit, that its run ended in failure at its last row;
                a run that has not ended is known to have lasted at least that long (censored).
                None: all have ended.

        Returns:
            The model; where fewer than three runs ended, one whose predictions are NaN.
        """
        lives = arrange(runs, unit=unit, age=age, sensors=sensors)
        known = _ended(runs, lives, ended)
        empty = cls(unit=unit, age=age, sensors=tuple(sensors), ceiling=float("nan"))
        if len(np.unique(lives.unit[known])) < FEWEST:
            return empty
        ceiling = _ceiling(lives, known)
        found = regimes.find(lives)
        normal = _normalised(lives, found)
        calibration, validation = _calibration(normal, known, ceiling)
        return replace(
            empty,
            ceiling=ceiling,
            regimes=found,
            forest=_forest(normal, known, ceiling),
            calibration=calibration,
            validation=validation,
        )

    def predict(self, runs: pd.DataFrame) -> pd.DataFrame:
        """What each unit has left at its last row.

        Args:
            runs: Columns as in `fit`, rows in any order.

        Returns:
            Index: the units in order of first appearance. Columns: `rul`, the expected life left [ages];
            `low` and `high`, where it is 9 times in 10; `p_fail_30`, the probability of failing within 30
            ages. NaN where nothing was learned, or a unit has no row with an age.
        """
        lives = arrange(runs, unit=self.unit, age=self.age, sensors=self.sensors)
        found = pd.DataFrame(np.nan, index=pd.Index(lives.labels, name=self.unit), columns=list(COLUMNS))
        lasts = lives.lasts
        found.iloc[lives.unit[lasts]] = self._rows(lives)[lasts]
        return found

    def trace(self, runs: pd.DataFrame) -> pd.DataFrame:
        """The same at every row, as it would have been said then: index and order of `runs`."""
        lives = arrange(runs, unit=self.unit, age=self.age, sensors=self.sensors)
        rows = np.full((len(runs), len(COLUMNS)), np.nan)
        rows[lives.row] = self._rows(lives)
        return pd.DataFrame(rows, index=runs.index, columns=list(COLUMNS))

    def _rows(self, lives: Runs) -> Floats:
        if self.regimes is None or self.forest is None or self.calibration is None or not len(lives.row):
            return np.full((len(lives.row), len(COLUMNS)), np.nan)
        left = self.forest.predict(_normalised(lives, self.regimes), self.ceiling)
        low, high = self.calibration.interval(left)
        return np.column_stack([left, low, high, self.calibration.fails_soon(left)])


@dataclass(frozen=True, slots=True)
class Forest:
    """Boosted trees from several seeds, and the index of all sensors they use."""

    fused: Ridge
    trees: tuple[HistGradientBoostingRegressor, ...]

    @classmethod
    def fit(cls, lives: Runs, left: Floats) -> Self:
        """Learn what is left at each row."""
        fused = course.fuse(lives.values, left)
        rows = np.linspace(0, len(left) - 1, min(len(left), MOST_ROWS)).astype(np.int64)
        features, left = course.features(lives, fused)[rows], left[rows]
        # Threads wait for one another in a loop: beside other work they take many times as long.
        with threadpool_limits(1, user_api="openmp"):
            trees = tuple(_trees(share, seed).fit(features, left) for seed, share in enumerate(COLUMN_SHARES))
        return cls(fused, trees)

    def predict(self, lives: Runs, ceiling: float) -> Floats:
        """What is left at each row [ages], from 0 to the ceiling."""
        features = course.features(lives, self.fused)
        with threadpool_limits(1, user_api="openmp"):
            mean = np.mean([trees.predict(features) for trees in self.trees], axis=0)
        clipped: Floats = np.clip(mean, 0.0, ceiling)
        return clipped


def _trees(share: float, seed: int) -> HistGradientBoostingRegressor:
    """Slow learning with small trees whose leaves hold many rows: neighbouring rows err together."""
    return HistGradientBoostingRegressor(
        max_iter=120,
        learning_rate=0.07,
        max_leaf_nodes=15,
        min_samples_leaf=30,
        l2_regularization=1.0,
        max_features=share,
        early_stopping=False,
        random_state=seed,
    )


def _normalised(lives: Runs, found: Regimes) -> Runs:
    values = found.normalise(lives.values)[:, found.telling]
    # Where no sensor tells anything, age does.
    return replace(lives, values=values if values.shape[1] else np.zeros((len(values), 1)))


def _ended(runs: pd.DataFrame, lives: Runs, ended: str | None) -> Known:
    """Of each row: whether the run it belongs to ended in failure."""
    if ended is None:
        return np.ones(len(lives.row), dtype=bool)
    said = runs[ended].fillna(False).to_numpy(dtype=bool)[lives.row]
    return np.bincount(lives.unit, weights=said, minlength=len(lives.labels))[lives.unit] > 0


def _ceiling(lives: Runs, known: Known) -> float:
    """The shortest life that ended, early failures (less than half of the median) aside [ages]."""
    oldest = np.array([lives.age[last] for last in lives.lasts if known[last]])
    return float(oldest[oldest >= np.median(oldest) / 2].min())


def _forest(lives: Runs, known: Known, ceiling: float) -> Forest:
    """Fitted on the runs that ended, then on all with what it says of the others (Buckley & James 1979)."""
    left = np.minimum(lives.left(), ceiling)
    forest = Forest.fit(_some(lives, known), left[known])
    if known.all():
        return forest
    at_last = np.zeros(len(lives.labels))
    at_last[lives.unit[lives.lasts]] = forest.predict(lives, ceiling)[lives.lasts]
    expected = np.where(known, left, np.minimum(lives.left() + at_last[lives.unit], ceiling))
    return Forest.fit(lives, expected)


def _calibration(lives: Runs, known: Known, ceiling: float) -> tuple[Calibration, Validation]:
    """From the runs that ended, each predicted by a forest that had not seen it."""
    fold = _folds(lives, known)
    predicted = np.full(len(lives.row), np.nan)
    for one in range(FOLDS):
        out = fold == one
        if out.any():
            predicted[out] = _forest(_some(lives, ~out), known[~out], ceiling).predict(
                _some(lives, out), ceiling
            )
    seen = predicted[known], lives.left()[known], lives.unit[known]
    return calibrate(*seen, ceiling=ceiling), validate(*seen, fold[known], ceiling=ceiling)


def _folds(lives: Runs, known: Known) -> Ints:
    """The fold a row is left out in, by unit, so that each has short lives and long ones; -1: in none."""
    lasts = [last for last in lives.lasts if known[last]]
    fold = np.full(len(lives.labels), -1, dtype=np.int64)
    for place, last in enumerate(sorted(lasts, key=lambda last: (lives.age[last], last))):
        fold[lives.unit[last]] = place % FOLDS
    return fold[lives.unit]


def _some(lives: Runs, rows: Known) -> Runs:
    return replace(
        lives, unit=lives.unit[rows], age=lives.age[rows], values=lives.values[rows], row=lives.row[rows]
    )
