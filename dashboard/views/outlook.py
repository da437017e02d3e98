"""What a series is forecast to do: the course so far, the fan ahead, and how right earlier forecasts were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd

from analytics.units import Conversion, UnitSystem
from dashboard import format
from dashboard.views.health import made
from data.store import analysis, readings
from data.store.analysis_rows import Forecast, Run
from data.store.devices import SeriesRow
from data.store.pool import Store

BEHIND = timedelta(hours=48)  # what is shown of the past: as much as is forecast
_HOURS = 48
_TENTHS = 10
_LEAST_JUDGED = 12  # hours: fewer say nothing of "times in 10"

Values = tuple[float | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fan:
    """Two bands around a middle, hour by hour; in the reader's unit."""

    ats: tuple[datetime, ...]
    low80: Values
    low50: Values
    middle: Values
    high50: Values
    high80: Values
    written: tuple[str, ...]  # the middle and the 80 % band of each hour, as they are written


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """The forecast of a series as it is shown."""

    fan: Fan | None  # None: there is none, or it is withheld
    past: pd.DataFrame  # at, mean, low, high of each hour before, in the reader's unit
    values: tuple[str, ...]  # the mean of each as it is written
    unit: str
    zone: ZoneInfo
    sentence: str  # how right it is; or why there is none
    method: str | None
    computed: str | None


def outlook(
    store: Store, *, tenant: int, row: SeriesRow, now: datetime, runs: Sequence[Run], units: UnitSystem
) -> Outlook:
    """Read the forecast of a series, in the reader's units.

    Args:
        store: Where it is.
        tenant: Whose it is.
        row: The series.
        now: The time.
        runs: What was done of its device, and what it lacked.
        units: What the reader reads.

    Raises:
        StoreUnavailable: the database is away.
        StoreBusy: too many wait for it.
    """
    found = analysis.forecast_of(store, tenant=tenant, series=row.series_id)
    zone = format.zone(row.timezone)
    conversion = format.display(quantity=row.quantity, unit=row.unit, units=units).conversion
    shown = found is not None and found.withheld is None
    past, values = pd.DataFrame(), tuple[str, ...]()
    if shown:
        past, values = _past(store, tenant, row, now, units)
    return Outlook(
        fan=fan(found, row, conversion, units) if found is not None and shown else None,
        past=past,
        values=values,
        unit=conversion.unit,
        zone=zone,
        sentence=_none(row, runs) if found is None else right(found, now=now),
        method=None if found is None else f"Method: {found.method}.",
        computed=None if found is None else made(found.computed_at, found.basis, zone=zone),
    )


def right(found: Forecast, *, now: datetime) -> str:
    """How often a forecast's band was right, or why it is not shown."""
    if found.withheld is not None:
        return f"Withheld: {found.withheld}"
    if found.judged_count < _LEAST_JUDGED or found.judged_since is None:
        return _by_backtest(found, now=now)
    share = found.right_count / found.judged_count
    since = format.span(now - found.judged_since)
    counted = f"{format.number(found.right_count, digits=0)} of {format.number(found.judged_count, digits=0)}"
    return f"Right {_tenths(share)} over the last {since}: {counted} hours fell into the 80 % band."


def _by_backtest(found: Forecast, *, now: datetime) -> str:
    """How right the method was on what was known before, while too few hours have come to judge by."""
    if found.coverage is None or found.backtest_since is None:
        return "How right it is will be known when its hours have come."
    span = format.span(now - found.backtest_since)
    return (
        f"Backtest: right {_tenths(found.coverage)} over the last {span}, in {found.backtests} forecasts "
        "from what was known before. What it says ahead is counted once its hours have come."
    )


def fan(found: Forecast, row: SeriesRow, conversion: Conversion, units: UnitSystem) -> Fan:
    """The bands of a forecast. Half of what comes is between the quantiles 0.25 and 0.75."""

    def shown(values: Values) -> Values:
        return tuple(None if value is None else conversion.of(value) for value in values)

    low, middle, high = (_at(found.quantiles, level) for level in (0.1, 0.5, 0.9))
    return Fan(
        ats=found.ats,
        low80=shown(low),
        low50=shown(_at(found.quantiles, 0.25)),
        middle=shown(middle),
        high50=shown(_at(found.quantiles, 0.75)),
        high80=shown(high),
        written=tuple(_written(row, values, units) for values in zip(low, middle, high, strict=True)),
    )


def _past(
    store: Store, tenant: int, row: SeriesRow, now: datetime, units: UnitSystem
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The last hours in the reader's unit, and each mean as it is written."""
    read = readings.trend(
        store, tenant=tenant, series=row.series_id, since=now - BEHIND, until=now, points=_HOURS
    )
    written = tuple(
        format.measured(mean, quantity=row.quantity, unit=row.unit, units=units) for mean in read["mean"]
    )
    conversion = format.display(quantity=row.quantity, unit=row.unit, units=units).conversion
    return read.assign(**(read[["mean", "low", "high"]] * conversion.factor + conversion.offset)), written


def _at(quantiles: Mapping[float, Values], level: float) -> Values:
    """The values at a level; between two that are forecast, along the line that joins them."""
    above = min(one for one in quantiles if one >= level - 1e-9)
    below = max(one for one in quantiles if one <= level + 1e-9)
    part = 0.0 if above <= below else (level - below) / (above - below)
    return tuple(
        None if low is None or high is None else low + part * (high - low)
        for low, high in zip(quantiles[below], quantiles[above], strict=True)
    )


def _written(row: SeriesRow, values: tuple[float | None, ...], units: UnitSystem) -> str:
    low, middle, high = (
        format.NOTHING
        if value is None
        else format.measured(value, quantity=row.quantity, unit=row.unit, units=units)
        for value in values
    )
    return f"{middle}, from {low} to {high}"


def _tenths(share: float) -> str:
    """A share as people count: `8 times in 10`; never all or none of them unless it was."""
    times = round(_TENTHS * share)
    if times in (0, _TENTHS) and share not in (0.0, 1.0):
        return f"{format.number(100 * share, digits=0)} times in 100"
    return f"{times} times in {_TENTHS}"


def _none(row: SeriesRow, runs: Sequence[Run]) -> str:
    if row.kind != "number":
        return "Only numbers are forecast; this is a state or a text."
    ran = next((run for run in runs if run.kind == "forecast" and run.series_id == row.series_id), None)
    if ran is None:
        return "No forecast yet: every hour those are made that are due."
    return ran.lacking or "It could not be forecast; the worker's log says why."
