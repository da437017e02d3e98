"""A building as bodies: all of its 3D picture that depends on neither readings nor how it is looked at."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from shapely import box, union_all
from shapely.geometry import Polygon, shape
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient

Ring = list[list[float]]

PLATE_M = 0.25  # of the slab under a storey's rooms

_STOREY_M = 3.2  # from floor to floor where nobody says
_HEIGHT_M = 2.6  # of a room where nobody says
_LETTERS = 16  # of a storey's name: there is no space for more beside the building
_EDGE_M = 0.45  # how far a slab stands out: about an outer wall
_WALL_M = 0.6  # half of the widest gap between two rooms that is a wall


class Body(Protocol):
    """A room as the store gives it."""

    @property
    def id(self) -> int: ...  # noqa: D102
    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def long_name(self) -> str | None: ...  # noqa: D102
    @property
    def storey_id(self) -> int: ...  # noqa: D102
    @property
    def footprint(self) -> dict[str, Any]: ...  # noqa: D102
    @property
    def height_m(self) -> float | None: ...  # noqa: D102
    @property
    def floor_m(self) -> float | None: ...  # noqa: D102


class Storey(Protocol):
    """A storey as the store gives it."""

    @property
    def id(self) -> int: ...  # noqa: D102
    @property
    def name(self) -> str: ...  # noqa: D102


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One polygon of a room, standing on its floor."""

    room: int
    title: str
    rings: list[Ring]  # the outline, then holes; [m] about the building's middle
    height_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One storey that has rooms with outlines."""

    storey: int
    name: str  # shortened where it is long
    floor_m: float
    pieces: tuple[Piece, ...]
    plate: tuple[list[Ring], ...]  # of the slab under them
    corner: tuple[float, float, float]  # where its name stands, above and below those of the others


@dataclass(frozen=True, slots=True, kw_only=True)
class Solid:
    """All that stays the same while the model does; the middle of the building is 0, 0, 0."""

    levels: tuple[Level, ...]  # the lowest first
    middle: tuple[float, float, float]  # in the model's axes [m]
    size: tuple[float, float, float]  # [m]
    north_deg: float | None  # clockwise from y; None: not known


def build(bodies: Sequence[Body], storeys: Sequence[Storey], *, north_deg: float | None) -> Solid | None:
    """The building as bodies; None when no room has an outline.

    Args:
        bodies: The rooms that have one.
        storeys: The building's, the lowest first.
        north_deg: True north, clockwise from the model's y axis.
    """
    if not bodies:
        return None
    floors, shapes = _floors(bodies, storeys), {body.id: shape(body.footprint) for body in bodies}
    left, front, right, back = union_all([one.envelope for one in shapes.values()]).bounds
    bottom = min(floors[body.storey_id] for body in bodies)
    top = max(_floor(body, floors) + _height(body) for body in bodies)
    middle = ((left + right) / 2, (front + back) / 2, (bottom + top) / 2)
    levels = tuple(
        _level(storey, own, shapes, floors, middle, corner=(left, front))
        for storey in storeys
        if (own := [body for body in bodies if body.storey_id == storey.id])
    )
    size = (right - left, back - front, top - bottom)
    return Solid(levels=levels, middle=middle, size=size, north_deg=north_deg)


def ground_m(solid: Solid) -> float:
    """How high the ground lies, a little below the lowest slab [m]."""
    return round(solid.levels[0].floor_m - PLATE_M - 0.06, 2)


def margin_m(solid: Solid) -> float:
    """How far the ground reaches beyond the rooms."""
    return max(1.2, 0.1 * math.hypot(*solid.size[:2]))


def ground(solid: Solid) -> Polygon:
    """The outline of the ground, about the building's middle [m]."""
    width, depth, _ = solid.size
    return box(-width / 2, -depth / 2, width / 2, depth / 2).buffer(margin_m(solid), quad_segs=8)


def _floors(bodies: Sequence[Body], storeys: Sequence[Storey]) -> dict[int, float]:
    """The floor of each storey: the lowest of its rooms', else one storey above the one below."""
    floors: dict[int, float] = {}
    below = -_STOREY_M
    for storey in storeys:
        said = [body.floor_m for body in bodies if body.storey_id == storey.id and body.floor_m is not None]
        below = floors[storey.id] = min(said) if said else below + _STOREY_M
    return floors


def _floor(body: Body, floors: Mapping[int, float]) -> float:
    return floors[body.storey_id] if body.floor_m is None else body.floor_m


def _height(body: Body) -> float:
    return body.height_m or _HEIGHT_M


def _level(
    storey: Storey,
    bodies: Sequence[Body],
    shapes: Mapping[int, BaseGeometry],
    floors: Mapping[int, float],
    middle: tuple[float, float, float],
    corner: tuple[float, float],
) -> Level:
    x, y, z = middle
    floor = floors[storey.id] - z
    pieces = tuple(
        Piece(
            room=body.id,
            title=" ".join(dict.fromkeys(filter(None, (body.name, body.long_name)))),
            rings=rings(part, (x, y), _floor(body, floors) - z),
            height_m=round(_height(body), 2),
        )
        for body in bodies
        for part in _parts(shapes[body.id])
    )
    # Walls between rooms, and what stands between two of them, are on the slab too.
    under = union_all([shapes[body.id] for body in bodies]).buffer(_EDGE_M + _WALL_M, join_style="mitre")
    under = under.buffer(-_WALL_M, join_style="mitre").simplify(0.05)
    return Level(
        storey=storey.id,
        name=_short(storey.name),
        floor_m=floor,
        pieces=pieces,
        plate=tuple(rings(part, (x, y), floor - PLATE_M) for part in _parts(under)),
        corner=(round(corner[0] - x - _EDGE_M, 2), round(corner[1] - y - _EDGE_M, 2), round(floor, 2)),
    )


def _short(name: str) -> str:
    return name if len(name) <= _LETTERS else f"{name[: _LETTERS - 1].rstrip()}…"


def _parts(outline: BaseGeometry) -> list[Polygon]:
    return [part for part in getattr(outline, "geoms", [outline]) if not part.is_empty]


def rings(polygon: Polygon, middle: tuple[float, float], z: float) -> list[Ring]:
    """A polygon's outline and holes about a middle, at a height."""
    turned = orient(polygon, sign=-1.0)  # clockwise: else deck.gl lights the walls from inside
    return [
        [[round(x - middle[0], 2), round(y - middle[1], 2), round(z, 2)] for x, y, *_ in ring.coords]
        for ring in (turned.exterior, *turned.interiors)
    ]
