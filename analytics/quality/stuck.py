"""Values that stay the same when they should not."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analytics.quality.finding import Finding, Flag, Repair, Samples
from analytics.regular import Bools, Floats, Ints

_CHANGES = 12.0  # that should have come and did not: by chance less than once in 100,000 times
_SHORTEST_H, _FEWEST = 2.0, 6
_QUIET = 0.25  # of the days change less at that hour: what is judged by is a quiet day
_AT_REST = 0.25  # as long at another time with this very value: the series comes back to it, as to zero


def stuck(known: Samples) -> list[Finding]:
    """Runs of one value, as long as many changes would have come even on quiet days at the same hours."""
    if len(known) < 4 * _FEWEST:
        return []
    changed = np.r_[True, np.diff(known.values) != 0]
    starts = np.flatnonzero(changed)
    ends = np.r_[starts[1:], len(known)]
    hours = known.hours
    long = (ends - starts >= _FEWEST) & (hours[ends - 1] - hours[starts] >= _SHORTEST_H)
    found = []
    for start, end in zip(starts[long], ends[long], strict=True):
        places: Ints = np.arange(start, end)
        same = (known.values[starts] == known.values[start]) & (starts != start)
        if np.any((ends - starts)[same] >= _AT_REST * (end - start)):
            continue
        missed = _expected(known.index, changed, int(start), int(end))
        if missed >= _CHANGES:
            text = f"{{}} did not change, where about {missed:.0f} changes are usual."
            value = (float(known.values[start]),)
            found.append(known.finding(Flag.STUCK, places, text, Repair(action="mask"), numbers=value))
    return found


def _expected(index: pd.DatetimeIndex, changed: Bools, start: int, end: int) -> float:
    """How many changes a quiet day has at the hours of a run."""
    wall = index.tz_localize(None)
    outside = np.ones(len(index), dtype=bool)
    outside[start : end + 1] = False  # the change that ends it is no witness
    hourly = pd.Series(changed[outside].astype(float)).groupby(
        [wall[outside].normalize(), np.asarray(wall[outside].hour)]
    )
    table = hourly.sum().unstack()
    quiet: Floats = table.quantile(_QUIET).reindex(range(24)).to_numpy(dtype=float, copy=True)
    few = ~(table.notna().sum().reindex(range(24)).to_numpy(float) >= 3)
    quiet[few] = float(np.nanquantile(table.to_numpy(float), _QUIET)) if table.size else 0.0
    span = (wall[end - 1] - wall[start]) / pd.Timedelta(hours=1)
    first = wall[start].hour
    whole, rest = divmod(span, 24)
    return float(whole * quiet.sum() + np.roll(quiet, -first)[: int(rest)].sum())
