"""The outlines of a storey: all of its floor plan that does not depend on readings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import shapely
from shapely.geometry import Point, Polygon, shape
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient

Coordinates = list[float | None]
Bounds = tuple[float, float, float, float]  # left, bottom, right, top [m]

LAYERS = ("stair", "wall", "column", "window", "door")  # from below
OUTLINED = ("stair",)  # drawn as lines alone; the others are filled

_BURIED = 0.1  # of a room: what leaves less of it clear is a mistake in the model, and hides no label
_LINE_M = 0.02  # of a drawn line, for what has to keep clear of it
_ENOUGH = 0.7  # of the space around a label that it would have without what is drawn there


class Room(Protocol):
    """A room as the store gives it."""

    @property
    def id(self) -> int: ...  # noqa: D102
    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def long_name(self) -> str | None: ...  # noqa: D102
    @property
    def footprint(self) -> dict[str, Any] | None: ...  # noqa: D102
    @property
    def label_point(self) -> tuple[float, float] | None: ...  # noqa: D102


class Door(Protocol):
    """A door as the store gives it."""

    @property
    def outline(self) -> dict[str, Any] | None: ...  # noqa: D102


class Element(Protocol):
    """A wall, column, window or stair as the store gives it."""

    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def outline(self) -> dict[str, Any]: ...  # noqa: D102


class Plan(Protocol):
    """A storey as the store gives it, in metres; y is the plan's north."""

    @property
    def true_north_deg(self) -> float | None: ...  # noqa: D102
    @property
    def rooms(self) -> Sequence[Room]: ...  # noqa: D102
    @property
    def doors(self) -> Sequence[Door]: ...  # noqa: D102
    @property
    def elements(self) -> Sequence[Element]: ...  # noqa: D102


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnRoom:
    """One room as it is drawn."""

    id: int
    name: str
    title: str  # with its long name
    x: Coordinates
    y: Coordinates
    shape: BaseGeometry
    clear: BaseGeometry  # the part of it that nothing is drawn on
    at: tuple[float, float]  # where its label stands


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """All that stays the same while the model does."""

    rooms: tuple[DrawnRoom, ...]  # large ones first: a room that lies on another stays in sight
    layers: Mapping[str, tuple[Coordinates, Coordinates]]
    bounds: Bounds | None  # None: nothing is drawn
    north_deg: float | None  # clockwise from y; None: not known

    @property
    def aspect(self) -> float:
        """Width over height, within what fits on a page."""
        if self.bounds is None:
            return 2.0
        left, bottom, right, top = self.bounds
        return min(3.2, max(0.7, (right - left) / (top - bottom)))


def draw(plan: Plan) -> Drawing:
    """Work out what of a storey's plan does not depend on readings."""
    rooms = sorted(
        (_room(room, room.footprint) for room in plan.rooms if room.footprint),
        key=lambda room: -round(room.shape.area, 2),
    )
    shapes = {kind: [shape(one.outline) for one in plan.elements if one.kind == kind] for kind in LAYERS}
    shapes["door"] = [shape(door.outline) for door in plan.doors if door.outline]
    layers = {kind: _outlines(shapes[kind]) for kind in LAYERS}
    return Drawing(
        rooms=_clear(rooms, shapes),
        layers={kind: outline for kind, outline in layers.items() if outline[0]},
        bounds=_bounds([(room.x, room.y) for room in rooms] + list(layers.values())),
        north_deg=plan.true_north_deg,
    )


def _room(room: Room, footprint: dict[str, Any]) -> DrawnRoom:
    outline = shape(footprint)
    x, y = _outlines([outline])
    at = room.label_point or outline.representative_point().coords[0]
    other = room.long_name if room.long_name != room.name else None
    title = " ".join(filter(None, (room.name, other)))
    return DrawnRoom(id=room.id, name=room.name, title=title, x=x, y=y, shape=outline, clear=outline, at=at)


def _clear(rooms: Sequence[DrawnRoom], shapes: Mapping[str, Sequence[BaseGeometry]]) -> tuple[DrawnRoom, ...]:
    """The rooms with what of them is clear of lines and of smaller rooms, and with their labels in that."""
    drawn = [
        one.boundary.buffer(_LINE_M) if kind in OUTLINED else one
        for kind, several in shapes.items()
        for one in several
    ]
    first = len(drawn)
    drawn += [room.shape for room in rooms]
    tree, found = shapely.STRtree(drawn), []
    for number, room in enumerate(rooms, start=first):
        on = [drawn[one] for one in tree.query(room.shape) if one < first or one > number]
        clear = room.shape.difference(shapely.union_all(on))
        if clear.area < _BURIED * room.shape.area:
            clear = room.shape
        found.append(replace(room, clear=clear, at=_middle(room, clear)))
    return tuple(found)


def _middle(room: DrawnRoom, clear: BaseGeometry) -> tuple[float, float]:
    """Where a label is to stand: at the place that was chosen for it, unless lines take its space."""
    at = Point(room.at)
    around = at.distance(clear.boundary) if clear.contains(at) else 0.0
    if clear.is_empty or around >= _ENOUGH * at.distance(room.shape.boundary):
        return room.at
    largest = max(_polygons(clear), key=lambda part: part.area)
    x, y = shapely.maximum_inscribed_circle(largest, tolerance=0.05).coords[0]
    return float(x), float(y)


def _outlines(shapes: Iterable[BaseGeometry]) -> tuple[Coordinates, Coordinates]:
    """All rings in one line with None between two, where Plotly lifts its pen.

    Holes run the other way round than what they are in: by that a browser knows them.
    """
    x: Coordinates = []
    y: Coordinates = []
    for polygon in (part for one in shapes for part in _polygons(one)):
        turned = orient(polygon)
        for ring in (turned.exterior, *turned.interiors):
            if x:
                x.append(None)
                y.append(None)
            x += [round(at, 3) for at in ring.xy[0]]
            y += [round(at, 3) for at in ring.xy[1]]
    return x, y


def _polygons(outline: BaseGeometry) -> list[Polygon]:
    return list(getattr(outline, "geoms", [outline]))


def _bounds(outlines: Iterable[tuple[Coordinates, Coordinates]]) -> Bounds | None:
    drawn = list(outlines)
    across = [at for x, _ in drawn for at in x if at is not None]
    up = [at for _, y in drawn for at in y if at is not None]
    return (min(across), min(up), max(across), max(up)) if across else None
