"""Which readings say how a device was, and which how it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]

NORMAL_ROWS, NORMAL_DAYS = 20, 7.0  # a week has every hour of every kind of day
RECENT_ROWS, RECENT_DAYS = 10, 1.0  # a day has every hour
NORMAL_SHARE, RECENT_SHARE = 1 / 4, 1 / 8  # of the rows, where a week and a day would be more


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
        week = int(np.searchsorted(days, NORMAL_DAYS, side="right"))
        normal = max(min(week, int(rows * NORMAL_SHARE)), NORMAL_ROWS)
    else:
        normal = int(index.searchsorted(normal_until))
    last_day = rows - int(np.searchsorted(days, days[-1] - RECENT_DAYS))
    recent = max(min(last_day, int(rows * RECENT_SHARE)), RECENT_ROWS)
    return Times(
        days=days,
        now=float(days[-1] if now is None else max((now - index[0]) / day, days[-1])),
        normal=min(normal, rows),
        recent=min(recent, rows - min(normal, rows)),
    )
