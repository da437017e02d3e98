"""Model files that no reader survives unguarded: each is a small house with a trap in it."""

from __future__ import annotations

from pathlib import Path

from ifcopenshell import entity_instance

from tests.unit.ifc_models import House, box


def endless(path: Path) -> Path:
    """A room whose body is ten copies of ten copies of ten copies …: more than can be drawn in a lifetime."""
    house, room = _house()
    shape = room.Representation.Representations[0]
    for _ in range(12):
        shape = _copies(house, shape, 10)
    room.Representation.Representations = [shape]
    return house.write(path)


def crashing(path: Path) -> Path:
    """A room whose body is the union of itself with something, which ends in a segmentation fault."""
    house, room = _house()
    (shape,) = room.Representation.Representations
    union = house.file.createIfcBooleanResult("UNION", shape.Items[0], shape.Items[0])
    union.FirstOperand = union
    shape.Items = [union]
    return house.write(path)


def greedy(path: Path, points: int) -> Path:
    """A house with so many points that belong to nothing."""
    house, _ = _house()
    before, end, after = house.write(path).read_text().rpartition("ENDSEC;")
    extra = "".join(f"#{number}=IFCCARTESIANPOINT((0.,0.));\n" for number in range(1000, 1000 + points))
    path.write_text(before + extra + end + after)
    return path


def _house() -> tuple[House, entity_instance]:
    house = House()
    room = house.add("IfcSpace", "101", part_of=house.storey)
    house.extrude(room, box(4, 3), 2.5, at=(0, 0, 0))
    return house, room


def _copies(house: House, shape: entity_instance, count: int) -> entity_instance:
    make = house.file
    origin = make.createIfcCartesianPoint((0.0, 0.0, 0.0))
    source = make.createIfcRepresentationMap(make.createIfcAxis2Placement3D(origin), shape)
    items = []
    for index in range(count):
        moved = make.createIfcCartesianPoint((float(index), 0.0, 0.0))
        target = make.createIfcCartesianTransformationOperator3D(None, None, moved, 1.0, None)
        items.append(make.createIfcMappedItem(source, target))
    return make.createIfcShapeRepresentation(house.body, "Body", "MappedRepresentation", items)
