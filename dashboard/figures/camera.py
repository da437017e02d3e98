"""The camera that looks at a building in 3D: from where it sees all of it."""

from __future__ import annotations

import math
from collections.abc import Sequence

Point = tuple[float, float, float]  # about the building's middle; z is up [m]

# The canvas that the picture is framed for; `assets/deck_script.js` fits it to the one there is.
CANVAS_PX = (700.0, 420.0)

TILT_DEG, ORBIT_DEG, FOV_DEG = 34.0, -28.0, 28.0

_FILLED = 0.94  # of the canvas
_ROUNDS = 12  # each comes nearer to the frame; the last ones change nothing that is seen
_NEAREST = 0.05  # of the way from the camera to the middle: no nearer does a point count


def frame(points: Sequence[Point]) -> tuple[float, float]:
    """The scale [px/m] and the height [m] looked at with which points fill the canvas, and none is outside.

    Args:
        points: The corners of all there is to be seen, two of them apart.
    """
    px_per_m, up = 1.0, 0.0
    for _ in range(_ROUNDS):
        seen = [_seen(point, up, px_per_m) for point in points]
        across = max(abs(x) for x, _ in seen)
        low, high = min(y for _, y in seen), max(y for _, y in seen)
        up += (low + high) / 2 / px_per_m / math.cos(math.radians(TILT_DEG))
        px_per_m *= _FILLED * min(CANVAS_PX[0] / 2 / across, CANVAS_PX[1] / (high - low))
    return px_per_m, up


def _seen(at: Point, up: float, px_per_m: float) -> tuple[float, float]:
    """Where a point is on the canvas, right of and above its middle [px]; the camera looks at 0, 0, `up`."""
    orbit, tilt = math.radians(ORBIT_DEG), math.radians(TILT_DEG)
    x, y, z = at[0], at[1], at[2] - up
    right, ahead = x * math.cos(orbit) - y * math.sin(orbit), x * math.sin(orbit) + y * math.cos(orbit)
    behind = ahead * math.cos(tilt) - z * math.sin(tilt)
    away_m = CANVAS_PX[1] / 2 / math.tan(math.radians(FOV_DEG) / 2) / px_per_m
    scale = px_per_m * away_m / max(away_m + behind, _NEAREST * away_m)
    return right * scale, (ahead * math.sin(tilt) + z * math.cos(tilt)) * scale
