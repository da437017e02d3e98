"""Waves of the day and the week, and an autoregression that carries on what they leave.

Source: Hyndman & Athanasopoulos, Forecasting: Principles and Practice, 3rd ed., sections 7.4 and 10.5.
"""

from __future__ import annotations

import numpy as np

from analytics.forecast.grid import Values
from analytics.forecast.task import Places, Task

_DAY_WAVES = 8
_WEEK_WAVES = 3
_MOST_WEEKS = 8
_LAGS = 3
_PENALTY = 1e-3


def fourier_ar(task: Task) -> Values:
    """Learned from the last weeks before the first origin; the level comes from the day before each."""
    span = min(task.known, _MOST_WEEKS * (task.week or 64))
    positions = np.arange(task.known - span, task.known)
    waves = _waves(positions, task)
    recent = task.values[:, positions]
    mean = recent.mean(axis=1, keepdims=True)
    shape = np.linalg.solve(
        waves.T @ waves + _PENALTY * span * np.eye(waves.shape[1]), waves.T @ (recent - mean).T
    )
    left = recent - mean - (waves @ shape).T
    weights = _autoregression(left)
    past = task.origins[:, None] + np.arange(-_LAGS, 0)
    state = task.values[:, past] - mean[:, :, None] - _shaped(past, shape, task)
    ahead = task.origins[:, None] + np.arange(task.horizon)
    path: Values = mean[:, :, None] + _shaped(ahead, shape, task)
    for step in range(task.horizon):
        value = np.einsum("nol,nl->no", state, weights)
        path[:, :, step] += value
        state = np.concatenate([state[:, :, 1:], value[:, :, None]], axis=2)
    return path


def _shaped(positions: Places, shape: Values, task: Task) -> Values:
    """The waves' sum at positions: (series, …)."""
    return np.asarray(np.moveaxis(_waves(positions, task) @ shape, -1, 0))


def _waves(positions: Places, task: Task) -> Values:
    """Sines and cosines, (…, waves)."""
    turns = [wave / task.day for wave in range(1, _DAY_WAVES + 1) if task.day and 2 * wave < task.day]
    turns += [wave / task.week for wave in range(1, _WEEK_WAVES + 1) if task.week and 2 * wave < task.week]
    angles = 2 * np.pi * positions[..., None] * np.array(turns)
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=-1)


def _autoregression(left: Values) -> Values:
    """Yule-Walker weights of every row, (rows, lags), the oldest lag first; always stable."""
    steps = left.shape[1]
    products = np.stack([(left[:, lag:] * left[:, : steps - lag]).sum(axis=1) for lag in range(_LAGS + 1)], 1)
    power = np.maximum(products[:, :1], 1e-12) * (1 + _PENALTY)
    likeness = np.concatenate([np.ones_like(power), products[:, 1:] / power], axis=1)
    apart = np.abs(np.subtract.outer(np.arange(_LAGS), np.arange(_LAGS)))
    return np.asarray(np.linalg.solve(likeness[:, apart], likeness[:, 1:, None])[:, ::-1, 0])
