"""Which readings say how a device was, and which how it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Both a week, which has every hour of every kind of day: a Sunday is not a drift of working days.
NORMAL_ROWS, RECENT_ROWS = 20, 10
DAYS = 7.0
MOST = 1 / 2  # of the rows each, where a week would be more


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """The stamps of a frame, and what is then and what is now."""

    days: Floats  # since the first; rising
    now: float  # [days]
    normal: int  # rows from the first on that say how the device was
    recent: int  # rows up to the last that say how it is


def utc(index: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """The same moments in UTC; stamps without a zone are taken to be in it."""
    return index.tz_localize("UTC") if index.tz is None else index.tz_convert("UTC")


def times(index: pd.DatetimeIndex, *, now: pd.Timestamp | None, normal_until: pd.Timestamp | None) -> Times:
    """Of a sorted index in UTC that has at least one stamp."""
    now, normal_until = (
        None if one is None else utc(pd.DatetimeIndex([one]))[0] for one in (now, normal_until)
    )
    day = pd.Timedelta(days=1)
    days = np.asarray((index - index[0]) / day, dtype=np.float64)
    rows = len(days)
    if normal_until is None:
        week = int(np.searchsorted(days, DAYS, side="right"))
        normal = max(min(week, int(rows * MOST)), NORMAL_ROWS)
    else:
        normal = int(index.searchsorted(normal_until))
    last_week = rows - int(np.searchsorted(days, days[-1] - DAYS))
    recent = max(min(last_week, int(rows * MOST)), RECENT_ROWS)
    return Times(
        days=days,
        now=float(days[-1] if now is None else max((now - index[0]) / day, days[-1])),
        normal=min(normal, rows),
        recent=min(recent, rows - min(normal, rows)),
    )
