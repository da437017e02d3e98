"""Boosted trees on calendar, lags and covariates, one model for all steps ahead, of one series.

Source: gradient boosting as in the load forecasts of Hong et al., GEFCom2012 and 2014; the trees are
scikit-learn's histogram-based ones (after LightGBM).
"""

from __future__ import annotations

import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits

from analytics.forecast.grid import Values
from analytics.forecast.task import Places, Task

MOST_ROWS = 24_000
_LEAST_ROWS = 500
_ROWS_A_MOMENT = 12  # steps ahead of neighbouring moments say much the same
_WEEKS = 4
_SEED = 0


def boosted(task: Task, covariates: Values) -> Values:
    """Forecasts of the first series; covariates are (steps + horizon, columns), NaN where there are none.

    A row is one step ahead of one moment. NaN where the history is too short to learn from.
    """
    weeks = _weeks(task)
    starts = np.arange(max(weeks * (task.week or 0), 3 * task.season), task.known - task.horizon + 1)
    if len(starts) * task.horizon < _LEAST_ROWS or (task.season < 2 and not covariates.shape[1]):
        return np.full((1, len(task.origins), task.horizon), np.nan)
    count = min(MOST_ROWS, _ROWS_A_MOMENT * len(starts))
    rows = np.random.default_rng(_SEED).integers(0, len(starts) * task.horizon, count)
    origins, leads = starts[rows // task.horizon], rows % task.horizon
    inputs, level = _features(task, covariates, weeks, origins, leads)
    scale = float(np.std(task.values[0, : task.known])) or 1.0
    model = HistGradientBoostingRegressor(
        max_iter=150, learning_rate=0.08, max_leaf_nodes=24, min_samples_leaf=40, l2_regularization=1.0,
        max_features=0.5, early_stopping=False, random_state=_SEED,
    )  # fmt: skip
    asked = np.repeat(task.origins, task.horizon)
    steps = np.tile(np.arange(task.horizon), len(task.origins))
    wanted, wanted_level = _features(task, covariates, weeks, asked, steps)
    with threadpool_limits(1, user_api="openmp"):  # threads cost more than they bring on so few rows
        model.fit(inputs, (task.values[0, origins + leads] - level) / scale)
        forecast = wanted_level + scale * model.predict(wanted)
    return np.asarray(forecast).reshape(1, len(task.origins), task.horizon)


def _weeks(task: Task) -> int:
    """How many weeks an input looks back: what is left of a short history must suffice to learn from."""
    return max(1, min(_WEEKS, task.known // (3 * (task.week or task.season))))


def _features(
    task: Task, covariates: Values, weeks: int, origins: Places, leads: Places
) -> tuple[Values, Values]:
    """What is known at the origin of a step ahead, relative to the level of the last week, and that level."""
    values, season, week = task.values[0], task.season, task.week or task.season
    total = np.cumsum(np.pad(values, (1, 0)))
    level = (total[origins] - total[origins - week]) / week
    target = origins + leads
    daily = origins - season + leads % season
    weekly = origins - week + leads % week
    lags = [origins - 1, *(daily - back * season for back in range(3))]
    lags += [weekly - back * week for back in range(max(1, weeks - 1))]
    columns: list[Places | Values] = [leads, target % season, target % week // season]
    columns += [values[lag] - level for lag in lags]
    columns += [(total[origins] - total[origins - season]) / season - level]
    columns += [np.mean([values[lag] for lag in lags[4:]], axis=0) - level]
    columns += [covariates[target, one] for one in range(covariates.shape[1])]
    columns += [_change(covariates[:, one], origins, target, season) for one in range(covariates.shape[1])]
    return np.stack(columns, axis=1).astype(float), level


def _change(covariate: Values, origins: Places, target: Places, season: int) -> Values:
    """The covariate against its own mean over the season before the origin."""
    there = ~np.isnan(covariate)
    total = np.cumsum(np.pad(np.where(there, covariate, 0.0), (1, 0)))
    count = np.cumsum(np.pad(there, (1, 0)))
    counted = count[origins] - count[origins - season]
    sums = total[origins] - total[origins - season]
    before = np.divide(sums, counted, out=np.full(len(origins), np.nan), where=counted > 0)
    return np.asarray(covariate[target] - before)
