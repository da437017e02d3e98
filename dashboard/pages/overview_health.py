"""The part of the Overview that tells how the buildings are, and which rooms are worst."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from dash import Dash, Input, Output, State, dcc, html
from dash.exceptions import PreventUpdate

from dashboard.components import health as parts
from dashboard.components import skeletons
from dashboard.context import Context
from dashboard.kept import Kept
from dashboard.server import identity
from dashboard.shell import MARK
from dashboard.views import overview_health as views
from data.errors import StoreBusy, StoreUnavailable
from data.store import analysis_overview

_BODY = "overview-health"
_TOLD = "overview-health-told"  # dcc.Store: the minute

_KEPT_S = 60.0


def section() -> html.Section:
    """What the callback fills."""
    return html.Section(
        [
            dcc.Store(id=_TOLD),
            html.H2("Health"),
            html.Div(skeletons.blocks(1, height=150), id=_BODY),
        ],
        className="overview-section",
    )


def register(app: Dash, context: Context) -> None:
    """The callback. What it reads is kept for all viewers of a tenant."""
    kept = Kept(
        lambda tenant: analysis_overview.scores(
            context.store,
            tenant=tenant,
            since=datetime.now(UTC) - views.TREND,
            buildings=views.BUILDINGS,
            rooms=views.ROOMS,
        ),
        for_s=_KEPT_S,
    )

    @app.callback(
        Output(_BODY, "children"),
        Output(_TOLD, "data"),
        Input(MARK, "data"),
        State(_TOLD, "data"),
    )
    @identity.needs("viewer")
    def show_health(_mark: Any, told: int | None) -> tuple[Any, int]:
        now = datetime.now(UTC)
        minute = int(now.timestamp()) // 60
        if minute == told:
            raise PreventUpdate
        try:
            found = kept.of(identity.current().tenant_id)
        except (StoreUnavailable, StoreBusy) as error:
            raise PreventUpdate from error  # the frame says so
        return _body(views.buildings(found, now=now), views.worst_rooms(found, now=now)), minute


def _body(buildings: views.Rows, rooms: views.Rows) -> Any:
    if not buildings:
        return html.P(
            "No building is judged yet: that is done every 15 minutes once devices stand in one.",
            className="nothing",
        )
    cards = [
        html.Div(
            [
                html.H3(dcc.Link(one.name, href=href)),
                html.Div(parts.summary(one), className="health"),
            ],
            className="panel health-card",
        )
        for one, href in buildings
    ]
    worst = parts.rows(rooms) if rooms else html.P("All rooms that are judged are well.", className="soft")
    return html.Div(
        [
            html.Div(cards, className="health-cards"),
            html.Div([html.H3("Worst rooms"), worst], className="panel worst-health"),
        ],
        className="overview-health",
    )
