"""The floor plan of the Building page and the list of its rooms beside it."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.exceptions import PreventUpdate

from dashboard.components import live, plan_controls, skeletons
from dashboard.components.icon import icon, named
from dashboard.figures.drawing import Drawing
from dashboard.figures.plan_frame import ARROW_PX
from dashboard.pages import time_slider
from dashboard.pages.plan_drawing import Plans, Wanted
from dashboard.pages.reader import Reader
from dashboard.pages.room_drawer import AT, BUILDING, PAINTED, QUANTITY
from dashboard.server import identity
from dashboard.shell import MARK, SCHEME
from dashboard.theme import scheme_of
from dashboard.views import plan as plans
from dashboard.views.building import Building
from data.store.buildings import StoreyPlan

STOREY = "building-storey"  # its value is the id of the chosen one as text
GRAPH = "building-plan"

_SEARCH = "building-search"
_BAR = "building-bar"
_KEY = "building-key"
_SYMBOLS = "building-symbols"
_SEEN = (
    "building-seen"  # dcc.Store: the storey that is zoomed into and the part of it that is seen; None: whole
)
_PLACE = "building-plan-place"
_EMPTY = "building-plan-empty"
_ROOMS = "building-rooms"
_COUNT = "building-room-count"

_HIDDEN = {"display": "none"}


def panel(head: list[Any], at: str | None, other: Any = None) -> html.Section:
    """The plan under the controls that choose what it shows, over the slider that chooses when.

    Args:
        head: The controls.
        at: The moment that is looked at; None: live.
        other: The other view that may stand for the plan.
    """
    return html.Section(
        [
            # What is drawn, a fingerprint of each trace, the ids of the rooms, and the moment.
            dcc.Store(id=PAINTED),
            dcc.Store(id=_SEEN),
            html.Div(head, className="plan-head"),
            html.Div(
                dcc.Graph(
                    id=GRAPH,
                    figure={"data": [], "layout": {"xaxis": {"visible": False}, "yaxis": {"visible": False}}},
                    config={
                        "displayModeBar": True,
                        "displaylogo": False,
                        "modeBarButtons": [["zoomIn2d", "zoomOut2d", "resetScale2d"]],
                        "doubleClick": "reset",
                    },
                    responsive=True,
                    style={"height": "100%"},
                ),
                id=_PLACE,
                className="plan",
            ),
            other,
            html.Div(id=_EMPTY),
            time_slider.bar(at),
            html.Div(
                [
                    html.Div(id=_BAR, className="bar-place"),
                    html.Div(id=_KEY, className="plan-key"),
                    dmc.Switch(id=_SYMBOLS, label="Equipment and devices", checked=True, size="xs"),
                ],
                className="plan-foot",
            ),
        ],
        className="panel plan-panel",
        **named("Floor plan"),
    )


def room_list() -> html.Section:
    """The rooms, with a search."""
    return html.Section(
        [
            html.Div(
                [html.H2("Rooms"), html.Span(id=_COUNT, className="count", role="status")],
                className="rooms-head",
            ),
            dmc.TextInput(
                id=_SEARCH,
                placeholder="Name or use",
                leftSection=icon("search"),
                debounce=250,
                **named("Search rooms"),
            ),
            html.Div(skeletons.blocks(6, height=40), id=_ROOMS, className="room-list"),
        ],
        className="building-side",
    )


def clicked_room(click: dict[str, Any], painted: dict[str, Any]) -> int | None:
    """The room that was clicked, itself or a symbol in it: rooms are the plan's first traces."""
    point, rooms = click["points"][0], painted["rooms"]
    if point["curveNumber"] < len(rooms):
        return int(rooms[point["curveNumber"]])
    symbol = point.get("customdata")  # the room of what it stands for
    return symbol if symbol in rooms else None


def register(app: Dash, reader: Reader) -> None:
    """The callbacks of both."""
    _register_plan(app, reader)
    time_slider.register(app, reader)
    _register_rooms(app, reader)


def _register_plan(app: Dash, reader: Reader) -> None:
    """The floor plan."""

    _register_zoom(app)
    drawn = Plans(reader)

    @app.callback(
        Output(GRAPH, "figure"),
        Output(PAINTED, "data"),
        Output(_PLACE, "style"),
        Output(_BAR, "children"),
        Output(_KEY, "children"),
        Output(_EMPTY, "children"),
        Input(MARK, "data"),
        Input(STOREY, "value"),
        Input(QUANTITY, "value"),
        Input(SCHEME, "computedColorScheme"),
        Input(AT, "data"),
        Input(_SYMBOLS, "checked"),
        Input(_SEEN, "data"),
        State(BUILDING, "data"),
        State(PAINTED, "data"),
    )
    @identity.needs("viewer")
    def show_plan(
        _mark: Any,
        storey: str | None,
        quantity: str | None,
        scheme: str | None,
        at: Any,
        with_symbols: bool,
        seen: Any,
        building: int,
        painted: Any,
    ) -> tuple[Any, ...]:
        found, plan = _chosen(reader, building, storey)
        if found is not None and not found.storeys:
            return no_update, None, _HIDDEN, None, None, plan_controls.no_storeys()
        if found is None or plan is None or scheme is None or quantity is None:
            raise PreventUpdate  # the callback comes again when all are known
        wanted = Wanted(
            quantity=quantity,
            scheme=scheme_of(scheme),
            at=at,
            with_symbols=with_symbols,
            part=seen["part"] if seen and seen["storey"] == storey else None,
        )
        shown = drawn.show(found, plan, wanted, painted)
        if shown is None:
            raise PreventUpdate
        name = plans.name(quantity, units=identity.current().units)
        return (
            shown.figure,
            shown.painted,
            _frame(shown.outlines),
            plan_controls.colour_bar(shown.scale, name=name),
            plan_controls.key(
                ages=quantity in (plans.FRESHNESS, plans.HEALTH), groups=shown.groups, odd=shown.odd
            ),
            None if shown.outlines.rooms else plan_controls.nothing_to_draw(plan),
        )


def _frame(outlines: Drawing) -> dict[str, str]:
    """What the style sheet has to know of a plan."""
    if outlines.bounds is None:
        return _HIDDEN
    arrow = {} if outlines.north_deg is None else {"--arrow": f"{ARROW_PX}px"}
    return {"--aspect": f"{outlines.aspect:.3f}"} | arrow


def _register_zoom(app: Dash) -> None:
    """What of the plan is seen."""

    @app.callback(
        Output(_SEEN, "data"),
        Input(GRAPH, "relayoutData"),
        State(STOREY, "value"),
        prevent_initial_call=True,
    )
    @identity.needs("viewer")
    def see(change: dict[str, Any] | None, storey: str | None) -> dict[str, Any] | None:
        if change and change.get("xaxis.autorange"):
            return None  # it was put back to the whole
        names = [f"{axis}axis.range[{end}]" for end in (0, 1) for axis in "xy"]
        if not change or any(not isinstance(change.get(name), int | float) for name in names):
            raise PreventUpdate  # the window has another size
        return {"storey": storey, "part": [round(change[name], 3) for name in names]}


def _register_rooms(app: Dash, reader: Reader) -> None:
    """The list of rooms."""

    @app.callback(
        Output(_ROOMS, "children"),
        Output(live.slot(plan_controls.ROOMS, ALL), "children"),
        Output(_COUNT, "children"),
        Input(MARK, "data"),
        Input(STOREY, "value"),
        Input(QUANTITY, "value"),
        Input(_SEARCH, "value"),
        Input(AT, "data"),
        State(BUILDING, "data"),
        State(live.slot(plan_controls.ROOMS, ALL), "id"),
    )
    @identity.needs("viewer")
    def show_rooms(
        _mark: Any,
        storey: str | None,
        quantity: str | None,
        search: str | None,
        at: Any,
        building: int,
        slots: list[live.Slot],
    ) -> tuple[Any, ...]:
        found, plan = _chosen(reader, building, storey)
        if found is not None and not found.storeys:
            return [], [no_update] * len(slots), "0"  # not None: see building_3d
        if found is None or plan is None or quantity is None:
            raise PreventUpdate
        said = reader.readings(reader.then(found, at), (room.id for room in plan.rooms), quantity)
        kept = [slot["key"] for slot in slots] if ctx.triggered_id in (MARK, AT) else []
        listed = plans.room_list(
            plan.rooms, said, search=search or "", order=kept, lowest_first=quantity == plans.HEALTH
        )
        rooms, insides = live.update(
            {room.id: room for room in listed.rooms},
            slots,
            inside=plan_controls.room_inside,
            whole=lambda: plan_controls.rooms(listed),
        )
        count = (
            str(listed.total) if listed.matching == listed.total else f"{listed.matching} of {listed.total}"
        )
        return rooms, insides, count


def _chosen(reader: Reader, building: int, storey: str | None) -> tuple[Building | None, StoreyPlan | None]:
    """The building and the plan of its chosen storey."""
    found = reader.building(building)
    row = found.storey(storey) if found and storey else None
    return found, reader.plan(row.id, found.revision) if found and row else None
