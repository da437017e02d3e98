"""A building model goes into the store whole, and its next version keeps what hangs on its rooms."""

from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest

from data.building.model import (
    Door,
    Element,
    Equipment,
    GeoJson,
    Georeference,
    Link,
    Material,
    Model,
    Space,
    Storey,
    System,
)
from data.errors import BadInput, StoreRefused
from data.settings import Settings
from data.store import Store, buildings, devices
from data.store.batch import Batch
from data.store.ingestion import Writer
from tests.store.conftest import sample

Owner = psycopg.Connection[tuple[object, ...]]


def square(x: float) -> GeoJson:
    corners = [[x, 0.0], [x + 4, 0.0], [x + 4, 4.0], [x, 4.0], [x, 0.0]]
    return {"type": "Polygon", "coordinates": [corners]}


def room(key: int, name: str, global_id: str | None, *, x: float = 0.0) -> Space:
    return Space(
        key=key,
        name=name,
        long_name="Office",
        global_id=global_id,
        storey=1,
        footprint=square(x),
        label_point=(x + 2, 2.0),
        footprint_area_m2=16.0,
        area_m2=15.5,
        area_source="BaseQuantities.NetFloorArea",
        height_m=2.8,
        floor_m=0.0,
        use="OFFICE",
        zones=("North",),
        properties={"Pset_SpaceThermalRequirements": {"SpaceTemperatureMin": 20.0}},
    )


MODEL = Model(
    sha256="first",
    schema="IFC4",
    length_unit="METRE",
    length_unit_m=1.0,
    project="Project",
    sites=(),
    buildings=(),
    storeys=(Storey(key=1, name="Ground", global_id="storey", elevation_m=0.0, base_m=0.0),),
    spaces=(room(10, "101", "room a"), room(11, "102", "room b", x=4.2)),
    elements=(Element(storey=1, kind="wall", outline=square(4.0)),),
    doors=(Door(key=20, name="Door", global_id=None, storey=1, outline=square(4.0), spaces=(10, 11)),),
    equipment=(
        Equipment(
            key=30,
            name="AHU 1",
            global_id="ahu",
            kind="UnitaryEquipment",
            predefined_type="AIRHANDLER",
            tag="A1",
            storey=1,
            space=None,
            position=(1.0, 2.0, 3.0),
            serves=(10,),
            properties={},
        ),
        Equipment(
            key=31,
            name="Fan",
            global_id=None,
            kind="Fan",
            predefined_type=None,
            tag=None,
            storey=None,
            space=11,
            position=None,
            serves=(),
            properties={},
        ),
    ),
    systems=(
        System(key=40, name="Supply", global_id="s", kind="VENTILATION", members=(30, 31), serves=(10, 11)),
    ),
    links=(Link(source=30, target=31, directed=True),),
    georeference=Georeference(
        source="IfcSite", confidence="stated", latitude=49.1, longitude=8.4, true_north_deg=50.0
    ),
    warnings=("A warning.",),
    materials=(Material(name="Brick", elements=3),),
)


@pytest.fixture
def worker(migrated: Settings) -> Iterator[Store]:
    store = Store.open(migrated, role="worker")
    yield store
    store.close()


@pytest.fixture
def house(worker: Store, tenant_ids: dict[str, int], request: pytest.FixtureRequest) -> str:
    """The name of a building of this test alone; both tenants have one."""
    name = str(request.node.name)
    for tenant in tenant_ids.values():
        buildings.save(worker, tenant=tenant, model=MODEL, name=name)
    return name


def storey_of(web: Store, tenant: int, name: str) -> int:
    (building,) = [row for row in buildings.list_buildings(web, tenant=tenant) if row.name == name]
    (storey,) = buildings.storeys(web, tenant=tenant, building=building.id)
    return storey.id


def plan_of(web: Store, tenant: int, name: str) -> buildings.StoreyPlan:
    plan = buildings.plan(web, tenant=tenant, storey=storey_of(web, tenant, name))
    assert plan is not None
    return plan


def test_a_plan_has_its_rooms_with_outlines_and_labels(
    web: Store, tenant_ids: dict[str, int], house: str
) -> None:
    first, second = plan_of(web, tenant_ids["acme"], house).rooms
    assert (first.name, second.name, second.footprint) == ("101", "102", square(4.2))
    assert second.label_point == (6.2, 2.0)


def test_a_plan_has_its_walls_and_the_doors_with_the_rooms_they_join(
    web: Store, tenant_ids: dict[str, int], house: str
) -> None:
    plan = plan_of(web, tenant_ids["main"], house)
    (door,) = plan.doors
    assert plan.elements == (buildings.PlanElement(kind="wall", outline=square(4.0)),)
    assert set(door.spaces) == {room.id for room in plan.rooms}


def test_a_building_says_its_place_and_north(web: Store, tenant_ids: dict[str, int], house: str) -> None:
    (row,) = [row for row in buildings.list_buildings(web, tenant=tenant_ids["main"]) if row.name == house]
    assert row.location == {"type": "Point", "coordinates": [8.4, 49.1]}
    assert (row.true_north_deg, row.storeys, row.spaces, row.area_m2) == (50.0, 1, 2, 31.0)
    assert row.model["materials"] == [{"name": "Brick", "elements": 3}]


def test_a_doubtful_place_is_not_put_on_the_map(
    web: Store, worker: Store, tenant_ids: dict[str, int]
) -> None:
    doubtful = replace(MODEL.georeference, confidence="doubtful", doubt="default")
    model = replace(MODEL, georeference=doubtful)
    buildings.save(worker, tenant=tenant_ids["main"], model=model, name="doubtful")
    (row,) = [
        row for row in buildings.list_buildings(web, tenant=tenant_ids["main"]) if row.name == "doubtful"
    ]
    assert row.location is None
    assert row.georeference is not None
    assert row.georeference["doubt"] == "default"


def test_a_room_says_its_properties_and_what_serves_it(
    web: Store, tenant_ids: dict[str, int], house: str
) -> None:
    (first, _) = plan_of(web, tenant_ids["main"], house).rooms
    space = buildings.space(web, tenant=tenant_ids["main"], space=first.id)
    assert space is not None
    assert space.properties == MODEL.spaces[0].properties
    assert (space.served_by, space.zones, space.storey) == (["Supply"], ["North"], "Ground")


def test_another_tenants_plan_and_room_are_not_there(
    web: Store, tenant_ids: dict[str, int], house: str
) -> None:
    plan = plan_of(web, tenant_ids["acme"], house)
    assert buildings.plan(web, tenant=tenant_ids["main"], storey=plan.id) is None
    assert buildings.space(web, tenant=tenant_ids["main"], space=plan.rooms[0].id) is None


def test_the_same_file_again_changes_nothing(
    worker: Store, owner: Owner, tenant_ids: dict[str, int], house: str
) -> None:
    before = owner.execute("SELECT count(*) FROM audit").fetchone()
    saved = buildings.save(worker, tenant=tenant_ids["main"], model=MODEL, name=house)
    assert saved.unchanged
    assert owner.execute("SELECT count(*) FROM audit").fetchone() == before


def test_a_new_version_keeps_rooms_adds_new_ones_and_marks_the_missing(
    web: Store, worker: Store, tenant_ids: dict[str, int], house: str
) -> None:
    tenant = tenant_ids["main"]
    first, second = plan_of(web, tenant, house).rooms
    spaces = (room(77, "101 renamed", "room a"), room(78, "103", "room c"))
    newer = replace(MODEL, sha256="second", spaces=spaces, doors=(), equipment=(), systems=(), links=())
    saved = buildings.save(worker, tenant=tenant, model=newer, name=house)
    rooms = {one.id: one.name for one in plan_of(web, tenant, house).rooms}
    gone = buildings.space(web, tenant=tenant, space=second.id)
    assert rooms.pop(first.id) == "101 renamed"
    assert list(rooms.values()) == ["103"]
    assert gone is not None
    assert gone.gone_at is not None
    assert (saved.kept, saved.added, saved.gone) == (2, 1, 3)


def test_a_room_that_comes_back_is_the_one_it_was(
    web: Store, worker: Store, tenant_ids: dict[str, int], house: str
) -> None:
    tenant = tenant_ids["main"]
    before = {one.id for one in plan_of(web, tenant, house).rooms}
    without = replace(MODEL, sha256="second", spaces=(), doors=(), equipment=(), systems=(), links=())
    buildings.save(worker, tenant=tenant, model=without, name=house)
    buildings.save(worker, tenant=tenant, model=replace(MODEL, sha256="third"), name=house)
    assert {one.id for one in plan_of(web, tenant, house).rooms} == before


def test_rooms_of_one_global_id_are_never_taken_for_each_other(
    web: Store, worker: Store, tenant_ids: dict[str, int], house: str
) -> None:
    tenant = tenant_ids["main"]
    before = {one.id for one in plan_of(web, tenant, house).rooms}
    twins = (room(1, "x", "room a"), room(2, "y", "room a"), room(3, "z", None))
    newer = replace(MODEL, sha256="second", spaces=twins, doors=(), equipment=(), systems=(), links=())
    buildings.save(worker, tenant=tenant, model=newer, name=house)
    assert not before & {one.id for one in plan_of(web, tenant, house).rooms}


def test_another_building_under_a_name_that_is_taken_is_refused(
    worker: Store, tenant_ids: dict[str, int], house: str
) -> None:
    other = replace(MODEL, sha256="other", storeys=(), spaces=(), elements=(), doors=())
    other = replace(other, equipment=(), systems=(), links=())
    with pytest.raises(BadInput, match="give this one another name"):
        buildings.save(worker, tenant=tenant_ids["main"], model=other, name=house)


def test_what_the_database_refuses_leaves_the_building_as_it_was(
    web: Store, worker: Store, tenant_ids: dict[str, int], house: str
) -> None:
    tenant = tenant_ids["main"]
    before = plan_of(web, tenant, house)
    broken = replace(room(10, "101", "room a"), area_m2=-1.0)
    with pytest.raises(StoreRefused):
        buildings.save(
            worker, tenant=tenant, model=replace(MODEL, sha256="x", spaces=(broken,), doors=()), name=house
        )
    assert plan_of(web, tenant, house) == before


def test_a_device_is_placed_in_a_room_and_seen_there(
    web: Store, worker: Store, writer: Writer, tenant_ids: dict[str, int], house: str
) -> None:
    tenant = tenant_ids["acme"]
    writer.write(Batch(samples=[sample(1.0, tenant="acme", device=house)]))
    version = devices.version(web, tenant=tenant)
    (device,) = {row.device_id for row in devices.overview(web, tenant=tenant) if row.device == house}
    (first, _) = plan_of(web, tenant, house).rooms
    buildings.bind_device(worker, tenant=tenant, device=device, space=first.id)
    (row,) = devices.overview(web, tenant=tenant, device=device)
    assert row.space == "101"
    assert devices.version(web, tenant=tenant) > version


def test_a_device_cannot_be_placed_in_another_tenants_room(
    web: Store, worker: Store, writer: Writer, tenant_ids: dict[str, int], house: str
) -> None:
    writer.write(Batch(samples=[sample(1.0, tenant="acme", device=house)]))
    (device,) = {
        row.device_id for row in devices.overview(web, tenant=tenant_ids["acme"]) if row.device == house
    }
    (theirs, _) = plan_of(web, tenant_ids["main"], house).rooms
    with pytest.raises(BadInput, match="no room"):
        buildings.bind_device(worker, tenant=tenant_ids["acme"], device=device, space=theirs.id)


def test_a_tenant_is_found_by_name(worker: Store, tenant_ids: dict[str, int]) -> None:
    assert buildings.find_tenant(worker, "acme") == tenant_ids["acme"]


def test_an_unknown_tenant_is_refused(worker: Store) -> None:
    with pytest.raises(BadInput, match="There is no tenant nobody"):
        buildings.find_tenant(worker, "nobody")


def test_an_import_is_audited_by_room(owner: Owner, house: str) -> None:
    rows = owner.execute(
        "SELECT actor FROM audit WHERE subject LIKE 'space %%' AND after ->> 'name' = '101'"
    ).fetchall()
    assert set(rows) == {("clerestory_worker",)}
