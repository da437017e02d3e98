"""Readings that leap away and are back at once."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analytics.quality.finding import Finding, Flag, Repair, Samples, runs
from analytics.regular import Floats

_AROUND = 7  # readings whose median a spike of up to three cannot move
_WIDEST = 3
_TAILS = 6.0  # further out than the step from the 90th to the 99th percentile of what is ordinary
_SPAN = 0.5  # of what 90 % of the values span


def spikes(known: Samples) -> list[Finding]:
    """Up to three readings far from those before and after them, and further than this series ever is."""
    if len(known) < 5 * _AROUND:
        return []
    around = pd.Series(known.values).rolling(_AROUND, center=True, min_periods=1).median().to_numpy(float)
    off: Floats = np.abs(known.values - around)
    limit = max(_limit(off), _SPAN * float(np.ptp(np.quantile(known.values, [0.05, 0.95]))))
    if limit <= 0:
        # What is nearly always the same has no measure of what is ordinary.
        return []
    return [
        known.finding(
            Flag.SPIKE,
            places,
            "{} beside {}.",
            Repair(action="interpolate"),
            numbers=(float(known.values[places][np.argmax(off[places])]), float(around[places[0]])),
        )
        for places in runs(np.flatnonzero(off > limit))
        if len(places) <= _WIDEST and _comes_back(known.values, int(places[0]), int(places[-1]), limit)
    ]


def _limit(off: Floats) -> float:
    high, higher = np.quantile(off, [0.90, 0.99])
    return float(higher + _TAILS * max(higher - high, high / 2))


def _comes_back(values: Floats, first: int, last: int, limit: float) -> bool:
    before, after = values[max(0, first - 3) : first], values[last + 1 : last + 4]
    if not len(before) or not len(after):
        return False
    return bool(abs(np.median(before) - np.median(after)) < limit / 2)
