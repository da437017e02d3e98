"""A room in its drawer: what it is, what is measured in it, what stands in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from dashboard.components import live, notices
from dashboard.components.freshness import freshness
from dashboard.components.icon import icon, of_series
from dashboard.figures import sparkline
from dashboard.views.room import Beside, Device, Fact, Measured, Nearest, PropertySet, Room

SERIES = "room-series"  # names of the live lists
SPARKS = "room-spark"

_LISTED = 12  # neighbours of a room; a hall may have many more


def title(room: Room) -> list[Any]:
    """The room's name, and its long one."""
    long = html.Span(room.long_name, className="room-title-long") if room.long_name else None
    return [html.Span(room.name, className="room-title"), long]


def facts(room: Room) -> list[Any]:
    """What the model says of the room itself."""
    gone = notices.away("The newest model of the building no longer has this room.") if room.gone else None
    return [gone, _facts(room.facts)]


def about(room: Room) -> list[Any]:
    """The systems that serve the room, and its property sets."""
    return [
        *(
            [
                html.H3("Served by"),
                html.Ul([html.Li(name) for name in room.served_by], className="served-by"),
            ]
            if room.served_by
            else []
        ),
        *([html.H3("Properties"), _properties(room.properties)] if room.properties else []),
    ]


def around(found: Sequence[Beside], nearest: Nearest | None) -> list[Any]:
    """Where else to look: the nearest sensor of what is not measured here, and the rooms next to it."""
    return [*_nearest(nearest), *_beside(found)]


def _nearest(one: Nearest | None) -> list[Any]:
    if one is None:
        return []
    inside = [html.Span(one.device), html.Span(one.where, className="distance")]
    link = dcc.Link(inside, href=f"/device/{one.device_id}")
    return [html.H3(f"Nearest that measures {one.what}"), html.Ul([html.Li(link)], className="nearby")]


def _beside(found: Sequence[Beside]) -> list[Any]:
    if not found:
        return []
    rows = [
        html.Li(dcc.Link([_called(one), html.Span(one.how, className="distance")], href=one.href))
        for one in found[:_LISTED]
    ]
    more = len(found) - len(rows)
    return [
        html.H3("Next to"),
        html.Ul(rows, className="nearby"),
        html.P(f"and {more} more", className="soft") if more else None,
    ]


def _called(one: Beside) -> html.Span:
    long = html.Span(one.long_name, className="next-long") if one.long_name else None
    return html.Span([one.name, long], className="next-name")


def devices(found: Sequence[Device]) -> list[Any]:
    """The devices in the room, each leading to its page."""
    if not found:
        return []
    rows = [
        html.Li(dcc.Link([html.Span(one.name), freshness(one.freshness)], href=f"/device/{one.id}"))
        for one in found
    ]
    return [html.H3("Devices"), html.Ul(rows, className="nearby")]


def no_device() -> html.Div:
    """Nothing is measured here."""
    return html.Div(
        [icon("broadcast"), html.P("No device stands in this room yet, so nothing is measured here.")],
        className="unmeasured",
    )


def choice(one: Measured, course: Sequence[float | None]) -> dmc.RadioCard:
    """One series to choose."""
    key = one.point.series_id
    picture = of_series(quantity=one.point.quantity, kind=one.point.kind)
    inside = [
        live.filled(SERIES, key, choice_inside(one), class_name=f"series-body {picture}"),
        live.filled(SPARKS, key, spark(course), class_name="spark-place"),
    ]
    return dmc.RadioCard(inside, value=str(key), className="series room-choice")


def choice_inside(one: Measured) -> list[Any]:
    """What a series measures, on which device, and its latest value."""
    point = one.point
    return [
        html.Span(point.label, className="series-label", title=point.label),
        html.Span(point.value, className="series-value", title=point.value),
        html.Span(one.device, className="series-device", title=one.device),
        freshness(point.freshness),
    ]


def spark(course: Sequence[float | None]) -> Any:
    """The course of a series over a day, in the colour of the text around it."""
    image = sparkline.image(course)
    return html.Span(className="spark", style={"maskImage": f'url("{image}")'}) if image else None


def _facts(found: Sequence[Fact]) -> html.Dl:
    return html.Dl(
        [part for fact in found for part in (html.Dt(fact.label), html.Dd(fact.value))],
        className="room-facts",
    )


def _properties(sets: Sequence[PropertySet]) -> dmc.Accordion:
    return dmc.Accordion(
        [
            dmc.AccordionItem(
                [dmc.AccordionControl(one.name), dmc.AccordionPanel(_facts(one.properties))], value=one.name
            )
            for one in sets
        ],
        multiple=True,
        chevronPosition="left",
        className="property-sets",
    )
