"""The forecast of a series: its graph, and how right it is in words."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from dash import dcc, html

from dashboard.components import trend_graph
from dashboard.figures import fan
from dashboard.figures.trend import Figure, Window
from dashboard.theme import COLOURS, Scheme
from dashboard.views.outlook import BEHIND, Outlook


def empty(name: str) -> dcc.Graph:
    """The graph without anything in it."""
    return dcc.Graph(
        id=name,
        figure=trend_graph.empty(),
        config={"displayModeBar": False},
        responsive=True,
        style={"height": "100%"},
    )


def drawn(found: Outlook, *, now: datetime, scheme: Scheme) -> Figure:
    """The whole figure, of an outlook that has a fan."""
    assert found.fan is not None
    window = Window(
        since=now - BEHIND,
        until=max(now, *found.fan.ats) if found.fan.ats else now,
        step=timedelta(hours=1),
        zone=found.zone,
    )
    return fan.fan(
        found.past,
        found.fan,
        window=window,
        values=found.values,
        unit=found.unit,
        colours=COLOURS[scheme],
    )


def words(found: Outlook) -> list[Any]:
    """How right it is, what the bands are, how and when it was made."""
    bands = html.Span(
        [
            html.Span([html.Span(className="swatch fan50"), "half of what comes"]),
            html.Span([html.Span(className="swatch fan80"), "8 in 10"]),
        ],
        className="fan-key",
    )
    made = " ".join(filter(None, (found.method, found.computed)))
    return [
        html.P(found.sentence, className="forecast-right"),
        bands if found.fan else None,
        html.P(made, className="small") if made else None,
    ]
