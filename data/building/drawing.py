"""What a plan draws beside rooms: walls, columns, windows and stairs, and doors with the rooms they join."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Literal

import ifcopenshell
import ifcopenshell.util.element
import numpy as np
import shapely
from ifcopenshell import entity_instance
from shapely.geometry.base import BaseGeometry

from data.building import geometry, hierarchy, plain
from data.building.geometry import Mesh
from data.building.model import Door, Element, Storey
from data.building.spaces import Room
from data.building.units import Units

_Kind = Literal["wall", "column", "window", "stair"]

_DRAWN: dict[str, _Kind] = {
    "IfcWall": "wall",
    "IfcCurtainWall": "wall",
    "IfcColumn": "column",
    "IfcWindow": "window",
    "IfcStair": "stair",
    "IfcStairFlight": "stair",
    "IfcRamp": "stair",
    "IfcRampFlight": "stair",
}
_NOT_DRAWN = ("IfcRailing", "IfcBeam", "IfcCovering")
_REACH_M = 0.35  # from the middle of a door to inside the rooms on its sides, through any lining
_DEEPEST_M = 0.6  # a frame as deep as its wall
_SHARE = 0.1  # of a door's own area that has to lie in a room


def draw(
    file: ifcopenshell.file, units: Units, storeys: list[Storey], rooms: list[Room]
) -> tuple[list[Element], list[Door]]:
    """The drawn elements of all storeys, and all doors."""
    kinds = {body.id(): kind for name, kind in _DRAWN.items() for body in _bodies(file, name)}
    doors = file.by_type("IfcDoor")
    meshes = geometry.meshes(file, [*map(file.by_id, kinds), *doors])
    elements = [
        element
        for key, kind in kinds.items()
        if key in meshes
        for element in _elements(file.by_id(key), kind, meshes[key], storeys)
    ]
    joined = _bounded_spaces(file)
    return elements, [
        _door(one, meshes.get(one.id()), joined[one.id()], units=units, storeys=storeys, rooms=rooms)
        for one in doors
    ]


def _bodies(file: ifcopenshell.file, name: str) -> Iterator[entity_instance]:
    """The instances of a class, or their parts where these alone have a body."""
    for one in file.by_type(name):
        if one.Representation is not None:
            yield one
        else:
            parts = ifcopenshell.util.element.get_decomposition(one)
            for part in parts:
                hidden = any(part.is_a(other) for other in _NOT_DRAWN)
                if not hidden and getattr(part, "Representation", None) is not None:
                    yield part


def _elements(entity: entity_instance, kind: _Kind, mesh: Mesh, storeys: list[Storey]) -> Iterator[Element]:
    """Stairs are seen from above on their own storey; the rest is cut on every storey it passes through."""
    if kind == "stair":
        storey = hierarchy.holder(entity, "IfcBuildingStorey") or hierarchy.level_of(storeys, mesh.bottom)
        shape = geometry.footprint(mesh)
        if storey is not None and shape is not None:
            yield Element(storey=storey, kind=kind, outline=geometry.geojson(shape))
        return
    for level in storeys:
        cut_m = None if level.base_m is None else level.base_m + geometry.CUT_M
        shape = geometry.section(mesh, cut_m) if cut_m and mesh.bottom < cut_m < mesh.top else None
        if shape is not None and kind == "window":
            shape = geometry.rectangle(shape)
        if shape is not None:
            yield Element(storey=level.key, kind=kind, outline=geometry.geojson(shape))


def _bounded_spaces(file: ifcopenshell.file) -> dict[int, set[int]]:
    """The spaces that a door bounds, as the model itself states them, by the key of the door."""
    found: dict[int, set[int]] = defaultdict(set)
    for bound in file.by_type("IfcRelSpaceBoundary"):
        element, space = bound.RelatedBuildingElement, bound.RelatingSpace
        if element is None or space is None or not space.is_a("IfcSpace"):
            continue
        fillings = [fill.RelatedBuildingElement for fill in getattr(element, "HasFillings", ())]
        for one in (element, *fillings):
            if one.is_a("IfcDoor"):
                found[one.id()].add(space.id())
    return found


def _door(
    entity: entity_instance,
    mesh: Mesh | None,
    bounded: set[int],
    *,
    units: Units,
    storeys: list[Storey],
    rooms: Iterable[Room],
) -> Door:
    storey = hierarchy.holder(entity, "IfcBuildingStorey")
    if storey is None and mesh is not None:
        storey = hierarchy.level_of(storeys, mesh.bottom)
    shape = _outline(entity, mesh, units) if mesh else None
    near = beside(shape, [one for one in rooms if one.space.storey == storey]) if shape else set()
    return Door(
        key=entity.id(),
        name=plain.text(entity.Name),
        global_id=plain.text(entity.GlobalId),
        storey=storey,
        outline=geometry.geojson(shape) if shape else None,
        spaces=tuple(sorted(_joined(bounded, near))),
    )


def _outline(entity: entity_instance, mesh: Mesh, units: Units) -> BaseGeometry | None:
    """A rectangle along the door's own axes; leaves that are modelled open do not count."""
    matrix = hierarchy.axes(entity, units)
    if matrix is None:
        return geometry.rectangle(shapely.MultiPoint(mesh.points[:, :2]))
    turned, origin = matrix[:2, :2], matrix[:2, 3]
    local = (mesh.points[:, :2] - origin) @ turned
    (left, front), (right, back) = local.min(axis=0), local.max(axis=0)
    if back - front > _DEEPEST_M:
        front, back = max(front, -_DEEPEST_M / 2), min(back, _DEEPEST_M / 2)
    corners = np.array([[left, front], [right, front], [right, back], [left, back]])
    return geometry.tidy(shapely.Polygon(corners @ turned.T + origin))


def _joined(stated: set[int], near: set[int]) -> set[int]:
    """Many models state one side alone, or none, and some a third room that the door's wall touches."""
    if len(stated) == 2:
        return stated
    both = stated & near
    return both if len(both) == 2 else stated | near


def beside(door: BaseGeometry, rooms: Iterable[Room]) -> set[int]:
    """The keys of the rooms right before and behind a door, two at most."""
    reach = _across(door)
    shares = [
        (reach.intersection(room.shape).area, room.space.key) for room in rooms if room.shape is not None
    ]
    found = sorted(share for share in shares if share[0] > _SHARE * reach.area)
    return {key for _, key in found[-2:]}


def _across(door: BaseGeometry) -> BaseGeometry:
    """The middle half of a door, reaching into the rooms on both sides."""
    corners = shapely.get_coordinates(door)[:4]
    if np.ptp(corners[[0, 1]], axis=0).max() < np.ptp(corners[[1, 2]], axis=0).max():
        corners = np.roll(corners, -1, axis=0)  # the first side is a long one
    a, b, c, d = corners
    start, end = (a + d) / 2, (b + c) / 2
    middle = shapely.LineString([start + (end - start) / 4, end - (end - start) / 4])
    return middle.buffer(float(np.hypot(*(d - a))) / 2 + _REACH_M, cap_style="flat")
