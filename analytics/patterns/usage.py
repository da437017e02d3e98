"""When something is in use: its usual week, and the days that were not usual."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from analytics import regular
from analytics.patterns.threshold import parting
from analytics.regular import Floats

SLOTS = 48  # half hours: schedules of buildings are kept to no finer
_SLOT_MINUTES = 24 * 60 // SLOTS
_WEEK = "7D"
_TWO_KINDS = 0.75  # of the variance: what an even spread of values has is no sign of two kinds
_ODD = 0.5  # of the usual hours of use missing, or as much more: not the usual day
_ODD_SLOTS = 4  # half hours that a day must differ by to be odd


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedInterval:
    """A part of the week in which there is use."""

    weekday: int  # 0 is Monday
    start_minute: int  # of the day
    end_minute: int  # exclusive; 1440 is midnight
    confidence: float  # share of this weekday's half hours between them that were in use


@dataclass(frozen=True, slots=True, kw_only=True)
class OddDay:
    """A day that was not as its weekday usually is."""

    day: date
    kind: Literal["unused", "extra"]
    usual_hours: float
    hours: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The usual week of use; empty when values do not come in two kinds."""

    intervals: tuple[UsedInterval, ...] = ()
    odd_days: tuple[OddDay, ...] = ()  # holidays, closures, overtime
    days: int = 0  # that it was learned from
    contrast: float = 0.0  # share of the variance between use and rest; under 0.75 they are not two


def schedule(values: pd.Series) -> Schedule:
    """When something is in use, from what it measures: power, CO₂, sound, light.

    High values are use. Values are taken relative to the low and high ends of the week around them, so that
    the season moves no threshold.

    Args:
        values: Any unit; week days are those of the index's own zone; gaps and NaN allowed.

    Returns:
        Its usual week; without intervals when there are less than seven days, or no two kinds of values.
    """
    clean = regular.cleaned(values)
    step = regular.step_of(pd.DatetimeIndex(clean.index))
    if step is None or step > regular.DAY / 8:
        return Schedule()
    table = regular.by_day(_relative(clean), slots=SLOTS if step <= regular.DAY / SLOTS else 24)
    known = table.to_numpy(float)
    threshold, contrast = parting(known[np.isfinite(known)])
    if len(table) < 7 or contrast < _TWO_KINDS:
        return Schedule(days=len(table), contrast=contrast)
    used = (table > threshold).where(table.notna()).astype(float)
    usual = used.groupby(pd.DatetimeIndex(used.index).day_of_week).mean()
    return Schedule(
        intervals=tuple(
            one for weekday, row in usual.iterrows() for one in _intervals(int(str(weekday)), row)
        ),
        odd_days=_odd_days(used, usual),
        days=len(table),
        contrast=contrast,
    )


def _relative(values: pd.Series) -> pd.Series:
    hourly = values.resample("1h").mean()
    low = hourly.rolling(_WEEK, center=True, min_periods=1).quantile(0.05)
    high = hourly.rolling(_WEEK, center=True, min_periods=1).quantile(0.95)
    spread = (high - low).where(lambda one: one > 0)
    # A week of rest has little spread of its own; it must not be stretched to look like use.
    spread = spread.clip(lower=float(spread.median()) / 2 if spread.notna().any() else None)
    # Each value's hour; rounding down would stumble over the hour that a clock shows twice.
    near = pd.DataFrame({"low": low, "spread": spread}).reindex(values.index, method="ffill")
    return pd.Series(
        (values.to_numpy(float) - near["low"].to_numpy(float)) / near["spread"].to_numpy(float), values.index
    ).dropna()


def _intervals(weekday: int, shares: pd.Series) -> list[UsedInterval]:
    minutes = 24 * 60 // len(shares)
    on = np.r_[False, shares.to_numpy(float) >= 0.5, False]
    edges = np.flatnonzero(on[1:] != on[:-1])
    return [
        UsedInterval(
            weekday=weekday,
            start_minute=int(start) * minutes,
            end_minute=int(end) * minutes,
            confidence=float(shares.iloc[start:end].mean()),
        )
        for start, end in zip(edges[::2], edges[1::2], strict=True)
    ]


def _odd_days(used: pd.DataFrame, usual: pd.DataFrame) -> tuple[OddDay, ...]:
    hours = 24 / used.shape[1]
    expected = (usual.to_numpy(float) >= 0.5).astype(float)
    rows: Floats = used.to_numpy(float)
    found = []
    for at, row in zip(pd.DatetimeIndex(used.index), rows, strict=True):
        plan = expected[list(usual.index).index(at.day_of_week)]
        known = np.isfinite(row)
        should, did = float(plan[known].sum()), float(row[known].sum())
        changed = abs(did - should)
        if known.mean() < 0.8 or changed * hours < _ODD_SLOTS / 2 or changed < _ODD * max(should, did):
            continue
        kind: Literal["unused", "extra"] = "unused" if did < should else "extra"
        found.append(OddDay(day=at.date(), kind=kind, usual_hours=should * hours, hours=did * hours))
    return tuple(found)
