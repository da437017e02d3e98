"""Rooms from the surfaces that bound them, for models that give a room no body of its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import ifcopenshell
import ifcopenshell.geom
import ifcopenshell.util.placement
import numpy as np
import shapely
from ifcopenshell import entity_instance
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from data.building import geometry, hierarchy
from data.building.geometry import Mesh
from data.building.units import Units

_SNAP_M = 0.01  # surfaces around a room meet in its corners to about this
_STEP_M = 1.0  # less than this between the lowest and the highest surface is a step in a floor


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounded:
    """What the surfaces around a room enclose; heights in the model's axes."""

    shape: BaseGeometry
    bottom: float
    top: float | None  # None where only floors are bounded


def enclosed(file: ifcopenshell.file, spaces: Iterable[entity_instance], units: Units) -> dict[int, Bounded]:
    """What the space boundaries of rooms enclose, by the numbers of the rooms.

    It is what floors and ceilings cover; where a model bounds its rooms by walls alone, it is what the
    lines of the walls close in. A room whose boundaries close in nothing is left out.
    """
    wanted = {space.id(): space for space in spaces}
    if not wanted:
        return {}
    surfaces: dict[int, list[entity_instance]] = defaultdict(list)
    for relation in file.by_type("IfcRelSpaceBoundary"):
        space, connection = relation.RelatingSpace, relation.ConnectionGeometry
        surface = getattr(connection, "SurfaceOnRelatingElement", None)
        if space is not None and space.id() in wanted and surface is not None:
            surfaces[space.id()].append(surface)
    found = {
        key: _bounded(several, hierarchy.axes(wanted[key], units), units) for key, several in surfaces.items()
    }
    return {key: one for key, one in found.items() if one is not None}


def _bounded(
    surfaces: list[entity_instance], axes: NDArray[np.float64] | None, units: Units
) -> Bounded | None:
    """Surfaces are written in the axes of their room."""
    axes = np.eye(4) if axes is None else axes
    faces = [mesh for mesh in (_face(one) for one in surfaces) if mesh is not None]
    lines = [line for line in (_foot(one, units) for one in surfaces) if line is not None]
    faces = [Mesh(_moved(one.points, axes), one.triangles) for one in faces]
    lines = [_moved(one, axes) for one in lines]
    if not faces and not lines:
        return None
    shape = _covered(faces) or _closed_in(faces, lines)
    heights = np.concatenate([points[:, 2] for points in (*(face.points for face in faces), *lines)])
    bottom, top = float(heights.min()), float(heights.max())
    if shape is None:
        return None
    return Bounded(shape=shape, bottom=bottom, top=top if top - bottom > _STEP_M else None)


def _moved(points: NDArray[np.float64], axes: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(points @ axes[:3, :3].T + axes[:3, 3])


def _face(surface: entity_instance) -> Mesh | None:
    """A flat surface as triangles, in metres."""
    if surface.is_a("IfcSurfaceOfLinearExtrusion"):
        return None  # the kernel knows none without its edges; see `_foot`
    try:
        shape = ifcopenshell.geom.create_shape(ifcopenshell.geom.settings(), surface)
    except RuntimeError:  # what the kernel cannot make of it bounds nothing
        return None
    points = np.array(getattr(shape, "verts", ()), dtype=np.float64).reshape(-1, 3)
    triangles = np.array(getattr(shape, "faces", ()), dtype=np.int64).reshape(-1, 3)
    return Mesh(points, triangles) if len(triangles) and np.isfinite(points).all() else None


def _foot(surface: entity_instance, units: Units) -> NDArray[np.float64] | None:
    """The line that a wall's surface is pulled up from, in metres; None of any other surface."""
    curve = getattr(getattr(surface, "SweptCurve", None), "Curve", None)
    if curve is None or not curve.is_a("IfcPolyline"):
        return None
    corners = [[*point.Coordinates, 0.0][:3] for point in curve.Points]
    matrix = np.eye(4)
    if surface.Position is not None:
        matrix = ifcopenshell.util.placement.get_axis2placement(surface.Position)
    return _moved(np.array(corners, dtype=np.float64), matrix) * units.length_m


def _covered(faces: list[Mesh]) -> BaseGeometry | None:
    areas = [area for area in (geometry.footprint(face) for face in faces) if area is not None]
    return geometry.tidy(shapely.union_all(areas, grid_size=geometry.GRID_M)) if areas else None


def _closed_in(faces: list[Mesh], lines: list[NDArray[np.float64]]) -> BaseGeometry | None:
    sides = [*(face.points for face in faces), *lines]
    drawn = [shapely.MultiPoint(points[:, :2]).convex_hull for points in sides]
    walls = shapely.union_all([one for one in drawn if one.geom_type == "LineString"], grid_size=_SNAP_M)
    return geometry.tidy(shapely.build_area(walls))
