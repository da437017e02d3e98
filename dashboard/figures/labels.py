"""Labels of rooms that stay inside their rooms: what does not fit is shortened, then left out.

A figure does not know how large a browser draws it. So there are two layouts, each worked out for
the narrowest plan that it is shown on; the style sheet shows the one that suits the window.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

_LINE = 1.3  # height of a line, in sizes of its letters
_LETTER = 0.62  # width of a letter, digits and capitals included
_MARGIN_PX = 3
_TAG = re.compile(r"<[^>]*>")

Lines = tuple[str, ...]
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The least room there is for a plan in windows of one class; `assets/building.css` agrees."""

    width_px: int
    height_px: int  # the most it is high
    size_px: int  # of the letters


WIDE = Layout(width_px=740, height_px=640, size_px=12)
NARROW = Layout(width_px=300, height_px=460, size_px=10)
LAYOUTS = (WIDE, NARROW)


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What is written in a room; "" where nothing fits."""

    lines: Lines
    ink: str


def fitting(
    places: Sequence[tuple[tuple[float, float], BaseGeometry]],
    choices: Sequence[Sequence[Lines]],
    inks: Sequence[str],
    *,
    layout: Layout,
    px_per_m: float,
) -> tuple[Label, ...]:
    """The label of each room: of its choices the first that lies in the room and on no other label.

    Args:
        places: Where each label is centred, and the shape that it must not leave [m].
        choices: The lines it may have, the best first.
        inks: Its colour.
        layout: Gives the size of the letters.
        px_per_m: The scale of the plan.
    """
    taken: list[Box] = []
    found = []
    # The small rooms first: where rooms lie on each other, the upper one's label is the one to see.
    for (at, outline), lines, ink in reversed(list(zip(places, choices, inks, strict=True))):
        shapely.prepare(outline)
        chosen: Lines = ()
        for choice in lines:
            box = frame(at, choice, layout=layout, px_per_m=px_per_m)
            if outline.covers(shapely.box(*box)) and not any(meet(box, other) for other in taken):
                taken.append(box)
                chosen = choice
                break
        found.append(Label(lines=chosen, ink=ink))
    return tuple(reversed(found))


def frame(at: tuple[float, float], lines: Lines, *, layout: Layout, px_per_m: float) -> Box:
    """The place that lines take: left, bottom, right, top [m]."""
    width = max(map(_letters, lines)) * _LETTER * layout.size_px + 2 * _MARGIN_PX
    height = len(lines) * _LINE * layout.size_px + 2 * _MARGIN_PX
    right, up = width / 2 / px_per_m, height / 2 / px_per_m
    return at[0] - right, at[1] - up, at[0] + right, at[1] + up


def _letters(line: str) -> int:
    """How many letters are seen of a line with Plotly's markup."""
    return len(html.unescape(_TAG.sub("", line)))


def meet(one: Box, other: Box) -> bool:
    """Whether two boxes share more than an edge."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
