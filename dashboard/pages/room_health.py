"""The part of a room's drawer that tells how the room is or was, and whether it is unlike those around it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from dash import Dash, Input, Output, State, dcc, html
from dash.exceptions import PreventUpdate

from dashboard import format
from dashboard.components import health as parts
from dashboard.context import Context
from dashboard.pages.reader import Reader
from dashboard.server import identity
from dashboard.shell import MARK
from dashboard.views import health as views
from dashboard.views import rooms_health
from dashboard.views.health import Score
from dashboard.views.past import Moment
from data.errors import StoreBusy, StoreUnavailable
from data.store import analysis

_BODY = "room-health"
_TOLD = "room-health-told"  # dcc.Store: the room and the minute, or the moment that is over
_NOT_KEPT = "Its score alone is kept of the past; what cost it points is shown live."


def section() -> html.Div:
    """What the callback fills."""
    return html.Div([dcc.Store(id=_TOLD), html.Div(id=_BODY, className="room-health")])


def register(app: Dash, context: Context, reader: Reader, *, room: str, building: str, at: str) -> None:
    """The callback.

    Args:
        app: The app.
        context: Its store.
        reader: Of buildings.
        room: Id of the dcc.Store with the id of the room that is open, or None.
        building: Id of the dcc.Store with the building's id.
        at: Id of the dcc.Store with the moment that is shown.
    """

    @app.callback(
        Output(_BODY, "children"),
        Output(_TOLD, "data"),
        Input(MARK, "data"),
        Input(room, "data"),
        Input(at, "data"),
        State(building, "data"),
        State(_TOLD, "data"),
    )
    @identity.needs("viewer")
    def show_health(
        _mark: Any, room_id: int | None, then: Any, building_id: int, told: list[Any] | None
    ) -> tuple[Any, ...]:
        moment, tenant = Moment.of(then), identity.current().tenant_id
        now = rooms_health.hour_of(moment.at) if moment else datetime.now(UTC)
        telling = [room_id, now.isoformat() if moment else int(now.timestamp()) // 60]
        if room_id is None or telling == told:
            raise PreventUpdate
        try:
            found = analysis.of_space(context.store, tenant=tenant, space=room_id)
            trend = analysis.health_trend(
                context.store,
                tenant=tenant,
                subject="space",
                subject_id=room_id,
                since=now - views.TREND,
                until=now,
            )
        except (StoreUnavailable, StoreBusy) as error:
            raise PreventUpdate from error
        if found.health is None:
            return None, telling  # nothing is measured here, as the drawer says
        if moment:
            score = reader.score_then(building_id, room_id, moment.at)
            return _past(views.then(score, now=now, trend=trend)), telling
        stands_in = reader.building(building_id)
        zone = format.zone(stands_in.row.timezone if stands_in else None)
        shown = views.score(found.health, zone=zone, now=now, trend=trend)
        odd = rooms_health.odd_rooms(found.odd, building=building_id, zone=zone)
        return [
            html.H3("Health"),
            html.Div(parts.body(shown), className="health"),
            parts.odd(odd, named=False) if odd else None,
        ], telling


def _past(score: Score) -> list[Any]:
    return [
        html.H3("Health then"),
        html.Div(parts.then(score), className="health"),
        html.P(_NOT_KEPT, className="small"),
    ]
