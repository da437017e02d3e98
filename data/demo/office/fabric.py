"""Walls, doors, windows and clear room shapes, derived from the plan.

The IFC model is drawn from these and the simulation takes its areas from them, so the two agree.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations, pairwise

from shapely import LineString, MultiLineString, Polygon, line_merge, union_all
from shapely import Point as ShapelyPoint
from shapely.geometry.base import BaseGeometry

from data.demo.office.plan import Point, Room, Use, doors, rooms

PARTITION_M = 0.12
FACADE_M = 0.40
DOOR_HEIGHT_M = 2.10
_HALF = PARTITION_M / 2
_BETWEEN_WINDOWS_M = 2.4
_LEAST_WALL_M = 0.5

# Width, height and sill of the windows [m]: an office's, a shop front's, a small high one's.
_ORDINARY, _FRONT, _HIGH = (1.5, 1.6, 0.9), (2.0, 2.7, 0.1), (0.8, 0.6, 1.9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wall:
    """A straight wall along its axis; the rooms lie left and right of it, outside is None."""

    name: str
    storey: int
    start: Point
    end: Point
    rooms: tuple[str, str | None]

    @property
    def external(self) -> bool:
        """Whether its other side is outdoors."""
        return self.rooms[1] is None

    @property
    def length_m(self) -> float:
        """Along its axis."""
        return math.dist(self.start, self.end)

    @property
    def angle(self) -> float:
        """Direction of its axis, counter-clockwise from x [rad]."""
        return math.atan2(self.end[1] - self.start[1], self.end[0] - self.start[0])

    @property
    def sides_m(self) -> tuple[float, float]:
        """How far its body reaches right and left of the axis; outside is right."""
        return (FACADE_M - _HALF, _HALF) if self.external else (_HALF, _HALF)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A door or a window in a wall."""

    name: str
    wall: Wall
    centre_m: float  # along the wall's axis
    width_m: float
    height_m: float
    sill_m: float
    is_door: bool


def clear_outline(room: Room) -> Polygon:
    """The room between its walls' faces."""
    return Polygon(room.outline).buffer(-_HALF, join_style="mitre")


def storey_outline(storey: int) -> Polygon:
    """The storey to the outer faces of its outer walls."""
    union = union_all([Polygon(room.outline) for room in rooms() if room.storey == storey])
    outline = union.buffer(FACADE_M - _HALF, join_style="mitre")
    assert isinstance(outline, Polygon)
    return outline


def overlap_m(wall: Wall) -> tuple[float, float]:
    """How far an outer wall goes on beyond its start and its end, to close the building's corners."""
    if not wall.external:
        return 0.0, 0.0
    inside = union_all([Polygon(room.outline) for room in rooms() if room.storey == wall.storey])
    ahead = (0.1 * math.cos(wall.angle), 0.1 * math.sin(wall.angle))
    before = ShapelyPoint(wall.start[0] - ahead[0], wall.start[1] - ahead[1])
    behind = ShapelyPoint(wall.end[0] + ahead[0], wall.end[1] + ahead[1])
    reach = FACADE_M - _HALF
    return 0.0 if inside.covers(before) else reach, 0.0 if inside.covers(behind) else reach


@cache
def walls() -> tuple[Wall, ...]:
    """Every wall of every storey, in the order of the rooms."""
    found: list[Wall] = []
    for storey in sorted({room.storey for room in rooms()}):
        here = [room for room in rooms() if room.storey == storey]
        shapes = {room.number: Polygon(room.outline) for room in here}
        for one, other in combinations(shapes, 2):
            shared = shapes[one].exterior.intersection(shapes[other].exterior)
            found += _walls(storey, shared, (one, other))
        outside = union_all(list(shapes.values())).exterior
        for number, shape in shapes.items():
            shared = shape.exterior.intersection(outside)
            found += (_facing_out(wall, shape) for wall in _walls(storey, shared, (number, None)))
    return tuple(found)


@cache
def openings() -> tuple[Opening, ...]:
    """Every door and window."""
    return (*_doors(), *_windows())


def heated_at(room: Room) -> tuple[Wall, float] | None:
    """The wall that a room's radiator hangs on, and how far along: under a window where there is one."""
    if room.use in (Use.SERVER, Use.PLANT, Use.STORAGE):
        return None
    for opening in openings():
        if not opening.is_door and opening.wall.rooms[0] == room.number:
            return opening.wall, opening.centre_m
    longest = _longest(wall for wall in walls() if room.number in wall.rooms)
    return longest, longest.length_m / 2


def inside(room: Room, wall: Wall, along_m: float, off_m: float) -> Point:
    """The point of a room that is this far along one of its walls and this far off the wall's axis."""
    x = wall.start[0] + along_m * math.cos(wall.angle)
    y = wall.start[1] + along_m * math.sin(wall.angle)
    left = (x - off_m * math.sin(wall.angle), y + off_m * math.cos(wall.angle))
    right = (x + off_m * math.sin(wall.angle), y - off_m * math.cos(wall.angle))
    return left if clear_outline(room).contains(ShapelyPoint(left)) else right


def _walls(storey: int, shared: BaseGeometry, between: tuple[str, str | None]) -> Iterator[Wall]:
    for number, (start, end) in enumerate(sorted(_straight(shared)), start=1):
        if math.dist(start, end) >= _LEAST_WALL_M:
            name = f"Wall {between[0]}/{between[1] or 'outside'} {number}"
            yield Wall(name=name, storey=storey, start=start, end=end, rooms=between)


def _straight(shared: BaseGeometry) -> Iterator[tuple[Point, Point]]:
    """The straight stretches of a line, each from its lesser end."""
    parts = getattr(shared, "geoms", [shared])
    lines = [part for part in parts if isinstance(part, LineString) and not part.is_empty]
    merged = line_merge(MultiLineString(lines))
    for line in getattr(merged, "geoms", [merged]):
        points = [(float(x), float(y)) for x, y in line.simplify(0.001).coords]
        for start, end in pairwise(points):
            yield min(start, end), max(start, end)


def _facing_out(wall: Wall, room: Polygon) -> Wall:
    """The wall directed so that its room is on the left."""
    middle = ((wall.start[0] + wall.end[0]) / 2, (wall.start[1] + wall.end[1]) / 2)
    left = (middle[0] - 0.1 * math.sin(wall.angle), middle[1] + 0.1 * math.cos(wall.angle))
    if room.contains(ShapelyPoint(left)):
        return wall
    return Wall(name=wall.name, storey=wall.storey, start=wall.end, end=wall.start, rooms=wall.rooms)


def _doors() -> Iterator[Opening]:
    for number, door in enumerate(doors(), start=1):
        wall = _longest(wall for wall in walls() if set(wall.rooms) == {door.room, door.other})
        yield Opening(
            name=f"Door {door.room}/{door.other or 'outside'}",
            wall=wall,
            # Not in the middle, where a table stands; and doors across a hall do not face each other.
            centre_m=wall.length_m * (0.3 if number % 2 else 0.7) if wall.length_m > 3 else wall.length_m / 2,
            width_m=door.width_m,
            height_m=DOOR_HEIGHT_M,
            sill_m=0.0,
            is_door=True,
        )  # fmt: skip


def _longest(candidates: Iterable[Wall]) -> Wall:
    return max(candidates, key=lambda wall: wall.length_m)


def _windows() -> Iterator[Opening]:
    uses = {room.number: room.use for room in rooms()}
    with_door = {opening.wall.name: opening for opening in _doors() if opening.wall.external}
    for wall in walls():
        use = uses[wall.rooms[0]]
        if not wall.external or use in (Use.STORAGE, Use.SERVER) or wall.length_m < 1.6:
            continue
        width, height, sill = {Use.LOBBY: _FRONT, Use.WC: _HIGH, Use.PLANT: _HIGH}.get(use, _ORDINARY)
        count = max(1, round(wall.length_m / _BETWEEN_WINDOWS_M))
        for number in range(count):
            centre = wall.length_m * (number + 0.5) / count
            door = with_door.get(wall.name)
            if door and abs(centre - door.centre_m) < (width + door.width_m) / 2 + 0.1:
                continue
            yield Opening(
                name=f"Window {wall.name.removeprefix('Wall ').replace('/outside', '')}.{number + 1}",
                wall=wall, centre_m=centre, width_m=width, height_m=height, sill_m=sill, is_door=False,
            )  # fmt: skip
