"""The web's square map: where latitudes are on it, and a grid on its tiles."""

from __future__ import annotations

import math
from typing import Any

_GRID_LINES = 4  # in each direction in a tile


def grid(z: int, x: int, y: int) -> dict[str, Any]:
    """The lines of the grid in one tile of the web's square map, as GeoJSON."""
    steps = [number / _GRID_LINES for number in range(_GRID_LINES)]
    lines = [[(x + step, y), (x + step, y + 1)] for step in steps] + [
        [(x, y + step), (x + 1, y + step)] for step in steps
    ]
    tiles = 1 << z
    coordinates = [
        [[column / tiles * 360 - 180, latitude(row / tiles)] for column, row in line] for line in lines
    ]
    return {"type": "FeatureCollection", "features": [{
        "type": "Feature", "properties": {},
        "geometry": {"type": "MultiLineString", "coordinates": coordinates},
    }]}  # fmt: skip


def down(latitude_deg: float) -> float:
    """Where a latitude is on the web's square map: 0 at its northern edge, 1 at its southern."""
    within = math.radians(max(-85.05, min(85.05, latitude_deg)))
    return 0.5 - math.asinh(math.tan(within)) / (2 * math.pi)


def latitude(from_the_north: float) -> float:
    """The latitude of a place on the web's square map."""
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * from_the_north))))
