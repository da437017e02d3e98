"""A forecast where there is too little to try anything on: what was last, and how far it may wander."""

from __future__ import annotations

import numpy as np
from scipy import stats

from analytics.forecast.grid import Values
from analytics.forecast.result import LEVELS


def wandering(measured: Values, horizon: int, season: int) -> Values:
    """Quantiles (series, levels, horizon) of a random walk from the last season, or from the last value.

    Its steps are those of the history, with Student's quantiles for so few of them. After a single value
    nothing is known of its steps; they are taken to be as large as the value. NaN for rows of nothing.
    """
    repeats = season if 1 < season <= measured.shape[1] and not np.isnan(measured[:, -season:]).any() else 1
    steps = np.arange(horizon)
    rows = [_row(row, repeats, horizon) for row in measured]
    middle = np.stack([values[steps % len(values)] for values, _, _ in rows])
    reach = np.sqrt(steps // repeats + 1.0)
    wide = np.stack([size * stats.t.ppf(LEVELS, max(1, count - 1)) for _, size, count in rows])
    return np.asarray(middle[:, None, :] + wide[:, :, None] * reach)


def _row(row: Values, repeats: int, horizon: int) -> tuple[Values, float, int]:
    """The values to repeat, the usual size of a step and how many steps it was taken from."""
    known = row[~np.isnan(row)]
    if not len(known):
        return np.full(1, np.nan), np.nan, 0
    steps = row[repeats:] - row[:-repeats]
    steps = steps[~np.isnan(steps)]
    if not len(steps):
        steps = np.diff(known)
    size = float(np.sqrt(np.mean(steps**2))) if len(steps) else abs(float(known[-1]))
    return (row[-repeats:] if repeats > 1 else known[-1:]), size, len(steps)
