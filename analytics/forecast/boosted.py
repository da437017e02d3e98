"""Boosted trees on calendar, lags and covariates, one model for all steps ahead, of one series.

Source: gradient boosting as in the load forecasts of Hong et al., GEFCom2012 and 2014; the trees are
scikit-learn's histogram-based ones (after LightGBM), averaged with forests cut at random (Geurts et al.,
2006).
"""

from __future__ import annotations

import numpy as np
from sklearn.ensemble import ExtraTreesRegressor, HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits

from analytics.forecast.grid import Values
from analytics.forecast.task import Places, Task

MOST_ROWS = 12_000
_LEAST_ROWS = 500
_ROWS_A_MOMENT = 12  # steps ahead of neighbouring moments say much the same
_WEEKS = 4
_MODELS = 2


def boosted(task: Task, covariates: Values) -> Values:
    """Forecasts of the first series; covariates are (steps + horizon, columns), NaN where there are none.

    A row is one step ahead of one moment; each model learns from rows drawn anew, and their mean is taken.
    NaN where the history is too short to learn from.
    """
    weeks = _weeks(task)
    reach = max(weeks * (task.week or task.season), 3 * task.season)
    starts = np.arange(reach, task.known - task.horizon + 1)
    if len(starts) * task.horizon < _LEAST_ROWS or (task.season < 2 and not covariates.shape[1]):
        return np.full((1, len(task.origins), task.horizon), np.nan)
    asked = np.repeat(task.origins, task.horizon)
    steps = np.tile(np.arange(task.horizon), len(task.origins))
    wanted, wanted_level = _features(task, covariates, weeks, asked, steps)
    scale = float(np.std(task.values[0, : task.known])) or 1.0
    count = min(MOST_ROWS, _ROWS_A_MOMENT * len(starts))
    boosted, mixed = [], []
    for seed in range(_MODELS):
        rows = np.random.default_rng(seed).integers(0, len(starts) * task.horizon, count)
        origins, leads = starts[rows // task.horizon], rows % task.horizon
        inputs, level = _features(task, covariates, weeks, origins, leads)
        targets = (task.values[0, origins + leads] - level) / scale
        boosted.append(_boosted(seed, inputs, targets, wanted))
        mixed.append(_mixed(seed, inputs, targets, wanted))
    ahead = (np.mean(boosted, axis=0) + np.mean(mixed, axis=0)) / 2
    return np.asarray(wanted_level + scale * ahead).reshape(1, -1, task.horizon)


def _boosted(seed: int, inputs: Values, targets: Values, wanted: Values) -> Values:
    model = HistGradientBoostingRegressor(
        max_iter=120, learning_rate=0.07, max_leaf_nodes=8, min_samples_leaf=40, l2_regularization=1.0,
        max_features=0.25, early_stopping=False, random_state=seed,
    )  # fmt: skip
    with threadpool_limits(1, user_api="openmp"):  # threads cost more than they bring on so few rows
        return np.asarray(model.fit(inputs, targets).predict(wanted))


def _mixed(seed: int, inputs: Values, targets: Values, wanted: Values) -> Values:
    """Trees cut at random (Geurts et al. 2006), which err elsewhere than boosted ones: the mean errs less."""
    model = ExtraTreesRegressor(15, min_samples_leaf=8, max_features=0.5, random_state=seed)
    return np.asarray(model.fit(inputs, targets).predict(wanted))


def _weeks(task: Task) -> int:
    """How many weeks an input looks back: what is left of a short history must suffice to learn from."""
    return max(1, min(_WEEKS, task.known // (3 * (task.week or task.season))))


def _features(
    task: Task, covariates: Values, weeks: int, origins: Places, leads: Places
) -> tuple[Values, Values]:
    """What is known at the origin of a step ahead, relative to the level of the last week, and that level."""
    values, season, week = task.values[0], task.season, task.week or task.season
    unusual = _unusual(values, week, weeks)
    level = _mean_before(values, origins, week)
    target = origins + leads
    daily = origins - season + leads % season
    weekly = origins - week + leads % week
    usual = np.mean([values[weekly - back * week] for back in range(weeks)], axis=0)
    lags = [origins - 1, weekly, *(daily - back * season for back in range(3))]
    spans = [max(1, season // 8), max(1, season // 4), season]
    columns: list[Places | Values] = [leads, target % season, target % week // season, usual - level]
    columns += [values[lag] - level for lag in lags]
    columns += [_mean_before(values, origins, span) - level for span in spans]
    columns += [unusual[lag] for lag in lags]
    columns += [_mean_before(unusual, origins, span) for span in (*spans, week)]
    columns += [covariates[target, one] for one in range(covariates.shape[1])]
    columns += [_change(covariates[:, one], origins, target, season) for one in range(covariates.shape[1])]
    return np.stack(columns, axis=1).astype(float), level


def _unusual(values: Values, week: int, weeks: int) -> Values:
    """Every value less the mean of those at its time in the weeks before; 0 where those are not known."""
    first = weeks * week
    usual = np.mean(
        [values[first - back * week : len(values) - back * week] for back in range(1, weeks + 1)], axis=0
    )
    return np.concatenate([np.zeros(min(first, len(values))), values[first:] - usual])


def _mean_before(values: Values, origins: Places, span: int) -> Values:
    total = np.cumsum(np.pad(values, (1, 0)))
    return np.asarray((total[origins] - total[origins - span]) / span)


def _change(covariate: Values, origins: Places, target: Places, season: int) -> Values:
    """The covariate against its own mean over the season before the origin."""
    there = ~np.isnan(covariate)
    total = np.cumsum(np.pad(np.where(there, covariate, 0.0), (1, 0)))
    count = np.cumsum(np.pad(there, (1, 0)))
    counted = count[origins] - count[origins - season]
    sums = total[origins] - total[origins - season]
    before = np.divide(sums, counted, out=np.full(len(origins), np.nan), where=counted > 0)
    return np.asarray(covariate[target] - before)
