"""How the storeys of a building in 3D stand, and from where it is looked at so that all of it is seen."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

from shapely import box

from dashboard.figures import camera
from dashboard.figures import solid as solids
from dashboard.figures.camera import Canvas
from dashboard.figures.deck import Spec
from dashboard.figures.solid import Solid

CANVASES = (NARROW, WIDE) = ((320.0, 192.0), (700.0, 420.0))  # of a phone, and of all else
NAME_PX = (-10, 0)  # a storey's name from its corner
NAME_SIZES = (15, 22)  # the least and the most, as deck.gl takes them

_EXPLODED, _EXPLODED_M = 0.5, 7.0  # all storeys at most apart: a part of the building's size; two of them
_LETTER_PX = 6.2  # of a storey's name where it is largest
_LINE = 0.6  # height of a line of text of size 1
_LARGE_M = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """How the storeys stand."""

    exploded: float = 0.0  # from 0, as built, to 1
    alone: int | None = None  # the id of the one storey that is shown

    @property
    def whole(self) -> bool:
        """Whether the building stands as built; only then its shell fits around it."""
        return not self.exploded and self.alone is None


def frames(solid: Solid, *, how: Stand, turn: int = 0) -> list[Spec]:
    """The views for canvases of several sizes; `assets/deck_script.js` takes the one that fits best."""
    return [{"canvas": canvas, "view": view(solid, how=how, canvas=canvas, turn=turn)} for canvas in CANVASES]


def view(solid: Solid, *, how: Stand, canvas: Canvas = WIDE, turn: int = 0) -> Spec:
    """Where one looks from to see all of it as it stands; of another turn, deck.gl goes back to it."""
    px_per_m, at = camera.frame(_corners(solid, how), _words(solid, how), canvas=canvas)
    zoom = round(math.log2(px_per_m), 3)
    return {
        "target": [round(one, 2) for one in at],
        "rotationX": camera.TILT_DEG, "rotationOrbit": camera.ORBIT_DEG + turn * 1e-6,
        "zoom": zoom, "minZoom": zoom - 2, "maxZoom": zoom + 6, "minRotationX": 2,
    }  # fmt: skip


def _corners(solid: Solid, how: Stand) -> list[camera.Point]:
    """Of all that is drawn: the edge of the ground, and the box about the rooms at its top [m]."""
    (width, depth, height), apart = solid.size, lifts(solid, how)[-1]
    roof = box(-width / 2, -depth / 2, width / 2, depth / 2).exterior.coords
    edge, ground = solids.ground(solid).exterior.coords, solids.ground_m(solid) - apart
    return [(x, y, ground) for x, y in edge] + [(x, y, height / 2 + apart) for x, y in roof]


def _words(solid: Solid, how: Stand) -> list[tuple[camera.Point, float]]:
    """Where the storeys' names end, and how long they are at most [px]."""
    found: list[tuple[camera.Point, float]] = []
    for level, lift in zip(solid.levels, lifts(solid, how), strict=True):
        x, y, z = level.corner
        found.append(((x, y, z + lift), len(level.name) * _LETTER_PX - NAME_PX[0]))
    return found


def names(solid: Solid, how: Stand) -> tuple[float, list[bool]]:
    """How large the storeys' names are [m], and which are shown, so that none lies on another."""
    if how.alone is not None:
        return _LARGE_M, [level.storey == how.alone for level in solid.levels]
    lean = math.cos(math.radians(camera.TILT_DEG))
    places = zip(solid.levels, lifts(solid, how), strict=True)
    high_m = [(level.floor_m + lift) * lean for level, lift in places]
    least_m = min((above - below for below, above in pairwise(high_m)), default=_LARGE_M)
    # On the narrowest canvas no name is smaller than what can be read; on others they are farther apart.
    line_m = _LINE * NAME_SIZES[0] / 2 ** view(solid, how=how, canvas=CANVASES[0])["zoom"]
    shown, last_m = [], -math.inf
    for high in high_m:
        shown.append(high - last_m >= line_m)
        last_m = high if shown[-1] else last_m
    return round(max(0.0, least_m) / _LINE, 2), shown


def lifts(solid: Solid, how: Stand) -> list[float]:
    """How much higher than built each level stands [m]."""
    steps, apart = len(solid.levels) - 1, _apart(solid, how)
    return [round((number - steps / 2) * apart, 3) for number in range(len(solid.levels))]


def _apart(solid: Solid, how: Stand) -> float:
    """How much farther each storey stands above the one below than it was built [m]."""
    steps = max(len(solid.levels) - 1, 1)
    return how.exploded * min(_EXPLODED_M, _EXPLODED * max(solid.size) / steps)
