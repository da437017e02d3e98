"""What the Overview is made of.

The time a browser takes grows with the square of the components that change at once (about 60 ms for
200, more than a second for 1,200), so a card is few of them: the style sheet draws the icons and sets
the first line of a value apart, and a table is one.
"""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from dashboard.components import live
from dashboard.components.freshness import freshness
from dashboard.components.icon import of_series
from dashboard.views.devices import Device, Point
from dashboard.views.overview import Kpi, Refused

DEVICES = "device-card"  # name of the live list

_POINTS_SHOWN = 4


def kpi(value: Kpi) -> html.Div:
    """One number, what it is and what explains it."""
    return html.Div(
        [
            html.Div(value.label, className="kpi-label"),
            html.Div(value.value, className="kpi-value"),
            html.Div(value.note, className="kpi-note warns" if value.warns else "kpi-note"),
        ],
        className="kpi",
    )


def device(value: Device) -> dcc.Link:
    """A device as a card; all of it leads to the device's page."""
    inside = live.filled(DEVICES, value.id, device_inside(value), class_name="device-body")
    return dcc.Link(inside, href=f"/device/{value.id}", className="device-card")


def device_inside(value: Device) -> list[Any]:
    """A device's name, freshness and most telling values."""
    more = len(value.points) - _POINTS_SHOWN
    return [
        html.Span(value.name, className="device-name", title=value.name),
        freshness(value.freshness),
        html.Span(value.space, className="device-room") if value.space else None,
        *(_point(point) for point in value.points[:_POINTS_SHOWN]),
        html.Span(f"+{more} more", className="device-more") if more > 0 else None,
    ]


def refused(values: tuple[Refused, ...]) -> dmc.Table:
    """Messages refused, by reason."""
    rows = [[value.reason, value.count, value.topic, value.freshness.age] for value in values]
    return dmc.Table(data={"head": ["Reason", "Messages", "Newest topic", "Newest"], "body": rows})


def _point(point: Point) -> html.Div:
    label = " ".join(point.label.split())  # on the first line, whatever a device calls it
    stale = " silent" if point.freshness.level == "silent" else ""
    return html.Div(
        f"{label}\n{point.value}",
        title=f"{label}: {point.value}",
        className=f"point {of_series(quantity=point.quantity, kind=point.kind)}{stale}",
    )
