"""What the Overview shows to managers. It changes at most once a minute, and is few components."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from dash import dcc, html

from dashboard.components.icon import icon
from dashboard.figures import sparkline
from dashboard.views.kpis import KeyFigure
from dashboard.views.overview import BuildingCard, Day, WorstRoom, WorstRooms

_ICONS = {"co2": "cloud", "temperature": "temperature"}


def key_figure(figure: KeyFigure) -> html.Div:
    """One number with its change, what it is of and its course over a week."""
    image = sparkline.image(figure.course)
    return html.Div(
        [
            html.Div(figure.label, className="kpi-label"),
            html.Div(figure.value, className="kpi-value"),
            html.Div(figure.change, className="kpi-change"),
            html.Div(
                className="kpi-course",
                title=figure.extremes,
                style={"maskImage": f'url("{image}")'} if image else {"visibility": "hidden"},
            ),
            html.Div(
                figure.note, className="kpi-note warns" if figure.warns else "kpi-note", title=figure.note
            ),
        ],
        className="kpi key-figure",
    )


def building_cards(buildings: Sequence[BuildingCard]) -> Any:
    """The buildings, each leading to its page; without any, how the first one gets here."""
    if not buildings:
        return html.P(
            [
                "No building yet: ",
                html.Code("python -m data.building import FILE.ifc"),
                " brings one in from its IFC model.",
            ],
            className="nothing",
        )
    return html.Div([_building(one) for one in buildings], className="building-cards")


def _building(one: BuildingCard) -> dcc.Link:
    facts = (
        ("Rooms", one.rooms, ""),
        ("Area", one.area, ""),
        ("Devices", one.devices, ""),
        ("Measured", one.fresh, "warns" if one.warns else ""),
    )
    return dcc.Link(
        [
            html.H3([icon("door"), one.name]),
            # The first line is what is counted, the second the number.
            *(
                html.Span(f"{label}\n{value}", className=f"figure {mark}".strip())
                for label, value, mark in facts
            ),
        ],
        href=f"/building/{one.id}",
        title=one.fresh_note,
        className="device-card building-link",
    )


def worst_rooms(worst: WorstRooms) -> list[Any]:
    """The rooms furthest out, or that none is; and what they are held to."""
    if not worst.judged:
        return [html.P("No room has a fresh temperature or CO₂ value.", className="nothing")]
    held = html.P(worst.held_to, className="small")
    if not worst.rooms:
        return [
            html.P(f"All {worst.judged} measured rooms are within their band.", className="all-well"),
            held,
        ]
    more = worst.outside - len(worst.rooms)
    return [
        html.Ul([html.Li(_room(room)) for room in worst.rooms], className="worst"),
        html.P(
            f"{more} more of {worst.judged} measured rooms are outside." if more else "", className="small"
        ),
        held,
    ]


def _room(room: WorstRoom) -> dcc.Link:
    place = f"{room.long_name} · {room.building}" if room.long_name else room.building
    storey = {"storey": room.storey_id} if room.storey_id else {}
    chosen = urlencode(storey | {"quantity": room.quantity, "room": room.id})
    return dcc.Link(
        [
            html.Span(room.name, className="worst-name"),
            html.Span([icon(_ICONS[room.quantity]), room.value], className="worst-value"),
            html.Span(place, className="worst-place", title=place),
            html.Span(f"should be {room.band}", className="worst-band"),
        ],
        href=f"/building/{room.building_id}?{chosen}",
    )


def availability(days: Sequence[Day]) -> html.Ul:
    """One bar a day, as high as the share of the expected hours that have data."""
    return html.Ul(
        [
            html.Li(
                # The first line is the share, the second the day.
                f"{day.written}\n{day.name}",
                className="day none" if day.share is None else "day",
                style={"--share": f"{100 * (day.share or 0):.1f}%"},
            )
            for day in days
        ],
        className="days",
    )
