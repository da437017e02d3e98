"""How far readings are from a level that may wander as much as it did in training.

A stationary quantity (a flow) and a wandering one (a temperature warming up) need different patience. Their
variogram tells them apart: half the mean square difference of readings `lag` rows apart is `noise` where the
level stands still, and grows by half of `step` a row where it wanders. What is expected `h` rows ahead
therefore has the variance noise + step * h, and what wandered in training is soon allowed to be elsewhere.

Source: the local level model (Harvey 1989, "Forecasting, structural time series models and the Kalman
filter") with its two variances from a variogram (Matheron 1963) instead of by likelihood.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

Floats = NDArray[np.float64]

LAGS = 10  # at which the variogram is taken
_LONGEST_LAG = 0.5  # of the training rows: beyond that most rows have no partner (Journel, Huijbregts 1978)
_LEAST_NOISE = 1e-3  # of the mean of the variogram: no quantity is exact
GATE = 3.0  # standard deviations; a reading farther off says nothing about the normal level


@dataclass(frozen=True, slots=True)
class Wander:
    """Variances of what wanders, one of each a column."""

    noise: Floats  # of a reading around its level
    step: Floats  # of the level's change from a row to the next


def wander(smoothed: Floats, *, window: int) -> Wander:
    """Noise and step of columns, by least squares on their variograms.

    Args:
        smoothed: Training rows, means over the last `window` rows; shape (rows, columns), more rows than four
            windows.
        window: Rows; the shortest lag, below which means share readings.
    """
    longest = max(int(_LONGEST_LAG * len(smoothed)), window + 1)
    lags = np.unique(np.linspace(window, longest, LAGS).astype(int))
    squares = np.array([np.mean((smoothed[lag:] - smoothed[:-lag]) ** 2, axis=0) for lag in lags])
    design = np.column_stack([np.full(len(lags), 2.0), lags])
    scale = np.maximum(squares.mean(axis=0), np.finfo(float).tiny)
    found = np.array([nnls(design, column)[0] for column in (squares / scale).T])
    return Wander(np.maximum(found[:, 0], _LEAST_NOISE) * scale, found[:, 1] * scale)


def distances(smoothed: Floats, start: Floats, spread: Wander, *, train_rows: int, window: int) -> Floats:
    """Standard deviations that each smoothed reading is from its level, whichever way.

    In training the level is `start`. After it a Kalman filter follows the level by the readings within the
    gate; while they are beyond it, the level stands and its uncertainty grows.

    Args:
        smoothed: Means over the last `window` rows; shape (rows, columns), no NaN.
        start: The level of the training rows; shape (columns,).
        spread: How the columns wander.
        train_rows: How many rows are training.
        window: Rows; as many neighbouring means tell as much as one reading of their noise.
    """
    wandered = spread.step * train_rows / 3  # variance, around the mean of a walk of that length
    level, variance = start.copy(), spread.noise * window / train_rows + wandered
    found = np.empty_like(smoothed)
    found[:train_rows] = (smoothed[:train_rows] - level) / np.sqrt(spread.noise + wandered)
    for row in range(train_rows, len(smoothed)):
        variance = variance + spread.step
        off = smoothed[row] - level
        found[row] = off / np.sqrt(variance + spread.noise)
        gain = np.where(np.abs(found[row]) < GATE, variance / (variance + spread.noise * window), 0.0)
        level, variance = level + gain * off, (1 - gain) * variance
    return np.abs(found)
