"""One series over a period: its course, its extremes, or what it said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import pandas as pd

from analytics.units import Conversion, UnitSystem
from dashboard import format
from dashboard.views import findings
from data.store import analysis, readings
from data.store.devices import SeriesRow
from data.store.pool import Store

Period = Literal["1h", "6h", "24h", "7d", "30d", "1y"]
PERIODS: dict[Period, tuple[str, timedelta]] = {
    "1h": ("1 h", timedelta(hours=1)),
    "6h": ("6 h", timedelta(hours=6)),
    "24h": ("24 h", timedelta(hours=24)),
    "7d": ("7 d", timedelta(days=7)),
    "30d": ("30 d", timedelta(days=30)),
    "1y": ("1 y", timedelta(days=365)),
}
DEFAULT: Period = "24h"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SOON = timedelta(minutes=5)

# Few enough steps for every one of them to be a pixel or more on a phone's or a laptop's screen.
_POINTS = 750


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Lowest, mean and highest value of the period, as they are written."""

    low: str
    mean: str
    high: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """The course of one series; `frame` is else as `data.store.readings.trend` gives it."""

    series_id: int
    kind: str
    label: str
    unit: str
    since: datetime
    until: datetime
    step: timedelta
    zone: ZoneInfo
    frame: pd.DataFrame  # with mean, low and high in `unit`
    values: tuple[str, ...]  # each bucket's mean as it is written
    figures: Figures | None  # of numbers, when there are any
    said: tuple[tuple[str, str], ...]  # texts: when and what, newest first
    strange: tuple[tuple[datetime, datetime], ...]  # stretches unlike those before, oldest first
    strange_said: tuple[str, ...]  # in words, newest first
    strange_none: str | None  # why there are none
    flagged: tuple[datetime, ...]  # readings with a quality flag, one a bucket
    flagged_said: str | None  # how many have which


def trend(
    store: Store,
    *,
    tenant: int,
    row: SeriesRow,
    period: Period,
    now: datetime,
    units: UnitSystem = "metric",
) -> Trend:
    """Read the course of a series up to now, in the reader's units.

    Raises:
        StoreUnavailable: the database is away.
        StoreBusy: too many wait for it.
    """
    since, zone = now - PERIODS[period][1], format.zone(row.timezone)
    frame = readings.trend(store, tenant=tenant, series=row.series_id, since=since, until=now, points=_POINTS)
    read = format.display(quantity=row.quantity, unit=row.unit, units=units)
    # Asked of every kind: a number's device may say `unavailable` at times, and a text's a number.
    said = readings.events(store, tenant=tenant, series=row.series_id, since=since, until=now)
    flags = analysis.flags(store, tenant=tenant, series=row.series_id, since=since, until=now)
    step = readings.step_for(now - since, points=_POINTS)
    bands = analysis.bands(store, tenant=tenant, series=[row.series_id], since=since, until=now)
    runs = () if bands else analysis.runs(store, tenant=tenant, device=row.device_id)
    return Trend(
        series_id=row.series_id,
        kind=row.kind,
        label=row.metric,
        unit=read.conversion.unit,
        since=since,
        until=now,
        step=step,
        zone=zone,
        frame=_converted(frame, read.conversion),
        values=tuple(_written(row, mean, units) for mean in frame["mean"]),
        figures=_figures(row, frame, units),
        said=tuple((format.moment(at, zone=zone), text) for at, text in said),
        strange=tuple((band.began_at, band.ended_at or now) for band in bands),
        strange_said=findings.stretches(bands, zone=zone),
        strange_none=findings.none_strange(runs, row.series_id)
        if row.kind == "number" and not bands
        else None,
        flagged=tuple(sorted({since + (flag.at - since) // step * step for flag in flags})),
        flagged_said=findings.flagged(flags),
    )


def until_of(at: datetime, period: Period, *, now: datetime) -> datetime:
    """Where a period ends that shows a moment well inside; the same for all moments of half its length."""
    half = PERIODS[period][1] / 2
    soon = _EPOCH + ((now - _EPOCH) // _SOON + 1) * _SOON
    return min(soon, _EPOCH + ((at - _EPOCH) // half + 1.5) * half)


def newest(row: SeriesRow, period: Period) -> int:
    """A number that grows when the trend of this series and period has something new to show.

    A tenth of a bucket moves the line by less than a pixel: drawing more often would only cost.
    """
    step = readings.step_for(PERIODS[period][1], points=_POINTS) / 10
    return 0 if row.at is None else int(row.at.timestamp() / max(1.0, step.total_seconds()))


def _converted(frame: pd.DataFrame, conversion: Conversion) -> pd.DataFrame:
    kept = frame[["mean", "low", "high"]]
    return frame.assign(**(kept * conversion.factor + conversion.offset))


def _written(row: SeriesRow, mean: float, units: UnitSystem) -> str:
    if row.kind == "boolean":
        return {0.0: "off", 1.0: "on"}.get(mean, f"on in {format.share(round(1000 * mean), 1000)}")
    return format.measured(mean, quantity=row.quantity, unit=row.unit, units=units)


def _figures(row: SeriesRow, frame: pd.DataFrame, units: UnitSystem) -> Figures | None:
    if frame.empty or row.kind != "number":
        return None
    mean = (frame["mean"] * frame["count"]).sum() / frame["count"].sum()
    low, middle, high = (
        format.measured(float(number), quantity=row.quantity, unit=row.unit, units=units)
        for number in (frame["low"].min(), mean, frame["high"].max())
    )
    return Figures(low=low, mean=middle, high=high)
