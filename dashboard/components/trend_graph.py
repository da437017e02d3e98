"""The graph of a trend: what is drawn at first, and what changes while somebody looks at it."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from dash import Patch

from dashboard.figures import trend as figures
from dashboard.theme import COLOURS, Scheme, scheme_of
from dashboard.views.trend import Trend


def empty() -> figures.Figure:
    """What stands there until the first course is read: nothing, on the page's own ground."""
    clear = "rgba(0,0,0,0)"
    axes = {"xaxis": {"visible": False}, "yaxis": {"visible": False}}
    return {"data": [], "layout": axes | {"paper_bgcolor": clear, "plot_bgcolor": clear}}


def drawn(trend: Trend, scheme: str) -> figures.Figure:
    """The whole figure, in the colours of a scheme."""
    window = figures.Window(
        since=trend.since,
        until=trend.until,
        step=trend.step,
        zone=trend.zone,
        strange=trend.strange,
        flagged=trend.flagged,
    )
    colours = COLOURS[scheme_of(scheme)]
    if trend.kind == "boolean":
        return figures.steps(trend.frame, window=window, values=trend.values, colours=colours)
    return figures.line(trend.frame, window=window, values=trend.values, unit=trend.unit, colours=colours)


def moved(figure: figures.Figure) -> Patch:
    """New data in the figure that is there. A whole new one would undo a person's zoom."""
    patch = Patch()
    patch["data"] = figure["data"]
    patch["layout"]["xaxis"]["autorangeoptions"] = figure["layout"]["xaxis"]["autorangeoptions"]
    return patch


def with_cursor(figure: figures.Figure, at: datetime, zone: ZoneInfo, scheme: Scheme) -> figures.Figure:
    """The figure with a line at the moment that the page shows."""
    return figure | {"layout": figure["layout"] | {"shapes": [figures.cursor(at, zone, COLOURS[scheme])]}}


def pointed(at: datetime, zone: ZoneInfo, scheme: Scheme) -> Patch:
    """The line alone, where it now stands."""
    patch = Patch()
    patch["layout"]["shapes"] = [figures.cursor(at, zone, COLOURS[scheme])]
    return patch
