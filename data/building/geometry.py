"""Bodies as triangles, and what a plan needs of them: footprints, sections, outlines."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

import ifcopenshell
import ifcopenshell.geom
import numpy as np
import shapely
from ifcopenshell import entity_instance
from ifcopenshell.ifcopenshell_wrapper import CURVES, triangulation
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from data.building import kernels
from data.building.model import GeoJson
from data.building.shell_report import KERNELS, Kernel

CUT_M = 1.1  # above a storey, as drawings of plans do: through doors and most windows
GRID_M = 1e-4  # what lies closer than this is one point
TOLERANCE_M = 1e-3  # how far a drawn outline may be from the true one
_CLEAR = 0.7  # of the largest circle inside, which a long room has anywhere along its length
_SPECK_M2 = 1e-3  # smaller areas are left by inexact neighbours


@dataclass(frozen=True, slots=True)
class Mesh:
    """A body in the model's axes, in metres."""

    points: NDArray[np.float64]  # (n, 3)
    triangles: NDArray[np.int64]  # (m, 3)

    @property
    def bottom(self) -> float:
        """Height of the lowest point."""
        return float(self.points[:, 2].min())

    @property
    def top(self) -> float:
        """Height of the highest point."""
        return float(self.points[:, 2].max())

    @property
    def volume(self) -> float:
        """What a closed surface holds, in cubic metres; of an open one it means nothing."""
        first, second, third = (self.points[self.triangles] - self.points[0]).transpose(1, 0, 2)
        return abs(float(np.einsum("ij,ij->", first, np.cross(second, third)))) / 6


def meshes(file: ifcopenshell.file, elements: Iterable[entity_instance]) -> dict[int, Mesh]:
    """The bodies of elements by their numbers; an element without one is left out."""
    wanted = [element for element in elements if element.Representation is not None]
    found: dict[int, Mesh] = {}
    for kernel in KERNELS:
        left = [one for one in wanted if one.id() not in found]
        with kernels.prepared(kernel, left) as able:
            found |= _tessellate(file, able, kernel)
    return found


def _tessellate(
    file: ifcopenshell.file, wanted: Collection[entity_instance], kernel: Kernel
) -> dict[int, Mesh]:
    parts: dict[int, list[Mesh]] = {}
    for key, body in _bodies(file, wanted, kernel):
        points = np.frombuffer(body.verts_buffer, dtype=np.float64).reshape(-1, 3)
        triangles = np.frombuffer(body.faces_buffer, dtype=np.int32).astype(np.int64).reshape(-1, 3)
        if len(triangles) and np.isfinite(points).all():
            parts.setdefault(key, []).append(Mesh(points, triangles))
    return {key: _join(several) for key, several in parts.items()}


def _bodies(
    file: ifcopenshell.file, wanted: Collection[entity_instance], kernel: Kernel, *, curves: bool = False
) -> Iterator[tuple[int, triangulation]]:
    """Each body with the number of its element; several may be one element's."""
    settings = ifcopenshell.geom.settings()
    settings.set("use-world-coords", True)
    settings.set("no-normals", True)
    if curves:
        settings.set("dimensionality", CURVES)
    if not wanted:  # to the iterator that would mean everything
        return
    shapes = ifcopenshell.geom.iterator(settings, file, include=list(wanted), geometry_library=kernel)
    more = shapes.initialize()
    while more:
        shape = shapes.get()
        if isinstance(shape.geometry, triangulation):
            yield shape.id, shape.geometry
        more = bool(shapes.next())


def _join(parts: list[Mesh]) -> Mesh:
    # A product may have several representations, and each comes as a shape of its own.
    offsets = np.cumsum([0, *(len(part.points) for part in parts)])
    return Mesh(
        np.concatenate([part.points for part in parts]),
        np.concatenate([part.triangles + offset for part, offset in zip(parts, offsets, strict=False)]),
    )


def footprint(mesh: Mesh) -> BaseGeometry | None:
    """The union of a body seen from above, with its holes; None when it stands on edge."""
    corners = mesh.points[mesh.triangles][:, :, :2]
    (ax, ay), (bx, by) = (corners[:, 1] - corners[:, 0]).T, (corners[:, 2] - corners[:, 0]).T
    flat = corners[np.abs(ax * by - ay * bx) > GRID_M**2]
    # Rounded once, which takes a third of the time and errs less than rounding after each triangle.
    return tidy(shapely.set_precision(shapely.union_all(shapely.polygons(flat)), GRID_M))


def section(mesh: Mesh, height_m: float) -> BaseGeometry | None:
    """What a level cut through a body shows; None when the cut misses it."""
    ends = _crossings(mesh, height_m)
    if not len(ends):
        return None
    lines = shapely.linestrings(ends)
    area = tidy(shapely.build_area(shapely.union_all(lines, grid_size=GRID_M)))
    # An open shell has no inside; what stands there is drawn all the same.
    return area or footprint(mesh)


def _crossings(mesh: Mesh, height_m: float) -> NDArray[np.float64]:
    """Where triangles cross a level, as lines (k, 2 ends, 2 coordinates)."""
    above = mesh.points[:, 2] - height_m
    # With no corner on the level itself, it crosses two sides of a triangle or none.
    above[np.abs(above) < GRID_M / 10] = GRID_M / 10
    a = mesh.triangles
    b = np.roll(a, -1, axis=1)
    crossed = (above[a] > 0) != (above[b] > 0)
    first, second = a[crossed], b[crossed]  # in pairs, as they are taken triangle by triangle
    share = above[first] / (above[first] - above[second])
    ends = mesh.points[first] + share[:, None] * (mesh.points[second] - mesh.points[first])
    return np.asarray(ends[:, :2].reshape(-1, 2, 2))


def rectangle(shape: BaseGeometry) -> BaseGeometry | None:
    """The smallest rectangle around a shape, as doors and windows are drawn."""
    return tidy(shapely.oriented_envelope(shape))


def from_curves(file: ifcopenshell.file, elements: Iterable[entity_instance]) -> dict[int, BaseGeometry]:
    """The areas that the drawn outlines of elements without a body enclose, by their numbers."""
    lines: dict[int, list[BaseGeometry]] = {}
    drawn = [element for element in elements if element.Representation is not None]
    for key, drawing in _bodies(file, drawn, "opencascade", curves=True):
        points = np.array(drawing.verts, dtype=np.float64).reshape(-1, 3)[:, :2]
        edges = np.array(drawing.edges, dtype=np.int64).reshape(-1, 2)
        if len(edges) and np.isfinite(points).all():
            lines.setdefault(key, []).extend(shapely.linestrings(points[edges]))
    areas = {
        key: tidy(shapely.build_area(shapely.union_all(several, grid_size=GRID_M)))
        for key, several in lines.items()
    }
    return {key: area for key, area in areas.items() if area is not None}


def tidy(shape: BaseGeometry) -> BaseGeometry | None:
    """A valid polygon or several, without specks and needless corners; None when nothing is left."""
    simple = shapely.make_valid(shapely.simplify(shape, TOLERANCE_M))
    parts = [_fill_specks(part) for part in shapely.get_parts(simple) if part.area > _SPECK_M2]
    polygons = [part for part in parts if part.geom_type == "Polygon"]
    if not polygons:
        return None
    return polygons[0] if len(polygons) == 1 else shapely.union_all(polygons)


def _fill_specks(part: BaseGeometry) -> BaseGeometry:
    if not isinstance(part, shapely.Polygon):
        return part
    return shapely.Polygon(part.exterior, [r for r in part.interiors if shapely.Polygon(r).area > _SPECK_M2])


def label_point(shape: BaseGeometry) -> tuple[float, float]:
    """Where a label has room: the middle of a shape or, if that is at an edge, of its widest place."""
    largest = max(shapely.get_parts(shape), key=lambda part: part.area)
    radius = shapely.maximum_inscribed_circle(largest, 0.05)
    middle = shapely.centroid(largest)
    clear = middle.within(largest) and middle.distance(largest.boundary) > _CLEAR * radius.length
    x, y = shapely.get_coordinates(middle if clear else radius)[0]
    return round(float(x), 3), round(float(y), 3)


def geojson(shape: BaseGeometry) -> GeoJson:
    """A shape in GeoJSON, to the millimetre."""
    rounded = shapely.set_precision(shape, TOLERANCE_M)
    plain: GeoJson = json.loads(shapely.to_geojson(rounded if rounded.area else shape))
    return plain
