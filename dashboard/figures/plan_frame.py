"""What stands around a floor plan: its axes, a scale bar and an arrow to true north."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from dashboard.figures.drawing import Drawing
from dashboard.theme import COLOURS, FONT, Scheme

Figure = dict[str, Any]

STRIP_PX = 40  # below the plan, for the scale bar and the arrow
EDGE_PX = 8

_LENGTHS = (1, 2, 5, 10, 20, 50, 100, 200)
_MIDDLE_PX = -22  # of the strip
_ARROW_PX = 22


@dataclass(frozen=True, slots=True)
class Ruler:
    """What lengths on the plan are told in."""

    unit: str = "m"
    metres: float = 1.0  # in one unit


METRES, FEET = Ruler(), Ruler("ft", 0.3048)


def layout(drawing: Drawing, scheme: Scheme, ruler: Ruler) -> Figure:
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
        "shapes": _scale_bar(drawing, scheme, ruler),
        "annotations": [*_scale_word(drawing, ruler), *_arrow(drawing, scheme)],
    }


def _scale_length(drawing: Drawing, ruler: Ruler) -> int:
    """About a sixth of the plan's width, as a number of the ruler's units that is easy to think in."""
    left, _, right, _ = drawing.bounds or (0, 0, 1, 1)
    return max((length for length in _LENGTHS if length * ruler.metres <= (right - left) / 5), default=1)


def _scale_bar(drawing: Drawing, scheme: Scheme, ruler: Ruler) -> list[Figure]:
    if drawing.bounds is None:
        return []
    left = drawing.bounds[0]
    bar = {
        "type": "rect",
        "x0": left, "x1": left + _scale_length(drawing, ruler) * ruler.metres,
        "yref": "paper", "ysizemode": "pixel", "yanchor": 0, "y0": _MIDDLE_PX - 2, "y1": _MIDDLE_PX + 1,
        "fillcolor": COLOURS[scheme].muted, "line": {"width": 0},
    }  # fmt: skip
    return [bar]


def _scale_word(drawing: Drawing, ruler: Ruler) -> list[Figure]:
    if drawing.bounds is None:
        return []
    length = _scale_length(drawing, ruler)
    word = {
        "text": f"{length} {ruler.unit}", "showarrow": False,
        "x": drawing.bounds[0] + length * ruler.metres, "xanchor": "left", "xshift": 6,
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
