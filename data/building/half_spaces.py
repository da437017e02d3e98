"""Half-spaces as solids, so that kernels which only know solids can cut with them.

A half-space is all on one side of a plane; a bounded one, what of it lies in a prism. Made a solid, it ends
far outside of any building.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import ifcopenshell
import numpy as np
import shapely
from ifcopenshell import entity_instance
from numpy.typing import NDArray

# In the file's unit: a kilometre where it is millimetres, and where it is metres a double still tells
# a millionth of a millimetre.
_FAR = 1e6
_LEAST_SLOPE = 1e-6  # of a plane to the prism; one along the prism does not end it

Point = NDArray[np.float64]  # or a direction; (3,)
Points = NDArray[np.float64]  # (n, 3) in the file's unit
Faces = list[Points]  # the corners of each, counter-clockwise seen from outside


class _Axes(NamedTuple):
    origin: Point
    x: Point
    y: Point
    z: Point


def faces(half_space: entity_instance) -> Faces | None:
    """The faces of the solid.

    None where they cannot be had: of a curved surface, of a bound that is no simple polygon across the
    plane, of what is not stated as the schema asks.
    """
    try:
        with np.errstate(all="raise"):
            found = _faces(half_space)
    except (ArithmeticError, AttributeError, TypeError, ValueError):  # of what is missing or no such
        return None
    return found if found is not None and all(np.isfinite(one).all() for one in found) else None


def _faces(half_space: entity_instance) -> Faces | None:
    if not half_space.BaseSurface.is_a("IfcPlane"):
        return None
    plane = _axes(half_space.BaseSurface.Position)
    # Agreement: the normal points away from what the half-space is.
    normal = plane.z if half_space.AgreementFlag else -plane.z
    if half_space.is_a("IfcPolygonalBoundedHalfSpace"):
        return _bounded(half_space, plane.origin, normal)
    across, along = plane.x, np.cross(normal, plane.x)
    corners = [x * across + y * along for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    end = plane.origin + _FAR * np.array(corners)
    return _prism(end - _FAR * normal, end)


def _bounded(half_space: entity_instance, origin: Point, normal: Point) -> Faces | None:
    if not half_space.PolygonalBoundary.is_a("IfcPolyline"):
        return None
    axes = _axes(half_space.Position)
    bound = shapely.Polygon([point.Coordinates[:2] for point in half_space.PolygonalBoundary.Points])
    slope = float(normal @ axes.z)
    if not bound.is_valid or not bound.area or abs(slope) < _LEAST_SLOPE:
        return None
    x, y = shapely.get_coordinates(shapely.orient_polygons(bound))[:-1].T
    polygon = axes.origin + np.outer(x, axes.x) + np.outer(y, axes.y)
    end = polygon + np.outer((origin - polygon) @ normal / slope, axes.z)
    far = polygon - np.sign(slope) * _FAR * axes.z
    return _prism(far, end) if slope > 0 else _prism(end, far)


def _axes(placement: entity_instance) -> _Axes:
    """The axes of a placement: where it states none those of what it is in, and made square."""
    origin = np.array(placement.Location.Coordinates, dtype=np.float64)
    z = np.array(placement.Axis.DirectionRatios if placement.Axis else (0, 0, 1), dtype=np.float64)
    z /= math.hypot(*z)
    stated = placement.RefDirection.DirectionRatios if placement.RefDirection else (1, 0, 0)
    if not np.cross(z, stated).any():
        stated = (0, 1, 0)
    x = stated - (z @ stated) * z
    x /= math.hypot(*x)
    return _Axes(origin, x, np.cross(z, x), z)


def _prism(bottom: Points, top: Points) -> Faces:
    """Two ends of as many corners, counter-clockwise seen from the top, and the sides between them."""
    after_bottom, after_top = np.roll(bottom, -1, axis=0), np.roll(top, -1, axis=0)
    sides = np.stack([bottom, after_bottom, after_top, top], axis=1)
    return [bottom[::-1], top, *sides]


def solid(file: ifcopenshell.file, faces: Faces) -> entity_instance:
    """A new solid of the file with these faces."""
    points: dict[tuple[float, ...], entity_instance] = {}

    def point(corner: Point) -> entity_instance:
        place = tuple(map(float, corner))
        if place not in points:
            points[place] = file.create_entity("IfcCartesianPoint", place)
        return points[place]

    def face(corners: Points) -> entity_instance:
        loop = file.create_entity("IfcPolyLoop", [point(one) for one in corners])
        return file.create_entity("IfcFace", [file.create_entity("IfcFaceOuterBound", loop, True)])

    shell = file.create_entity("IfcClosedShell", [face(one) for one in faces])
    return file.create_entity("IfcFacetedBrep", shell)
