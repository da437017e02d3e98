"""A model becomes rooms, doors, equipment and systems, wherever these hang and in whatever units."""

from pathlib import Path

import ifcopenshell.api.group
import ifcopenshell.api.pset
import ifcopenshell.api.system
import ifcopenshell.api.type
import pytest
import shapely

from data.building.model import Model, Space
from data.building.reading import read
from tests.unit.ifc_models import House, box


def read_house(house: House, folder: Path) -> Model:
    return read(house.write(folder / "house.ifc"))


def only_space(house: House, folder: Path) -> Space:
    (space,) = read_house(house, folder).spaces
    return space


@pytest.mark.parametrize("unit_m", [1.0, 0.001, 0.3048])
def test_a_room_has_its_outline_in_metres_whatever_the_unit(tmp_path: Path, unit_m: float) -> None:
    house = House(unit_m=unit_m)
    room = house.add("IfcSpace", "101", part_of=house.storey)
    house.extrude(room, box(4, 3), 2.5, at=(10, 20, 0))
    space = only_space(house, tmp_path)
    assert shapely.geometry.shape(space.footprint).bounds == pytest.approx((10, 20, 14, 23), abs=1e-3)
    assert (space.footprint_area_m2, space.height_m) == pytest.approx((12, 2.5), abs=1e-3)


@pytest.mark.parametrize("unit_m", [1.0, 0.001])
def test_a_room_under_a_sloping_roof_is_lower_on_average(tmp_path: Path, unit_m: float) -> None:
    house = House(unit_m=unit_m)
    room = house.add("IfcSpace", "Attic", part_of=house.storey)
    corners = [(0, 0, 0), (4, 0, 0), (4, 3, 0), (0, 3, 0), (0, 0, 1), (4, 0, 3), (4, 3, 3), (0, 3, 1)]
    sides = [(1, 2, 6, 5), (2, 3, 7, 6), (3, 4, 8, 7), (4, 1, 5, 8), (4, 3, 2, 1), (5, 6, 7, 8)]
    house.mesh(room, corners, [half for a, b, c, d in sides for half in ((a, b, c), (a, c, d))])
    space = only_space(house, tmp_path)
    assert (space.height_m, space.mean_height_m) == pytest.approx((3, 2), abs=1e-3)


def test_a_room_with_a_flat_ceiling_is_everywhere_as_high(tmp_path: Path) -> None:
    house = House()
    room = house.add("IfcSpace", "101", part_of=house.storey)
    house.extrude(room, [(0, 0), (9, 0), (9, 9), (3, 9), (3, 3), (0, 3)], 2.5, at=(1, 2, 3))
    assert only_space(house, tmp_path).mean_height_m == pytest.approx(2.5, abs=1e-3)


def test_a_hole_in_a_room_is_kept(tmp_path: Path) -> None:
    house = House()
    room = house.add("IfcSpace", "Gallery", part_of=house.storey)
    # One line around the yard and back along a slit of no width.
    around = [(0, 0), (9, 0), (9, 9), (0, 9), (0, 3), (3, 3), (3, 6), (6, 6), (6, 3), (0, 3)]
    house.extrude(room, [(float(x), float(y)) for x, y in around], 3, at=(0, 0, 0))
    shape = shapely.geometry.shape(only_space(house, tmp_path).footprint)
    assert (len(shape.interiors), shape.area) == (1, pytest.approx(72))


@pytest.mark.parametrize("hanging", ["part_of", "inside"])
@pytest.mark.parametrize("parent", ["storey", "building", "site"])
def test_a_room_is_found_wherever_it_hangs(tmp_path: Path, hanging: str, parent: str) -> None:
    house = House()
    holder = getattr(house, parent)
    room = house.add("IfcSpace", "101", **{hanging: holder})
    house.extrude(room, box(4, 3), 2.5, at=(0, 0, 0))
    model = read_house(house, tmp_path)
    assert model.spaces[0].storey == model.storeys[0].key


def test_a_model_without_geometry_comes_in_as_data(tmp_path: Path) -> None:
    house = House()
    house.storey.ObjectPlacement = None
    house.add("IfcSpace", "101", part_of=house.storey)
    model = read_house(house, tmp_path)
    assert (model.spaces[0].footprint, model.spaces[0].storey) == (None, model.storeys[0].key)
    assert "Spaces without an outline: 1 of 1 (101)." in model.warnings


def test_a_room_without_a_body_takes_its_drawn_outline(tmp_path: Path) -> None:
    house = House()
    room = house.add("IfcSpace", "101", part_of=house.storey)
    house.outline(room, box(4, 3))
    assert only_space(house, tmp_path).footprint_area_m2 == pytest.approx(12)


def test_an_area_quantity_counts_in_its_own_unit_and_its_source_is_said(tmp_path: Path) -> None:
    house = House(unit_m=0.001)  # areas in square metres all the same
    room = house.add("IfcSpace", "101", part_of=house.storey)
    house.extrude(room, box(4, 3), 2.5, at=(0, 0, 0))
    base = ifcopenshell.api.pset.add_qto(house.file, product=room, name="Qto_SpaceBaseQuantities")
    ifcopenshell.api.pset.edit_qto(
        house.file, qto=base, properties={"GrossFloorArea": 12.0, "NetFloorArea": 11.0}
    )
    space = only_space(house, tmp_path)
    assert (space.area_m2, space.area_source) == (11.0, "Qto_SpaceBaseQuantities.NetFloorArea")


def test_a_room_says_its_use_zones_and_requirements(tmp_path: Path) -> None:
    house = House()
    room = house.add("IfcSpace", "101", part_of=house.storey)
    for name, values in (
        ("Pset_SpaceOccupancyRequirements", {"OccupancyType": "Office", "OccupancyNumber": 2}),
        ("Pset_SpaceThermalRequirements", {"SpaceTemperatureMin": 20.0}),
    ):
        made = ifcopenshell.api.pset.add_pset(house.file, product=room, name=name)
        ifcopenshell.api.pset.edit_pset(house.file, pset=made, properties=values)
    zone = house.add("IfcZone", "South")
    ifcopenshell.api.group.assign_group(house.file, products=[room], group=zone)
    space = only_space(house, tmp_path)
    assert (space.use, space.zones) == ("Office", ("South",))
    assert space.properties["Pset_SpaceThermalRequirements"] == {"SpaceTemperatureMin": 20.0}


def test_an_elevation_that_is_missing_is_the_placements(tmp_path: Path) -> None:
    house = House(unit_m=0.001)
    house.storey.Elevation = None
    house.place(house.storey, 0, 0, 3.3)
    assert read_house(house, tmp_path).storeys[0].elevation_m == pytest.approx(3.3)


def test_an_elevation_that_differs_from_the_placement_is_said(tmp_path: Path) -> None:
    house = House()
    house.storey.Elevation = 4.0
    assert (
        "Storey Ground states the elevation 4.00 m but is placed at 0.00 m."
        in read_house(house, tmp_path).warnings
    )


def test_two_rooms_are_joined_by_the_door_between_them(tmp_path: Path) -> None:
    house = House()
    for name, x in (("left", 0.0), ("right", 4.2)):
        house.extrude(house.add("IfcSpace", name, part_of=house.storey), box(4, 3), 2.5, at=(x, 0, 0))
    door = house.add("IfcDoor", "Door", inside=house.storey)
    house.extrude(door, box(0.2, 0.9), 2.1, at=(4, 1, 0))
    model = read_house(house, tmp_path)
    assert model.doors[0].spaces == tuple(sorted(space.key for space in model.spaces))


def test_a_door_to_the_outside_joins_one_room(tmp_path: Path) -> None:
    house = House()
    house.extrude(house.add("IfcSpace", "hall", part_of=house.storey), box(4, 3), 2.5, at=(0, 0, 0))
    door = house.add("IfcDoor", "Door", inside=house.storey)
    house.extrude(door, box(0.2, 0.9), 2.1, at=(4, 1, 0))
    model = read_house(house, tmp_path)
    assert model.doors[0].spaces == (model.spaces[0].key,)


def test_a_wall_is_drawn_on_every_storey_that_it_passes(tmp_path: Path) -> None:
    house = House()
    upper = house.add("IfcBuildingStorey", "Upper", part_of=house.building)
    house.place(upper, 0, 0, 3)
    wall = house.add("IfcWall", "Wall", inside=house.storey)
    house.extrude(wall, box(5, 0.2), 6, at=(0, 0, 0))
    assert [element.kind for element in read_house(house, tmp_path).elements] == ["wall", "wall"]


def test_the_kind_of_equipment_is_that_of_its_type(tmp_path: Path) -> None:
    house = House(schema="IFC2X3")
    terminal = house.add("IfcFlowTerminal", "Socket", inside=house.storey)
    outlet = house.add("IfcOutletType", "Outlet")
    outlet.PredefinedType = "POWEROUTLET"
    ifcopenshell.api.type.assign_type(house.file, related_objects=[terminal], relating_type=outlet)
    (one,) = read_house(house, tmp_path).equipment
    assert (one.kind, one.predefined_type) == ("Outlet", "POWEROUTLET")


def test_furniture_is_no_equipment(tmp_path: Path) -> None:
    house = House()
    house.add("IfcFurniture", "Desk", inside=house.storey)
    assert read_house(house, tmp_path).equipment == ()


@pytest.mark.parametrize(("x", "found"), [(2.0, True), (4.1, True), (9.0, False)])
def test_a_sensor_on_a_storey_is_found_in_the_room_around_it_or_in_its_wall(
    tmp_path: Path, x: float, found: bool
) -> None:
    house = House()
    house.extrude(house.add("IfcSpace", "101", part_of=house.storey), box(4, 3), 2.5, at=(0, 0, 0))
    sensor = house.add("IfcSensor", "CO2", inside=house.storey)
    sensor.PredefinedType = "CO2SENSOR"
    house.place(sensor, x, 1, 1.5)
    model = read_house(house, tmp_path)
    assert model.equipment[0].space == (model.spaces[0].key if found else None)
    assert (model.equipment[0].kind, model.equipment[0].predefined_type) == ("Sensor", "CO2SENSOR")


def test_a_system_serves_the_rooms_its_terminals_stand_in(tmp_path: Path) -> None:
    house = House()
    room = house.add("IfcSpace", "101", part_of=house.storey)
    unit = house.add("IfcUnitaryEquipment", "AHU", inside=house.storey)
    diffuser = house.add("IfcAirTerminal", "Diffuser", inside=room)
    system = house.add("IfcDistributionSystem", "Supply")
    system.PredefinedType = "VENTILATION"
    ifcopenshell.api.system.assign_system(house.file, products=[unit, diffuser], system=system)
    model = read_house(house, tmp_path)
    (found,) = model.systems
    assert (found.kind, len(found.members), found.serves) == ("VENTILATION", 2, (room.id(),))


def test_equipment_whose_ports_are_joined_is_linked_in_the_direction_of_flow(tmp_path: Path) -> None:
    house = House()
    unit = house.add("IfcUnitaryEquipment", "AHU", inside=house.storey)
    diffuser = house.add("IfcAirTerminal", "Diffuser", inside=house.storey)
    out = ifcopenshell.api.system.add_port(house.file, element=unit)
    into = ifcopenshell.api.system.add_port(house.file, element=diffuser)
    ifcopenshell.api.system.connect_port(house.file, port1=out, port2=into, direction="SOURCE")
    (link,) = read_house(house, tmp_path).links
    assert (link.source, link.target, link.directed) == (unit.id(), diffuser.id(), True)


def test_text_that_no_database_holds_is_cleaned(tmp_path: Path) -> None:
    house = House()
    house.add("IfcSpace", "  ", part_of=house.storey)
    path = house.write(tmp_path / "house.ifc")
    path.write_bytes(path.read_bytes().replace(b"'  '", rb"'A\X\00B'"))
    (space,) = read(path).spaces
    assert "\0" not in space.name
    assert space.name


@pytest.mark.parametrize(
    ("place", "confidence"),
    [
        (((51, 30, 0, 549316), (0, -7, -34, -450321)), "doubtful"),  # London, an authoring tool's default
        (((0, 0, 0), (0, 0, 0)), "doubtful"),
        (((49, 6, 1, 566000), (8, 26, 11, 540400)), "stated"),
        ((None, None), "none"),
    ],
)
def test_a_default_place_is_doubted(
    tmp_path: Path, place: tuple[tuple[int, ...] | None, tuple[int, ...] | None], confidence: str
) -> None:
    house = House()
    house.site.RefLatitude, house.site.RefLongitude = place
    assert read_house(house, tmp_path).georeference.confidence == confidence


def test_true_north_is_told_clockwise_from_the_models_y_axis(tmp_path: Path) -> None:
    house = House()
    (context, *_) = house.file.by_type("IfcGeometricRepresentationContext", include_subtypes=False)
    context.TrueNorth = house.file.createIfcDirection((1.0, 1.0))
    assert read_house(house, tmp_path).georeference.true_north_deg == pytest.approx(45)


def test_missing_units_are_said(tmp_path: Path) -> None:
    assert "No length unit is stated; metres are taken." in read_house(House(units=False), tmp_path).warnings


def test_several_buildings_are_kept_as_one_and_said(tmp_path: Path) -> None:
    house = House()
    other = house.add("IfcBuilding", "Annex", part_of=house.site)
    upper = house.add("IfcBuildingStorey", "Annex ground", part_of=other)
    house.add("IfcSpace", "201", part_of=upper)
    model = read_house(house, tmp_path)
    assert [one.name for one in model.buildings] == ["House", "Annex"]
    assert "The file holds 2 buildings; they are kept as one." in model.warnings
    assert model.spaces[0].storey == upper.id()
