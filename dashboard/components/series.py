"""The series of one device, and the course of the chosen one."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from analytics.units import UnitSystem
from dashboard import format
from dashboard.components import live
from dashboard.components.freshness import freshness
from dashboard.components.icon import icon, of_series
from dashboard.views.devices import Device, Point
from dashboard.views.trend import Trend
from data.store.devices import Neighbour

SERIES = "series-choice"  # name of the live list


def heading(device: Device) -> list[Any]:
    """The device's name and what is known of it."""
    facts = [
        html.Span([icon("door"), device.space], className="fact") if device.space else None,
        html.Span([icon("plug"), device.convention], className="fact", title="Convention of its messages"),
        html.Span(["last heard ", freshness(device.freshness)], className="fact"),
    ]
    return [html.H1(device.name), html.Div(facts, className="facts")]


def choice(point: Point) -> dmc.RadioCard:
    """One series to choose."""
    picture = of_series(quantity=point.quantity, kind=point.kind)
    inside = live.filled(SERIES, point.series_id, choice_inside(point), class_name=f"series-body {picture}")
    return dmc.RadioCard(inside, value=str(point.series_id), className="series")


def choice_inside(point: Point) -> list[Any]:
    """What a series measures, and its latest value."""
    return [
        html.Span(point.label, className="series-label", title=point.label),
        html.Span(point.value, className="series-value", title=point.value),
        html.Code(point.metric if point.label != point.metric else ""),
        freshness(point.freshness),
    ]


def latest(point: Point) -> list[Any]:
    """What the chosen series is, with its latest value."""
    return [
        html.H2(point.label),
        html.Div(
            [html.Span(point.value, title=point.value, className="trend-value"), freshness(point.freshness)]
        ),
    ]


def extremes(trend: Trend) -> list[Any]:
    """Lowest, mean and highest value of the period."""
    if trend.figures is None:
        return []
    named = (("Lowest", trend.figures.low), ("Mean", trend.figures.mean), ("Highest", trend.figures.high))
    return [html.Div([html.Dt(name), html.Dd(value)]) for name, value in named]


def strange(trend: Trend) -> Any:
    """What is marked in the graph, in words."""
    flagged = trend.flagged_said
    marks = [
        html.P([html.Span("▲", className="flag-mark"), f"Readings {flagged}"]) if flagged else None,
        html.H3([html.Span(className="swatch strange"), "Unlike before"]) if trend.strange_said else None,
        html.Ul([html.Li(one) for one in trend.strange_said]) if trend.strange_said else None,
        html.P(trend.strange_none) if trend.strange_none else None,
    ]
    return html.Div(marks, className="strange-list") if any(marks) else None


def said(trend: Trend) -> Any:
    """The texts of a period, newest first; for a series of texts also that there are none."""
    if not trend.said and trend.kind != "text":
        return None
    # One component however many rows: see `cards`.
    rows = dmc.Table(data={"body": [list(row) for row in trend.said]}, className="said")
    return html.Div(
        [
            html.H3("What it said"),
            rows if trend.said else html.P("No data in this period", className="nothing"),
        ],
        # The style sheet then takes the graph away: there is nothing to draw.
        className="instead" if trend.frame.empty else "beside",
    )


def nearby(neighbours: list[Neighbour], *, units: UnitSystem = "metric") -> list[Any]:
    """Other devices around this one."""
    if not neighbours:
        return []
    return [
        html.H2("Nearby"),
        html.Ul(
            [
                html.Li(
                    dcc.Link(
                        [
                            html.Span(other.device),
                            html.Span(format.distance(other.distance_m, units=units), className="distance"),
                        ],
                        href=f"/device/{other.device_id}",
                    )
                )
                for other in neighbours
            ],
            className="nearby",
        ),
    ]
