"""Equipment, the systems it forms, what its ports join and which rooms it serves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

import ifcopenshell
import ifcopenshell.util.element
import shapely
from ifcopenshell import entity_instance

from data.building import described, geometry, hierarchy, plain
from data.building.model import Equipment, Link, Storey, System
from data.building.spaces import Room
from data.building.units import Units

Position = tuple[float, float, float]  # [m]

_IN_WALL_M = 0.3  # an outlet or a thermostat is placed inside the wall of its room
_HEADROOM_M = 0.6  # above a ceiling or below a floor
_NOT_SYSTEMS = ("IfcZone", "IfcStructuralAnalysisModel")


def equipment(
    file: ifcopenshell.file, units: Units, rooms: list[Room], storeys: list[Storey]
) -> list[Equipment]:
    """All distribution elements, sensors among them; furniture is not equipment."""
    classes = ["IfcDistributionElement"]
    if file.schema == "IFC2X3":
        classes += ["IfcElectricalElement", "IfcEquipmentElement"]
    plan = _Plan(rooms, storeys)
    entities = [one for name in classes for one in file.by_type(name)]
    middles = _middles(file, entities)
    return [
        _equipment(one, middles.get(one.id()) or hierarchy.position(one, units), plan) for one in entities
    ]


def _middles(file: ifcopenshell.file, entities: list[entity_instance]) -> dict[int, Position]:
    """Where bodies are that were drawn where they stand, from a place that everything there shares."""
    shared = [one for one in entities if hierarchy.stands_in_its_parent(one)]
    middles = {}
    for key, mesh in geometry.meshes(file, shared).items():
        x, y, z = ((mesh.points.min(axis=0) + mesh.points.max(axis=0)) / 2).round(4).tolist()
        middles[key] = (x, y, z)
    return middles


def _equipment(entity: entity_instance, position: Position | None, plan: _Plan) -> Equipment:
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
        storey=hierarchy.holder(entity, "IfcBuildingStorey") or plan.storey_of(space, position),
        space=space,
        position=position,
        serves=tuple(sorted(_keys(ifcopenshell.util.element.get_referenced_structures(entity)))),
        properties=described.properties(entity),
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

    def __init__(self, rooms: list[Room], storeys: list[Storey]) -> None:
        self._levels = storeys
        self._rooms = [room for room in rooms if room.shape is not None]
        self._tree = shapely.STRtree([room.shape for room in self._rooms])
        self._storeys = {room.space.key: room.space.storey for room in rooms}

    def storey_of(self, space: int | None, position: Position | None) -> int | None:
        """The storey of a room; in none, the one that a height is on."""
        if space is not None:
            return self._storeys.get(space)
        return hierarchy.level_of(self._levels, position[2]) if position else None

    def room_at(self, x: float, y: float, z: float) -> int | None:
        """The key of the nearest room that the point is in or in the wall of; of several the smallest."""
        point = shapely.Point(x, y)
        near = self._tree.query(point, predicate="dwithin", distance=_IN_WALL_M)
        level: list[Room] = [self._rooms[index] for index in near if _reaches(self._rooms[index], z)]
        if not level:
            return None
        nearest = min(level, key=lambda room: (shapely.distance(room.shape, point), shapely.area(room.shape)))
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
    grouped = _all_members(entity)
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


def _all_members(system: entity_instance) -> list[entity_instance]:
    """The members of a system and of the systems in it."""
    found: dict[int, entity_instance] = {}
    newest = [system]
    while newest:
        members = [one for group in newest for one in _members(group) if one.id() not in found]
        found |= {one.id(): one for one in members}
        newest = [one for one in members if one.is_a("IfcSystem")]
    return list(found.values())


def _members(group: entity_instance) -> list[entity_instance]:
    return [one for relation in group.IsGroupedBy for one in relation.RelatedObjects or () if one is not None]


def _serviced(system: entity_instance) -> Iterator[entity_instance]:
    for relation in system.ServicesBuildings:
        yield from relation.RelatedBuildings or ()
    # IFC4X3: a system may be referred to from the structure, and services some under another name.
    for relation in getattr(system, "ServicesFacilities", ()):
        yield from relation.RelatedBuildings or ()
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
        owners = [None if port is None else _owner(port) for port in ends]
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
