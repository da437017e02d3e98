"""Readings that did not come."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analytics.quality.finding import Finding, Flag, Repair, Samples
from analytics.regular import seconds_of, usual_waits

_LATE = 2.5  # intervals: one lost message is no gap, two are
_IRREGULAR = 5.0  # times the longest ordinary wait of what reports when it likes
_BRIDGED = pd.Timedelta(hours=1)  # what a straight line may be drawn over


def gaps(known: Samples, missing: pd.DatetimeIndex, expected: pd.Timedelta | None) -> list[Finding]:
    """Times without a reading for longer than the series is used to around them.

    Args:
        known: The readings.
        missing: Stamps of readings that are NaN.
        expected: How often readings come; the usual interval when not given.
    """
    waits = np.diff(seconds_of(known.index))
    if len(waits) < 2 or not waits.any():
        return []
    usual = np.full(len(waits), expected.total_seconds()) if expected else usual_waits(waits)
    longest = _LATE * usual
    if expected is None and np.mean(np.abs(waits / usual - 1) < 0.5) < 0.5:
        # Reported on change: the usual wait says little, the longest ordinary one does.
        longest = np.maximum(longest, _IRREGULAR * np.quantile(waits[waits > 0], 0.99))
    found = []
    for before in np.flatnonzero(waits > longest).tolist():
        start, end = known.index[before], known.index[before + 1]
        every = pd.Timedelta(seconds=usual[before])
        lost = max(1, round((end - start) / every) - 1, int(((missing > start) & (missing < end)).sum()))
        action = Repair(action="interpolate" if end - start <= _BRIDGED + every else "mask")
        text = f"No readings for {_words(end - start)}; about {lost} are missing."
        found.append(Finding(flag=Flag.GAP, start=start, end=end, count=lost, text=text, repair=action))
    return found


def _words(time: pd.Timedelta) -> str:
    hours = time / pd.Timedelta(hours=1)
    if hours >= 48:
        return f"{hours / 24:.1f} days"
    if hours >= 2:
        return f"{hours:.1f} hours"
    return f"{hours * 60:.0f} minutes" if hours >= 1 / 30 else f"{hours * 3600:.0f} seconds"
