"""What the map shows: buildings at their place, devices outdoors by tile and by nearness."""

import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from data.building.model import Georeference
from data.settings import Settings
from data.store import Store, bodies, buildings, devices
from data.store import map as maps
from data.store.batch import Batch, Position
from data.store.ingestion import Writer
from tests.store.conftest import NOON, hours, sample
from tests.store.test_buildings import MODEL, room

# Two by two in one cell of a far tile, each alone in a near one; and one on the other side of the earth.
PLACES = {
    "north-west": (13.0000, 52.0010),
    "north-east": (13.0010, 52.0010),
    "south-west": (13.0000, 52.0000),
    "antipode": (-167.0, -52.0),
}
PLACED = replace(
    MODEL,
    georeference=Georeference(source="IfcSite", confidence="stated", latitude=52.0, longitude=13.0),
)


@pytest.fixture(scope="module")
def worker(migrated: Settings) -> Iterator[Store]:
    store = Store.open(migrated, role="worker")
    yield store
    store.close()


@pytest.fixture
def outdoors(writer: Writer, tenant_ids: dict[str, int]) -> int:
    """The tenant, whose devices say where they are; its neighbour has the same."""
    writer.write(
        Batch(
            samples=[
                sample(1.0, device=name, at=NOON - (hours(5) if name == "south-west" else timedelta()))
                for name in PLACES
            ],
            positions=[
                Position(tenant="main", device=name, longitude=longitude, latitude=latitude)
                for name, (longitude, latitude) in PLACES.items()
            ],
        )
    )
    return tenant_ids["main"]


def tile_of(place: tuple[float, float], z: int) -> tuple[int, int]:
    """The column and row of the tile that a place is in, by another way than the statement's."""
    latitude = math.radians(place[1])
    row = (1 - math.log(math.tan(latitude) + 1 / math.cos(latitude)) / math.pi) / 2
    return int((place[0] + 180) / 360 * 2**z), int(row * 2**z)


def clusters(web: Store, tenant: int, place: tuple[float, float], z: int) -> list[maps.Cluster]:
    x, y = tile_of(place, z)
    return maps.clusters(web, tenant=tenant, z=z, x=x, y=y, silent_before=NOON - hours(1))


def test_devices_near_to_one_another_are_one_cluster_from_afar(web: Store, outdoors: int) -> None:
    found = clusters(web, outdoors, PLACES["north-west"], 6)
    assert [(one.devices, one.silent) for one in found] == [(3, 1)]
    assert found[0].longitude == pytest.approx(13.0 + 0.001 / 3)


def test_they_are_single_ones_from_near(web: Store, outdoors: int) -> None:
    found = clusters(web, outdoors, PLACES["north-west"], 18)
    assert [(one.devices, one.device) for one in found] == [(1, "north-west")]


def test_the_whole_earth_has_each_device_once(web: Store, outdoors: int) -> None:
    found = maps.clusters(web, tenant=outdoors, z=0, x=0, y=0, silent_before=NOON)
    assert sum(one.devices for one in found) == len(PLACES)


@pytest.mark.parametrize("z", [1, 4, 11])
def test_tiles_side_by_side_have_each_device_once(web: Store, outdoors: int, z: int) -> None:
    tiles = {tile_of(place, z) for place in PLACES.values()}
    around = {(x + across, y + down) for x, y in tiles for across in (-1, 0, 1) for down in (-1, 0, 1)}
    inside = [(x, y) for x, y in around if 0 <= x < 2**z and 0 <= y < 2**z]
    counts = [
        sum(one.devices for one in maps.clusters(web, tenant=outdoors, z=z, x=x, y=y, silent_before=NOON))
        for x, y in inside
    ]
    assert sum(counts) == len(PLACES)


def test_a_device_in_a_room_is_not_outdoors(
    web: Store, worker: Store, outdoors: int, tenant_ids: dict[str, int]
) -> None:
    building = buildings.save(worker, tenant=outdoors, model=MODEL, name="Indoors").building
    inside = bodies.of_building(web, tenant=outdoors, building=building)[0]
    device = next(row.device_id for row in devices.overview(web, tenant=outdoors) if row.device == "antipode")
    buildings.bind_device(worker, tenant=outdoors, device=device, space=inside.id)
    assert clusters(web, outdoors, PLACES["antipode"], 6) == []
    assert sum(one.devices for one in clusters(web, tenant_ids["acme"], PLACES["antipode"], 6)) == 1
    buildings.bind_device(worker, tenant=outdoors, device=device, space=None)


def test_the_nearest_devices_come_first_with_their_distance(web: Store, outdoors: int) -> None:
    found = maps.nearest(web, tenant=outdoors, longitude=13.0, latitude=52.0002)
    assert [one.device for one in found] == ["south-west", "north-west"]
    assert [one.distance_m for one in found] == pytest.approx([22.2, 89.0], abs=0.1)


def test_nothing_is_near_a_place_in_the_ocean(web: Store, outdoors: int) -> None:
    assert maps.nearest(web, tenant=outdoors, longitude=-30.0, latitude=0.0) == []


def test_the_box_about_all_devices_holds_each(web: Store, outdoors: int) -> None:
    assert maps.extent(web, tenant=outdoors) == maps.Extent(
        west=-167.0, south=-52.0, east=13.001, north=52.001
    )


def test_a_tenant_without_devices_outdoors_has_no_box(web: Store) -> None:
    assert maps.extent(web, tenant=0) is None


def test_another_tenants_devices_are_its_own(web: Store, outdoors: int, tenant_ids: dict[str, int]) -> None:
    own = {one.device_id for one in maps.nearest(web, tenant=outdoors, longitude=13, latitude=52)}
    theirs = {
        one.device_id for one in maps.nearest(web, tenant=tenant_ids["acme"], longitude=13, latitude=52)
    }
    assert own
    assert theirs
    assert own.isdisjoint(theirs)


def test_a_building_has_its_place_and_the_outlines_of_its_ground_floor(
    web: Store, worker: Store, tenant_ids: dict[str, int]
) -> None:
    saved = buildings.save(worker, tenant=tenant_ids["main"], model=PLACED, name="Placed").building
    found = next(one for one in maps.buildings(web, tenant=tenant_ids["main"]) if one.id == saved)
    assert found.location == {"type": "Point", "coordinates": [13.0, 52.0]}
    assert found.footprints is not None
    assert len(found.footprints) == len([one for one in PLACED.spaces if one.storey == 1 and one.footprint])
    assert (found.bottom_m, found.top_m) == (0.0, 2.8)


def test_a_building_without_a_place_is_there_without_one(
    web: Store, worker: Store, tenant_ids: dict[str, int]
) -> None:
    lost = replace(MODEL, georeference=Georeference(source="none", confidence="none"))
    saved = buildings.save(worker, tenant=tenant_ids["main"], model=lost, name="Lost").building
    found = next(one for one in maps.buildings(web, tenant=tenant_ids["main"]) if one.id == saved)
    assert found.location is None


def test_another_tenant_sees_no_building_and_no_room(
    web: Store, worker: Store, tenant_ids: dict[str, int]
) -> None:
    saved = buildings.save(worker, tenant=tenant_ids["main"], model=PLACED, name="Private").building
    assert bodies.of_building(web, tenant=tenant_ids["acme"], building=saved) == []
    assert maps.buildings(web, tenant=tenant_ids["acme"]) == []


def test_rooms_without_an_outline_are_no_bodies(
    web: Store, worker: Store, tenant_ids: dict[str, int]
) -> None:
    flat = replace(room(99, "flat", "flat"), footprint=None, label_point=None)
    model = replace(MODEL, spaces=(*MODEL.spaces, flat))
    saved = buildings.save(worker, tenant=tenant_ids["main"], model=model, name="Flat").building
    found = bodies.of_building(web, tenant=tenant_ids["main"], building=saved)
    assert [one.name for one in found] == sorted(one.name for one in MODEL.spaces if one.footprint)
    assert {(one.floor_m, one.height_m) for one in found} == {(0.0, 2.8)}
