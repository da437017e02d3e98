"""The course of one series: a line in the band of its extremes, or the steps of a state."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from dashboard.theme import FONT, Colours

Figure = dict[str, Any]

_CLOCK = "%Y-%m-%d %H:%M:%S"  # Plotly knows no zones: it is given what a clock on the building's wall shows
NO_DATA = "No data in this period"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The period that is drawn, the length of a bucket and the zone whose clock the axis shows."""

    since: datetime
    until: datetime
    step: timedelta
    zone: ZoneInfo
    strange: tuple[tuple[datetime, datetime], ...] = ()  # stretches to be marked, from when until when
    flagged: tuple[datetime, ...] = ()  # readings to be marked


def line(
    frame: pd.DataFrame, *, window: Window, values: Sequence[str], unit: str, colours: Colours
) -> Figure:
    """A number's mean with the band of its extremes; broken where readings are missing.

    Args:
        frame: Columns at (UTC), mean, low, high (in `unit`); oldest first, only buckets with data.
        window: What is drawn.
        values: Each row's mean as it is written.
        unit: Of the axis; "" for none.
        colours: Of the page.
    """
    parts = _parts(frame, window, values)
    traces = [_band(parts, colours), _mean(parts, colours, shape="linear"), _lone(parts, colours)]
    return _figure(
        [trace for trace in traces if trace["x"]],
        window=window,
        colours=colours,
        yaxis={"title": {"text": _plain(unit), "font": _small(colours)}, "fixedrange": True},
    )


def steps(frame: pd.DataFrame, *, window: Window, values: Sequence[str], colours: Colours) -> Figure:
    """A state that is on or off; between them, a bucket's share of on. Arguments as `line` has them."""
    parts = _parts(frame, window, values)
    mean = _mean(parts, colours, shape="hv") | {"fill": "tozeroy", "fillcolor": colours.band}
    traces = [mean, _lone(parts, colours)]
    return _figure(
        [trace for trace in traces if trace["x"]],
        window=window,
        colours=colours,
        yaxis={"tickvals": [0, 1], "ticktext": ["off", "on"], "range": [-0.06, 1.12], "fixedrange": True},
    )


def clock(at: datetime, window: Window) -> str:
    """A time as the axis takes it."""
    return at.astimezone(window.zone).strftime(_CLOCK)


def cursor(at: datetime, zone: ZoneInfo, colours: Colours) -> Figure:
    """A line through the figure at one moment."""
    moment = at.astimezone(zone).strftime(_CLOCK)
    return {
        "type": "line", "xref": "x", "x0": moment, "x1": moment, "yref": "paper", "y0": 0, "y1": 1,
        "line": {"color": colours.text, "width": 1.5, "dash": "dot"},
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Part:
    """A stretch of buckets without a gap between them."""

    at: list[str]
    mean: list[float]
    low: list[float]
    high: list[float]
    values: list[str]


def _parts(frame: pd.DataFrame, window: Window, values: Sequence[str]) -> list[_Part]:
    if frame.empty:
        return []
    # A device that reports every ten minutes has no gap between two buckets of five.
    between = frame["at"].diff()
    gap = max(2.5 * window.step, 5 * between.median()) if len(frame) > 1 else window.step
    drawn = frame.assign(
        at=frame["at"].dt.tz_convert(window.zone).dt.strftime(_CLOCK),
        value=[_plain(value) for value in values],
    )
    return [
        _Part(*(part[name].tolist() for name in ("at", "mean", "low", "high", "value")))
        for _, part in drawn.groupby((between > gap).cumsum())
    ]


def _mean(parts: list[_Part], colours: Colours, *, shape: str) -> Figure:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": _joined(part.at for part in parts),
        "y": _joined(part.mean for part in parts),
        "customdata": _joined(part.values for part in parts),
        "hovertemplate": "%{customdata}<extra></extra>",
        "line": {"color": colours.line, "width": 2, "shape": shape},
    }


def _band(parts: list[_Part], colours: Colours) -> Figure:
    wide = [part for part in parts if part.low != part.high]
    return {
        "type": "scatter",
        "mode": "lines",
        # Out along the highest and back along the lowest: one closed outline a part.
        "x": _joined([*part.at, *reversed(part.at)] for part in wide),
        "y": _joined([*part.high, *reversed(part.low)] for part in wide),
        "fill": "toself",
        "fillcolor": colours.band,
        "line": {"width": 0},
        "hoverinfo": "skip",
    }


def _lone(parts: list[_Part], colours: Colours) -> Figure:
    """Buckets with a gap on both sides, of which a line would show nothing."""
    alone = [part for part in parts if len(part.at) == 1]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [part.at[0] for part in alone],
        "y": [part.mean[0] for part in alone],
        "marker": {"color": colours.line, "size": 5},
        "hoverinfo": "skip",
    }


def _strange(window: Window, colours: Colours) -> Figure:
    """Stretches of time as high as the figure; the edge shows those that are shorter than a pixel."""
    ends = [
        [clock(max(since, window.since), window), clock(min(until, window.until), window)]
        for since, until in window.strange
    ]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": _joined([begin, begin, end, end, begin] for begin, end in ends),
        "y": _joined([0, 1, 1, 0, 0] for _ in ends),
        "yaxis": "y2",
        "fill": "toself",
        "fillcolor": colours.strange,
        "line": {"color": colours.strange, "width": 1},
        "hoverinfo": "skip",
    }


def _flagged(window: Window, colours: Colours) -> Figure:
    """A sign at the bottom for each reading that was given a quality flag."""
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [clock(at, window) for at in window.flagged],
        "y": [0.015] * len(window.flagged),
        "yaxis": "y2",
        "marker": {"symbol": "triangle-up", "color": colours.muted, "size": 8},
        "hoverinfo": "skip",
    }


def _joined(parts: Any) -> list[Any]:
    """All parts in one list with a None between two, where Plotly lifts its pen."""
    joined: list[Any] = []
    for part in parts:
        joined += [None, *part] if joined else part
    return joined


def _figure(traces: list[Figure], *, window: Window, colours: Colours, yaxis: Figure) -> Figure:
    axis = {
        "gridcolor": colours.grid,
        "linecolor": colours.grid,
        "tickfont": {"color": colours.muted},
        "zeroline": False,
        "automargin": True,
    }
    begin, end = (clock(at, window) for at in (window.since, window.until))
    marked = [
        *([_strange(window, colours)] if traces and window.strange else []),
        *([_flagged(window, colours)] if traces and window.flagged else []),
    ]
    reach = {"include": [begin, end], "clipmin": begin, "clipmax": end}
    layout = {
        "font": {"family": FONT, "size": 13, "color": colours.text},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 8, "r": 12, "t": 12, "b": 8},
        "showlegend": False,
        "hovermode": "x unified",
        "hoverlabel": {"bgcolor": colours.tip, "bordercolor": colours.grid, "font": {"color": colours.text}},
        "xaxis": axis
        | {
            "type": "date",
            # Reached by itself and not stated, so that a person's zoom is not undone by new data.
            **({"autorange": True, "autorangeoptions": reach} if traces else {"range": [begin, end]}),
            "showgrid": False,
            "showspikes": False,
            "title": {"text": f"Time ({window.zone.key})", "font": _small(colours)},
        },
        "yaxis": axis | yaxis,
        # What is marked reaches from the bottom to the top, whatever the values are.
        "yaxis2": {"overlaying": "y", "range": [0, 1], "visible": False, "fixedrange": True},
    }
    return {"data": [*traces, *marked], "layout": layout if traces else layout | _no_data(colours)}


def _small(colours: Colours) -> Figure:
    return {"color": colours.muted, "size": 12}


def _no_data(colours: Colours) -> Figure:
    note = {
        "text": NO_DATA,
        "xref": "paper",
        "yref": "paper",
        "x": 0.5,
        "y": 0.5,
        "showarrow": False,
        "font": {"size": 15, "color": colours.muted},
    }
    return {"annotations": [note]}


def _plain(text: str) -> str:
    """Text of a device as Plotly shows it letter by letter: it would draw `<b>` as bold."""
    return html.escape(text, quote=False)
