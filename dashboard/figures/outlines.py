"""Outlines on one small sheet: each an image to be used as a mask, so that the style sheet colours it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from shapely.geometry import Polygon, shape
from shapely.geometry.base import BaseGeometry

WIDTH, HEIGHT = 240, 160
_EDGE = 10
_LEAST_M = 2.0  # what is smaller, as a point is, is shown with so much around it
_DOT = 6

GeoJson = dict[str, Any]


def masks(drawn: Sequence[GeoJson | None]) -> list[tuple[str, str] | None]:
    """The inside and the line of each outline, as image addresses; all in one frame, y upwards.

    Args:
        drawn: GeoJSON polygons or points in metres; None where there is nothing to draw.
    """
    shapes = [shape(one) if one else None for one in drawn]
    there = [one for one in shapes if one is not None and not one.is_empty]
    if not there:
        return [None] * len(shapes)
    left = min(one.bounds[0] for one in there)
    bottom = min(one.bounds[1] for one in there)
    right = max(one.bounds[2] for one in there)
    top = max(one.bounds[3] for one in there)
    scale = min(
        (WIDTH - 2 * _EDGE) / max(right - left, _LEAST_M), (HEIGHT - 2 * _EDGE) / max(top - bottom, _LEAST_M)
    )
    x0, y0 = WIDTH / 2 - scale * (left + right) / 2, HEIGHT / 2 + scale * (bottom + top) / 2
    return [None if one is None or one.is_empty else _image(one, scale, x0, y0) for one in shapes]


def _image(one: BaseGeometry, scale: float, x0: float, y0: float) -> tuple[str, str]:
    if one.geom_type == "Point":
        at = f'cx="{x0 + scale * one.x:.1f}" cy="{y0 - scale * one.y:.1f}" r="{_DOT}"'
        return _address(f"<circle {at}/>"), _address(
            f'<circle {at} fill="none" stroke="#000" stroke-width="2"/>'
        )
    parts = [part for part in getattr(one, "geoms", [one]) if isinstance(part, Polygon)]
    rings = [ring for part in parts for ring in (part.exterior, *part.interiors)]
    path = "".join(
        "M" + "L".join(f"{x0 + scale * x:.1f} {y0 - scale * y:.1f}" for x, y, *_ in ring.coords) + "Z"
        for ring in rings
    )
    inside = f'<path d="{path}" fill-rule="evenodd"/>'
    line = f'<path d="{path}" fill="none" stroke="#000" stroke-width="2" stroke-linejoin="round"/>'
    return _address(inside), _address(line)


def _address(drawing: str) -> str:
    box = f'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
    return f"data:image/svg+xml,{quote(f'<svg {box}>{drawing}</svg>')}"
