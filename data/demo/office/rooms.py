"""What encloses the office's rooms, drawn: spaces, walls, doors, windows, slabs."""

from __future__ import annotations

import math

from ifcopenshell import entity_instance
from ifcopenshell.api import feature

from data.demo.office import fabric, plan, properties, transmittance
from data.demo.office.drawing import Drawing

_SLAB_M = 0.30
_WALL_HEIGHT_M = plan.STOREY_HEIGHT_M - _SLAB_M
_PANEL_M = 0.06


def draw_rooms(drawing: Drawing) -> None:
    """Every room as a space with its body, quantities and requirements."""
    for room in plan.rooms():
        space = drawing.add("IfcSpace", room.number, predefined_type="INTERNAL")
        space.LongName, space.ObjectType = room.name, room.use.value
        space.CompositionType = "ELEMENT"
        drawing.part_of(space, drawing.storeys[room.storey])
        drawing.place(space, z=room.storey * plan.STOREY_HEIGHT_M)
        drawing.prism(space, fabric.clear_outline(room), plan.CLEAR_HEIGHT_M)
        drawing.properties(space, properties.property_sets(room))
        drawing.quantities(space, "Qto_SpaceBaseQuantities", properties.quantities(room))
        drawing.spaces[room.number] = space


def draw_shell(drawing: Drawing) -> None:
    """Walls with their doors and windows, floor slabs and the roof."""
    for wall in fabric.walls():
        _draw_wall(drawing, wall)
    for opening in fabric.openings():
        _draw_opening(drawing, opening)
    for level, storey in enumerate(drawing.storeys):
        kind, u_value = ("BASESLAB", transmittance.GROUND) if level == 0 else ("FLOOR", transmittance.FLOOR)
        _draw_slab(drawing, f"Slab {level}", kind, level, storey, u_value)
    _draw_slab(drawing, "Roof", "ROOF", len(drawing.storeys), drawing.storeys[-1], transmittance.ROOF)


def _draw_wall(drawing: Drawing, wall: fabric.Wall) -> None:
    made = drawing.add("IfcWall", wall.name, predefined_type="SOLIDWALL" if wall.external else "PARTITIONING")
    drawing.contain(made, drawing.storeys[wall.storey])
    drawing.place(made, *wall.start, wall.storey * plan.STOREY_HEIGHT_M, wall.angle)
    right, left = wall.sides_m
    before, behind = fabric.overlap_m(wall)
    drawing.box(made, (-before, wall.length_m + behind), (-right, left), _WALL_HEIGHT_M)
    kind = "Outer wall 400" if wall.external else "Partition 120"
    drawing.of_type(made, "IfcWallType", kind, "SOLIDWALL" if wall.external else "PARTITIONING")
    u_value = transmittance.FACADE if wall.external else transmittance.PARTITION
    drawing.properties(
        made, {"Pset_WallCommon": {"IsExternal": wall.external, "ThermalTransmittance": u_value}}
    )
    drawing.quantities(
        made,
        "Qto_WallBaseQuantities",
        {"Length": round(wall.length_m, 3), "Width": right + left, "Height": _WALL_HEIGHT_M},
    )
    drawing.walls[wall.name] = made


def _draw_opening(drawing: Drawing, opening: fabric.Opening) -> None:
    wall = opening.wall
    right, left = wall.sides_m
    hole = drawing.add("IfcOpeningElement", f"Opening {opening.name}", predefined_type="OPENING")
    half = opening.width_m / 2
    place = _along(wall, opening)
    drawing.box(hole, (-half, half), (-right - 0.05, left + 0.05), opening.height_m)
    feature.add_feature(drawing.file, feature=hole, element=drawing.walls[wall.name])
    drawing.place(hole, *place, wall.angle)
    made = drawing.add("IfcDoor" if opening.is_door else "IfcWindow", opening.name)
    made.PredefinedType = "DOOR" if opening.is_door else "WINDOW"
    made.OverallHeight, made.OverallWidth = opening.height_m, opening.width_m
    drawing.contain(made, drawing.storeys[wall.storey])
    drawing.place(made, *place, wall.angle)
    middle = (left - right) / 2
    drawing.box(made, (-half, half), (middle - _PANEL_M / 2, middle + _PANEL_M / 2), opening.height_m)
    feature.add_filling(drawing.file, opening=hole, element=made)
    outside = {"IsExternal": wall.external}
    if opening.is_door:
        drawing.properties(made, {"Pset_DoorCommon": outside})
    else:
        glass = outside | {"ThermalTransmittance": transmittance.WINDOW}
        drawing.properties(made, {"Pset_WindowCommon": glass})
    for number in filter(None, wall.rooms):
        _bound(drawing, drawing.spaces[number], made, external=wall.external)


def _along(wall: fabric.Wall, opening: fabric.Opening) -> tuple[float, float, float]:
    return (
        wall.start[0] + opening.centre_m * math.cos(wall.angle),
        wall.start[1] + opening.centre_m * math.sin(wall.angle),
        wall.storey * plan.STOREY_HEIGHT_M + opening.sill_m,
    )


def _bound(drawing: Drawing, space: entity_instance, element: entity_instance, *, external: bool) -> None:
    boundary = drawing.add("IfcRelSpaceBoundary", f"{space.Name}/{element.Name}")
    boundary.RelatingSpace, boundary.RelatedBuildingElement = space, element
    boundary.PhysicalOrVirtualBoundary = "PHYSICAL"
    boundary.InternalOrExternalBoundary = "EXTERNAL" if external else "INTERNAL"


def _draw_slab(
    drawing: Drawing, name: str, kind: str, level: int, storey: entity_instance, u_value: float
) -> None:
    slab = drawing.add("IfcSlab", name, predefined_type=kind)
    drawing.contain(slab, storey)
    drawing.place(slab, z=level * plan.STOREY_HEIGHT_M - _SLAB_M)
    drawing.prism(slab, fabric.storey_outline(min(level, len(drawing.storeys) - 1)), _SLAB_M)
    outside = kind in ("BASESLAB", "ROOF")
    drawing.properties(slab, {"Pset_SlabCommon": {"IsExternal": outside, "ThermalTransmittance": u_value}})
