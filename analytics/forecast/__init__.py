"""Forecasts that answer for themselves: quantiles, how right they were so far, and when not to show them."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from analytics.forecast.boosted import boosted
from analytics.forecast.grid import Grid, Values, grid_of, placed_on
from analytics.forecast.many import forecasts, nothing
from analytics.forecast.result import LEVELS, Backtest, Forecast

__all__ = ["LEVELS", "Backtest", "Forecast", "forecast", "forecast_many"]


def forecast(history: pd.Series, *, horizon: int, covariates: pd.DataFrame | None = None) -> Forecast:
    """The next values of one series, `horizon` steps of its median step ahead.

    Methods are tried at up to 28 earlier moments and blended by how right they were; the intervals are
    those that would have held there. Stamps may be uneven and values missing; at most 20,000 steps are used.
    Covariates count where they are known for the horizon too, such as a weather forecast; rows are matched
    by time. Without enough history, or where repeating the last day or week was as right, the forecast says
    so in `withheld`; its quantiles are filled all the same.

    Raises `ValueError` for a horizon below 1.
    """
    _check(horizon)
    if history.empty:
        return nothing(horizon)
    grid = grid_of(history.to_frame())
    known = _known_ahead(grid, covariates, horizon)
    return forecasts(grid, horizon, {"boosted trees": partial(boosted, covariates=known)})[0]


def forecast_many(frame: pd.DataFrame, *, horizon: int) -> dict[object, Forecast]:
    """Every column's forecast, by column: the same, for hundreds of series of one index at once.

    Boosted trees are left out, and the linear map is learned from all the columns together: give it series
    of a kind. Columns of equal names keep the last one's.
    """
    _check(horizon)
    if frame.empty:
        return {name: nothing(horizon) for name in frame.columns}
    return dict(zip(frame.columns, forecasts(grid_of(frame), horizon, {}), strict=True))


def _check(horizon: int) -> None:
    if horizon < 1:
        raise ValueError("The horizon is the number of steps to forecast; give one or more.")


def _known_ahead(grid: Grid, covariates: pd.DataFrame | None, horizon: int) -> Values:
    if covariates is None or covariates.empty:
        return np.empty((grid.values.shape[1] + horizon, 0))
    placed = placed_on(grid, covariates, horizon)
    return placed[:, ~np.isnan(placed[-horizon:]).all(axis=0)]
