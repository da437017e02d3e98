"""What is made of several methods: each by how right it was, and no worse than the best alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.forecast.backtest import Trial, absolute_error
from analytics.forecast.grid import Values

_SHARPNESS = 4.0
_LEAST_WEIGHT = 0.05


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
    past, ahead = _mean(weights, trial.past), _mean(weights, trial.ahead)
    error, best = absolute_error(past, trial.truth), errors.argmin(axis=0)
    rows = np.arange(len(best))
    alone = errors[best, rows] < error
    return Blend(
        past=np.where(alone[:, None, None], trial.past[best, rows], past),
        ahead=np.where(alone[:, None], trial.ahead[best, rows], ahead),
        error=np.where(alone, errors[best, rows], error),
        names=tuple(
            trial.names[best[row]] if alone[row] else _said(trial.names, weights[:, row]) for row in rows
        ),
    )


def _weights(errors: Values) -> Values:
    """(methods, series), summing to 1 for each; methods that count for next to nothing are left out."""
    least = errors.min(axis=0)
    usable = np.isfinite(errors)
    with np.errstate(divide="ignore", invalid="ignore"):
        weights = np.where(usable, np.where(errors > 0, least / errors, 1.0) ** _SHARPNESS, 0.0)
    weights = np.where(usable.any(axis=0), weights, 1.0)
    weights /= weights.sum(axis=0)
    weights = np.where(weights >= _LEAST_WEIGHT, weights, 0.0)
    return np.asarray(weights / weights.sum(axis=0))


def _mean(weights: Values, paths: Values) -> Values:
    shaped = weights.reshape(*weights.shape, *([1] * (paths.ndim - 2)))
    return np.asarray(np.where(shaped > 0, shaped * paths, 0.0).sum(axis=0))


def _said(names: tuple[str, ...], weights: Values) -> str:
    order = [one for one in np.argsort(-weights) if weights[one] > 0]
    return "blend of " + ", ".join(f"{names[one]} {weights[one]:.0%}" for one in order)
