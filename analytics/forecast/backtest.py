"""How right methods were so far: forecasts from earlier moments, and what was measured after them."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from analytics.forecast.grid import Values
from analytics.forecast.task import Method, Places, Task

MOST_ORIGINS = 28
LEAST_ORIGINS = 4
_LEAST_UNREST = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What several methods forecast at earlier moments, at the next, and what came after the earlier ones."""

    names: tuple[str, ...]
    past: Values  # (methods, series, origins, horizon)
    ahead: Values  # (methods, series, horizon)
    truth: Values  # (series, origins, horizon); NaN: nothing was measured

    def errors(self) -> Values:
        """Mean absolute errors, (methods, series); infinite where a method gave nothing or nothing came."""
        return absolute_error(self.past, self.truth)


def absolute_error(past: Values, truth: Values) -> Values:
    """Mean absolute error over origins and horizon; infinite where there is no forecast or no truth."""
    measured = ~np.isnan(truth)
    apart = np.where(measured, np.abs(past - np.where(measured, truth, 0.0)), 0.0)
    counts = measured.sum(axis=(-2, -1))
    mean = np.divide(
        apart.sum(axis=(-2, -1)), counts, out=np.full(apart.shape[:-2], np.inf), where=counts > 0
    )
    return np.asarray(np.where(np.isfinite(mean), mean, np.inf))


def origins(steps: int, horizon: int, season: int) -> Places:
    """The moments to forecast from, oldest first, in the later half of the history; empty: it is too short.

    They are whole seasons before the end, so that they have the hour of the day of the real one, and half
    a horizon apart or more.
    """
    unit = season if season > 1 else max(1, horizon // 4)
    room = steps - horizon - max(steps // 2, 2 * season, 2 * horizon)
    for gap in (unit * max(1, round(horizon / unit / 2)), unit):
        count = min(MOST_ORIGINS, room // gap + 1 if room >= 0 else 0)
        if count >= LEAST_ORIGINS:
            return (steps - horizon - gap * np.arange(count)[::-1]).astype(np.int64)
    return np.empty(0, np.int64)


def tried(task: Task, methods: Mapping[str, Method], measured: Values) -> Trial:
    """All the methods at the task's origins and after its last value; `measured` has NaN for gaps."""
    steps = task.values.shape[1]
    final = replace(task, origins=np.array([steps]), known=steps)
    truth = measured[:, task.origins[:, None] + np.arange(task.horizon)]
    past = [method(task) for method in methods.values()]
    ahead = [method(final)[:, 0] for method in methods.values()]
    return Trial(names=tuple(methods), past=np.stack(past), ahead=np.stack(ahead), truth=truth)


def scale_of(measured: Values, season: int) -> Values:
    """The unit of MASE: mean absolute change over a season, by series; NaN where nothing can be compared."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a row of nothing has no mean: NaN is the answer
        return np.asarray(np.nanmean(np.abs(measured[:, season:] - measured[:, :-season]), axis=1))


def unrest(task: Task, moments: Places) -> Values:
    """How unlike its last weeks each series was before each moment, as a factor around 1.

    The square root of the mean change over a week (or season) in two of them, over its mean: misses grow with
    it, if less than in proportion. 1 where too little is known.
    """
    span = task.week or task.season
    if int(task.origins.min()) < 3 * span or span < 2:
        return np.ones((len(task.values), len(moments)))
    change = np.abs(task.values[:, span:] - task.values[:, :-span])
    total = np.cumsum(np.pad(change, ((0, 0), (1, 0))), axis=1)
    recent = (total[:, moments - span] - total[:, moments - 3 * span]) / (2 * span)
    usual = total[:, -1:] / change.shape[1]
    ratio = np.divide(recent, usual, out=np.ones_like(recent), where=usual > 0)
    return np.asarray(np.sqrt(np.maximum(ratio, _LEAST_UNREST)))
