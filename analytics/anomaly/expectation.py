"""What a value should be, from the values before it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

_DAY_S = 86_400.0
_SEASONS = ((_DAY_S, 5), (7 * _DAY_S, 3))  # a period, and how many earlier ones tell what is usual
_SHORTEST = 12  # steps of a period that is worth following
_NEAR = 2.0  # steps by which an earlier value may miss the time that is asked for
_LEVEL = 256  # rows of the level
_JUDGED = 512  # rows on which the expectations are compared
_FEWEST = 64

Floats = NDArray[np.float64]


def surprise(times_s: Floats, values: Floats) -> Floats:
    """Value less expectation: the recent level, the same time of earlier days, or of earlier weeks.

    At each row the one of the three is taken whose errors were the smallest of late (by their median), so
    that a season is followed where there is one and only there.

    Args:
        times_s: Rising; shape (n,) [s].
        values: Same shape, no NaN.

    Returns:
        Shape (n,), unit of the values; NaN where nothing is expected yet.
    """
    if len(values) < _FEWEST:
        return np.full(len(values), np.nan)
    step_s = float(np.median(np.diff(times_s[:_FEWEST])))
    expected = [pd.Series(values).rolling(_LEVEL, min_periods=8).median().shift(1).to_numpy()]
    for period_s, count in _SEASONS:
        if 0 < step_s * _SHORTEST <= period_s:
            expected.append(_usual(times_s, values, period_s, count, step_s=step_s))
    errors: Floats = values - np.array(expected)
    best = np.argmin([_recent(error) for error in errors], axis=0)
    return np.asarray(errors[best, np.arange(len(values))])


def _usual(times_s: Floats, values: Floats, period_s: float, count: int, *, step_s: float) -> Floats:
    """The median of the values whole periods ago; NaN where there are less than two."""
    asked = (times_s - back * period_s for back in range(1, count + 1))
    earlier = np.sort([_at(times_s, values, asked_s, step_s) for asked_s in asked], axis=0)
    known = np.isfinite(earlier).sum(axis=0)
    rows = np.arange(len(values))
    low, high = earlier[np.maximum(known - 1, 0) // 2, rows], earlier[known // 2, rows]
    return np.where(known >= 2, low + (high - low) / 2, np.nan)


def _at(times_s: Floats, values: Floats, asked_s: Floats, step_s: float) -> Floats:
    """The last value no later than half a step after each time; NaN where it is too early."""
    rows = np.searchsorted(times_s, asked_s + step_s / 2, side="right") - 1
    found = np.maximum(rows, 0)
    near = times_s[found] >= asked_s - _NEAR * step_s
    return np.where((rows >= 0) & near, values[found], np.nan)


def _recent(error: Floats) -> Floats:
    """The median size of the errors before each row; infinite where it is not known or there is no error."""
    size = pd.Series(np.abs(error)).rolling(_JUDGED, min_periods=_FEWEST).median().shift(1).to_numpy()
    return np.where(np.isnan(size) | np.isnan(error), np.inf, size)
