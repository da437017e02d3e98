"""The demo's office: a believable building, written the same every time."""

from __future__ import annotations

import math
from collections import defaultdict
from itertools import combinations
from pathlib import Path

import pytest
from shapely.geometry import shape

from data.building import reading
from data.building.model import Model
from data.demo import devices
from data.demo.office import fabric, model, plan, site
from data.demo.office.identity import space_id
from data.errors import BadInput

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def text() -> str:
    return model.build()


@pytest.fixture(scope="module")
def office(text: str, tmp_path_factory: pytest.TempPathFactory) -> Model:
    path = tmp_path_factory.mktemp("office") / "office.ifc"
    path.write_text(text)
    return reading.read(path)


def test_the_file_is_the_same_every_time(text: str) -> None:
    assert model.build() == text


def test_the_importer_has_nothing_to_warn_of(office: Model) -> None:
    assert office.warnings == ()


def test_it_has_three_storeys_and_fifty_rooms(office: Model) -> None:
    assert [storey.elevation_m for storey in office.storeys] == [0.0, 3.6, 7.2]
    assert len(office.spaces) == len(plan.rooms()) == 50


def test_every_room_has_the_footprint_of_the_plan(office: Model) -> None:
    planned = {room.number: fabric.clear_outline(room).area for room in plan.rooms()}
    assert {space.name: space.footprint_area_m2 for space in office.spaces} == pytest.approx(
        planned, abs=0.02
    )


def test_no_rooms_overlap(office: Model) -> None:
    for one, other in combinations(office.spaces, 2):
        if one.storey == other.storey:
            assert shape(one.footprint).intersection(shape(other.footprint)).area == 0


def test_rooms_have_believable_areas(office: Model) -> None:
    areas = {space.name: space.footprint_area_m2 or 0.0 for space in office.spaces}
    assert min(areas.values()) > 5
    assert max(areas.values()) < 200


def test_the_open_plan_offices_are_l_shaped(office: Model) -> None:
    studio = next(space for space in office.spaces if space.name == "1.17")
    assert len(shape(studio.footprint).exterior.coords) == 7


def test_doors_lead_to_every_room(office: Model) -> None:
    beside: dict[int, set[int]] = defaultdict(set)
    for door in office.doors:
        for one, other in combinations(door.spaces, 2):
            beside[one].add(other)
            beside[other].add(one)
    for storey in office.storeys:
        rooms = {space.key for space in office.spaces if space.storey == storey.key}
        reached, found = set(), {min(rooms)}
        while found:
            room = found.pop()
            reached.add(room)
            found |= beside[room] - reached
        assert reached == rooms


def test_one_can_enter_from_outside(office: Model) -> None:
    assert sum(len(door.spaces) == 1 for door in office.doors) == 3


def test_rooms_say_what_they_require(office: Model) -> None:
    room = next(space for space in office.spaces if space.name == "2.07")
    assert room.properties["Pset_SpaceThermalRequirements"]["SpaceTemperatureWinterMin"] == 21.0
    assert room.properties["Pset_SpaceOccupancyRequirements"]["OccupancyNumber"] == 4


def test_each_air_handler_serves_the_rooms_of_the_plan(office: Model) -> None:
    numbers = {space.key: space.name for space in office.spaces}
    for unit in ("AHU-1", "AHU-2"):
        system = next(system for system in office.systems if system.name == unit)
        planned = {room.number for room in plan.rooms() if room.ahu == unit}
        assert {numbers[key] for key in system.serves} == planned


def test_air_reaches_every_terminal_through_ports(office: Model) -> None:
    fed = {link.target for link in office.links}
    assert {item.key for item in office.equipment if item.kind == "AirTerminal"} <= fed


def test_sensors_stand_in_the_rooms_of_their_devices(office: Model) -> None:
    numbers = {space.key: space.name for space in office.spaces}
    stands = {device.name: device.room for device in devices.devices()}
    sensors = [item for item in office.equipment if item.kind == "Sensor"]
    assert sensors
    for sensor in sensors:
        assert sensor.space is not None
        assert numbers[sensor.space] == stands[sensor.tag or ""]


def test_placements_name_spaces_of_the_model(office: Model) -> None:
    known = {space.global_id for space in office.spaces}
    placed = devices.placements()
    assert {space for _, space in placed} <= known
    assert ("room-2.07", space_id("2.07")) in placed


def test_its_place_on_the_map_is_its_place_in_degrees() -> None:
    east, north = _utm33(site.LATITUDE, site.LONGITUDE)
    assert (east, north) == pytest.approx((site.EASTINGS_M, site.NORTHINGS_M), abs=1.0)


def test_the_turned_north_is_read_back(office: Model) -> None:
    where = office.georeference
    assert where.crs == "EPSG:25833"
    assert where.rotation_deg == pytest.approx(18.0)
    assert where.true_north_deg == pytest.approx(18.0 + 1.533, abs=0.01)


def test_a_file_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be written"):
        model.write(tmp_path / "nowhere" / "office.ifc")


def _utm33(latitude: float, longitude: float) -> tuple[float, float]:
    """Transverse Mercator on GRS 80 to the third order of the third flattening (Krüger, 1912)."""
    n = 1 / (2 * 298.257222101 - 1)
    radius = 6_378_137.0 / (1 + n) * (1 + n**2 / 4 + n**4 / 64) * 0.9996
    terms = (n / 2 - 2 / 3 * n**2 + 5 / 16 * n**3, 13 / 48 * n**2 - 3 / 5 * n**3, 61 / 240 * n**3)
    phi, east = math.radians(latitude), math.radians(longitude - 15)
    e = 2 * math.sqrt(n) / (1 + n)
    t = math.sinh(math.atanh(math.sin(phi)) - e * math.atanh(e * math.sin(phi)))
    xi, eta = math.atan2(t, math.cos(east)), math.atanh(math.sin(east) / math.hypot(1, t))
    grow = [(2 * j * xi, 2 * j * eta, term) for j, term in enumerate(terms, start=1)]
    return (
        500_000 + radius * (eta + sum(term * math.cos(a) * math.sinh(b) for a, b, term in grow)),
        radius * (xi + sum(term * math.sin(a) * math.cosh(b) for a, b, term in grow)),
    )
