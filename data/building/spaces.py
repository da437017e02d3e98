"""Rooms: outlines from geometry, areas from quantities, uses and zones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import ifcopenshell
import ifcopenshell.util.classification
import ifcopenshell.util.element
from ifcopenshell import entity_instance
from shapely.geometry.base import BaseGeometry

from data.building import geometry, hierarchy, plain
from data.building.geometry import Mesh
from data.building.model import Properties, Space, Storey
from data.building.units import Units

# The best first; the first set that states one counts.
_AREAS = ("NetFloorArea", "GrossFloorArea", "GSA BIM Area", "NetArea", "Area")
_HEIGHTS = ("FinishCeilingHeight", "Height", "NetHeight", "ClearHeight", "GrossHeight")
_NO_USE = {"SPACE", "INTERNAL", "EXTERNAL", "NOTDEFINED", "USERDEFINED"}
_CLOSE = 0.05  # a larger share between quantity and outline is told
_LOST_M = 0.6  # a floor farther from the level of its storey is told


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A space together with its shape."""

    space: Space
    shape: BaseGeometry | None


def rooms(file: ifcopenshell.file, units: Units, storeys: list[Storey]) -> list[Room]:
    """All spaces, wherever they hang."""
    entities = file.by_type("IfcSpace")
    bodies = geometry.meshes(file, entities)
    drawn = geometry.from_curves(file, [one for one in entities if one.id() not in bodies])
    return [
        _room(one, bodies.get(one.id()), drawn.get(one.id()), units=units, storeys=storeys)
        for one in entities
    ]


def _room(
    entity: entity_instance,
    body: Mesh | None,
    drawn: BaseGeometry | None,
    *,
    units: Units,
    storeys: list[Storey],
) -> Room:
    shape = geometry.footprint(body) if body else drawn
    properties = plain.properties(entity)
    footprint_area = round(shape.area, 3) if shape else None
    area, source = _area(properties, units) or (footprint_area, "footprint" if shape else None)
    floor_m = round(body.bottom, 3) if body else None
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
        height_m=round(body.top - body.bottom, 3) if body else _height(properties, units),
        floor_m=floor_m,
        use=_use(entity, properties),
        zones=_zones(entity),
        properties=properties,
    )
    return Room(space=space, shape=shape)


def _area(properties: Properties, units: Units) -> tuple[float, str] | None:
    for wanted in _AREAS:
        for group, values in properties.items():
            stated = plain.number(values.get(wanted))
            if stated is not None and stated > 0:
                return round(stated * units.area_m2, 4), f"{group}.{wanted}"
    return None


def _height(properties: Properties, units: Units) -> float | None:
    stated = (plain.number(values.get(name)) for name in _HEIGHTS for values in properties.values())
    return next((round(one * units.length_m, 3) for one in stated if one is not None and one > 0), None)


def _use(entity: entity_instance, properties: Properties) -> str | None:
    """What a room is for: its occupancy, else its classification, else its type as the author put it."""
    occupancy = (plain.text(values.get("OccupancyType")) for values in properties.values())
    classes = ifcopenshell.util.classification.get_references(entity)
    type_ = plain.text(ifcopenshell.util.element.get_predefined_type(entity))
    said = (
        *occupancy,
        *(plain.text(one.Name) for one in classes),
        plain.text(entity.ObjectType),
        None if type_ in _NO_USE else type_,
    )
    return next((one for one in said if one), None)


def _zones(entity: entity_instance) -> tuple[str, ...]:
    groups = ifcopenshell.util.element.get_groups(entity)
    return tuple(sorted({hierarchy.name(one) or f"Zone {one.id()}" for one in groups if one.is_a("IfcZone")}))


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
