"""What models of other tools do: it comes out right, or is said, and nothing of it stops an import."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ifcopenshell
import ifcopenshell.api.group
import ifcopenshell.api.system
import ifcopenshell.guid
import pytest
import shapely
from ifcopenshell import entity_instance

from data.building.model import Equipment, Material, Model
from data.building.reading import read
from tests.unit.ifc_models import House, box
from tests.unit.test_building_reading import only_space, read_house


def room(
    house: House, name: str | None = "101", *, at: tuple[float, float, float] = (0, 0, 0)
) -> entity_instance:
    made = house.add("IfcSpace", name, part_of=house.storey)
    house.extrude(made, box(4, 3), 2.5, at=at)
    return made


def bare_room(house: House) -> entity_instance:
    """A room that is placed but has no shape yet."""
    made = house.add("IfcSpace", "101", part_of=house.storey)
    house.place(made, 0, 0, 0)
    return made


def relate(house: House, kind: str, *values: Any) -> entity_instance:
    """A relation of a kind; its last two attributes are what it relates."""
    return house.file.create_entity(kind, ifcopenshell.guid.new(), None, None, None, *values)


def show(house: House, product: entity_instance, identifier: str, kind: str, *items: entity_instance) -> None:
    shape = house.file.createIfcShapeRepresentation(house.body, identifier, kind, items)
    product.Representation = house.file.createIfcProductDefinitionShape(None, None, [shape])


def axes(house: House, *origin: float) -> entity_instance:
    return house.file.createIfcAxis2Placement3D(house.file.createIfcCartesianPoint(origin))


def only_equipment(model: Model) -> Equipment:
    (one,) = model.equipment
    return one


# Property sets -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "found"),
    [
        (
            lambda f: f.createIfcPropertyEnumeratedValue(
                "P", None, [f.createIfcLabel("A"), f.createIfcLabel("B")]
            ),
            ["A", "B"],
        ),
        (
            lambda f: f.createIfcPropertyListValue("P", None, [f.createIfcReal(1.5), f.createIfcReal(2.5)]),
            [1.5, 2.5],
        ),
        (
            lambda f: f.createIfcPropertyBoundedValue(
                "P", None, f.createIfcReal(26.0), f.createIfcReal(20.0)
            ),
            {"from": 20.0, "to": 26.0},
        ),
        (
            lambda f: f.createIfcPropertyTableValue(
                "P", None, [f.createIfcReal(1.0)], [f.createIfcReal(9.0)]
            ),
            [[1.0, 9.0]],
        ),
        (
            lambda f: f.createIfcComplexProperty(
                "P", None, "use", [f.createIfcPropertySingleValue("in", None, f.createIfcLogical("UNKNOWN"))]
            ),
            {"in": "UNKNOWN"},
        ),
        (lambda f: f.createIfcPropertySingleValue("P", None, None), None),
    ],
)
def test_a_property_of_any_kind_is_plain_values(
    tmp_path: Path, make: Callable[[ifcopenshell.file], entity_instance], found: Any
) -> None:
    house = House()
    held = house.file.createIfcPropertySet(ifcopenshell.guid.new(), None, "Set", None, [make(house.file)])
    relate(house, "IfcRelDefinesByProperties", [room(house)], held)
    assert only_space(house, tmp_path).properties == {"Set": {"P": found}}


def test_a_relation_to_no_property_set_is_passed_over(tmp_path: Path) -> None:
    house = House()
    relate(house, "IfcRelDefinesByProperties", [room(house)], None)
    assert only_space(house, tmp_path).properties == {}


def test_a_quantity_in_a_unit_of_its_own_counts_in_that(tmp_path: Path) -> None:
    house = House()
    make = house.file
    metre = make.createIfcSIUnit(None, "AREAUNIT", None, "SQUARE_METRE")
    factor = make.createIfcMeasureWithUnit(make.createIfcAreaMeasure(0.09290304), metre)
    dimensions = make.createIfcDimensionalExponents(2, 0, 0, 0, 0, 0, 0)
    foot = make.createIfcConversionBasedUnit(dimensions, "AREAUNIT", "square foot", factor)
    area = make.createIfcQuantityArea("NetFloorArea", None, foot, 100.0)
    held = make.createIfcElementQuantity(ifcopenshell.guid.new(), None, "BaseQuantities", None, None, [area])
    relate(house, "IfcRelDefinesByProperties", [room(house)], held)
    assert only_space(house, tmp_path).area_m2 == pytest.approx(9.2903, abs=1e-3)


# What rooms are and are in -----------------------------------------------------------------------


def test_the_classes_of_a_room_are_told_by_their_system(tmp_path: Path) -> None:
    house = House()
    system = house.file.createIfcClassification(None, None, None, "Uniclass 2015")
    parent = house.file.createIfcClassificationReference(None, "SL_20", None, system)
    reference = house.file.createIfcClassificationReference(None, "SL_20_15", "Offices", parent)
    relate(house, "IfcRelAssociatesClassification", [room(house)], reference)
    space = only_space(house, tmp_path)
    assert space.properties == {"Classification": {"Uniclass 2015": "SL_20_15 Offices"}}
    assert space.use == "Offices"


def test_the_materials_of_a_model_are_counted_by_what_is_made_of_them(tmp_path: Path) -> None:
    house = House()
    make = house.file
    brick, wool = make.createIfcMaterial("Brick"), make.createIfcMaterial("Wool")
    layers = [make.createIfcMaterialLayer(one, 0.1) for one in (brick, wool, brick, None)]
    built = make.createIfcMaterialLayerSetUsage(
        make.createIfcMaterialLayerSet(layers), "AXIS2", "POSITIVE", 0.0
    )
    walls = [house.add("IfcWall", name, inside=house.storey) for name in ("a", "b")]
    relate(house, "IfcRelAssociatesMaterial", walls, built)
    relate(house, "IfcRelAssociatesMaterial", [house.add("IfcColumn", "c", inside=house.storey)], brick)
    assert read_house(house, tmp_path).materials == (
        Material(name="Brick", elements=3),
        Material(name="Wool", elements=2),
    )


def test_equipment_says_what_it_is_made_of(tmp_path: Path) -> None:
    house = House()
    pipe = house.add("IfcPipeSegment", "Pipe", inside=house.storey)
    relate(house, "IfcRelAssociatesMaterial", [pipe], house.file.createIfcMaterial("Copper"))
    assert only_equipment(read_house(house, tmp_path)).properties == {"Material": {"Made of": "Copper"}}


def test_a_room_is_in_the_zones_around_its_zone(tmp_path: Path) -> None:
    house = House()
    flat, block = house.add("IfcZone", "Flat"), house.add("IfcZone", "Block")
    ifcopenshell.api.group.assign_group(house.file, products=[room(house)], group=flat)
    ifcopenshell.api.group.assign_group(house.file, products=[flat], group=block)
    ifcopenshell.api.group.assign_group(house.file, products=[block], group=flat)  # a circle, which is wrong
    assert only_space(house, tmp_path).zones == ("Block", "Flat")


def test_a_room_is_in_the_spatial_zone_that_refers_to_it(tmp_path: Path) -> None:
    house = House(schema="IFC4X3")
    zone = house.add("IfcSpatialZone", "Fire compartment", part_of=house.building)
    relate(house, "IfcRelReferencedInSpatialStructure", [room(house)], zone)
    assert only_space(house, tmp_path).zones == ("Fire compartment",)


def test_equipment_of_a_system_in_a_system_is_of_both(tmp_path: Path) -> None:
    house = House()
    diffuser = house.add("IfcAirTerminal", "Diffuser", inside=room(house))
    supply, branch = (
        house.add("IfcDistributionSystem", "Supply"),
        house.add("IfcDistributionSystem", "Branch"),
    )
    ifcopenshell.api.system.assign_system(house.file, products=[diffuser], system=branch)
    ifcopenshell.api.group.assign_group(house.file, products=[branch], group=supply)
    assert [one.members for one in read_house(house, tmp_path).systems] == [(diffuser.id(),)] * 2


# Shapes and places -------------------------------------------------------------------------------


def bound(house: House, space: entity_instance, surface: entity_instance) -> None:
    connection = house.file.createIfcConnectionSurfaceGeometry(surface)
    wall = house.add("IfcSlab", "Slab", inside=house.storey)
    relate(house, "IfcRelSpaceBoundary", space, wall, connection, "PHYSICAL", "INTERNAL")


def flat(house: House, z: float) -> entity_instance:
    """A level surface of 4 by 3 metres."""
    return house.file.createIfcCurveBoundedPlane(
        house.file.createIfcPlane(axes(house, 0.0, 0.0, z)), house._line(box(4, 3)), []
    )


def upright(house: House, start: tuple[float, float], end: tuple[float, float]) -> entity_instance:
    """A surface of a wall, pulled up from a line."""
    make = house.file
    line = make.createIfcPolyline([make.createIfcCartesianPoint(point) for point in (start, end)])
    profile = make.createIfcArbitraryOpenProfileDef("CURVE", None, line)
    up = make.createIfcDirection((0.0, 0.0, 1.0))
    return make.createIfcSurfaceOfLinearExtrusion(profile, axes(house, 0.0, 0.0, 0.0), up, 2.5)


def test_a_room_without_a_shape_is_what_its_floor_and_ceiling_cover(tmp_path: Path) -> None:
    house = House()
    made = bare_room(house)
    house.place(made, 10, 20, 3)
    for z in (0.0, 2.5):
        bound(house, made, flat(house, z))
    space = only_space(house, tmp_path)
    assert shapely.geometry.shape(space.footprint).bounds == pytest.approx((10, 20, 14, 23))
    assert (space.floor_m, space.height_m, space.area_source) == (3.0, 2.5, "footprint")


def test_a_room_without_a_shape_or_a_floor_is_what_its_walls_close_in(tmp_path: Path) -> None:
    house = House(unit_m=1.0)
    made = bare_room(house)
    corners = box(4, 3)
    for start, end in zip(corners, [*corners[1:], corners[0]], strict=True):
        bound(house, made, upright(house, start, end))
    space = only_space(house, tmp_path)
    assert space.footprint_area_m2 == pytest.approx(12)
    assert space.height_m is None


def test_walls_that_close_in_nothing_leave_a_room_without_an_outline(tmp_path: Path) -> None:
    house = House()
    bound(house, bare_room(house), upright(house, (0.0, 0.0), (4.0, 0.0)))
    assert only_space(house, tmp_path).footprint is None


def test_a_floor_alone_has_no_height(tmp_path: Path) -> None:
    house = House()
    made = bare_room(house)
    make = house.file
    ring = make.createIfcPolyLoop([make.createIfcCartesianPoint((x, y, 0.0)) for x, y in box(4, 3)])
    faces = make.createIfcConnectedFaceSet([make.createIfcFace([make.createIfcFaceOuterBound(ring, True)])])
    show(house, made, "Body", "SurfaceModel", make.createIfcFaceBasedSurfaceModel([faces]))
    space = only_space(house, tmp_path)
    assert space.footprint_area_m2 == pytest.approx(12)
    assert space.height_m is None


def shell(house: House) -> entity_instance:
    points = [(x, y, z) for z in (0.0, 2.5) for x, y in box(4, 3)]
    sides = [(1, 4, 3, 2), (5, 6, 7, 8), (1, 2, 6, 5), (2, 3, 7, 6), (3, 4, 8, 7), (4, 1, 5, 8)]
    faces = [house.file.createIfcIndexedPolygonalFace(side) for side in sides]
    return house.file.createIfcPolygonalFaceSet(house.file.createIfcCartesianPointList3D(points), True, faces)


def mirrored(house: House) -> entity_instance:
    make = house.file
    shape = make.createIfcShapeRepresentation(house.body, "Body", "Tessellation", [shell(house)])
    source = make.createIfcRepresentationMap(axes(house, 0.0, 0.0, 0.0), shape)
    origin = make.createIfcCartesianPoint((4.0, 0.0, 0.0))
    turned = make.createIfcDirection((-1.0, 0.0, 0.0))
    return make.createIfcMappedItem(
        source, make.createIfcCartesianTransformationOperator3D(turned, None, origin, 1.0)
    )


def cut(house: House) -> entity_instance:
    make = house.file
    whole = make.createIfcBlock(axes(house, 0.0, 0.0, 0.0), 4.0, 6.0, 2.5)
    away = make.createIfcBlock(axes(house, -1.0, 3.0, -1.0), 9.0, 9.0, 9.0)
    return make.createIfcCsgSolid(make.createIfcBooleanResult("DIFFERENCE", whole, away))


@pytest.mark.parametrize(
    ("kind", "item"), [("Tessellation", shell), ("MappedRepresentation", mirrored), ("CSG", cut)]
)
def test_a_room_has_its_outline_however_its_body_is_made(
    tmp_path: Path, kind: str, item: Callable[[House], entity_instance]
) -> None:
    house = House()
    made = bare_room(house)
    show(house, made, "Body", kind, item(house))
    outline = shapely.geometry.shape(only_space(house, tmp_path).footprint)
    assert outline.equals(shapely.box(0, 0, 4, 3))


def test_a_room_far_from_the_origin_keeps_its_millimetres(tmp_path: Path) -> None:
    house = House(unit_m=0.001)
    room(house, at=(500_000, 5_400_000, 300))
    space = only_space(house, tmp_path)
    assert space.footprint_area_m2 == pytest.approx(12, abs=1e-3)
    assert shapely.geometry.shape(space.footprint).bounds == pytest.approx(
        (500_000, 5_400_000, 500_004, 5_400_003), abs=1e-3
    )


def test_equipment_that_is_drawn_where_it_stands_is_found_by_its_body(tmp_path: Path) -> None:
    house = House()
    made = room(house, at=(10, 0, 0))
    sensor = house.add("IfcSensor", "S", inside=house.storey)
    house.extrude(sensor, [(12.0, 1.0), (12.2, 1.0), (12.2, 1.2), (12.0, 1.2)], 0.2, at=(0, 0, 0))
    one = only_equipment(read_house(house, tmp_path))
    assert one.space == made.id()
    assert one.position == pytest.approx((12.1, 1.1, 0.1))


def test_equipment_on_no_storey_and_in_no_room_is_on_the_level_of_its_height(tmp_path: Path) -> None:
    house = House()
    upper = house.add("IfcBuildingStorey", "Upper", part_of=house.building)
    house.place(upper, 0, 0, 3)
    sensor = house.add("IfcSensor", "S", inside=house.building)
    house.place(sensor, 50, 50, 4)
    assert only_equipment(read_house(house, tmp_path)).storey == upper.id()


def test_equipment_is_in_the_smallest_of_the_rooms_around_it(tmp_path: Path) -> None:
    house = House()
    gross = house.add("IfcSpace", "gross area", part_of=house.storey)
    house.extrude(gross, box(40, 30), 2.5, at=(-10, -10, 0))
    small = room(house)
    sensor = house.add("IfcSensor", "S", inside=house.storey)
    house.place(sensor, 1, 1, 1)
    assert only_equipment(read_house(house, tmp_path)).space == small.id()


def around_itself(house: House, sensor: entity_instance) -> None:
    sensor.ObjectPlacement.PlacementRelTo = sensor.ObjectPlacement


def without_a_step(house: House, sensor: entity_instance) -> None:
    sensor.ObjectPlacement.RelativePlacement = None


def on_a_grid(house: House, sensor: entity_instance) -> None:
    sensor.ObjectPlacement = house.file.createIfcGridPlacement()


@pytest.mark.parametrize("broken", [around_itself, without_a_step, on_a_grid])
def test_a_place_that_leads_nowhere_is_none(
    tmp_path: Path, broken: Callable[[House, entity_instance], None]
) -> None:
    house = House()
    sensor = house.add("IfcSensor", "S", inside=house.storey)
    house.place(sensor, 1, 1, 1)
    broken(house, sensor)
    assert only_equipment(read_house(house, tmp_path)).position is None


# What is said ------------------------------------------------------------------------------------


def test_a_length_unit_of_no_known_size_is_said(tmp_path: Path) -> None:
    house = House()
    hand = house.file.createIfcContextDependentUnit(
        house.file.createIfcDimensionalExponents(1, 0, 0, 0, 0, 0, 0), "LENGTHUNIT", "HAND"
    )
    house.project.UnitsInContext.Units = [hand]
    said = "The size of the length unit HAND is not stated; metres are taken."
    assert said in read_house(house, tmp_path).warnings


def test_a_model_without_rooms_says_so(tmp_path: Path) -> None:
    assert any("has no rooms" in said for said in read_house(House(), tmp_path).warnings)


def test_the_model_of_a_bridge_says_what_it_is(tmp_path: Path) -> None:
    house = House(schema="IFC4X3")
    house.add("IfcBridge", "Bridge", part_of=house.site)
    assert any("It is the model of an IfcBridge" in said for said in read_house(house, tmp_path).warnings)


# Text --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "name"),
    [
        (rb"B\X2\00FC\X0\ro", "Büro"),
        (rb"B\X\FCro", "Büro"),
        (rb"B\S\|ro", "Büro"),
        ("Büro 部屋 🏢".encode(), "Büro 部屋 🏢"),  # letters as they are, which the standard does not allow
        ("Büro".encode("cp1252"), "Büro"),
        (rb"C:\Temp\Sued", r"C:\Temp\Sued"),  # nor this
        (rb"C:\Xref\X2\00FC\X0\ ", r"C:\Xrefü"),
        (rb"C:\\Temp", r"C:\Temp"),
    ],
)
def test_a_name_is_read_however_its_letters_are_written(tmp_path: Path, written: bytes, name: str) -> None:
    house = House()
    house.add("IfcSpace", "NAME", part_of=house.storey)
    path = house.write(tmp_path / "house.ifc")
    path.write_bytes(path.read_bytes().replace(b"'NAME'", b"'" + written + b"'"))
    assert [space.name for space in read(path).spaces] == [name]


def test_what_a_mac_packs_beside_a_model_is_no_second_model(tmp_path: Path) -> None:
    path = House().write(tmp_path / "house.ifc")
    packed = tmp_path / "house.ifczip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(path, "house.ifc")
        archive.writestr("__MACOSX/._house.ifc", b"\0\5\x16\7")
    assert read(packed).schema == "IFC4"


def test_rooms_without_names_are_told_apart(tmp_path: Path) -> None:
    house = House()
    house.storey.Name = ""
    for name in ("", None):
        room(house, name)
    model = read_house(house, tmp_path)
    assert [len(name) > 0 for name in {one.name for one in model.spaces}] == [True, True]
    assert model.storeys[0].name
