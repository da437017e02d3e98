"""How something usually goes: the course of its kinds of days, its levels, and its week hour by hour."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from dashboard.theme import FONT, Colours

Figure = dict[str, Any]

_CLOCK = "%Y-%m-%d %H:%M:%S"
_HOURS = [f"{hour:02}:00" for hour in range(24)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A line over the hours of a day."""

    name: str
    values: Sequence[float | None]
    written: Sequence[str]
    colour: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A period of one level."""

    since: datetime
    until: datetime
    mean: float
    written: str


def courses(found: Sequence[Course], *, unit: str, colours: Colours) -> Figure:
    """The mean course of each kind of days, hour by hour; broken where an hour was never measured.

    Args:
        found: At least one.
        unit: Of the axis; "" for none.
        colours: Of the page.
    """
    traces = [
        {
            "type": "scatter", "mode": "lines", "x": _HOURS, "y": list(one.values), "name": one.name,
            "customdata": [html.escape(text, quote=False) for text in one.written],
            "hovertemplate": "%{customdata}", "line": {"color": one.colour, "width": 2.5, "shape": "spline"},
        }
        for one in found
    ]  # fmt: skip
    layout = _layout(colours, unit=unit)
    layout["xaxis"] |= {"type": "category", "tickvals": _HOURS[::4], "showgrid": False}
    return {"data": traces, "layout": layout}


def levels(figure: Figure, found: Sequence[Stretch], *, zone: ZoneInfo, colours: Colours) -> Figure:
    """The course of a series, as `trend` draws it, with its levels over it."""
    x: list[str | None] = []
    y: list[float | None] = []
    for one in found:
        x += [*(at.astimezone(zone).strftime(_CLOCK) for at in (one.since, one.until)), None]
        y += [one.mean, one.mean, None]
    steps = {
        "type": "scatter", "mode": "lines", "x": x, "y": y, "hoverinfo": "skip",
        "line": {"color": colours.text, "width": 2, "dash": "dot"},
    }  # fmt: skip
    return figure | {"data": [*figure["data"], steps]}


def week(rows: Sequence[Sequence[float | None]], *, days: Sequence[str], colours: Colours) -> Figure:
    """A share of each hour of the week, the first day on top; nothing where it is not known.

    Args:
        rows: By day, of each of 24 hours, 0 … 1.
        days: Their names.
        colours: Of the page.
    """
    trace = {
        "type": "heatmap", "z": [list(row) for row in rows], "x": _HOURS, "y": list(days),
        "zmin": 0, "zmax": 1, "xgap": 2, "ygap": 2, "showscale": False,
        "colorscale": [[0, colours.grid], [1, colours.line]],
        "text": [["" if share is None else f"{share:.0%}" for share in row] for row in rows],
        "hovertemplate": "%{y} %{x}: %{text}<extra></extra>",
    }  # fmt: skip
    layout = _layout(colours) | {"hovermode": "closest"}
    layout["xaxis"] |= {"type": "category", "tickvals": _HOURS[::4], "showgrid": False}
    layout["yaxis"] |= {"type": "category", "autorange": "reversed", "showgrid": False}
    return {"data": [trace], "layout": layout}


def shares(
    ats: Sequence[datetime], values: Sequence[float | None], *, zone: ZoneInfo, colours: Colours
) -> Figure:
    """A share over time, hour by hour; broken where it is not known."""
    trace = {
        "type": "scatter", "mode": "lines", "x": [at.astimezone(zone).strftime(_CLOCK) for at in ats],
        "y": list(values), "fill": "tozeroy", "fillcolor": colours.band,
        "hovertemplate": "%{y:.0%}<extra></extra>",
        "line": {"color": colours.line, "width": 1.5, "shape": "hv"},
    }  # fmt: skip
    layout = _layout(colours)
    layout["xaxis"] |= {"type": "date", "showgrid": False, "title": _title(f"Time ({zone.key})", colours)}
    layout["yaxis"] |= {"range": [0, 1.02], "tickformat": ".0%", "nticks": 3}
    return {"data": [trace], "layout": layout}


def _layout(colours: Colours, *, unit: str = "") -> Figure:
    axis = {
        "gridcolor": colours.grid,
        "linecolor": colours.grid,
        "tickfont": {"color": colours.muted},
        "zeroline": False,
        "automargin": True,
        "fixedrange": True,
    }
    return {
        "font": {"family": FONT, "size": 13, "color": colours.text},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 8, "r": 12, "t": 8, "b": 8},
        "showlegend": False,
        "hovermode": "x unified",
        "hoverlabel": {"bgcolor": colours.tip, "bordercolor": colours.grid, "font": {"color": colours.text}},
        "xaxis": dict(axis),
        "yaxis": axis | {"title": _title(html.escape(unit, quote=False), colours)},
    }


def _title(text: str, colours: Colours) -> Figure:
    return {"text": text, "font": {"color": colours.muted, "size": 12}}
