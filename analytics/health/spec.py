"""What is expected of a device; whatever is not stated is learned from its own past or not judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesSpec:
    """What is expected of one series."""

    interval: pd.Timedelta | None = None  # between readings; None: what 9 of 10 of its own keep
    low: float | None = None  # believable range [unit of the series]; None: no bound
    high: float | None = None
    stuck_after: pd.Timedelta | None = None  # None: much longer than its value ever stood still before
    neighbours: pd.DataFrame | None = None  # what others measure of the same, a column each; None: alone
    wears: bool = False  # time moves it one way, as a battery's charge: to leave its beginning is no trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthSpec:
    """What is expected of a device and its series; `HealthSpec()` alone expects nothing but constancy."""

    series: Mapping[str, SeriesSpec] = field(default_factory=dict)  # by column; others have the default
    now: pd.Timestamp | None = None  # None: when any of the series spoke last
    normal_until: pd.Timestamp | None = None  # end of the time that was normal; None: its beginning
    open_alerts: int = 0
    age: float | None = None  # [years], None: unknown
    service_life: float | None = None  # [years] as stated, None: unknown
