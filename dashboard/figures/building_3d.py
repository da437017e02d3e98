"""A building in 3D: each room a body on its storey, in the colours of a quantity.

What does not depend on readings is worked out once (`solid.build`); readings change colours and notes
(`paint`), and how the storeys stand (`stand`) is a few numbers: each can be sent alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from shapely import Point

from dashboard.figures import colour_scales as tables
from dashboard.figures import deck
from dashboard.figures.colour_scale import Scale
from dashboard.figures.deck import Rgba, Spec
from dashboard.figures.plan import Reading
from dashboard.figures.solid import PLATE_M, Level, Piece, Solid, rings
from dashboard.theme import COLOURS, FONT, Scheme

# The size of the canvas in the style sheet's own pixels, which scales it to any window.
CANVAS_PX = (700.0, 520.0)

_EXPLODED, _EXPLODED_M = 0.5, 7.0  # all storeys at most apart: a part of the building's size; two of them
_LAYERS = 3  # of a level: slab, rooms, name
_SHELL_LAYERS = 2
_SHELL_OPACITY = 0.12  # deck.gl takes its root of 2.2: what is behind loses less than half of its colour
_TILT_DEG, _ORBIT_DEG, _FOV_DEG = 34.0, -28.0, 28.0


class Shell(Protocol):
    """Walls, slabs, roofs and all else that a model has bodies of, as one glTF file."""

    @property
    def address(self) -> str: ...  # noqa: D102
    @property
    def origin_m(self) -> tuple[float, float, float]: ...  # noqa: D102


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """How the storeys stand."""

    exploded: float = 0.0  # from 0, as built, to 1
    alone: int | None = None  # the id of the one storey that is shown

    @property
    def whole(self) -> bool:
        """Whether the building stands as built; only then its shell fits around it."""
        return not self.exploded and self.alone is None


def paint(
    solid: Solid, readings: Mapping[int, Reading], *, scale: Scale, scheme: Scheme
) -> list[list[dict[str, Any]]]:
    """What readings make of each piece, by level and piece: its colour and its note."""
    return [[_painted(piece, readings[piece.room], scale, scheme) for piece in level.pieces]
            for level in solid.levels]  # fmt: skip


def stand(solid: Solid, how: Stand, *, shell: bool = False) -> dict[int, dict[str, Any]]:
    """What changes in each layer of the picture when the storeys move; the ground keeps to the lowest.

    Args:
        solid: The building.
        how: How its storeys stand.
        shell: Whether the picture has the shell.
    """
    steps, apart = len(solid.levels) - 1, _apart(solid, how)
    lifts = [round((number - steps / 2) * apart, 3) for number in range(len(solid.levels))]
    moved: dict[int, dict[str, Any]] = {0: {"modelMatrix": _lifted(lifts[0])}}
    for number, (level, lift) in enumerate(zip(solid.levels, lifts, strict=True)):
        shown = how.alone in (None, level.storey)
        moved |= {at: {"modelMatrix": _lifted(lift), "visible": shown} for at in layers_of(number)}
    after = layers_of(len(lifts))[0]
    north = len(_north(solid, "light"))
    moved |= {after + at: moved[0] for at in range(north)}
    around = range(after + north, after + north + _SHELL_LAYERS) if shell else ()
    return moved | {at: {"visible": how.whole} for at in around}


def spec(
    solid: Solid,
    painted: Sequence[Sequence[Mapping[str, Any]]],
    *,
    how: Stand,
    scheme: Scheme,
    shell: Shell | None = None,
) -> Spec:
    """The whole picture; the layers of a level are at `layers_of`, the shell is the last."""
    levels = [
        layer
        for level, rows in zip(solid.levels, painted, strict=True)
        for layer in (_plate(level, scheme), _rooms(level, rows), _name(level, scheme))
    ]
    around = _shell(solid, shell) if shell else []
    layers = [_ground(solid, scheme), *levels, *_north(solid, scheme), *around]
    moved = stand(solid, how, shell=bool(shell))
    return EMPTY | {
        "initialViewState": view(solid, how=how),
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


def view(solid: Solid, *, how: Stand, turn: int = 0) -> Spec:
    """Where one looks from to see all of it as it stands; of another turn, deck.gl goes back to it."""
    width, depth, height = solid.size
    height += (len(solid.levels) - 1) * _apart(solid, how)
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


def _apart(solid: Solid, how: Stand) -> float:
    """How much farther each storey stands above the one below than it was built [m]."""
    steps = max(len(solid.levels) - 1, 1)
    return how.exploded * min(_EXPLODED_M, _EXPLODED * max(solid.size) / steps)


def _lifted(up: float) -> list[float]:
    """A matrix that lifts, column by column."""
    return [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, up, 1]


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
        "getElevation": PLATE_M - 0.02,  # below the rooms' floors: two faces in one plane flicker
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
    z = round(solid.levels[0].floor_m - PLATE_M - 0.06, 2)
    circle = Point(0, 0).buffer(radius, quad_segs=24)
    return {
        "@@type": "PolygonLayer",
        "id": "ground",
        "data": [{"rings": rings(circle, (0.0, 0.0), z)}],
        "getPolygon": "@@=rings",
        "getFillColor": deck.rgba(tables.PLAN[scheme]["room"], 150),
        "stroked": False,
    }


def _north(solid: Solid, scheme: Scheme) -> list[Spec]:
    """An arrow on the ground, where north is known."""
    if solid.north_deg is None:
        return []
    radius = 0.6 * math.hypot(*solid.size[:2]) + 2
    z = round(solid.levels[0].floor_m - PLATE_M - 0.02, 2)
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


def _shell(solid: Solid, shell: Shell) -> list[Spec]:
    """The last layers, as they are seen through; a click goes to the room behind them.

    The first sets depths alone: of what lies one behind the other, the second then shows the nearest,
    in whatever order the file has it.
    """
    middle = zip(shell.origin_m, solid.middle, strict=True)
    layer = {
        "@@type": "ScenegraphLayer",
        "data": [{"position": [round(origin - at, 3) for origin, at in middle]}],
        "scenegraph": shell.address,
        "coordinateSystem": 0,  # metres, which layers of this kind do not take from the view
        "getPosition": "@@=position",
        "getOrientation": [0, 0, 90],  # glTF has y up
        "_lighting": "pbr",  # without it all is white
        "opacity": _SHELL_OPACITY,
        "pickable": False,
    }
    depths = {"colorMask": [False] * 4}
    return [layer | {"id": "shell-depths", "parameters": depths}, layer | {"id": "shell"}]
