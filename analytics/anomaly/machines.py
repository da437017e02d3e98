"""Anomalies of one machine by several sensors, learnt from rows in which it ran well.

The smoothed readings' principal components are followed one by one, so that sensors which always move
together count once and a break between them shows. Each is judged against a level that may wander as it did
in training (`local_level`); the score is that of the strangest component.

Source: principal components in process monitoring (Kresta, MacGregor, Marlin 1991).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import t as student

from analytics.anomaly.episodes import episodes
from analytics.anomaly.local_level import LAGS, distances, wander

WINDOW = 10  # rows a mean is taken over: long enough to quieten noise threefold, short against a fault
FALSE_ALARMS = 1e-3  # the share of normal rows whose score may be above the threshold

Floats = NDArray[np.float64]


def score_many(frame: pd.DataFrame, *, train_rows: int) -> pd.Series:
    """How strange a machine is, in standard deviations of its strangest component.

    Args:
        frame: One column a sensor, one row a moment; rows are taken in order of time. Gaps are bridged by the
            reading before them: silence is not strange. Columns that are no numbers, or never change in
            training, are left out.
        train_rows: So many first rows are normal, but for a few. Fewer than 50 are too few to learn from.

    Returns:
        Same index; not negative, higher is stranger. After the training rows a score depends on the rows up
        to its own alone. 0 everywhere: there is nothing to judge by.
    """
    score, order, _ = _scored(frame, train_rows)
    return _in_order(score, order, frame.index)


def alarms_many(frame: pd.DataFrame, *, train_rows: int) -> pd.Series:
    """In which rows a machine is faulty.

    The threshold needs no labels: Student's t for as many degrees of freedom as there are lags to learn the
    variances from, so that of normal rows a share of `FALSE_ALARMS` would be above it. An alarm lasts as its
    fault does; see `episodes`.

    Args:
        frame: As for `score_many`.
        train_rows: As for `score_many`; these rows are never alarms.

    Returns:
        Same index, bool.
    """
    score, order, components = _scored(frame, train_rows)
    found = np.zeros(len(score), dtype=bool)
    if components:
        threshold = float(student.isf(FALSE_ALARMS / 2 / components, LAGS))
        trained = _clipped(train_rows, len(score))
        steady = pd.Series(score).rolling(2 * WINDOW, min_periods=1).median().to_numpy()
        found[trained:] = episodes(steady[trained:], threshold=threshold)
    return _in_order(found, order, frame.index)


def _scored(frame: pd.DataFrame, train_rows: int) -> tuple[Floats, NDArray[np.intp], int]:
    """Scores in order of time, that order, and how many components they are the strangest of."""
    order = np.argsort(frame.index, kind="stable")
    trained = _clipped(train_rows, len(frame))
    readings = _standardised(frame.iloc[order], trained)
    if trained < 5 * WINDOW or not readings.shape[1]:
        return np.zeros(len(frame)), order, 0
    smoothed = _smoothed(readings)
    _, axes = np.linalg.eigh(np.atleast_2d(np.cov(smoothed[WINDOW:trained], rowvar=False)))
    start = readings[:trained].mean(axis=0) @ axes
    smoothed = smoothed @ axes
    spread = wander(smoothed[WINDOW:trained], window=WINDOW)
    found = distances(smoothed, start, spread, train_rows=trained, window=WINDOW)
    return found.max(axis=1), order, found.shape[1]


def _clipped(train_rows: int, rows: int) -> int:
    return min(max(train_rows, 0), rows)


def _standardised(frame: pd.DataFrame, trained: int) -> Floats:
    """Readings without gaps, in standard deviations of the training rows around their mean."""
    numbers = frame.apply(pd.to_numeric, errors="coerce").astype(float)
    numbers = numbers.mask(np.isinf(numbers))
    normal = numbers.iloc[:trained]
    mean, deviation = normal.mean().to_numpy(), normal.std(ddof=0).to_numpy()
    filled = numbers.ffill().to_numpy()
    # A column of one value is left with what rounding makes of it.
    moves = deviation > 1e-9 * np.maximum(np.abs(mean), np.finfo(float).tiny)
    readings = (filled[:, moves] - mean[moves]) / deviation[moves]
    return np.where(np.isnan(readings), 0.0, readings)


def _smoothed(readings: Floats) -> Floats:
    return pd.DataFrame(readings).rolling(WINDOW, min_periods=1).mean().to_numpy()


def _in_order(values: Floats | NDArray[np.bool_], order: NDArray[np.intp], index: pd.Index) -> pd.Series:
    """Values in order of time, put back in the order of the rows."""
    placed = np.empty_like(values)
    placed[order] = values
    return pd.Series(placed, index=index)
