"""Remaining useful life of engines, its interval, and failure within 30 cycles."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

from analytics.failure import RemainingLife
from benchmarks.quality.calibration import expected_calibration_error
from benchmarks.quality.engines import CAP, SOON, Engines, cycles_left, engines
from benchmarks.quality.row import Row

TASK = "Remaining useful life"
FOLDS = 3

Floats = NDArray[np.float64]


def rows(data: Path) -> list[Row]:
    """The test engines of FD001 at their last row; the training engines, by unit, at every row."""
    runs = engines(data)
    return [*_at_the_last_row(runs), *_within_thirty(runs)]


def nasa_score(late: Floats) -> float:
    """The scoring function of the PHM08 challenge: late predictions [cycles] cost more than early ones."""
    return float(np.where(late < 0, np.exp(-late / 13) - 1, np.exp(late / 10) - 1).sum())


def _fit(train: pd.DataFrame, sensors: list[str]) -> RemainingLife:
    return RemainingLife.fit(train, unit="unit", age="cycle", sensors=sensors)


def _at_the_last_row(runs: Engines) -> list[Row]:
    found = _fit(runs.train, runs.sensors).predict(runs.test).clip(upper=CAP)
    left = np.minimum(runs.left, CAP)
    late = found["rul"].to_numpy() - left
    low, high = found["low"].to_numpy(), found["high"].to_numpy()
    covered, half = np.mean((low <= left) & (left <= high)), np.mean(high - low) / 2
    return [
        _error("RMSE [cycles]", float(np.sqrt(np.mean(late**2))), baseline=10.21, goal=10.3),
        _error("NASA score", nasa_score(late), baseline=159, goal=240),
        Row(
            task=TASK,
            metric="coverage of the 90 % interval",
            value=float(covered),
            baseline=0.85,
            within=(0.87, 0.93),
        ),
        _error("half-width of the 90 % interval [cycles]", float(half), baseline=14.4, goal=13),
    ]


def _within_thirty(runs: Engines) -> list[Row]:
    soon = cycles_left(runs.train) <= SOON
    fold = runs.train["unit"].to_numpy() % FOLDS
    probability = np.zeros(len(soon))
    for one in range(FOLDS):
        model = _fit(runs.train[fold != one], runs.sensors)
        probability[fold == one] = model.trace(runs.train[fold == one])["p_fail_30"]
    task = "Failure within 30 cycles"
    precision = float(average_precision_score(soon, probability))
    error = expected_calibration_error(probability, soon)
    return [
        Row(task=task, metric="average precision", value=precision, baseline=0.988, goal=0.985),
        Row(task=task, metric="expected calibration error", value=error, higher_is_better=False),
    ]


def _error(metric: str, value: float, *, baseline: float, goal: float) -> Row:
    return Row(task=TASK, metric=metric, value=value, baseline=baseline, goal=goal, higher_is_better=False)
