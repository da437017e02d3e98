"""Building: the floor plan of each storey in the colours of a quantity, its rooms, one room in a drawer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update, set_props
from dash.exceptions import PreventUpdate

from dashboard.components import building_card, cards, live, matches, notices, plan_controls, skeletons
from dashboard.components.icon import icon, named
from dashboard.context import Context
from dashboard.pages import building_3d, building_health, floor_plan, room_drawer
from dashboard.pages.floor_plan import GRAPH, STOREY
from dashboard.pages.reader import Reader
from dashboard.pages.room_drawer import AT, BUILDING, DRAWER, PAINTED, QUANTITY, ROOM
from dashboard.pages.time_slider import TICK, WISH
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
    at: str | None = None,
    view: str | None = None,
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
                        [
                            floor_plan.panel(_controls(storey, quantity, view), at, building_3d.panel()),
                            floor_plan.room_list(),
                        ],
                        className="building-columns",
                    ),
                    building_health.panel(),
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
    floor_plan.register(app, reader)
    building_3d.register(app, context, reader)
    building_health.register(app, context, reader, building=BUILDING, at=AT)
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
        Input(AT, "data"),
        State(STOREY, "data"),
        State(QUANTITY, "data"),
    )
    @identity.needs("viewer")
    def show_building(
        _mark: Any, building: int, at: Any, storeys: list[Any], quantities: list[Any]
    ) -> tuple[Any, ...]:
        found = reader.building(building)
        if found is None:
            return *[no_update] * 6, notices.not_found()
        then = reader.then(found, at)
        choices = plan_controls.storeys(found.storeys)
        labels = plans.quantities(found.series).items()
        measured = [{"value": name, "label": label} for name, label in labels]
        return (
            building_card.heading(found),
            [
                cards.kpi(kpi)
                for kpi in views.kpis(then.building, now=then.now, units=identity.current().units)
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
        Output(building_3d.VIEW, "value"),
        Output(ROOM, "data"),
        Output(DRAWER, "opened"),
        Output(GRAPH, "clickData"),
        Output(building_3d.CLICKED, "data", allow_duplicate=True),
        Output(live.slot(plan_controls.ROOMS, ALL), "n_clicks"),
        Output(_ADDRESS, "search"),
        Input(STOREY, "data"),
        Input(STOREY, "value"),
        Input(_LISTED, "value"),
        Input(QUANTITY, "data"),
        Input(QUANTITY, "value"),
        Input(building_3d.VIEW, "value"),
        Input(GRAPH, "clickData"),
        Input(building_3d.CLICKED, "data"),
        Input(live.slot(plan_controls.ROOMS, ALL), "n_clicks"),
        Input(DRAWER, "opened"),
        Input(_ADDRESS, "search"),
        Input(AT, "data"),
        Input(TICK, "disabled"),
        State(ROOM, "data"),
        State(PAINTED, "data"),
        State(BUILDING, "data"),
        State(live.slot(plan_controls.ROOMS, ALL), "id"),
        prevent_initial_call=True,
    )
    @identity.needs("viewer")
    def choose(
        storeys: list[Any],
        storey: str | None,
        listed: str | None,
        _quantities: list[Any],
        quantity: str | None,
        view: str | None,
        clicked: dict[str, Any] | None,
        clicked_3d: int | None,
        presses: list[int | None],
        opened: bool,
        search: str | None,
        at: dict[str, Any] | None,
        still: bool,
        room: int | None,
        painted: dict[str, Any] | None,
        building: int,
        slots: list[live.Slot],
    ) -> tuple[Any, ...]:
        found = reader.building(building) if storeys else None
        # Of two answers that are under way Dash takes the later one alone. So a click is not known by having
        # come with this question, but stays until an answer that arrives empties it.
        pressed = [slot["key"] for slot, times in zip(slots, presses, strict=True) if times]
        on_plan = floor_plan.clicked_room(clicked, painted) if clicked and painted else None
        asked = next(filter(None, (*pressed, on_plan, clicked_3d)), None)
        if found is None or (ctx.triggered_id == AT and not still and not asked):
            raise PreventUpdate  # the callback comes again when there is something to choose, or to tell
        said = Choice.parse(search or "")
        if said.storey is None and said.room is not None:
            said = replace(said, storey=reader.storey_of(found, said.room))
        # While a period is played, the address stays: every step would be one to go back over.
        moment = (at["at"] if at else None) if still else said.at
        choice = Choice(storey=storey, quantity=quantity, room=room if opened else None, at=moment, view=view)
        if said.quantity is None and f"{QUANTITY}.data" in ctx.triggered_prop_ids:
            choice = replace(choice, quantity=None)  # nobody chose it, and now another may be the first
        if _ADDRESS in ctx.triggered_prop_ids.values():
            choice = said
            if said.at != moment:
                set_props(WISH, {"data": said.at})
        elif ctx.triggered_id == _LISTED:
            choice = replace(choice, storey=listed)
        wanted = found.settled(replace(choice, room=asked or choice.room))
        shown = (storey, listed, quantity, view, room, opened)
        settled = (
            wanted.storey,
            wanted.storey,
            wanted.quantity,
            wanted.view,
            wanted.room,
            wanted.room is not None,
        )
        return (
            *(no_update if new == old else new for new, old in zip(settled, shown, strict=True)),
            None if clicked else no_update,
            None if clicked_3d else no_update,
            [None if times else no_update for times in presses],
            # An address that leaves open what is chosen anyhow stays: a step back never meets itself.
            no_update if found.settled(said) == wanted else wanted.search,
        )


def _controls(storey: str | None, quantity: str | None, view: str | None) -> list[Any]:
    return [
        building_3d.switch(view),
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
