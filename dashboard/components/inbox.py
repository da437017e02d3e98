"""Devices in the inbox, and as rows in the list of all. A card is few components: see `cards`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from dashboard.components import live, notices, placing
from dashboard.components.freshness import freshness
from dashboard.components.icon import icon, named, of_series
from dashboard.views.inbox import OFFERED, Chip, Device

CARDS = "inbox-card"  # names of the live lists
ROWS = "device-row"

_CHIPS_IN_ROW = 2


def key(device: Device) -> str:
    """What names a card or row: it is made anew when what stands still in it is another."""
    return f"{device.id}:{device.fixed}"


def id_of(key: str) -> int:
    """The device that a card or row is of."""
    return int(key.partition(":")[0])


def card(device: Device, *, may: bool) -> html.Div:
    """A device without a room, with what can be done about it."""
    mark = dmc.Checkbox(value=str(device.id), className="inbox-mark", **named(f"Select {device.title}"))
    return html.Div(
        [
            mark if may and not device.aside else None,
            html.Div(
                [
                    html.Div(
                        [dcc.Link(device.title, href=f"/device/{device.id}"), *_names(device)],
                        className="inbox-names",
                    ),
                    live.filled(CARDS, key(device), card_inside(device), class_name="inbox-inside"),
                ],
                className="inbox-body",
            ),
            html.Div(_actions(device) if may else placing.told(device), className="inbox-actions"),
        ],
        className="inbox-card",
    )


def card_inside(device: Device) -> list[Any]:
    """What changes by itself: availability, ages, values and what is odd."""
    return [
        html.Div(
            [
                *_availability(device),
                html.Span(["heard ", freshness(device.heard)], className="inbox-heard"),
                html.Span(f"first seen {device.first_seen}"),
            ],
            className="inbox-facts",
        ),
        html.Div([_chip(one) for one in device.chips] + _more(device.more), className="chips"),
        html.Div([odd(one.short, one.sentence) for one in device.oddities], className="chips"),
    ]


def row(device: Device) -> dcc.Link:
    """A device in the list of all; the row leads to its page."""
    inside = live.filled(ROWS, key(device), row_inside(device), class_name="device-row-body")
    return dcc.Link(inside, href=f"/device/{device.id}", className="device-row")


def row_inside(device: Device) -> list[Any]:
    """A row's columns."""
    place = device.place
    standing = _lines(place.room, place.where) if place else ("set aside" if device.aside else "in no room")
    said = device.availability
    return [
        html.Span(_lines(device.title, device.name), className="two-lines row-name"),
        html.Span(_lines(device.product, device.convention), className="two-lines"),
        html.Span(standing, className="two-lines" if place else "row-unplaced"),
        html.Span(
            [freshness(device.heard), said.text if said else ""],
            className="row-heard" if not said or said.online else "row-heard says-offline",
        ),
        html.Span([_chip(one) for one in device.chips[:_CHIPS_IN_ROW]], className="chips"),
        html.Span([odd(one.short, one.sentence) for one in device.oddities[:2]], className="chips"),
    ]


def odd(short: str, sentence: str) -> html.Span:
    """A sign that something is odd, with the sentence that says what."""
    return html.Span(short, title=sentence, className="chip odd")


def nothing_waits() -> html.Div:
    """An empty inbox."""
    return notices.notice(
        "circle-check",
        "No device waits",
        html.P("A device that speaks for the first time appears here by itself, to be placed in a room."),
    )


def nothing_aside() -> html.Div:
    """Nothing was set aside."""
    return notices.notice(
        "circle-check",
        "Nothing is set aside",
        html.P("Devices that need no room can be set aside in the inbox, and brought back here."),
    )


def planned(lines: Sequence[tuple[str, str]], left: int) -> list[Any]:
    """What placing as suggested is going to do: device and room, and how many it leaves where they are."""
    stay = "One device has" if left == 1 else f"{left} devices have"
    return [
        html.Ul([html.Li([html.Span(device), icon("door"), html.Span(room)]) for device, room in lines]),
        html.P(f"{stay} no one room suggested and stay in the inbox.", className="small") if left else None,
    ]


def _actions(device: Device) -> list[Any]:
    offers = placing.offered(device, most=OFFERED)
    many = len(device.suggested)
    choose = "Another room" if offers else f"Choose a room ({many} suggested)" if many else "Choose a room"
    return [
        *offers,
        html.Div(
            [
                placing.pick(device.id, choose, first=not offers),
                placing.set_aside(device.id, aside=not device.aside),
            ],
            className="inbox-others",
        ),
    ]


def _names(device: Device) -> list[Any]:
    """What stands beside the title: the name behind a label, what it is, and how it speaks."""
    facts = (device.product, device.firmware and f"firmware {device.firmware}", device.convention)
    area = html.Span([icon("map-pin"), device.area], title="Where it says it stands") if device.area else None
    return [
        html.Code(device.name) if device.name else None,
        html.Span(" · ".join(filter(None, facts))),
        area,
    ]


def _availability(device: Device) -> list[Any]:
    said = device.availability
    return [html.Span(said.text, className="online" if said.online else "offline")] if said else []


def _lines(*said: str | None) -> str:
    return "\n".join(filter(None, said))


def _chip(one: Chip) -> html.Span:
    return html.Span(
        one.text, title=one.text, className=f"chip {of_series(quantity=one.quantity, kind=one.kind)}"
    )


def _more(count: int) -> list[Any]:
    return [html.Span(f"+{count} more", className="chip-more")] if count else []
