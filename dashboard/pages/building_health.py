"""The part of the Building page that tells how the building, its storeys and its rooms are, or were."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from dash import Dash, Input, Output, State, dcc, html
from dash.exceptions import PreventUpdate

from dashboard import format
from dashboard.components import findings as finding_parts
from dashboard.components import health as parts
from dashboard.components import skeletons
from dashboard.context import Context
from dashboard.pages.reader import Reader
from dashboard.server import identity
from dashboard.shell import MARK
from dashboard.views import findings, past, patterns, rooms_health
from dashboard.views import health as views
from dashboard.views.past import Moment
from data.errors import StoreBusy, StoreUnavailable
from data.store import analysis
from data.store.analysis_rows import BuildingAnalysis, TrendPoint

_BODY = "building-health"
_TOLD = "building-health-told"  # dcc.Store: the building and the minute, or the moment that is over
_NOT_KEPT = (
    "Scores alone are kept of the past. What cost points, rooms unlike those around them and likely failures "
    "are shown live."
)


def panel() -> html.Section:
    """The panel below the plan."""
    return html.Section(
        [
            dcc.Store(id=_TOLD),
            html.H2("Health"),
            html.Div(skeletons.blocks(1, height=160), id=_BODY),
        ],
        className="panel building-health",
    )


def register(app: Dash, context: Context, reader: Reader, *, building: str, at: str) -> None:
    """The panel's callback.

    Args:
        app: The app.
        context: Its store.
        reader: Of buildings.
        building: Id of the dcc.Store with the building's id.
        at: Id of the dcc.Store with the moment that is shown.
    """

    @app.callback(
        Output(_BODY, "children"),
        Output(_TOLD, "data"),
        Input(MARK, "data"),
        Input(building, "data"),
        Input(at, "data"),
        State(_TOLD, "data"),
    )
    @identity.needs("viewer")
    def show_health(_mark: Any, building_id: int, then: Any, told: list[Any] | None) -> tuple[Any, ...]:
        now, moment = datetime.now(UTC), Moment.of(then)
        telling = [building_id, moment.kept if moment else int(now.timestamp()) // 60]
        found = reader.building(building_id) if telling != told else None
        if found is None:
            raise PreventUpdate  # told a moment ago, or there is no such building, which its heading says
        if moment:
            return _past(reader.health_then(building_id, moment.at), moment.at, found.row.timezone), telling
        known, trend = reader.analysis(building_id), _trend(context, building_id, now)
        return _body(known, trend, zone_name=found.row.timezone, building=building_id, now=now), telling


def _trend(context: Context, building: int, now: datetime) -> tuple[TrendPoint, ...]:
    try:
        return analysis.health_trend(
            context.store,
            tenant=identity.current().tenant_id,
            subject="building",
            subject_id=building,
            since=now - views.TREND,
            until=now,
        )
    except (StoreUnavailable, StoreBusy) as error:
        raise PreventUpdate from error


def _body(
    known: BuildingAnalysis,
    trend: tuple[TrendPoint, ...],
    *,
    zone_name: str | None,
    building: int,
    now: datetime,
) -> html.Div:
    zone = format.zone(zone_name)
    whole = views.score(known.health, zone=zone, now=now, trend=trend)
    storeys = rooms_health.storeys(known.storeys, building=building, zone=zone, now=now)
    worst = rooms_health.worst(known.rooms, building=building, zone=zone, now=now)
    odd = rooms_health.odd_rooms(known.odd, building=building, zone=zone)
    likely = findings.likely(known.failures, zone=zone)
    return html.Div(
        [
            html.Div(parts.body(whole), className="health"),
            html.Div(
                [
                    _section("Worst rooms", parts.rows(worst) if worst else _all_well(known)),
                    _section("Storeys", parts.rows(storeys)) if storeys else None,
                ]
            ),
            html.Div(
                [
                    _section(
                        "Unlike the rooms around them",
                        parts.odd(odd, named=True) if odd else _none_odd(known),
                    ),
                    _section("Likely failures", finding_parts.likely(likely)) if likely else None,
                ]
            ),
        ],
        className="building-health-columns",
    )


def _past(then: rooms_health.Then, at: datetime, zone_name: str | None) -> html.Div:
    zone = format.zone(zone_name)
    none = "All rooms that were judged were well." if then.judged else "No room was judged then."
    return html.Div(
        [
            html.Div(
                [
                    parts.then(then.whole),
                    html.P(f"As it was known on {past.told(at, zone=zone)}.", className="small"),
                ],
                className="health",
            ),
            _section("Worst rooms", parts.rows(then.worst) if then.worst else html.P(none, className="soft")),
            html.Div(
                [
                    _section("Storeys", parts.rows(then.storeys)) if then.storeys else None,
                    html.P(_NOT_KEPT, className="soft"),
                ]
            ),
        ],
        className="building-health-columns",
    )


def _section(title: str, inside: Any) -> html.Section:
    return html.Section([html.H3(title), inside])


def _all_well(known: BuildingAnalysis) -> html.P:
    said = (
        "All rooms that are judged are well."
        if known.rooms
        else "No room is judged yet: none has a device that spoke."
    )
    return html.P(said, className="soft")


def _none_odd(known: BuildingAnalysis) -> html.P:
    lacks = patterns.lacking(known.runs, "odd rooms")
    return html.P(lacks or f"None of {len(known.odd)} rooms that measure temperature.", className="soft")
