"""A forecast: the course so far, and ahead of it a band of half and a band of 8 in 10 of what may come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

import pandas as pd

from dashboard.figures import trend
from dashboard.figures.trend import Figure, Window
from dashboard.theme import Colours

Values = Sequence[float | None]


class Fan(Protocol):
    """Two bands around a middle, hour by hour."""

    @property
    def ats(self) -> Sequence[datetime]: ...  # noqa: D102
    @property
    def low80(self) -> Values: ...  # noqa: D102
    @property
    def low50(self) -> Values: ...  # noqa: D102
    @property
    def middle(self) -> Values: ...  # noqa: D102
    @property
    def high50(self) -> Values: ...  # noqa: D102
    @property
    def high80(self) -> Values: ...  # noqa: D102
    @property
    def written(self) -> Sequence[str]: ...  # noqa: D102


def fan(
    past: pd.DataFrame, ahead: Fan, *, window: Window, values: Sequence[str], unit: str, colours: Colours
) -> Figure:
    """The figure; hours that are not forecast are left out.

    Args:
        past: As `trend.line` takes it; may be empty.
        ahead: The forecast, in the same unit.
        window: What is drawn, from the past to the end of the forecast.
        values: Each row's mean of the past as it is written.
        unit: Of the axis; "" for none.
        colours: Of the page.
    """
    drawn = trend.line(past, window=window, values=values, unit=unit, colours=colours)
    at = [trend.clock(one, window) for one in ahead.ats]
    bands = [
        _band(at, ahead.low80, ahead.high80, colours),
        _band(at, ahead.low50, ahead.high50, colours),
    ]
    middle = {
        "type": "scatter",
        "mode": "lines",
        "x": at,
        "y": list(ahead.middle),
        "customdata": list(ahead.written),
        "hovertemplate": "%{customdata}<extra></extra>",
        "line": {"color": colours.line, "width": 2, "dash": "dot"},
    }
    return {"data": [*bands, *drawn["data"], middle], "layout": drawn["layout"] | {"annotations": []}}


def _band(at: Sequence[str], low: Values, high: Values, colours: Colours) -> dict[str, Any]:
    known = [
        (x, below, above)
        for x, below, above in zip(at, low, high, strict=True)
        if below is not None and above is not None
    ]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [x for x, _, _ in known] + [x for x, _, _ in reversed(known)],
        "y": [above for _, _, above in known] + [below for _, below, _ in reversed(known)],
        "fill": "toself",
        "fillcolor": colours.band,
        "line": {"width": 0},
        "hoverinfo": "skip",
    }
