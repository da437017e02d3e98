"""Forecasts that repeat what was: the last value, the last season, means of several seasons."""

from __future__ import annotations

import numpy as np

from analytics.forecast.grid import Values
from analytics.forecast.task import Task


def last_value(task: Task) -> Values:
    """The value before the origin, at every step."""
    return np.repeat(task.histories(1), task.horizon, axis=2)


def season_before(task: Task, season: int) -> Values:
    """The seasonal-naive forecast: the last season, again and again."""
    return _repeated(task.histories(season), task.horizon)


def mean_season(task: Task, season: int, seasons: int) -> Values:
    """The mean of the last few seasons, the later ones weighing more (linearly)."""
    seasons = max(1, min(seasons, int(task.origins.min()) // season))
    blocks = task.histories(seasons * season).reshape(*_shape(task), seasons, season)
    return _repeated(np.average(blocks, axis=2, weights=np.arange(1.0, seasons + 1)), task.horizon)


def levelled_week(task: Task, weeks: int = 4) -> Values:
    """The mean shape of the last few weeks around their own levels, at the level of the last day.

    A week after a shift of level still knows its weekend.
    """
    weeks = max(1, min(weeks, int(task.origins.min()) // task.week))
    recent = task.histories(weeks * task.week).reshape(*_shape(task), weeks, task.week)
    shape = np.median(recent - recent.mean(axis=3, keepdims=True), axis=2)
    span = task.day or task.week
    level = (recent[:, :, -1, -span:] - shape[:, :, -span:]).mean(axis=2, keepdims=True)
    return _repeated(shape + level, task.horizon)


def _shape(task: Task) -> tuple[int, int]:
    return len(task.values), len(task.origins)


def _repeated(season: Values, horizon: int) -> Values:
    return np.asarray(np.take(season, np.arange(horizon) % season.shape[2], axis=2))
