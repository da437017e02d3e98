"""What stands beside the map: the buildings with their figures, and devices near a place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from dash import dcc, html

from dashboard.components.icon import icon
from dashboard.views import map as views
from dashboard.views.map import Figure, Outdoors, Told
from data.store.map import MapBuilding


def buildings(rows: Sequence[MapBuilding], told: Mapping[int, Told], figure: Figure) -> Any:
    """The buildings on the map, then those whose place nobody knows yet."""
    if not rows:
        return html.P("No building yet.", className="nothing")
    placed = [row for row in rows if row.location]
    lost = [row for row in rows if not row.location]
    return [
        html.Ul(
            [
                html.Li([_building(row, told.get(row.id, views.NOTHING)), _shown(row, figure)])
                for row in placed
            ],
            className="map-list",
        ),
        html.Div(
            [
                html.H3("Not on the map"),
                html.P("Their models state no place that can be believed.", className="small"),
                html.Ul(
                    [html.Li(_building(row, told.get(row.id, views.NOTHING))) for row in lost],
                    className="map-list",
                ),
            ],
            className="map-lost",
        )
        if lost
        else None,
    ]


def how_to_look() -> html.P:
    """What to do to see devices listed."""
    return html.P("Press a place on the map: the devices nearest to it are listed here.", className="small")


def near(found: Iterable[Outdoors]) -> Any:
    """The devices nearest to a place."""
    listed = [html.Li(_device(one)) for one in found]
    if not listed:
        return html.P("No device outdoors is within 1,000 km of there.", className="small")
    return html.Ul(listed, className="map-list")


def _building(row: MapBuilding, said: Told) -> dcc.Link:
    return dcc.Link(
        [
            html.Span(row.name, className="room-number"),
            html.Span(said.written, className="room-value" if said.value is not None else "room-value none"),
            html.Span(said.note, className="room-long"),
        ],
        href=f"/building/{row.id}",
        className="room",
    )


def _shown(row: MapBuilding, figure: Figure) -> dcc.Link:
    query = urlencode({"building": row.id, "figure": figure})
    return dcc.Link(
        icon("map-pin"), href=f"/map?{query}", className="map-show", title=f"{row.name} on the map"
    )


def _device(one: Outdoors) -> dcc.Link:
    return dcc.Link(
        [
            html.Span(
                [icon("broadcast" if not one.silent else "circle-off"), one.name], className="room-number"
            ),
            html.Span(one.distance, className="room-value"),
            html.Span(f"heard {one.age}", className="room-long"),
        ],
        href=f"/device/{one.id}",
        className="room",
    )
