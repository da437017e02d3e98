"""What stands around a floor plan: its axes, a scale bar and an arrow to true north."""

from __future__ import annotations

import math
from typing import Any

from dashboard.figures.drawing import Drawing
from dashboard.theme import COLOURS, FONT, Scheme

Figure = dict[str, Any]

STRIP_PX = 40  # below the plan, for the scale bar and the arrow
EDGE_PX = 8

_LENGTHS_M = (1, 2, 5, 10, 20, 50, 100)
_MIDDLE_PX = -22  # of the strip
_ARROW_PX = 22


def layout(drawing: Drawing, scheme: Scheme) -> Figure:
    """The layout of the figure: metres are as long across as up, and nothing moves under a finger."""
    colours = COLOURS[scheme]
    axis = {"visible": False, "fixedrange": True}
    left, bottom, right, top = drawing.bounds or (0, 0, 1, 1)
    return {
        "font": {"family": FONT, "size": 12, "color": colours.muted},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": EDGE_PX, "r": EDGE_PX, "t": EDGE_PX, "b": STRIP_PX},
        "showlegend": False,
        "hovermode": "closest",
        "dragmode": False,  # a finger on the plan scrolls the page
        "hoverlabel": {
            "bgcolor": colours.tip,
            "bordercolor": colours.grid,
            "font": {"family": FONT, "size": 13, "color": colours.text},
        },
        "xaxis": axis | {"range": [left, right]},
        "yaxis": axis | {"range": [bottom, top], "scaleanchor": "x"},
        "shapes": _scale_bar(drawing, scheme),
        "annotations": [*_scale_word(drawing), *_arrow(drawing, scheme)],
    }


def _scale_length(drawing: Drawing) -> float:
    """About a sixth of the plan's width, as a number that is easy to think in [m]."""
    left, _, right, _ = drawing.bounds or (0, 0, 1, 1)
    return max((length for length in _LENGTHS_M if length <= (right - left) / 5), default=1)


def _scale_bar(drawing: Drawing, scheme: Scheme) -> list[Figure]:
    if drawing.bounds is None:
        return []
    left = drawing.bounds[0]
    bar = {
        "type": "rect",
        "x0": left, "x1": left + _scale_length(drawing),
        "yref": "paper", "ysizemode": "pixel", "yanchor": 0, "y0": _MIDDLE_PX - 2, "y1": _MIDDLE_PX + 1,
        "fillcolor": COLOURS[scheme].muted, "line": {"width": 0},
    }  # fmt: skip
    return [bar]


def _scale_word(drawing: Drawing) -> list[Figure]:
    if drawing.bounds is None:
        return []
    length = _scale_length(drawing)
    word = {
        "text": f"{length:g} m", "showarrow": False,
        "x": drawing.bounds[0] + length, "xanchor": "left", "xshift": 6,
        "yref": "paper", "y": 0, "yanchor": "middle", "yshift": _MIDDLE_PX,
    }  # fmt: skip
    return [word]


def _arrow(drawing: Drawing, scheme: Scheme) -> list[Figure]:
    """An arrow to true north with its letter; nothing when the model does not say where that is."""
    if drawing.north_deg is None or drawing.bounds is None:
        return []
    east, north = math.sin(math.radians(drawing.north_deg)), math.cos(math.radians(drawing.north_deg))
    place = {"xref": "paper", "x": 1, "yref": "paper", "y": 0}
    arrow = {
        "text": "", "showarrow": True, "arrowhead": 2, "arrowsize": 1.1, "arrowwidth": 1.5,
        "arrowcolor": COLOURS[scheme].muted,
        "xshift": -18 + east * _ARROW_PX / 2, "yshift": _MIDDLE_PX + north * _ARROW_PX / 2,
        "ax": -east * _ARROW_PX, "ay": north * _ARROW_PX,
    }  # fmt: skip
    letter = {
        "text": "N",
        "showarrow": False,
        "xanchor": "right",
        "xshift": -36,
        "yanchor": "middle",
        "yshift": _MIDDLE_PX,
    }
    return [place | arrow, place | letter]
