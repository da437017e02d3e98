"""A building in 3D: each room a body on its storey, in the colours of a quantity.

What does not depend on readings is worked out once (`solid.build`); readings change colours and notes
(`paint`), and how the storeys stand (`stand`) is a few numbers: each can be sent alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from dashboard.figures import camera, deck, standing
from dashboard.figures import colour_scales as tables
from dashboard.figures import solid as solids
from dashboard.figures.colour_scale import Scale
from dashboard.figures.deck import Rgba, Spec
from dashboard.figures.plan import Reading
from dashboard.figures.solid import PLATE_M, Level, Piece, Solid, rings
from dashboard.figures.standing import Stand
from dashboard.theme import COLOURS, FONT, Scheme

_LAYERS = 3  # of a level: slab, rooms, name
_OVER_ALL = {"depthTest": False}  # a letter is a plane, of which what is nearer would cut off parts
_SHELL_LAYERS = 2
_SHELL_OPACITY = 0.12  # deck.gl takes its root of 2.2: what is behind loses less than half of its colour


class Shell(Protocol):
    """Walls, slabs, roofs and all else that a model has bodies of, as one glTF file."""

    @property
    def address(self) -> str: ...  # noqa: D102
    @property
    def origin_m(self) -> tuple[float, float, float]: ...  # noqa: D102


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
    lifts = standing.lifts(solid, how)
    moved: dict[int, dict[str, Any]] = {0: {"modelMatrix": _lifted(lifts[0])}}
    size, named = standing.names(solid, how)
    for number, (level, lift) in enumerate(zip(solid.levels, lifts, strict=True)):
        shown = how.alone in (None, level.storey)
        moved |= {at: {"modelMatrix": _lifted(lift), "visible": shown} for at in layers_of(number)}
        moved[layers_of(number)[-1]] |= {"visible": named[number], "getSize": size}
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
        "framed": standing.frames(solid, how=how),
        "effects": deck.LIGHT,
        "layers": [layer | moved[number] for number, layer in enumerate(layers)],
    }


# What stands there until the first picture comes.
EMPTY: Spec = {
    "views": [{"@@type": "OrbitView", "orbitAxis": "Z", "fovy": camera.FOV_DEG, "controller": True}],
    "initialViewState": {"target": [0, 0, 0], "zoom": 0},
    "layers": [],
}


def layers_of(level: int) -> range:
    """Where in the picture the layers of a level are."""
    return range(1 + _LAYERS * level, 1 + _LAYERS * (level + 1))


def rooms_of(level: int) -> int:
    """Where in the picture the rooms of a level are."""
    return layers_of(level)[1]


def _lifted(up: float) -> list[float]:
    """A matrix that lifts, column by column."""
    return [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, up, 1]


def _painted(piece: Piece, said: Reading, scale: Scale, scheme: Scheme) -> dict[str, Any]:
    told = " · ".join(dict.fromkeys(filter(None, (said.written, said.age))))
    return {"colour": _colour(said, scale, scheme), "note": deck.note(piece.title, told)}


def _colour(said: Reading, scale: Scale, scheme: Scheme) -> Rgba:
    if said.state == "fresh" and said.value is not None:
        return deck.rgba(scale.colour(said.value))
    return deck.rgba(tables.SOLID[scheme]["old" if said.state == "stale" else "none"])


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
        "getFillColor": deck.rgba(tables.SOLID[scheme]["plate"]),
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
        "getTextAnchor": "end",
        "getPixelOffset": standing.NAME_PX,
        "fontFamily": FONT,
        "fontWeight": 570,
        "characterSet": sorted(set(level.name)),
        "sizeUnits": "meters",
        "sizeMinPixels": standing.NAME_SIZES[0],
        "sizeMaxPixels": standing.NAME_SIZES[1],
        "parameters": _OVER_ALL,
    }


def _ground(solid: Solid, scheme: Scheme) -> Spec:
    """A lawn about the building, a little below the lowest slab."""
    return {
        "@@type": "PolygonLayer",
        "id": "ground",
        "data": [{"rings": rings(solids.ground(solid), (0.0, 0.0), solids.ground_m(solid))}],
        "getPolygon": "@@=rings",
        "getFillColor": deck.rgba(tables.SOLID[scheme]["ground"]),
        "stroked": False,
    }


def _north(solid: Solid, scheme: Scheme) -> list[Spec]:
    """An arrow on the ground, where north is known: in front, as the building hides what is behind it."""
    if solid.north_deg is None:
        return []
    margin, bearing = solids.margin_m(solid), math.radians(solid.north_deg)
    z, half = solids.ground_m(solid) + 0.04, 0.25 * margin
    ahead, aside = (math.sin(bearing), math.cos(bearing)), (math.cos(bearing), -math.sin(bearing))
    middle = (solid.size[0] / 4, -solid.size[1] / 2 - 0.55 * margin)

    def at(along: float, across: float) -> list[float]:
        x, y = (middle[axis] + ahead[axis] * along + aside[axis] * across for axis in (0, 1))
        return [round(x, 2), round(y, 2), round(z, 2)]

    arrow = [at(half, 0), at(-half, 0.8 * half), at(-0.5 * half, 0), at(-half, -0.8 * half)]
    beside = [round(middle[0] - 2.2 * half, 2), round(middle[1], 2), round(z, 2)]
    ink = deck.rgba(COLOURS[scheme].muted)
    return [
        {"@@type": "PolygonLayer", "id": "north", "data": [{"rings": [arrow]}], "getPolygon": "@@=rings",
         "getFillColor": ink, "stroked": False},
        {"@@type": "TextLayer", "id": "north-name", "data": [{"at": beside, "name": "N"}],
         "getPosition": "@@=at", "getText": "@@=name", "getColor": ink, "getSize": 18, "fontFamily": FONT,
         "fontWeight": 640, "characterSet": ["N"], "parameters": _OVER_ALL},
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
