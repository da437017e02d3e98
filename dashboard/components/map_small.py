"""The small map on the Overview: a press on it opens the large one, one on a name its building."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from dashboard.figures.map_small import Sketch, Spot


def small_map(sketch: Sketch | None, *, figure: str) -> Any:
    """The map; nothing where no building has a place.

    Args:
        sketch: What is drawn.
        figure: What share of its rooms a building's colour tells, in words.
    """
    if sketch is None:
        return None
    return [
        html.Div(
            [
                dcc.Link(
                    html.Img(src=sketch.image, alt="", className="map-picture"),
                    href="/map",
                    title="Open the map",
                    className="map-whole",
                ),
                *(_name(spot) for spot in sketch.spots),
            ],
            className="map-small",
        ),
        html.P(
            [
                f"{figure}, from light (0 %) to dark (100 %); grey without data. ",
                dcc.Link("Open the map", href="/map"),
            ],
            className="small",
        ),
    ]


def _name(spot: Spot) -> dcc.Link:
    return dcc.Link(
        html.Span(spot.name),
        href=f"/building/{spot.id}",
        title=spot.name,
        className="map-name" if spot.named else "map-name unnamed",
        style={"left": f"{spot.across:.2%}", "top": f"{spot.down:.2%}"},
    )
