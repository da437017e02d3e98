"""Equipment, the systems it forms, what its ports join and which rooms it serves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

import ifcopenshell
import ifcopenshell.util.element
import shapely
from ifcopenshell import entity_instance

from data.building import hierarchy, plain
from data.building.model import Equipment, Link, System
from data.building.spaces import Room
from data.building.units import Units

_IN_WALL_M = 0.3  # an outlet or a thermostat is placed inside the wall of its room
_HEADROOM_M = 0.6  # above a ceiling or below a floor
_NOT_SYSTEMS = ("IfcZone", "IfcStructuralAnalysisModel")


def equipment(file: ifcopenshell.file, units: Units, rooms: list[Room]) -> list[Equipment]:
    """All distribution elements, sensors among them; furniture is not equipment."""
    classes = ["IfcDistributionElement"]
    if file.schema == "IFC2X3":
        classes += ["IfcElectricalElement", "IfcEquipmentElement"]
    plan = _Plan(rooms)
    return [_equipment(one, units, plan) for name in classes for one in file.by_type(name)]


def _equipment(entity: entity_instance, units: Units, plan: _Plan) -> Equipment:
    position = hierarchy.position(entity, units)
    space = hierarchy.holder(entity, "IfcSpace") or (plan.room_at(*position) if position else None)
    type_ = ifcopenshell.util.element.get_type(entity)
    kind = type_.is_a().removesuffix("Type").removesuffix("Style") if type_ else entity.is_a()
    return Equipment(
        key=entity.id(),
        name=hierarchy.name(entity) or plain.text(type_.Name if type_ else None) or f"Element {entity.id()}",
        global_id=plain.text(entity.GlobalId),
        kind=kind.removeprefix("Ifc"),
        predefined_type=_predefined_type(entity),
        tag=plain.text(entity.Tag),
        storey=hierarchy.holder(entity, "IfcBuildingStorey") or plan.storey_of(space),
        space=space,
        position=position,
        serves=tuple(sorted(_keys(ifcopenshell.util.element.get_referenced_structures(entity)))),
        properties=plain.properties(entity),
    )


def _predefined_type(entity: entity_instance) -> str | None:
    stated = plain.text(ifcopenshell.util.element.get_predefined_type(entity))
    return None if stated in ("NOTDEFINED", "USERDEFINED") else stated


def _keys(structures: Iterable[entity_instance]) -> set[int]:
    """The spaces among spatial structures and zones, by key."""
    found = set()
    for one in structures:
        if one.is_a("IfcSpace"):
            found.add(one.id())
        elif one.is_a("IfcZone"):
            found |= _keys(_members(one))
    return found


class _Plan:
    """Finds the room around a point."""

    def __init__(self, rooms: list[Room]) -> None:
        self._rooms = [room for room in rooms if room.shape is not None]
        self._tree = shapely.STRtree([room.shape for room in self._rooms])
        self._storeys = {room.space.key: room.space.storey for room in rooms}

    def storey_of(self, space: int | None) -> int | None:
        return None if space is None else self._storeys.get(space)

    def room_at(self, x: float, y: float, z: float) -> int | None:
        """The key of the nearest room that the point is in or in the wall of."""
        point = shapely.Point(x, y)
        near = self._tree.query(point, predicate="dwithin", distance=_IN_WALL_M)
        level: list[Room] = [self._rooms[index] for index in near if _reaches(self._rooms[index], z)]
        if not level:
            return None
        nearest = min(level, key=lambda room: float(shapely.distance(room.shape, point)))
        return nearest.space.key


def _reaches(room: Room, z: float) -> bool:
    floor_m, height_m = room.space.floor_m, room.space.height_m
    if floor_m is None or height_m is None:
        return False
    return floor_m - _HEADROOM_M <= z < floor_m + height_m + _HEADROOM_M


def systems(file: ifcopenshell.file, equipment: list[Equipment]) -> list[System]:
    """All systems; one serves the rooms it says so of, those that refer to its members, and those that
    its terminals stand in."""
    known = {one.key: one for one in equipment}
    found = (one for one in file.by_type("IfcSystem") if not any(one.is_a(other) for other in _NOT_SYSTEMS))
    return [_system(one, known) for one in found]


def _system(entity: entity_instance, known: dict[int, Equipment]) -> System:
    grouped = _members(entity)
    owners = (_owner(one) if one.is_a("IfcPort") else one for one in grouped)
    members = [known[one.id()] for one in owners if one is not None and one.id() in known]
    serves = _keys(grouped) | _keys(_serviced(entity))
    serves |= set(chain.from_iterable(one.serves for one in members))
    serves |= {one.space for one in members if one.space is not None and _is_terminal(one)}
    return System(
        key=entity.id(),
        name=hierarchy.name(entity) or f"System {entity.id()}",
        global_id=plain.text(entity.GlobalId),
        kind=_kind(entity),
        members=tuple(sorted({one.key for one in members})),
        serves=tuple(sorted(serves)),
    )


def _is_terminal(one: Equipment) -> bool:
    return "Terminal" in one.kind or one.kind in ("SpaceHeater", "LightFixture", "Outlet", "CooledBeam")


def _members(group: entity_instance) -> list[entity_instance]:
    return [one for relation in group.IsGroupedBy for one in relation.RelatedObjects]


def _serviced(system: entity_instance) -> Iterator[entity_instance]:
    for relation in system.ServicesBuildings:
        yield from relation.RelatedBuildings
    # IFC4X3: a system may be referred to from the structure, and services some under another name.
    for relation in getattr(system, "ServicesFacilities", ()):
        yield from relation.RelatedBuildings
    for relation in getattr(system, "ReferencedInStructures", ()):
        yield relation.RelatingStructure


def _kind(system: entity_instance) -> str | None:
    stated = plain.text(getattr(system, "PredefinedType", None))
    words = plain.text(system.ObjectType)
    return words if stated in (None, "NOTDEFINED", "USERDEFINED") else stated


def links(file: ifcopenshell.file, equipment: list[Equipment]) -> list[Link]:
    """What the ports of equipment join, in the direction they state."""
    known = {one.key for one in equipment}
    found = set()
    for relation in file.by_type("IfcRelConnectsPorts"):
        ends = [relation.RelatingPort, relation.RelatedPort]
        flows = [getattr(port, "FlowDirection", None) for port in ends]
        if flows[0] == "SINK" or (flows[0] != "SOURCE" and flows[1] == "SOURCE"):
            ends.reverse()
        owners = [_owner(port) for port in ends]
        source, target = (None if owner is None else owner.id() for owner in owners)
        if source in known and target in known and source != target:
            directed = bool({"SOURCE", "SINK"} & set(flows)) and flows[0] != flows[1]
            found.add(Link(source=source, target=target, directed=directed))
    return sorted(found, key=lambda link: (link.source, link.target, link.directed))


def _owner(port: entity_instance) -> entity_instance | None:
    owners: list[entity_instance] = [one.RelatingObject for one in getattr(port, "Nests", ())]
    # IFC2X3, and IFC4 as some still write it.
    owners += [one.RelatedElement for one in getattr(port, "ContainedIn", ())]
    return owners[0] if owners else None
