"""Building: the floor plan of each storey in the colours of a quantity, its rooms, one room in a drawer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.exceptions import PreventUpdate

from dashboard.components import building_card, cards, live, notices, plan_controls, skeletons
from dashboard.components.icon import icon, named
from dashboard.context import Context
from dashboard.pages import floor_plan, matches, room_drawer
from dashboard.pages.floor_plan import GRAPH, PAINTED, STOREY
from dashboard.pages.room_drawer import BUILDING, DRAWER, QUANTITY, ROOM, Reader
from dashboard.server import identity
from dashboard.shell import MARK
from dashboard.views import building as views
from dashboard.views import plan as plans
from dashboard.views.building import Choice, is_id

PATH_TEMPLATE = "/building/<building_id>"
NAME = "Building"
ORDER = None  # reached from the Overview

_MISSING = "building-missing"
_HEADING = "building-heading"
_KPIS = "building-kpis"
_STOREYS = "building-storeys"  # what holds the two controls, of which the style sheet shows one
_LISTED = "building-storey-listed"  # says what STOREY says
_ADDRESS = "building-address"
_WINDOW = "_pages_store"  # Dash's own: what it names the window after


def layout(
    building_id: str = "",
    storey: str | None = None,
    quantity: str | None = None,
    room: str | None = None,
    **_query: str,
) -> Any:
    """The page with skeletons; its callbacks fill it."""
    if not is_id(building_id):
        return notices.not_found()
    opened = int(room) if room and is_id(room) else None
    return html.Div(
        [
            dcc.Location(id=_ADDRESS, refresh=False),
            dcc.Store(id=BUILDING, data=int(building_id)),
            dcc.Store(id=ROOM, data=opened),
            dcc.Link([icon("arrow-left"), "Overview"], href="/", className="back"),
            html.Div(id=_MISSING, className="building-missing"),
            html.Div(
                [
                    html.Div(skeletons.blocks(2, height=26), id=_HEADING, className="building-heading"),
                    matches.invitation(int(building_id)),
                    html.Div(skeletons.blocks(5, height=106), id=_KPIS, className="kpis building-kpis"),
                    html.Div(
                        [floor_plan.panel(_controls(storey, quantity)), floor_plan.room_list()],
                        className="building-columns",
                    ),
                    room_drawer.drawer(opened),
                ],
                className="building-found",
            ),
        ],
        className="page",
    )


def register(app: Dash, context: Context) -> None:
    """The page's callbacks."""
    reader = Reader(context)
    room_drawer.register(app, context, reader)
    _register_choices(app, reader)
    floor_plan.register(app, reader)
    _register_heading(app, reader)
    _register_choices(app, reader)


def _register_heading(app: Dash, reader: Reader) -> None:
    """What the building is, and what can be chosen of it."""

    @app.callback(
        Output(_HEADING, "children"),
        Output(_KPIS, "children"),
        Output(STOREY, "data"),
        Output(_LISTED, "data"),
        Output(_STOREYS, "className"),
        Output(QUANTITY, "data"),
        Output(_MISSING, "children"),
        Input(MARK, "data"),
        Input(BUILDING, "data"),
        State(STOREY, "data"),
        State(QUANTITY, "data"),
    )
    @identity.needs("viewer")
    def show_building(
        _mark: Any, building: int, storeys: list[Any], quantities: list[Any]
    ) -> tuple[Any, ...]:
        found = reader.building(building)
        if found is None:
            return *[no_update] * 6, notices.not_found()
        choices = plan_controls.storeys(found.storeys)
        labels = plans.quantities(found.series).items()
        measured = [{"value": name, "label": label} for name, label in labels]
        return (
            building_card.heading(found),
            [
                cards.kpi(kpi)
                for kpi in views.kpis(found, now=datetime.now(UTC), units=identity.current().units)
            ],
            no_update if choices == storeys else choices,
            no_update if choices == storeys else choices,
            plan_controls.storeys_class(found.storeys),
            no_update if measured == quantities else measured,
            None,
        )

    @app.callback(
        Output(_WINDOW, "data", allow_duplicate=True),
        Input(STOREY, "data"),
        State(BUILDING, "data"),
        prevent_initial_call=True,
    )
    @identity.needs("viewer")
    def name_window(_storeys: list[Any], building: int) -> dict[str, str]:
        found = reader.building(building)
        if found is None:
            raise PreventUpdate
        return {"title": f"{found.row.name} · Clerestory"}


def _register_choices(app: Dash, reader: Reader) -> None:
    """One callback settles what is chosen, whoever chose it: controls, plan, list, drawer or address."""

    @app.callback(
        Output(STOREY, "value"),
        Output(_LISTED, "value"),
        Output(QUANTITY, "value"),
        Output(ROOM, "data"),
        Output(DRAWER, "opened"),
        Output(GRAPH, "clickData"),
        Output(_ADDRESS, "search"),
        Input(STOREY, "data"),
        Input(STOREY, "value"),
        Input(_LISTED, "value"),
        Input(QUANTITY, "data"),
        Input(QUANTITY, "value"),
        Input(GRAPH, "clickData"),
        Input(live.slot(plan_controls.ROOMS, ALL), "n_clicks"),
        Input(DRAWER, "opened"),
        Input(_ADDRESS, "search"),
        State(ROOM, "data"),
        State(PAINTED, "data"),
        State(BUILDING, "data"),
        prevent_initial_call=True,
    )
    @identity.needs("viewer")
    def choose(
        storeys: list[Any],
        storey: str | None,
        listed: str | None,
        _quantities: list[Any],
        quantity: str | None,
        clicked: dict[str, Any] | None,
        _presses: list[int | None],
        opened: bool,
        search: str | None,
        room: int | None,
        painted: dict[str, Any] | None,
        building: int,
    ) -> tuple[Any, ...]:
        found = reader.building(building) if storeys else None
        if found is None:
            raise PreventUpdate  # the callback comes again when there is something to choose
        choice = Choice(storey=storey, quantity=quantity, room=room)
        said = Choice.parse(search or "")
        trigger = ctx.triggered_id
        if _ADDRESS in ctx.triggered_prop_ids.values():
            choice = said
        elif isinstance(trigger, dict) and ctx.triggered[0]["value"]:  # else it is new, nobody pressed it
            choice = replace(choice, room=trigger["key"])
        elif trigger == GRAPH and clicked and painted:
            choice = replace(choice, room=floor_plan.clicked_room(clicked, painted) or room)
        elif trigger == DRAWER and not opened:
            choice = replace(choice, room=None)
        elif trigger == _LISTED:
            choice = replace(choice, storey=listed)
        wanted = found.settled(choice)
        shown = (storey, listed, quantity, room, opened)
        settled = (wanted.storey, wanted.storey, wanted.quantity, wanted.room, wanted.room is not None)
        return (
            *(no_update if new == old else new for new, old in zip(settled, shown, strict=True)),
            # Emptied, so that the next click on the same room is another one.
            None if clicked else no_update,
            # An address that leaves open what is chosen anyhow stays: a step back never meets itself.
            no_update if found.settled(said) == wanted else wanted.search,
        )


def _controls(storey: str | None, quantity: str | None) -> list[Any]:
    return [
        html.Div(
            [
                dmc.SegmentedControl(id=STOREY, data=[], value=storey, **named("Storey")),
                dmc.Select(id=_LISTED, data=[], allowDeselect=False, **named("Storey")),
            ],
            id=_STOREYS,
            className="storeys",
        ),
        dmc.Select(
            id=QUANTITY,
            data=[],
            value=quantity,
            allowDeselect=False,
            className="quantity",
            **named("Colour by"),
        ),
    ]
