"""Forecasts of all the series of one grid: methods are tried, blended, and given intervals."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analytics.forecast import candidates, conformal
from analytics.forecast.backtest import Trial, origins, scale_of, tried, unrest
from analytics.forecast.blend import Blend, blended
from analytics.forecast.grid import Grid, Values, confirmed, filled
from analytics.forecast.plain import wandering
from analytics.forecast.result import LEVELS, Backtest, Forecast
from analytics.forecast.task import Method, Task

_UNTRIED = Backtest(mase=np.nan, naive_mase=np.nan, coverage=np.nan, n=0)


def forecasts(grid: Grid, horizon: int, more: Mapping[str, Method]) -> list[Forecast]:
    """One forecast a row of the grid; `more` methods are tried beside the usual ones."""
    index = grid.stamps(0, horizon)
    alive = np.asarray(~np.isnan(grid.values).all(axis=1))
    found = iter(_of_measured(grid, grid.values[alive], index, more) if alive.any() else ())
    return [next(found) if there else _nothing(index) for there in alive.tolist()]


def nothing(horizon: int) -> Forecast:
    """The forecast of a series without a stamp: no rows, for nobody knows when its next value is due."""
    return _nothing(pd.DatetimeIndex([])[:horizon])


def _nothing(index: pd.DatetimeIndex) -> Forecast:
    table = pd.DataFrame(np.nan, index=index, columns=list(LEVELS))
    return Forecast(quantiles=table, method="none", backtest=_UNTRIED, withheld="There is no history.")


def _of_measured(
    grid: Grid, measured: Values, index: pd.DatetimeIndex, more: Mapping[str, Method]
) -> list[Forecast]:
    task = _task(grid, measured, len(index))
    if not len(task.origins):
        paths = wandering(measured, len(index), task.season)
        reason = "The history is too short to try a forecast on."
        return [
            _forecast(path, row, index, "last value, as a random walk", _UNTRIED, reason)
            for path, row in zip(paths, measured, strict=True)
        ]
    naive = tried(task, candidates.naive(task), measured)
    others = tried(task, {**candidates.learned(task), **more}, measured)
    blend = blended(_joined(naive, others))
    first = int(task.origins[0]) - measured.shape[1]
    return _judged(blend, naive, task, measured, index, since=grid.stamps(first, first + 1)[0])


def _task(grid: Grid, measured: Values, horizon: int) -> Task:
    """The seasons the series have, gaps closed, and the moments to try methods at."""
    provisional = filled(measured, grid.day or grid.week)
    day = grid.day if confirmed(provisional, grid.day) else 0
    weekly = (day and measured.shape[1] >= 2 * grid.week) or confirmed(provisional, grid.week)
    week = grid.week if weekly else 0
    values = filled(measured, week or day)
    moments = origins(measured.shape[1], horizon, day or week)
    known = int(moments[0]) if len(moments) else 0
    return Task(values=values, horizon=horizon, day=day, week=week, origins=moments, known=known)


def _joined(first: Trial, second: Trial) -> Trial:
    return Trial(
        names=first.names + second.names,
        past=np.concatenate([first.past, second.past]),
        ahead=np.concatenate([first.ahead, second.ahead]),
        truth=first.truth,
    )


def _judged(
    blend: Blend,
    naive: Trial,
    task: Task,
    measured: Values,
    index: pd.DatetimeIndex,
    *,
    since: pd.Timestamp,
) -> list[Forecast]:
    windows = min(float(np.ptp(task.origins)) / task.horizon + 1, len(task.origins))
    then, now = unrest(task, task.origins), unrest(task, np.array([measured.shape[1]]))
    missed = (naive.truth - blend.past) / then[:, :, None]
    paths = blend.ahead[:, None, :] + conformal.offsets(missed, windows) * now[:, :, None]
    covered = conformal.coverage(missed, windows)
    scale = scale_of(measured[:, : task.known], task.season)
    errors = naive.errors()
    best = errors.argmin(axis=0)
    result = []
    for row, path in enumerate(paths):
        usual = errors[best[row], row]
        backtest = Backtest(
            mase=_ratio(blend.error[row], scale[row]),
            naive_mase=_ratio(usual, scale[row]),
            coverage=float(covered[row]),
            n=len(task.origins),
            since=since,
        )
        reason = None if blend.error[row] < usual else _no_better(naive.names[best[row]])
        result.append(_forecast(path, measured[row], index, blend.names[row], backtest, reason))
    return result


def _no_better(naive: str) -> str:
    return f"It was no more right than the {naive}."


def _ratio(error: float, scale: float) -> float:
    return float(error / scale) if np.isfinite(error) and scale > 0 else np.nan


def _forecast(
    path: Values, row: Values, index: pd.DatetimeIndex, method: str, backtest: Backtest, withheld: str | None
) -> Forecast:
    """Quantiles in order; what was never below zero is not forecast below it."""
    ordered = np.sort(path, axis=0)
    if np.nanmin(row) >= 0:
        ordered = np.maximum(ordered, 0.0)
    table = pd.DataFrame(ordered.T, index=index, columns=list(LEVELS))
    return Forecast(quantiles=table, method=method, backtest=backtest, withheld=withheld)
