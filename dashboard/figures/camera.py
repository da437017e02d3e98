"""The camera that looks at a building in 3D: from where it sees all of it."""

from __future__ import annotations

import math
from collections.abc import Sequence

Point = tuple[float, float, float]  # about the building's middle; z is up [m]

Canvas = tuple[float, float]  # width and height [px]

TILT_DEG, ORBIT_DEG, FOV_DEG = 34.0, -28.0, 28.0

_FILLED = 0.94  # of the canvas
_ROUNDS = 16  # each comes nearer to the frame; the last ones change nothing that is seen
_NEAREST = 0.05  # of the way from the camera to the middle: no nearer does a point count


def frame(
    points: Sequence[Point], words: Sequence[tuple[Point, float]] = (), *, canvas: Canvas
) -> tuple[float, Point]:
    """The scale [px/m] and the place looked at with which all fill the canvas, and nothing is outside.

    Args:
        points: The corners of all there is to be seen, two of them apart.
        words: Where a text ends, and how long it is [px].
        canvas: That is to be filled.
    """
    px_per_m, aside, up = 1.0, 0.0, 0.0
    width, height = _FILLED * canvas[0], _FILLED * canvas[1]
    for _ in range(_ROUNDS):
        away_m = canvas[1] / 2 / math.tan(math.radians(FOV_DEG) / 2) / px_per_m
        seen = [_seen(point, aside, up, px_per_m, away_m) for point in points]
        texts = [_seen(point, aside, up, px_per_m, away_m)[0] - long for point, long in words]
        left, right = min([x for x, _ in seen] + texts), max(x for x, _ in seen)
        low, high = min(y for _, y in seen), max(y for _, y in seen)
        aside += (max(0.0, right - width / 2) - max(0.0, -left - width / 2)) / px_per_m
        up += (low + high) / 2 / px_per_m / math.cos(math.radians(TILT_DEG))
        px_per_m *= min(width / (right - left), height / (high - low))
    orbit = math.radians(ORBIT_DEG)
    return px_per_m, (aside * math.cos(orbit), -aside * math.sin(orbit), up)


def _seen(at: Point, aside: float, up: float, px_per_m: float, away_m: float) -> tuple[float, float]:
    """Where a point is on the canvas, right of and above its middle [px]."""
    orbit, tilt = math.radians(ORBIT_DEG), math.radians(TILT_DEG)
    x, y, z = at[0], at[1], at[2] - up
    ahead = x * math.sin(orbit) + y * math.cos(orbit)
    behind = ahead * math.cos(tilt) - z * math.sin(tilt)
    scale = px_per_m * away_m / max(away_m + behind, _NEAREST * away_m)
    right = x * math.cos(orbit) - y * math.sin(orbit) - aside
    return right * scale, (ahead * math.sin(tilt) + z * math.cos(tilt)) * scale
