"""Symbols of equipment and devices on a floor plan: together where they would lie on each other.

As with labels, there is a layout for wide and one for narrow windows, and the style sheet shows one.
"""

from __future__ import annotations

import html
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from statistics import fmean
from typing import Any, Protocol

import shapely

from dashboard.figures import labels
from dashboard.figures.drawing import Drawing, DrawnRoom
from dashboard.figures.labels import Box, Layout
from dashboard.theme import COLOURS, Scheme

Figure = dict[str, Any]

_SIZE_PX = 9
_CELL_PX = 16  # two symbols closer than this cannot be told apart
_NAMED = 6  # of many under one symbol
_VALUES = ("00.0 °C", "00.0")  # about as long as what a room's label says, whatever that is today
_SHAPES = {
    "device": "circle", "sensing": "diamond", "air": "triangle-up", "heat": "square",
    "electric": "cross", "water": "hexagon", "other": "circle",
}  # fmt: skip


class Symbol(Protocol):
    """A thing on a plan."""

    @property
    def group(self) -> str: ...  # noqa: D102  # of `_SHAPES`
    @property
    def title(self) -> str: ...  # noqa: D102
    @property
    def at(self) -> tuple[float, float] | None: ...  # noqa: D102  # None: somewhere in its room
    @property
    def room(self) -> int | None: ...  # noqa: D102


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A symbol that is drawn, for one thing or several."""

    group: str
    x: float
    y: float
    note: str
    room: int | None


def place(
    drawing: Drawing, found: Iterable[Symbol], *, layout: Layout, px_per_m: float
) -> tuple[Placed, ...]:
    """The symbols that have room: none on another, on a label, or outside the room it stands in.

    Args:
        drawing: Of the storey.
        found: All that stands on it.
        layout: Gives the size of labels.
        px_per_m: The scale of the plan.
    """
    rooms = {room.id: room for room in drawing.rooms}
    cell_m = _CELL_PX / px_per_m
    taken = _Taken(2 * cell_m)
    for room in drawing.rooms:
        for box in _label(room, layout, px_per_m):
            taken.add(box)
    placed = []
    for group, room_id, at, titles in _together(found, cell_m):
        own = rooms.get(room_id) if room_id is not None else None
        for x, y in _places(at, own, layout, px_per_m):
            box = (x - cell_m / 2, y - cell_m / 2, x + cell_m / 2, y + cell_m / 2)
            inside = own is None or own.shape.covers(shapely.box(*box))
            if inside and not taken.meets(box):
                taken.add(box)
                note = _note(titles)
                placed.append(Placed(group=group, x=round(x, 3), y=round(y, 3), note=note, room=room_id))
                break
    return tuple(placed)


def trace(*, seen: bool) -> Figure:
    """A trace of symbols without them; one that only narrow windows show has no notes of its own."""
    return {
        "type": "scatter",
        "mode": "markers",
        "hoverinfo": "text" if seen else "skip",
        "hoverlabel": {"align": "left"},
    }


def changing(found: Sequence[Placed], *, scheme: Scheme) -> Figure:
    """What of a trace depends on the symbols."""
    colours = COLOURS[scheme]
    own = [one.group == "device" for one in found]
    return {
        "x": [one.x for one in found],
        "y": [one.y for one in found],
        "text": [one.note for one in found],
        "customdata": [one.room for one in found],
        "marker": {
            "symbol": [_SHAPES[one.group] for one in found],
            "size": _SIZE_PX,
            "color": [colours.line if device else colours.tip for device in own],
            "line": {"color": [colours.tip if device else colours.text for device in own], "width": 1.3},
            "opacity": 1,
        },
    }


def _together(
    found: Iterable[Symbol], cell_m: float
) -> Iterator[tuple[str, int | None, tuple[float, float] | None, list[str]]]:
    """Things of one group in one room that are too close to tell apart; the devices of a room are one."""
    held: dict[tuple[str, int | None, tuple[int, int] | None], list[Symbol]] = defaultdict(list)
    for one in found:
        cell = None if one.at is None else (int(one.at[0] // cell_m), int(one.at[1] // cell_m))
        held[one.group, one.room, cell].append(one)
    for (group, room, _), several in held.items():
        points = [one.at for one in several if one.at is not None]
        middle = (fmean(x for x, _ in points), fmean(y for _, y in points)) if points else None
        yield group, room, middle, [one.title for one in several]


def _places(
    at: tuple[float, float] | None, room: DrawnRoom | None, layout: Layout, px_per_m: float
) -> Iterator[tuple[float, float]]:
    """Where a symbol may stand: where its thing does, else beside that; without a place, around the label."""
    cell_m = _CELL_PX / px_per_m
    if at is not None:
        yield from ((at[0] + x * cell_m, at[1] + y * cell_m) for x, y in _AROUND)
    elif room is not None:
        (x, y), half = room.at, (len(_VALUES) * layout.size_px * 0.65 + _CELL_PX / 2 + 3) / px_per_m
        yield from ((x, y - half), (x, y + half), (x, y))


# Cells around a place, the nearest first.
_AROUND = sorted(product(range(-2, 3), repeat=2), key=lambda at: (math.hypot(*at), at))


def _label(room: DrawnRoom, layout: Layout, px_per_m: float) -> list[Box]:
    """The place that a room's label takes; none where there is not enough for one."""
    name, (long, short) = html.escape(room.name, quote=False), _VALUES
    for lines in ((name, long), (name, short), (long,), (name,), (short,)):
        box = labels.frame(room.at, lines, layout=layout, px_per_m=px_per_m)
        if room.clear.covers(shapely.box(*box)):
            return [box]
    return []


class _Taken:
    """The boxes that are taken, by the squares of a grid that they lie in."""

    def __init__(self, square_m: float) -> None:
        self._square_m = square_m
        self._boxes: dict[tuple[int, int], list[Box]] = defaultdict(list)

    def add(self, box: Box) -> None:
        for square in self._squares(box):
            self._boxes[square].append(box)

    def meets(self, box: Box) -> bool:
        near = (other for square in self._squares(box) for other in self._boxes.get(square, ()))
        return any(labels.meet(box, other) for other in near)

    def _squares(self, box: Box) -> Iterator[tuple[int, int]]:
        left, bottom, right, top = (int(at // self._square_m) for at in box)
        return ((x, y) for x in range(left, right + 1) for y in range(bottom, top + 1))


def _note(titles: Sequence[str]) -> str:
    shown = [html.escape(title, quote=False) for title in titles[:_NAMED]]
    more = len(titles) - len(shown)
    return "<br>".join([*shown, f"and {more} more"] if more else shown)
