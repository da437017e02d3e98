"""What a device says of itself, what is odd about it, and where it stands."""

from __future__ import annotations

from typing import Any

from dash import dcc, html, no_update

from dashboard.components import notices, placing
from dashboard.components.icon import icon
from dashboard.views.inbox import Device


def about(device: Device) -> list[Any]:
    """Label, product and availability as facts, and a sentence for whatever is odd."""
    said = device.availability
    facts = {
        "Called": device.title if device.name else None,
        "Product": device.product,
        "Firmware": device.firmware,
        "Says it is": said.text if said else None,
        "Says it stands in": device.area,
        "First seen": device.first_seen,
    }
    return [
        html.Dl(
            [html.Div([html.Dt(name), html.Dd(value)]) for name, value in facts.items() if value],
            className="identity-facts",
        ),
        html.Ul(
            [html.Li([icon("alert-triangle"), html.Span(one.sentence)]) for one in device.oddities],
            className="oddities",
        )
        if device.oddities
        else None,
    ]


def standing(device: Device, shown: str, *, may: bool) -> tuple[Any, Any]:
    """Where it stands with what can be done about it, and what names that; unchanged if that is shown."""
    fixed = str(device.fixed)
    if fixed == shown:
        return no_update, no_update
    place = device.place
    where = (
        [dcc.Link(place.room, href=place.href), html.Span(place.where, className="place-where")]
        if place
        else [html.Span("Set aside: it needs no room" if device.aside else "It stands in no room yet")]
    )
    return [icon("door"), *where, *(placing.standing(device) if may else [])], fixed


def announced(device: Device) -> list[Any]:
    """A device that told of itself but has not said a value."""
    return [
        html.H1(device.title),
        notices.notice(
            "broadcast",
            "Announced, not heard yet",
            html.P(
                "The device told what it is but has not said a value. Its series appear here by themselves."
            ),
        ),
    ]
