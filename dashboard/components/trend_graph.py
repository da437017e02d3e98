"""The graph of a trend: what is drawn at first, and what changes while somebody looks at it."""

from __future__ import annotations

from dash import Patch

from dashboard.figures import trend as figures
from dashboard.theme import COLOURS, scheme_of
from dashboard.views.trend import Trend


def drawn(trend: Trend, scheme: str) -> figures.Figure:
    """The whole figure, in the colours of a scheme."""
    window = figures.Window(since=trend.since, until=trend.until, step=trend.step, zone=trend.zone)
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
