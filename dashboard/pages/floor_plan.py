"""The floor plan of the Building page and the list of its rooms beside it."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, Patch, State, ctx, dcc, html, no_update
from dash.exceptions import PreventUpdate

from dashboard.components import live, plan_controls, skeletons
from dashboard.components.icon import icon, named
from dashboard.figures import colour_scale, drawing
from dashboard.figures import plan as figures
from dashboard.figures.colour_scale import Scale
from dashboard.figures.drawing import Drawing
from dashboard.figures.plan_frame import FEET, METRES
from dashboard.pages import time_slider
from dashboard.pages.room_drawer import AT, BUILDING, PAINTED, QUANTITY, Reader, Then
from dashboard.server import identity
from dashboard.shell import MARK, SCHEME
from dashboard.theme import scheme_of
from dashboard.views import building as views
from dashboard.views import plan as plans
from dashboard.views.building import Building
from data.store.buildings import StoreyPlan

STOREY = "building-storey"  # its value is the id of the chosen one as text
GRAPH = "building-plan"

_SEARCH = "building-search"
_BAR = "building-bar"
_KEY = "building-key"
_PLACE = "building-plan-place"
_EMPTY = "building-plan-empty"
_ROOMS = "building-rooms"
_COUNT = "building-room-count"

_HIDDEN = {"display": "none"}

_Changes = Mapping[int, figures.Figure]


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
            html.Div(head, className="plan-head"),
            html.Div(
                dcc.Graph(
                    id=GRAPH,
                    figure={"data": [], "layout": {"xaxis": {"visible": False}, "yaxis": {"visible": False}}},
                    config={"displayModeBar": False},
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
    """The room that was clicked: rooms are the plan's first traces."""
    number = click["points"][0]["curveNumber"]
    return painted["rooms"][number] if number < len(painted["rooms"]) else None


def register(app: Dash, reader: Reader) -> None:
    """The callbacks of both."""
    _register_plan(app, reader)
    time_slider.register(app, reader)
    _register_rooms(app, reader)


def _register_plan(app: Dash, reader: Reader) -> None:
    """The floor plan."""

    @lru_cache(maxsize=128)
    def drawn(tenant: int, storey: int, revision: str) -> Drawing | None:
        plan = reader.plan(storey, revision)
        return drawing.draw(plan) if plan else None

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
        building: int,
        painted: Any,
    ) -> tuple[Any, ...]:
        found, plan = _chosen(reader, building, storey)
        if found is not None and not found.storeys:
            return no_update, None, _HIDDEN, None, None, plan_controls.no_storeys()
        if found is None or plan is None or scheme is None or quantity is None:
            raise PreventUpdate  # the callback comes again when all are known
        outlines = drawn(identity.current().tenant_id, plan.id, found.revision)
        if outlines is None:
            raise PreventUpdate
        then, look, units = reader.then(found, at), scheme_of(scheme), identity.current().units
        series = views.in_rooms(then.building.series)
        said = plans.readings(plan.rooms, series, quantity, now=then.now, units=units)
        scale = _scale(then, quantity)
        scale = replace(scale, ticks=plans.ticks(scale.low, scale.high, quantity, units=units) or scale.ticks)
        paint = figures.paint(outlines, said, scale=scale, scheme=look)
        changes = figures.changing(outlines, paint, scheme=look)
        prints = [zlib.crc32(repr(change).encode()) for change in changes.values()]
        what = f"{plan.id} {found.revision} {look} {units} {len(prints)}"
        figure: Any = (
            _changed(changes, prints, painted["prints"])
            if painted and painted["what"] == what
            else figures.figure(outlines, paint, scheme=look, ruler=FEET if units == "us" else METRES)
        )
        return (
            figure,
            {"what": what, "prints": prints, "rooms": [room.id for room in outlines.rooms], "at": at},
            {"--aspect": f"{outlines.aspect:.3f}"} if outlines.bounds else _HIDDEN,
            plan_controls.colour_bar(scale, name=plans.name(quantity, units=units)),
            plan_controls.key(ages=quantity == plans.FRESHNESS),
            None if outlines.rooms else plan_controls.nothing_to_draw(plan),
        )


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
            return None, [no_update] * len(slots), "0"
        if found is None or plan is None or quantity is None:
            raise PreventUpdate
        then, units = reader.then(found, at), identity.current().units
        series = views.in_rooms(then.building.series)
        said = plans.readings(plan.rooms, series, quantity, now=then.now, units=units)
        kept = [slot["key"] for slot in slots] if ctx.triggered_id in (MARK, AT) else []
        listed = plans.room_list(plan.rooms, said, search=search or "", order=kept)
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


def _scale(then: Then, quantity: str) -> Scale:
    """The colours of a quantity: its own, else for the whole building, so that its storeys share them."""
    if colour_scale.has_own(quantity):
        return colour_scale.of(quantity)
    highs, lows = (views.in_rooms(then.extremes(pick=pick)).values() for pick in (max, min))
    return colour_scale.of(
        quantity,
        lowest=plans.lowest(lows, quantity, now=then.now),
        highest=plans.highest(highs, quantity, now=then.now),
    )


def _changed(changes: _Changes, prints: list[int], shown: list[int]) -> Any:
    """Only what is another than what is shown; geometry and a room that stays as it is are never sent."""
    patch, same = Patch(), True
    for (number, change), new, old in zip(changes.items(), prints, shown, strict=True):
        if new != old:
            patch["data"][number].update(change)
            same = False
    return no_update if same else patch
