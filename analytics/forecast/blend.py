"""What is made of several methods: their mean, the more right ones weighing far more.

Source: Bates & Granger, The combination of forecasts (1969), weigh by the inverse of the squared error; where
methods differ as much as here a higher power does better, and powers from 8 to 24 do equally well.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.forecast.backtest import Trial, absolute_error
from analytics.forecast.grid import Values

_POWER = 12.0
_LEAST_WEIGHT = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Blend:
    """The forecast of every series, and what it forecast at the earlier moments."""

    past: Values  # (series, origins, horizon)
    ahead: Values  # (series, horizon)
    error: Values  # (series,), mean absolute error at the earlier moments
    names: tuple[str, ...]  # what it is made of, by series


def blended(trial: Trial) -> Blend:
    """The mean of the methods, weighed by how right they were; the best alone where that was better."""
    errors = trial.errors()
    weights = _weights(errors)
    best, rows = errors.argmin(axis=0), np.arange(errors.shape[1])
    alone = errors[best, rows] <= absolute_error(_mean(weights, trial.past), trial.truth)
    weights = np.where(alone, np.arange(len(errors))[:, None] == best, weights)
    past = _mean(weights, trial.past)
    return Blend(
        past=past,
        ahead=_mean(weights, trial.ahead),
        error=absolute_error(past, trial.truth),
        names=tuple(_said(trial.names, row) for row in weights.T),
    )


def _weights(errors: Values) -> Values:
    """(methods, series), summing to 1 for each series; what would hardly count is left out."""
    least = errors.min(axis=0)
    usable = np.isfinite(errors)
    share = np.divide(least, errors, out=np.ones_like(errors), where=usable & (errors > 0))
    weights = np.where(usable, share**_POWER, 0.0)
    weights[0, ~usable.any(axis=0)] = 1.0
    weights = np.where(weights >= _LEAST_WEIGHT * weights.sum(axis=0), weights, 0.0)
    return np.asarray(weights / weights.sum(axis=0))


def _mean(weights: Values, paths: Values) -> Values:
    shaped = weights.reshape(*weights.shape, *([1] * (paths.ndim - 2)))
    return np.asarray(np.where(shaped > 0, shaped * paths, 0.0).sum(axis=0))


def _said(names: tuple[str, ...], weights: Values) -> str:
    order = [one for one in np.argsort(-weights, kind="stable") if weights[one] > 0]
    if len(order) == 1:
        return str(names[order[0]])
    return "blend of " + ", ".join(f"{names[one]} {weights[one]:.0%}" for one in order)
