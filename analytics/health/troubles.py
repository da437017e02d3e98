"""How bad one trouble of one series is, from 0 (none) to 1; each a small function of stamps and values."""

from __future__ import annotations

import numpy as np

from analytics.health import drift
from analytics.health.windows import Floats

LATE = 3.0  # intervals a reading may be late
SILENT = 12.0  # intervals beyond these after which silence has cost two thirds
STILL = 24  # readings alike that are no trouble yet
HOME = 0.5  # share of the earlier readings from which a value is where the series belongs: it may stay there
LONGER = 3.0  # times the longest standstill of before that is none
HALF_GAPS, HALF_SPIKES, HALF_OUTSIDE = 0.25, 0.01, 0.05  # shares of the time, or readings, that cost half
OUTLYING = 10.0  # usual steps between readings that a spike leaps out and back


def interval(days: Floats) -> float:
    """The time between readings [days] that 9 of 10 keep; 0 for fewer than two."""
    return float(np.quantile(np.diff(days), 0.9)) if len(days) > 1 else 0.0


def silence(days: Floats, *, now: float, every: float) -> float:
    """How long nothing has come, in intervals."""
    if not len(days):
        return 1.0
    if every <= 0:
        return 0.0
    late = (now - days[-1]) / every - LATE
    return float(-np.expm1(-max(late, 0.0) / SILENT))


def gaps(days: Floats, *, every: float) -> float:
    """The share of the time between the first and the last reading that lies in gaps."""
    if len(days) < 2 or every <= 0 or days[-1] <= days[0]:
        return 0.0
    steps = np.diff(days)
    missing = float((steps[steps > LATE * every] - every).sum())
    return _half_at(missing / float(days[-1] - days[0]), HALF_GAPS)


def stuck(days: Floats, values: Floats, *, after: float | None) -> float:
    """How long the value has stood still up to now, beside how long it ever did before."""
    if len(values) < 2:
        return 0.0
    begins = np.flatnonzero(np.diff(values, prepend=np.nan) != 0)
    lengths = np.diff(np.append(begins, len(values)))
    still = days[-1] - days[begins[-1]]
    if after is None:
        before = values[: begins[-1]]
        if not len(before) or np.mean(before == values[-1]) > HOME:
            return 0.0
        usual = max(LONGER * lengths[:-1].max(), STILL)
        return float(-np.expm1(-max(lengths[-1] / usual - 1.0, 0.0)))
    if after <= 0:
        return 0.0
    return float(-np.expm1(-max(still / after - 1.0, 0.0)))


def spikes(values: Floats) -> float:
    """The share of single readings that leap away from both of their neighbours and back.

    Only to where the series else never is: a lamp that is lit for a moment leaps to where it is for hours.
    """
    if len(values) < STILL:
        return 0.0
    before, here, after = values[:-2], values[1:-1], values[2:]
    middle = np.maximum(np.minimum(before, after), np.minimum(np.maximum(before, after), here))
    steps = np.abs(np.diff(values))
    moved = steps[steps > 0]
    if not len(moved):
        return 0.0
    leaps = np.abs(here - middle) > OUTLYING * np.median(moved)
    calm = here[~leaps]
    if len(calm):
        leaps &= (here < calm.min()) | (here > calm.max())
    return _half_at(float(np.mean(leaps)), HALF_SPIKES)


def outside(values: Floats, *, low: float | None, high: float | None) -> float:
    """The share of readings that cannot be."""
    if not len(values):
        return 0.0
    below = values < low if low is not None else np.zeros(len(values), dtype=bool)
    above = values > high if high is not None else np.zeros(len(values), dtype=bool)
    return _half_at(float(np.mean(below | above)), HALF_OUTSIDE)


def disagreement(values: Floats, others: Floats, *, normal: int, recent: int) -> float:
    """How far the difference to the neighbours' median has moved from what it was.

    Args:
        values: Shape (n,), NaN allowed.
        others: Shape (n, neighbours), at the same stamps, NaN allowed.
        normal: Rows from the first on that say how it was.
        recent: Rows up to the last that say how it is.
    """
    known = np.isfinite(others)
    company = np.full(len(others), np.nan)
    company[known.any(axis=1)] = np.nanmedian(others[known.any(axis=1)], axis=1)
    apart = values - company
    was, now = apart[:normal], apart[len(apart) - recent :]
    was, now = was[np.isfinite(was)], now[np.isfinite(now)]
    if min(len(was), len(now)) < drift.FEWEST:
        return 0.0
    moved = abs(float(np.median(now) - np.median(was)))
    spread = 1.4826 * float(np.median(np.abs(was - np.median(was)))) or float(was.std())
    return float(drift.severity(moved / spread)) if spread > 0 else float(moved > 0)


def _half_at(share: float, half: float) -> float:
    return share / (share + half)
