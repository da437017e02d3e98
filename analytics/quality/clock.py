"""Stamps of a clock that was wrong."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd

from analytics import regular
from analytics.quality.finding import Finding, Flag, Repair, Samples
from analytics.regular import Floats, Ints, floats

_HOUR = pd.Timedelta(hours=1)
_FEW = 0.01  # of the readings may step back in time: with more, they are in no order at all
_WHOLE = 0.1  # hours that a jump may be from whole ones, or intervals where these are longer
_SLOT_MIN = 30
_DAYS = 3  # in a row with the same shift
_ALIKE = 0.8  # correlation of a day with the usual one, once shifted
_BETTER = 0.15  # more than unshifted


def jumps(values: pd.Series) -> list[Finding]:
    """Stamps that step back by whole hours, or ahead and later back, in readings given as they came."""
    index = pd.DatetimeIndex(values.index)
    known = np.flatnonzero(np.isfinite(floats(values)) & index.notna())
    if len(known) < 4:
        return []
    came = Samples(known, index[known], floats(values)[known])
    usual = regular.step_of(came.index.sort_values())
    waits = np.diff(came.hours)
    back = np.flatnonzero(waits < 0)
    if usual is None or not 0 < len(back) <= max(1, _FEW * len(came)):
        return []
    found: list[Finding] = []
    for at in back:
        off = (usual / _HOUR) - float(waits[at])
        if round(off) == 0 or abs(off - round(off)) > max(_WHOLE, usual / _HOUR):
            continue
        # The clock went ahead by as much before, or it goes ahead again after it was set back.
        ahead = _ahead(waits, int(at), round(off), usual)
        if ahead is not None and ahead < at:
            places: Ints = np.arange(ahead + 1, at + 1)
            by = -round(off) * _HOUR
        else:
            places = np.arange(at + 1, len(came) if ahead is None else ahead + 1)
            by = round(off) * _HOUR
        detail = f"Stamps jump back by {round(off)} h; {len(places)} readings are off by as much."
        found.append(came.finding(Flag.CLOCK, places, detail, Repair(action="shift", by=by)))
    return found


def _ahead(waits: Floats, at: int, hours: int, usual: pd.Timedelta) -> int | None:
    """The place of a jump ahead by as much, the last before or the first after; None: there is none."""
    step = usual / _HOUR
    same = np.flatnonzero(np.abs(waits - step - hours) < max(_WHOLE, step))
    before, after = same[same < at], same[same > at]
    return int(before[-1]) if len(before) else int(after[0]) if len(after) else None


def shifts(known: Samples) -> list[Finding]:
    """Days in a row whose course lies whole hours off that of the other days.

    One hour near the change of summer time is none in UTC or stamps without a zone: people moved.
    """
    step = regular.step_of(known.index)
    if step is None or step > 2 * _HOUR:
        return []
    slots = int(24 * 60 / max(_SLOT_MIN, round(step / pd.Timedelta(minutes=1))))
    table = regular.by_day(pd.Series(known.values, known.index), slots=slots)
    table = table[table.notna().mean(axis=1) > 0.8].interpolate(axis=1, limit_direction="both")
    if len(table) < 4 * _DAYS:
        return []
    days = pd.DatetimeIndex(table.index)
    lags = _lags(table.to_numpy(float), days, slots)
    return [
        one
        for first, last, hours in _same(lags)
        if not _is_summer_time(days[first], days[last], hours, known.index)
        and (one := _shifted(known, days[first], days[last], hours)) is not None
    ]


def _lags(table: Floats, days: pd.DatetimeIndex, slots: int) -> Ints:
    """By how many whole hours each day lies behind the usual one of its kind; 0 where that is not plain."""
    per_hour = slots / 24
    hours = np.arange(-12, 13)
    lags = np.zeros(len(table), dtype=int)
    spread = table.std(axis=1)
    for weekend in (False, True):
        members = np.flatnonzero((days.day_of_week >= 5) == weekend)
        if len(members) < 3:
            continue
        shapes = table[members] - table[members].mean(axis=1, keepdims=True)
        usual = np.median(shapes, axis=0)
        if usual.std() == 0:
            continue
        for at, shape in zip(members, shapes, strict=True):
            if spread[at] <= 0.3 * np.median(spread[members]):
                continue
            fits = [float(np.corrcoef(np.roll(usual, round(h * per_hour)), shape)[0, 1]) for h in hours]
            best = int(np.argmax(fits))
            if fits[best] > _ALIKE and fits[best] - fits[12] > _BETTER:
                lags[at] = hours[best]
    return lags


def _same(lags: Ints) -> list[tuple[int, int, int]]:
    """First day, last day and hours of each row of days with one shift other than none."""
    edges = np.flatnonzero(np.r_[True, lags[1:] != lags[:-1], True])
    return [(int(a), int(b) - 1, int(lags[a])) for a, b in pairwise(edges) if lags[a] != 0 and b - a >= _DAYS]


def _is_summer_time(first: pd.Timestamp, last: pd.Timestamp, hours: int, index: pd.DatetimeIndex) -> bool:
    if abs(hours) != 1 or (index.tz is not None and str(index.tz) != "UTC"):
        return False
    return any(day.month in (3, 4, 10, 11) for day in (first, last + regular.DAY))


def _shifted(known: Samples, first: pd.Timestamp, last: pd.Timestamp, hours: int) -> Finding | None:
    wall = known.index.tz_localize(None)
    places = np.flatnonzero((wall >= first) & (wall < last + regular.DAY))
    if not len(places):
        return None
    days = round((last - first) / regular.DAY) + 1
    side = "after" if hours > 0 else "before"
    detail = f"The course of {days} days lies {abs(hours)} h {side} that of the others."
    return known.finding(Flag.CLOCK, places, detail, Repair(action="shift", by=-hours * _HOUR))
