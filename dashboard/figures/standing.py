"""How the storeys of a building in 3D stand, and from where it is looked at so that all of it is seen."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

from shapely import box

from dashboard.figures import camera
from dashboard.figures import solid as solids
from dashboard.figures.deck import Spec
from dashboard.figures.solid import Solid

NAME_PX = (-10, 0)  # a storey's name from its corner

_EXPLODED, _EXPLODED_M = 0.5, 7.0  # all storeys at most apart: a part of the building's size; two of them
_LETTER_PX = 6.2  # of a storey's name
_NAME_SIZES = (15, 22)  # as deck.gl takes them
_LINE_PX = 0.6  # height of a line of text of size 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """How the storeys stand."""

    exploded: float = 0.0  # from 0, as built, to 1
    alone: int | None = None  # the id of the one storey that is shown

    @property
    def whole(self) -> bool:
        """Whether the building stands as built; only then its shell fits around it."""
        return not self.exploded and self.alone is None


def view(solid: Solid, *, how: Stand, turn: int = 0) -> Spec:
    """Where one looks from to see all of it as it stands; of another turn, deck.gl goes back to it."""
    px_per_m, at = camera.frame(_corners(solid, how), _words(solid, how))
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
    """Where the storeys' names end, and how long they are on the canvas of a phone, half as wide [px]."""
    found: list[tuple[camera.Point, float]] = []
    for level, lift in zip(solid.levels, lifts(solid, how), strict=True):
        x, y, z = level.corner
        found.append(((x, y, z + lift), 2 * (len(level.name) * _LETTER_PX - NAME_PX[0])))
    return found


def names(solid: Solid, how: Stand) -> tuple[int, list[bool]]:
    """How large the storeys' names are, and of which level they are shown, so that none lies on another."""
    if how.alone is not None:
        return _NAME_SIZES[1], [level.storey == how.alone for level in solid.levels]
    # On the canvas of a phone; on others they are farther apart.
    px_per_m = 2 ** view(solid, how=how)["zoom"] / 2 * math.cos(math.radians(camera.TILT_DEG))
    places = zip(solid.levels, lifts(solid, how), strict=True)
    high_px = [(level.floor_m + lift) * px_per_m for level, lift in places]
    least_px = min((above - below for below, above in pairwise(high_px)), default=math.inf)
    size = math.floor(min(_NAME_SIZES[1], max(_NAME_SIZES[0], least_px / _LINE_PX)))
    shown, last_px = [], -math.inf
    for high in high_px:
        shown.append(high - last_px >= size * _LINE_PX)
        last_px = high if shown[-1] else last_px
    return size, shown


def lifts(solid: Solid, how: Stand) -> list[float]:
    """How much higher than built each level stands [m]."""
    steps, apart = len(solid.levels) - 1, _apart(solid, how)
    return [round((number - steps / 2) * apart, 3) for number in range(len(solid.levels))]


def _apart(solid: Solid, how: Stand) -> float:
    """How much farther each storey stands above the one below than it was built [m]."""
    steps = max(len(solid.levels) - 1, 1)
    return how.exploded * min(_EXPLODED_M, _EXPLODED * max(solid.size) / steps)
