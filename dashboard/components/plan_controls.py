"""What stands around a floor plan: its controls, the colour bar, and the list of its rooms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from dash import html

from dashboard.components import live
from dashboard.figures.colour_scale import Scale
from dashboard.views.plan import ListedRoom, RoomList
from dashboard.views.symbols import GROUPS, Group
from data.store.buildings import StoreyPlan, StoreyRow

ROOMS = "plan-room"  # name of the live list

Unlike = Literal["marked", "not known then"]  # rooms unlike those around them, of which no past is kept

_MOST_SIDE_BY_SIDE = 8  # storeys; more are a list to choose from on any screen


def storeys(found: Sequence[StoreyRow]) -> list[dict[str, str]]:
    """The storeys to choose from, the lowest first."""
    return [{"value": str(storey.id), "label": storey.name} for storey in found]


def storeys_class(found: Sequence[StoreyRow]) -> str:
    """Which of the two controls for them the style sheet shows on a wide screen."""
    return "storeys many" if len(found) > _MOST_SIDE_BY_SIDE else "storeys"


def colour_bar(scale: Scale, *, name: str) -> list[Any]:
    """The colours of what has this name, with the values they stand for."""
    return [html.Span(name, className="bar-name"), _swatches(scale) if scale.stepped else _bar(scale)]


def key(*, ages: bool, groups: Iterable[Group] = (), odd: Unlike | None = None) -> list[Any]:
    """What symbols and rooms without a colour are; where ages are shown, none of them is too old for one."""
    words: dict[Unlike, html.Span] = {
        "marked": html.Span([html.Span(className="swatch odd"), "unlike the rooms around it"]),
        "not known then": html.Span("rooms unlike those around them: marked live only"),
    }
    unlike = [words[odd]] if odd else []
    old = html.Span([html.Span(className="swatch old"), "older than 1 h"])
    none = html.Span([html.Span(className="swatch none"), "no data"])
    shown = set(groups)
    marks = [
        html.Span([html.Span(className=f"mark {group}"), word])
        for group, word in GROUPS.items()
        if group in shown
    ]
    return [*marks, *unlike, *([none] if ages else [old, none])]


def nothing_to_draw(plan: StoreyPlan) -> html.P:
    """Why a plan shows no rooms."""
    said = (
        "The model has no outlines of the rooms on this storey; the list has them all."
        if plan.rooms
        else "There are no rooms on this storey."
    )
    return html.P(said, className="nothing-drawn")


def no_bodies() -> html.P:
    """Why a building has no 3D view."""
    return html.P(
        "The model has no outlines of rooms, so there is nothing to stand up.", className="nothing-drawn"
    )


def no_storeys() -> html.P:
    """Nothing is known of the building's shape: how its model gets here."""
    return html.P(
        [
            "This building has no model yet. ",
            html.Code("python -m data.building import FILE.ifc --name …"),
            " brings in its storeys and rooms.",
        ],
        className="nothing-drawn",
    )


def rooms(found: RoomList) -> Any:
    """The rooms of a storey, each a button that opens it. Few components: a browser draws them all anew."""
    if not found.total:
        return html.P("There are no rooms on this storey.", className="nothing")
    if not found.matching:
        return html.P("No room matches.", className="nothing")
    more = found.matching - len(found.rooms)
    return [
        *(
            html.Button(room_inside(room), id=live.slot(ROOMS, room.id), className="room")
            for room in found.rooms
        ),
        html.P(f"and {more} more: search for them", className="nothing") if more else None,
    ]


def room_inside(room: ListedRoom) -> list[Any]:
    """A room's name and value."""
    said = room.reading
    return [
        html.Span(room.name, className="room-number"),
        html.Span(said.written, className=f"room-value {said.state}"),
        html.Span(room.long_name, className="room-long") if room.long_name else None,
        html.Span(said.age, className="room-age") if said.state == "stale" else None,
    ]


def _bar(scale: Scale) -> html.Div:
    stops = ", ".join(f"{colour} {100 * scale.position(value):.1f}%" for value, colour in scale.stops)
    ticks = [
        html.Span(word, className="tick", style={"left": f"{100 * scale.position(value):.1f}%"})
        for value, word in scale.ticks
    ]
    return html.Div(
        [html.Div(className="bar-colours", style={"background": f"linear-gradient(90deg, {stops})"}), *ticks],
        className="bar",
    )


def _swatches(scale: Scale) -> html.Div:
    return html.Div(
        [
            html.Span([html.Span(className="swatch", style={"background": scale.colour(value)}), word])
            for value, word in scale.ticks
        ],
        className="swatches",
    )
