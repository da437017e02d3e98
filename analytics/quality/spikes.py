"""Readings that leap away and are back at once."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analytics.quality.finding import Finding, Flag, Repair, Samples, paces, quantile_by_pace, runs
from analytics.regular import Floats, Ints

_AROUND = 7  # readings whose median a spike of up to three cannot move
_WIDEST = 3
_TAILS = 6.0  # further out than the step from the 90th to the 99th percentile of what is ordinary
_SPAN = 0.5  # of what 90 % of the values span
_LEAST = 5 * _AROUND  # readings that tell what is ordinary


def spikes(known: Samples) -> list[Finding]:
    """Up to three readings far from those before and after them, and as far from where the series ever is.

    A light that is switched on for a minute leaps as far as a fault does, but to where it is on other days.
    """
    if len(known) < _LEAST:
        return []
    values = known.values
    around = pd.Series(values).rolling(_AROUND, center=True, min_periods=1).median().to_numpy(float)
    off: Floats = np.abs(values - around)
    limit = np.maximum(_limit(off, paces(known)), _SPAN * float(np.ptp(np.quantile(values, [0.05, 0.95]))))
    suspects = [
        places
        for places in runs(np.flatnonzero((off > limit) & (limit > 0)))
        if len(places) <= _WIDEST
        and _comes_back(values, int(places[0]), int(places[-1]), float(limit[places].min()))
    ]
    if not suspects:
        return []
    calm = np.delete(values, np.concatenate(suspects))
    return [
        known.finding(
            Flag.SPIKE,
            places,
            "{} beside {}.",
            Repair(action="interpolate"),
            numbers=(float(values[places][np.argmax(off[places])]), float(around[places[0]])),
        )
        for places in suspects
        if np.all(values[places] < calm.min() - limit[places])
        or np.all(values[places] > calm.max() + limit[places])
    ]


def _limit(off: Floats, pace: Ints) -> Floats:
    """What no ordinary reading is off by; 0 where nearly all are alike, and nothing tells what is usual."""
    high, higher = (quantile_by_pace(off, pace, level, least=_LEAST) for level in (0.90, 0.99))
    limit: Floats = higher + _TAILS * np.maximum(higher - high, high / 2)
    return limit


def _comes_back(values: Floats, first: int, last: int, limit: float) -> bool:
    before, after = values[max(0, first - 3) : first], values[last + 1 : last + 4]
    if not len(before) or not len(after):
        return False
    return bool(abs(np.median(before) - np.median(after)) < limit / 2)
