"""The panels of the Patterns page, filled from the store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
from dash import html

from analytics.units import UnitSystem
from dashboard import format
from dashboard.components import patterns as parts
from dashboard.figures import patterns as figures
from dashboard.figures import trend
from dashboard.theme import COLOURS, Scheme
from dashboard.views import patterns as views
from dashboard.views import rooms_health
from dashboard.views.pattern_choice import NOWHERE, Choice, Options, Series
from data.store import Store, analysis, readings
from data.store.analysis_rows import Pattern, Run
from data.store.buildings import BuildingRow

_POINTS = 500
_KINDS = {"daily profiles", "schedule", "change points"}  # of a series


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is looked at, and by whom."""

    tenant: int
    units: UnitSystem
    choice: Choice
    options: Options
    building: BuildingRow
    scheme: Scheme

    @property
    def zone(self) -> ZoneInfo:
        """The building's."""
        return format.zone(self.building.timezone)

    @property
    def series(self) -> Series | None:
        """The one that is chosen."""
        return next((one for one in self.options.series if one.id == self.choice.series), None)


def panels(store: Store, asked: Asked) -> list[Any]:
    """All panels, from four queries.

    Raises:
        StoreUnavailable: the database is away.
        StoreBusy: too many wait for it.
    """
    choice, series = asked.choice, asked.series
    found = analysis.patterns(
        store,
        tenant=asked.tenant,
        series=[] if choice.series is None else [choice.series],
        spaces=[] if choice.room in (None, NOWHERE) else [choice.room],
    )
    runs = analysis.runs(
        store,
        tenant=asked.tenant,
        device=series.device_id if series else None,
        building=asked.building.id,
    )
    by_kind = {one.kind: one for one in found}
    days, use, changed = _of_series(store, asked, series, by_kind, runs) if series else (None, None, None)
    moving, there = _of_room(asked, by_kind, runs) if choice.room != NOWHERE else (None, None)
    return [
        days,
        html.Div([changed, moving], className="pattern-column"),
        html.Div([use, there], className="pattern-column"),
        _odd_rooms(store, asked, runs),
    ]


def _of_series(
    store: Store, asked: Asked, series: Series, by_kind: dict[Any, Pattern], runs: tuple[Run, ...]
) -> tuple[Any, Any, Any]:
    """Kinds of days, use and changes of level; or why there are none."""
    why = views.lacking(runs, "patterns", series=series.id)
    if why is not None or not by_kind.keys() >= _KINDS:
        inside = parts.nothing(why or views.LATER)
        return parts.panel("Patterns of this series", inside, wide=True), None, None
    days = views.profiles(by_kind["daily profiles"], series, zone=asked.zone, units=asked.units)
    use = views.use(by_kind["schedule"], zone=asked.zone)
    changed = views.changes(by_kind["change points"], series, zone=asked.zone, units=asked.units)
    figure = _levels(store, asked, series, by_kind["change points"], changed)
    return (
        parts.panel("Kinds of days", *parts.profiles(days, asked.scheme), wide=True),
        parts.panel("When it is in use", *parts.use(use)),
        parts.panel("Changes of level", *parts.changes(changed, figure)),
    )


def _of_room(asked: Asked, by_kind: dict[Any, Pattern], runs: tuple[Run, ...]) -> tuple[Any, Any]:
    """What moves together, and presence."""
    pairs, present = by_kind.get("correlations"), by_kind.get("occupancy")
    if pairs is None or "pairs" not in pairs.result:
        moving = [parts.nothing(views.room_lacks(pairs, runs))]
    else:
        known = {one.id: one for one in asked.options.series}
        moving = parts.together(views.together(pairs, known, zone=asked.zone))
    if present is None or "week" not in present.result:
        there = [parts.nothing(views.room_lacks(present, runs))]
    else:
        people = views.presence(present, zone=asked.zone)
        last = figures.shares(people.ats, people.share, zone=asked.zone, colours=COLOURS[asked.scheme])
        there = parts.presence(people, asked.scheme, last)
    return (
        parts.panel("What moves together", *moving),
        parts.panel("When somebody is in the room", *there),
    )


def _odd_rooms(store: Store, asked: Asked, runs: tuple[Run, ...]) -> Any:
    found = analysis.odd_rooms(store, tenant=asked.tenant, building=asked.building.id)
    title = f"Odd rooms of {asked.building.name}"
    if not found:
        why = views.lacking(runs, "odd rooms")
        return parts.panel(title, parts.nothing(why or "No room could be judged."), wide=True)
    odd = rooms_health.odd_rooms(found, building=asked.building.id, zone=asked.zone)
    return parts.panel(title, *parts.odd_rooms(odd, views.judged(found, zone=asked.zone)), wide=True)


def _levels(
    store: Store, asked: Asked, series: Series, pattern: Pattern, changed: views.Changes
) -> figures.Figure:
    """The course of the series over the time that its levels were found in, and they over it."""
    now = datetime.now(UTC)
    since, until = pattern.basis.since or now, pattern.basis.until or now
    frame = readings.trend(
        store, tenant=asked.tenant, series=series.id, since=since, until=until, points=_POINTS
    )
    display = format.display(quantity=series.quantity, unit=series.unit, units=asked.units)
    conversion = display.conversion
    kept = frame[["mean", "low", "high"]] * conversion.factor + conversion.offset
    window = trend.Window(
        since=since, until=until, step=readings.step_for(until - since, points=_POINTS), zone=asked.zone
    )
    drawn = trend.line(
        frame.assign(**kept),
        window=window,
        values=_written(frame["mean"], series, asked.units),
        unit=conversion.unit,
        colours=COLOURS[asked.scheme],
    )
    stretches = [
        figures.Stretch(since=one.since, until=one.until, mean=one.mean, written=one.written)
        for one in changed.levels
    ]
    return figures.levels(drawn, stretches, zone=asked.zone, colours=COLOURS[asked.scheme])


def _written(means: pd.Series, series: Series, units: UnitSystem) -> list[str]:
    return [format.measured(mean, quantity=series.quantity, unit=series.unit, units=units) for mean in means]
