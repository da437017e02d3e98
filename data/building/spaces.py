"""Rooms: outlines from geometry, areas from quantities, uses and zones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import ifcopenshell
import ifcopenshell.util.element
from ifcopenshell import entity_instance
from shapely.geometry.base import BaseGeometry

from data.building import boundaries, described, geometry, hierarchy, plain
from data.building.geometry import Mesh
from data.building.model import Properties, Space, Storey
from data.building.units import Units, size

# The best first; the first set that states one counts.
_AREAS = ("NetFloorArea", "GrossFloorArea", "GSA BIM Area", "NetArea", "Area")
_HEIGHTS = ("FinishCeilingHeight", "Height", "NetHeight", "ClearHeight", "GrossHeight")
_NO_USE = {"SPACE", "INTERNAL", "EXTERNAL", "NOTDEFINED", "USERDEFINED"}
_CLOSE = 0.05  # a larger share between quantity and outline is told
_FLAT_M = 0.01  # a body that is no higher is a floor alone
_DEPTH = 16  # of zones in zones
_HOLDERS = {  # relations by which something is in a zone -> their attribute that is the zone
    "IfcRelAssignsToGroup": "RelatingGroup",
    "IfcRelAssignsToGroupByFactor": "RelatingGroup",
    "IfcRelReferencedInSpatialStructure": "RelatingStructure",
    hierarchy.CONTAINS: "RelatingStructure",
    "IfcRelAggregates": "RelatingObject",
}
_LOST_M = 0.6  # a floor farther from the level of its storey is told


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A space together with its shape."""

    space: Space
    shape: BaseGeometry | None


def rooms(file: ifcopenshell.file, units: Units, storeys: list[Storey]) -> list[Room]:
    """All spaces, wherever they hang."""
    entities = file.by_type("IfcSpace")
    bodies = {key: _solid(body) for key, body in geometry.meshes(file, entities).items()}
    left = [one for one in entities if one.id() not in bodies]
    drawn = geometry.from_curves(file, left)
    bounded = boundaries.enclosed(file, [one for one in left if one.id() not in drawn], units)
    shapes = {key: _Shape(area=area) for key, area in drawn.items()} | bodies
    shapes |= {key: _Shape(area=one.shape, bottom=one.bottom, top=one.top) for key, one in bounded.items()}
    return [_room(one, shapes.get(one.id(), _Shape()), units=units, storeys=storeys) for one in entities]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shape:
    """What is known of a room's shape: seen from above, and its lowest and highest point."""

    area: BaseGeometry | None = None
    bottom: float | None = None
    top: float | None = None
    mean_height: float | None = None


def _solid(body: Mesh) -> _Shape:
    area = geometry.footprint(body)
    if body.top - body.bottom <= _FLAT_M:
        return _Shape(area=area, bottom=body.bottom)
    return _Shape(area=area, bottom=body.bottom, top=body.top, mean_height=_mean_height(body, area))


def _mean_height(body: Mesh, area: BaseGeometry | None) -> float | None:
    height = body.top - body.bottom
    mean = body.volume / area.area if area else 0.0
    # Less is hardly a room, and more is impossible: such a body is not closed.
    return round(min(mean, height), 3) if 0.2 * height < mean < 1.01 * height else None


def _room(entity: entity_instance, known: _Shape, *, units: Units, storeys: list[Storey]) -> Room:
    shape, bottom, top = known.area, known.bottom, known.top
    properties = described.properties(entity)
    footprint_area = round(shape.area, 3) if shape else None
    area, source = _area(entity, properties, units) or (footprint_area, "footprint" if shape else None)
    floor_m = None if bottom is None else round(bottom, 3)
    height_m = _height(properties, units) if bottom is None or top is None else round(top - bottom, 3)
    space = Space(
        key=entity.id(),
        name=hierarchy.name(entity) or f"Space {entity.id()}",
        long_name=plain.text(entity.LongName),
        global_id=plain.text(entity.GlobalId),
        storey=hierarchy.holder(entity, "IfcBuildingStorey") or hierarchy.level_of(storeys, floor_m),
        footprint=geometry.geojson(shape) if shape else None,
        label_point=geometry.label_point(shape) if shape else None,
        footprint_area_m2=footprint_area,
        area_m2=area,
        area_source=source,
        height_m=height_m,
        mean_height_m=known.mean_height,
        floor_m=floor_m,
        use=_use(entity, properties),
        zones=_zones(entity),
        properties=properties,
    )
    return Room(space=space, shape=shape)


def _area(entity: entity_instance, properties: Properties, units: Units) -> tuple[float, str] | None:
    for wanted in _AREAS:
        for group, values in properties.items():
            stated = plain.number(values.get(wanted))
            if stated is not None and stated > 0:
                unit_m2 = size(plain.unit_of(entity, group, wanted)) or units.area_m2
                return round(stated * unit_m2, 4), f"{group}.{wanted}"
    return None


def _height(properties: Properties, units: Units) -> float | None:
    stated = (plain.number(values.get(name)) for name in _HEIGHTS for values in properties.values())
    return next((round(one * units.length_m, 3) for one in stated if one is not None and one > 0), None)


def _use(entity: entity_instance, properties: Properties) -> str | None:
    """What a room is for: its occupancy, else its classification, else its type as the author put it."""
    occupancy = (plain.text(values.get("OccupancyType")) for values in properties.values())
    # In IFC2X3 only the type of a room has a predefined one.
    has_own = entity.get_attribute_category("PredefinedType")
    typed = entity if has_own else ifcopenshell.util.element.get_type(entity)
    type_ = None if typed is None else plain.text(ifcopenshell.util.element.get_predefined_type(typed))
    said = (
        *occupancy,
        *described.class_names(entity),
        plain.text(entity.ObjectType),
        None if type_ in _NO_USE else type_,
    )
    return next((one for one in said if one), None)


def _zones(entity: entity_instance) -> tuple[str, ...]:
    """The zones that a room is in, those around its zones, and the spatial zones it lies in."""
    zones, newest = set[entity_instance](), {entity}
    for _ in range(_DEPTH):
        newest = {zone for one in newest for zone in _zones_of(one)} - zones
        zones |= newest
    return tuple(sorted({hierarchy.name(one) or f"Zone {one.id()}" for one in zones}))


def _zones_of(one: entity_instance) -> Iterator[entity_instance]:
    for relation in one.file.get_inverse(one):
        holder = _HOLDERS.get(relation.is_a())
        zone = getattr(relation, holder) if holder else None
        if zone is None or not (zone.is_a("IfcZone") or zone.is_a("IfcSpatialZone")):
            continue
        if zone.id() != one.id():  # what leads from a zone to its content comes too
            yield zone


def warnings(rooms: Iterable[Room], storeys: Iterable[Storey]) -> list[str]:
    """What of the rooms is doubtful."""
    spaces, bases = [room.space for room in rooms], {one.key: one.base_m for one in storeys}
    flat = [one for one in spaces if one.footprint is None]
    apart = [
        one for one in spaces
        if one.area_m2 and one.footprint_area_m2
        and abs(one.area_m2 - one.footprint_area_m2) > _CLOSE * one.area_m2
    ]  # fmt: skip
    lost = [one for one in spaces if _is_lost(one, bases)]
    nowhere = [one for one in spaces if one.storey is None]
    return [
        f"Spaces {what}: {len(group)} of {len(spaces)} ({', '.join(one.name for one in group[:3])}"
        f"{' and others' if len(group) > 3 else ''})."
        for group, what in (
            (flat, "without an outline"),
            (apart, "with a stated area that differs from their outline by more than 5 %"),
            (lost, "off the level of their storey"),
            (nowhere, "on no storey"),
        )
        if group
    ]


def _is_lost(space: Space, bases: dict[int, float | None]) -> bool:
    base = None if space.storey is None else bases.get(space.storey)
    return base is not None and space.floor_m is not None and abs(space.floor_m - base) > _LOST_M
