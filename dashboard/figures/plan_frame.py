"""What stands around a floor plan: its axes, a scale bar and an arrow to true north."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from dashboard.figures.drawing import Bounds, Drawing
from dashboard.theme import COLOURS, FONT, Scheme

Figure = dict[str, Any]

STRIP_PX = 40  # below the plan, for the scale bar and the arrow
EDGE_PX = 8
ARROW_PX = 56  # that the arrow to the north takes of the strip

_LENGTHS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200)
_MIDDLE_PX = -22  # of the strip
_ARROW_LENGTH_PX = 22


@dataclass(frozen=True, slots=True)
class Ruler:
    """What lengths on the plan are told in."""

    unit: str = "m"
    metres: float = 1.0  # in one unit


METRES, FEET = Ruler(), Ruler("ft", 0.3048)


def layout(drawing: Drawing, scheme: Scheme, ruler: Ruler, seen: Bounds | None = None) -> Figure:
    """The layout of the figure: metres are as long across as up.

    Args:
        drawing: Of the storey.
        scheme: Of the page.
        ruler: What its scale bar is in.
        seen: The part that is zoomed into, which a finger moves; None: the whole, which it does not.
    """
    colours = COLOURS[scheme]
    axis = {"visible": False}
    left, bottom, right, top = drawing.bounds or (0, 0, 1, 1)
    return {
        "font": {"family": FONT, "size": 12, "color": colours.muted},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": EDGE_PX, "r": EDGE_PX, "t": EDGE_PX, "b": STRIP_PX},
        "showlegend": False,
        "hovermode": "closest",
        "hoverdistance": 9,  # of symbols; farther off it is the room that is meant
        "hoverlabel": {
            "bgcolor": colours.tip,
            "bordercolor": colours.grid,
            "font": {"family": FONT, "size": 13, "color": colours.text},
        },
        "xaxis": axis | _from_to(left, right),
        "yaxis": axis | _from_to(bottom, top) | {"scaleanchor": "x"},
    } | moving(drawing, scheme, ruler, seen)


def _from_to(low: float, high: float) -> Figure:
    """What an axis shows at first, and again when a person puts it back: Plotly would leave an edge."""
    return {"range": [low, high], "autorangeoptions": {"clipmin": low, "clipmax": high}}


def moving(drawing: Drawing, scheme: Scheme, ruler: Ruler, seen: Bounds | None) -> Figure:
    """What of the layout depends on which part is seen."""
    part = seen or drawing.bounds
    return {
        "dragmode": "pan" if seen else False,  # a finger on the whole plan scrolls the page
        "shapes": _scale_bar(part, scheme, ruler),
        "annotations": [*_scale_word(part, ruler), *_arrow(drawing, scheme)],
    }


def _scale_length(part: Bounds, ruler: Ruler) -> float:
    """About a sixth of the width that is seen, as a number of the ruler's units that is easy to think in."""
    left, _, right, _ = part
    fitting = (length for length in _LENGTHS if length * ruler.metres <= (right - left) / 5)
    return max(fitting, default=_LENGTHS[0])


def _scale_bar(part: Bounds | None, scheme: Scheme, ruler: Ruler) -> list[Figure]:
    if part is None:
        return []
    bar = {
        "type": "rect",
        "x0": part[0], "x1": part[0] + _scale_length(part, ruler) * ruler.metres,
        "yref": "paper", "ysizemode": "pixel", "yanchor": 0, "y0": _MIDDLE_PX - 2, "y1": _MIDDLE_PX + 1,
        "fillcolor": COLOURS[scheme].muted, "line": {"width": 0},
    }  # fmt: skip
    return [bar]


def _scale_word(part: Bounds | None, ruler: Ruler) -> list[Figure]:
    if part is None:
        return []
    length = _scale_length(part, ruler)
    word = {
        "text": f"{length:g} {ruler.unit}", "showarrow": False,
        "x": part[0] + length * ruler.metres, "xanchor": "left", "xshift": 6,
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
        "xshift": -18 + east * _ARROW_LENGTH_PX / 2, "yshift": _MIDDLE_PX + north * _ARROW_LENGTH_PX / 2,
        "ax": -east * _ARROW_LENGTH_PX, "ay": north * _ARROW_LENGTH_PX,
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
