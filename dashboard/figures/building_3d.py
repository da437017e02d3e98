"""A building in 3D: each room a body on its storey, in the colours of a quantity.

What does not depend on readings is worked out once (`build`); readings change colours and notes
(`paint`), and how the storeys stand (`stand`) is a few numbers: each can be sent alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from shapely import box, union_all
from shapely.geometry import Polygon, shape
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient

from dashboard.figures import colour_scales as tables
from dashboard.figures import deck
from dashboard.figures.colour_scale import Scale
from dashboard.figures.deck import Rgba, Spec
from dashboard.figures.plan import Reading
from dashboard.theme import COLOURS, FONT, Scheme

Ring = list[list[float]]

# The size of the canvas in the style sheet's own pixels, which scales it to any window.
CANVAS_PX = (700.0, 520.0)

_STOREY_M = 3.2  # from floor to floor where nobody says
_HEIGHT_M = 2.6  # of a room where nobody says
_PLATE_M = 0.25  # of the slab under a storey's rooms
_EDGE_M = 0.45  # how far it stands out: about an outer wall
_EXPLODED_M = 7.0  # between two storeys at most, beside what is there
_LAYERS = 3  # of a level: slab, rooms, name
_TILT_DEG, _ORBIT_DEG, _FOV_DEG = 34.0, -28.0, 28.0


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
    name: str
    floor_m: float
    pieces: tuple[Piece, ...]
    plate: tuple[list[Ring], ...]  # of the slab under them
    corner: list[float]  # where its name stands


@dataclass(frozen=True, slots=True, kw_only=True)
class Solid:
    """All that stays the same while the model does; the middle of the building is 0, 0, 0."""

    levels: tuple[Level, ...]  # the lowest first
    middle: tuple[float, float, float]  # in the model's axes [m]
    size: tuple[float, float, float]  # [m]
    north_deg: float | None  # clockwise from y; None: not known


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """How the storeys stand."""

    exploded: float = 0.0  # from 0, as built, to 1
    alone: int | None = None  # the id of the one storey that is shown


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
        _level(storey, own, shapes, floors, middle)
        for storey in storeys
        if (own := [body for body in bodies if body.storey_id == storey.id])
    )
    size = (right - left, back - front, top - bottom)
    return Solid(levels=levels, middle=middle, size=size, north_deg=north_deg)


def paint(
    solid: Solid, readings: Mapping[int, Reading], *, scale: Scale, scheme: Scheme
) -> list[list[dict[str, Any]]]:
    """What readings make of each piece, by level and piece: its colour and its note."""
    return [[_painted(piece, readings[piece.room], scale, scheme) for piece in level.pieces]
            for level in solid.levels]  # fmt: skip


def stand(solid: Solid, how: Stand) -> dict[int, dict[str, Any]]:
    """What changes in each layer of the picture when the storeys move; the ground keeps to the lowest."""
    middle = (len(solid.levels) - 1) / 2
    lifts = [round((number - middle) * _EXPLODED_M * how.exploded, 3) for number in range(len(solid.levels))]
    moved: dict[int, dict[str, Any]] = {0: {"modelMatrix": _lifted(lifts[0])}}
    for number, (level, lift) in enumerate(zip(solid.levels, lifts, strict=True)):
        shown = how.alone in (None, level.storey)
        moved |= {at: {"modelMatrix": _lifted(lift), "visible": shown} for at in layers_of(number)}
    after = layers_of(len(lifts))[0]
    return moved | {after + at: moved[0] for at in range(len(_north(solid, "light")))}


def spec(solid: Solid, painted: Sequence[Sequence[Mapping[str, Any]]], *, how: Stand, scheme: Scheme) -> Spec:
    """The whole picture; the layers of a level are at `layers_of`."""
    levels = [
        layer
        for level, rows in zip(solid.levels, painted, strict=True)
        for layer in (_plate(level, scheme), _rooms(level, rows), _name(level, scheme))
    ]
    layers = [_ground(solid, scheme), *levels, *_north(solid, scheme)]
    moved = stand(solid, how)
    return EMPTY | {
        "initialViewState": view(solid),
        "effects": deck.LIGHT,
        "layers": [layer | moved[number] for number, layer in enumerate(layers)],
    }


# What stands there until the first picture comes.
EMPTY: Spec = {
    "views": [{"@@type": "OrbitView", "orbitAxis": "Z", "fovy": _FOV_DEG, "controller": True}],
    "initialViewState": {"target": [0, 0, 0], "zoom": 0},
    "layers": [],
}


def layers_of(level: int) -> range:
    """Where in the picture the layers of a level are."""
    return range(1 + _LAYERS * level, 1 + _LAYERS * (level + 1))


def rooms_of(level: int) -> int:
    """Where in the picture the rooms of a level are."""
    return layers_of(level)[1]


def view(solid: Solid, *, turn: int = 0) -> Spec:
    """Where one looks from to see all of it; deck.gl goes back to it when it is of another turn."""
    width, depth, height = solid.size
    orbit, tilt = math.radians(_ORBIT_DEG), math.radians(_TILT_DEG)
    across = abs(math.cos(orbit)) * width + abs(math.sin(orbit)) * depth
    along = abs(math.sin(orbit)) * width + abs(math.cos(orbit)) * depth
    up = along * math.sin(tilt) + height * math.cos(tilt)
    px_per_m = 0.86 * min(CANVAS_PX[0] / max(across, 1.0), CANVAS_PX[1] / max(up, 1.0))
    zoom = round(math.log2(px_per_m), 3)
    nearer = 0.08 * along  # what is near looks larger: so the picture is in the middle
    return {
        "target": [round(-math.sin(orbit) * nearer, 2), round(-math.cos(orbit) * nearer, 2), 0],
        "rotationX": _TILT_DEG, "rotationOrbit": _ORBIT_DEG + turn * 1e-6,
        "zoom": zoom, "minZoom": zoom - 2, "maxZoom": zoom + 6, "minRotationX": 2,
    }  # fmt: skip


def _lifted(up: float) -> list[float]:
    """A matrix that lifts, column by column."""
    return [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, up, 1]


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
) -> Level:
    x, y, z = middle
    floor = floors[storey.id] - z
    pieces = tuple(
        Piece(
            room=body.id,
            title=" ".join(dict.fromkeys(filter(None, (body.name, body.long_name)))),
            rings=_rings(part, (x, y), _floor(body, floors) - z),
            height_m=round(_height(body), 2),
        )
        for body in bodies
        for part in _parts(shapes[body.id])
    )
    # Walls between rooms, and what stands between two of them, are on the slab too.
    under = union_all([shapes[body.id] for body in bodies]).buffer(_EDGE_M + 0.6, join_style="mitre")
    under = under.buffer(-0.6, join_style="mitre").simplify(0.05)
    return Level(
        storey=storey.id,
        name=storey.name,
        floor_m=floor,
        pieces=pieces,
        plate=tuple(_rings(part, (x, y), floor - _PLATE_M) for part in _parts(under)),
        corner=[round(under.bounds[0] - x, 2), round(under.bounds[1] - y, 2), round(floor, 2)],
    )


def _parts(outline: BaseGeometry) -> list[Polygon]:
    return [part for part in getattr(outline, "geoms", [outline]) if not part.is_empty]


def _rings(polygon: Polygon, middle: tuple[float, float], z: float) -> list[Ring]:
    turned = orient(polygon, sign=-1.0)  # clockwise: else deck.gl lights the walls from inside
    return [
        [[round(x - middle[0], 2), round(y - middle[1], 2), round(z, 2)] for x, y, *_ in ring.coords]
        for ring in (turned.exterior, *turned.interiors)
    ]


def _painted(piece: Piece, said: Reading, scale: Scale, scheme: Scheme) -> dict[str, Any]:
    told = " · ".join(dict.fromkeys(filter(None, (said.written, said.age))))
    return {"colour": _colour(said, scale, scheme), "note": deck.note(piece.title, told)}


def _colour(said: Reading, scale: Scale, scheme: Scheme) -> Rgba:
    if said.state == "fresh" and said.value is not None:
        return deck.rgba(scale.colour(said.value))
    return deck.rgba(tables.PLAN[scheme]["hatch" if said.state == "stale" else "room"])


def _rooms(level: Level, rows: Sequence[Mapping[str, Any]]) -> Spec:
    return {
        "@@type": "PolygonLayer",
        "id": f"rooms-{level.storey}",
        "data": [
            {"room": piece.room, "rings": piece.rings, "height": piece.height_m, **row}
            for piece, row in zip(level.pieces, rows, strict=True)
        ],
        "getPolygon": "@@=rings",
        "getElevation": "@@=height",
        "getFillColor": "@@=colour",
        "extruded": True,
        "pickable": True,
        "autoHighlight": True,
        "highlightColor": [255, 255, 255, 70],
        "material": deck.MATERIAL,
    }


def _plate(level: Level, scheme: Scheme) -> Spec:
    return {
        "@@type": "PolygonLayer",
        "id": f"plate-{level.storey}",
        "data": [{"rings": rings} for rings in level.plate],
        "getPolygon": "@@=rings",
        "getElevation": _PLATE_M - 0.02,  # below the rooms' floors: two faces in one plane flicker
        "getFillColor": deck.rgba(tables.PLAN[scheme]["edge"]),
        "extruded": True,
        "material": deck.MATERIAL,
    }


def _name(level: Level, scheme: Scheme) -> Spec:
    return {
        "@@type": "TextLayer",
        "id": f"name-{level.storey}",
        "data": [{"at": level.corner, "name": deck.text(level.name)}],
        "getPosition": "@@=at",
        "getText": "@@=name",
        "getColor": deck.rgba(COLOURS[scheme].muted),
        "getSize": 22,
        "getTextAnchor": "end",
        "getPixelOffset": [-10, 0],
        "fontFamily": FONT,
        "fontWeight": 570,
        "characterSet": sorted(set(level.name)),
    }


def _ground(solid: Solid, scheme: Scheme) -> Spec:
    """A disc a little below the lowest slab."""
    radius = 0.6 * math.hypot(*solid.size[:2]) + 2
    z = round(solid.levels[0].floor_m - _PLATE_M - 0.06, 2)
    circle = box(0, 0, 0, 0).centroid.buffer(radius, quad_segs=24)
    return {
        "@@type": "PolygonLayer",
        "id": "ground",
        "data": [{"rings": _rings(circle, (0.0, 0.0), z)}],
        "getPolygon": "@@=rings",
        "getFillColor": deck.rgba(tables.PLAN[scheme]["room"], 150),
        "stroked": False,
    }


def _north(solid: Solid, scheme: Scheme) -> list[Spec]:
    """An arrow on the ground, where north is known."""
    if solid.north_deg is None:
        return []
    radius = 0.6 * math.hypot(*solid.size[:2]) + 2
    z = round(solid.levels[0].floor_m - _PLATE_M - 0.02, 2)
    bearing, length = math.radians(solid.north_deg), max(0.9, radius * 0.07)
    ahead, aside = (math.sin(bearing), math.cos(bearing)), (math.cos(bearing), -math.sin(bearing))

    def at(along: float, across: float) -> list[float]:
        return [round(ahead[axis] * along + aside[axis] * across, 2) for axis in (0, 1)] + [z]

    tip, tail = radius - 0.5 * length, radius - 1.7 * length
    arrow = [at(tip, 0), at(tail, 0.42 * length), at(tail + 0.3 * length, 0), at(tail, -0.42 * length)]
    ink = deck.rgba(COLOURS[scheme].muted)
    return [
        {"@@type": "PolygonLayer", "id": "north", "data": [{"rings": [arrow]}], "getPolygon": "@@=rings",
         "getFillColor": ink, "stroked": False},
        {"@@type": "TextLayer", "id": "north-name", "data": [{"at": at(tail - 0.6 * length, 0), "name": "N"}],
         "getPosition": "@@=at", "getText": "@@=name", "getColor": ink, "getSize": 24, "fontFamily": FONT,
         "fontWeight": 640, "characterSet": ["N"]},
    ]  # fmt: skip
