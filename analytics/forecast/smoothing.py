"""Additive Holt-Winters without trend, for all the series and several smoothings at once.

Source: Hyndman & Athanasopoulos, Forecasting: Principles and Practice, 3rd ed., section 8.3. A trend is left
out: carried on over a whole horizon it is what makes these forecasts fail.
"""

from __future__ import annotations

import numpy as np

from analytics.forecast.grid import Values
from analytics.forecast.task import Task

# Of the level and of the season: slow, middling and quick to learn, as shares of what was missed.
_SMOOTHINGS = ((0.02, 0.05), (0.1, 0.1), (0.1, 0.3), (0.4, 0.1), (0.4, 0.4))
_MOST_SEASONS = 28
_WARM_SEASONS = 2


def holt_winters(task: Task) -> Values:
    """Every series with the smoothing whose forecasts a season ahead missed least before the first origin."""
    season = task.season
    first = max(0, int(task.origins.min()) - _MOST_SEASONS * season)
    values = task.values[:, first : int(task.origins.max())]
    origins = task.origins - first
    alpha = np.array([one for one, _ in _SMOOTHINGS])
    gamma = np.array([one for _, one in _SMOOTHINGS])
    start = values[:, :season]
    level = np.repeat(start.mean(axis=1)[:, None], len(alpha), axis=1)
    shape = np.repeat((start - start.mean(axis=1, keepdims=True))[:, None], len(alpha), axis=1)
    missed = np.zeros_like(level)
    paths = np.empty((len(values), len(origins), len(alpha), task.horizon))
    steps = np.arange(task.horizon)
    at = {int(origin): place for place, origin in enumerate(origins)}
    for step in range(season, values.shape[1] + 1):
        if step in at:
            paths[:, at[step]] = level[:, :, None] + shape[:, :, (step + steps) % season]
        if step == values.shape[1]:
            break
        if season * _WARM_SEASONS <= step < task.known - first:
            missed += np.abs(values[:, step, None] - level - shape[:, :, step % season])
        level, shape[:, :, step % season] = _learned(
            values[:, step, None], level, shape[:, :, step % season], alpha, gamma
        )
    best = missed.argmin(axis=1)
    return paths[np.arange(len(values)), :, best]


def _learned(
    value: Values, level: Values, shape: Values, alpha: Values, gamma: Values
) -> tuple[Values, Values]:
    error = value - level - shape
    return level + alpha * error, shape + gamma * (1 - alpha) * error
