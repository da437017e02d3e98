"""Values that stay the same when they should not."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analytics.quality.finding import Finding, Flag, Repair, Samples
from analytics.regular import Bools, Floats, Ints, is_meter

_CHANGES = 12.0  # that should have come and did not: by chance less than once in 100,000 times
_SHORTEST_H, _FEWEST = 2.0, 6
_QUIET = 0.25  # of the days change less at that hour: what is judged by is a quiet day
_WITNESS_H = 48.0  # the rest of the series, and half as long as the run at least
_AT_REST = 0.25  # as long at another time with this very value: the series comes back to it, as to zero


def stuck(known: Samples, *, unit: str | None = None) -> list[Finding]:
    """Runs of one value, as long as many changes would have come even on quiet days at the same hours.

    Args:
        known: The readings.
        unit: What they are in: a share has an end at 100, as all that is never negative has one at 0.
    """
    if len(known) < 4 * _FEWEST:
        return []
    changed = np.diff(known.values, prepend=known.values[0]) != 0
    starts = np.flatnonzero(np.r_[True, changed[1:]])
    ends = np.r_[starts[1:], len(known)]
    hours = known.hours
    lasted: Floats = hours[ends - 1] - hours[starts]
    long = (ends - starts >= _FEWEST) & (lasted >= _SHORTEST_H)
    found = []
    for place in np.flatnonzero(long):
        start, end = int(starts[place]), int(ends[place])
        witnessed = hours[-1] - hours[0] - lasted[place]
        if witnessed < max(_WITNESS_H, lasted[place] / 2):
            continue
        if _rests(known.values, starts, ends, long, int(place), unit):
            continue
        missed = _expected(known.index, changed, start, end)
        if missed >= _CHANGES:
            text = f"{{}} did not change, where about {missed:.0f} changes are usual."
            value = (float(known.values[start]),)
            found.append(
                known.finding(Flag.STUCK, np.arange(start, end), text, Repair(action="mask"), numbers=value)
            )
    return found


def _rests(values: Floats, starts: Ints, ends: Ints, long: Bools, place: int, unit: str | None) -> bool:
    """Whether the series also stands still at other times as it does in one run."""
    others = np.arange(len(starts)) != place
    if is_meter(values):  # nothing is counted: what stands still is the increment
        return bool(np.any(long & others))
    value = values[starts[place]]
    same = (ends - starts)[others & (values[starts] == value)]
    if value == 0 <= values.min() or (value == 100 and unit == "%"):
        return len(same) > 0
    return bool(np.any(same >= _AT_REST * (ends[place] - starts[place])))


def _expected(index: pd.DatetimeIndex, changed: Bools, start: int, end: int) -> float:
    """How many changes a quiet day has at the hours of a run, and in as many readings."""
    wall = index.tz_localize(None)
    outside = np.ones(len(index), dtype=bool)
    outside[start : end + 1] = False  # the change that ends it is no witness
    hourly = pd.Series(changed[outside].astype(float)).groupby(
        [wall[outside].normalize(), np.asarray(wall[outside].hour)]
    )
    by_hour, by_reading = _quiet(hourly.sum().unstack()), _quiet(hourly.mean().unstack())
    span = (wall[end - 1] - wall[start]) / pd.Timedelta(hours=1)
    whole, rest = divmod(span, 24)
    in_time = whole * by_hour.sum() + np.roll(by_hour, -wall[start].hour)[: int(rest)].sum()
    return float(min(in_time, by_reading[np.asarray(wall[start:end].hour)].sum()))


def _quiet(table: pd.DataFrame) -> Floats:
    """By hour of the day, what it is on quiet days."""
    quiet: Floats = table.quantile(_QUIET).reindex(range(24)).to_numpy(dtype=float, copy=True)
    few = ~(table.notna().sum().reindex(range(24)).to_numpy(float) >= 3)
    quiet[few] = float(np.nanquantile(table.to_numpy(float), _QUIET)) if table.size else 0.0
    return quiet
