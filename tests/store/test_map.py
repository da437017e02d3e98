"""What the map shows: buildings at their place, devices outdoors by tile and by nearness."""

import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dashboard.figures import map as figures
from data.building.model import Georeference
from data.settings import Settings
from data.store import Store, address, bodies, buildings, devices, spatial_answers
from data.store import map as maps
from data.store.batch import Batch, Position
from data.store.ingestion import Writer
from tests.store.conftest import NOON, hours, sample
from tests.store.test_buildings import MODEL, room
from tests.store.test_spatial import Owner, Town

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


_east = st.one_of(st.integers(-180, 179), st.floats(-180, 179.999)).map(float)
_north = st.one_of(st.integers(-85, 85), st.floats(-85, 85)).map(float)
_BORDERS = [(0.0, 0.0), (-180.0, 0.0), (45.0, 0.0), (0.0, 85.0), (11.25, -85.0)]


@pytest.mark.parametrize("store_server", ["real"], indirect=True)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(places=st.lists(st.tuples(_east, _north), min_size=1, max_size=12), z=st.integers(0, 20))
@example(places=_BORDERS, z=0)
@example(places=_BORDERS, z=3)
@example(places=_BORDERS, z=20)
def test_postgis_and_outlines_put_the_same_devices_together(
    owner: Owner, places: list[tuple[float, float]], z: int
) -> None:
    tiles = {(x + right, y + down) for x, y in (tile_of(place, z) for place in places)
             for right in (0, 1) for down in (0, 1)}  # fmt: skip
    inside = [(x, y) for x, y in sorted(tiles) if x < 2**z and y < 2**z]
    with owner.transaction(force_rollback=True):
        town = new_town(owner)
        for number, place in enumerate(places):
            town.device(f"device {number}", location=place)
        town.device("pole", location=(0.0, 90.0))
        as_web(owner, town.tenant)
        ways: tuple[maps.Way, ...] = ("postgis", "outlines")
        one, other = (
            [found for x, y in inside for found in maps.clustered(owner, way, z, x, y, NOON)] for way in ways
        )
    assert [replace(found, longitude=0, latitude=0) for found in one] == [
        replace(found, longitude=0, latitude=0) for found in other
    ]
    assert [(found.longitude, found.latitude) for found in one] == [
        pytest.approx((found.longitude, found.latitude), abs=1e-9) for found in other
    ]
    assert sum(found.devices for found in one) == len(places)


def new_town(owner: Owner) -> Town:
    """Of a tenant of its own, for as long as the transaction lasts."""
    row = owner.execute("INSERT INTO tenant (name) VALUES ('town') RETURNING id").fetchone()
    assert row is not None
    return Town(owner, row[0])


def as_web(owner: Owner, tenant: int) -> None:
    """The rest of the transaction sees what the web part does."""
    owner.execute("SELECT set_config('app.tenant', %s, true)", (str(tenant),))
    owner.execute("SET LOCAL ROLE clerestory_web")


@pytest.mark.parametrize("store_server", ["real"], indirect=True)
def test_a_tile_among_100_000_devices_is_found_by_the_spatial_index(migrated: Settings) -> None:
    plans: list[str] = []
    with psycopg.connect(address.owner(migrated)) as owner:
        town = new_town(owner)
        owner.execute("SET LOCAL session_replication_role = replica")  # nothing of it is written down
        owner.execute(_MANY_DEVICES, {"tenant": town.tenant, "at": NOON})
        owner.execute("SET LOCAL session_replication_role = origin; ANALYZE device; ANALYZE device_state")
        owner.execute(
            "LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0;"
            "SET auto_explain.log_nested_statements = on; SET auto_explain.log_analyze = on;"
            "SET auto_explain.log_level = notice; SET client_min_messages = notice"
        )
        as_web(owner, town.tenant)
        assert spatial_answers.has_postgis(owner)
        # The index is used inside a function, whose plan only the server's own log of plans shows.
        owner.add_notice_handler(lambda notice: plans.append(notice.message_primary or ""))
        found = maps.clustered(owner, "postgis", 12, *tile_of((12.5, 52.0), 12), NOON)
        owner.rollback()
    assert 100 < sum(one.devices for one in found) < 1000
    assert any("device_state_geom" in plan for plan in plans), plans
    assert not any("Seq Scan" in plan for plan in plans), plans


# In a square of a degree, about one every 200 metres.
_MANY_DEVICES = """
    WITH made AS (
        INSERT INTO device (tenant_id, name, convention)
        SELECT %(tenant)s, 'device ' || number, 'json' FROM generate_series(1, 100000) AS number
        RETURNING id
    )
    INSERT INTO device_state (device_id, tenant_id, last_seen, location)
    SELECT id, %(tenant)s, %(at)s, jsonb_build_object('type', 'Point', 'coordinates',
        jsonb_build_array(12 + (number %% 317) / 317.0, 51.5 + number / 100000.0))
    FROM (SELECT id, row_number() OVER (ORDER BY id) AS number FROM made) AS numbered
"""


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


@pytest.mark.parametrize(
    ("rotation", "ahead"), [(0.0, (0.0, 1.0)), (90.0, (1.0, 0.0)), (180.0, (0.0, -1.0)), (270.0, (-1.0, 0.0))]
)
def test_a_building_that_was_turned_by_hand_is_turned_on_the_map(
    web: Store, worker: Store, tenant_ids: dict[str, int], rotation: float, ahead: tuple[float, float]
) -> None:
    # A block 100 m ahead of the origin: the compass says where it lies.
    block = {"type": "Polygon", "coordinates": [[[-5, 95], [5, 95], [5, 105], [-5, 105], [-5, 95]]]}
    model = replace(PLACED, spaces=tuple(replace(one, footprint=block) for one in PLACED.spaces))
    tenant = tenant_ids["main"]
    saved = buildings.save(worker, tenant=tenant, model=model, name="Turned").building
    buildings.place_by_hand(
        web, tenant=tenant, building=saved, latitude=0.0, longitude=30.0, rotation_deg=rotation, actor="me"
    )
    drawn = figures.place(next(one for one in maps.buildings(web, tenant=tenant) if one.id == saved))
    assert drawn is not None
    east, north = (round(degrees * 111_000 / 100) for degrees in (drawn.at[0] - 30.0, drawn.at[1]))
    assert (east, north) == ahead


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


def test_a_room_under_a_sloping_roof_is_a_body_of_its_mean_height(
    web: Store, worker: Store, tenant_ids: dict[str, int]
) -> None:
    attic = replace(room(98, "attic", "attic"), height_m=3.4, mean_height_m=2.0)
    model = replace(MODEL, spaces=(*MODEL.spaces, attic))
    saved = buildings.save(worker, tenant=tenant_ids["main"], model=model, name="Gabled").building
    bodies_ = {one.name: one for one in bodies.of_building(web, tenant=tenant_ids["main"], building=saved)}
    found = bodies_["attic"]
    assert found.height_m == 2.0
    told = buildings.space(web, tenant=tenant_ids["main"], space=found.id)
    assert told
    assert told.height_m == 3.4
