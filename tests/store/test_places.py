"""Which series stand in which room of a building."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from data.settings import Settings
from data.store import Store, buildings, devices, places
from data.store.batch import Batch
from data.store.ingestion import Writer
from data.store.places import Places
from tests.store.conftest import NOON, sample
from tests.store.test_buildings import MODEL


@pytest.fixture
def worker(migrated: Settings) -> Iterator[Store]:
    store = Store.open(migrated, role="worker")
    yield store
    store.close()


@pytest.fixture
def house(worker: Store, tenant_ids: dict[str, int], request: pytest.FixtureRequest) -> int:
    """The id of a building of this test alone."""
    name = str(request.node.name)
    return buildings.save(worker, tenant=tenant_ids["main"], model=MODEL, name=name).building


@pytest.fixture
def room(web: Store, tenant_ids: dict[str, int], house: int) -> int:
    """The id of its first room."""
    storey = buildings.storeys(web, tenant=tenant_ids["main"], building=house)[0]
    plan = buildings.plan(web, tenant=tenant_ids["main"], storey=storey.id)
    assert plan is not None
    return plan.rooms[0].id


@pytest.fixture
def placed(
    web: Store,
    worker: Store,
    writer: Writer,
    tenant_ids: dict[str, int],
    room: int,
    request: pytest.FixtureRequest,
) -> str:
    """The name of a device in that room with two series."""
    name = f"device of {request.node.name}"
    told = [
        sample(21.5, device=name),
        sample("open", device=name, metric="window"),
    ]
    writer.write(Batch(samples=told))
    tenant = tenant_ids["main"]
    device = next(row.device_id for row in devices.overview(web, tenant=tenant) if row.device == name)
    buildings.bind_device(worker, tenant=tenant, device=device, space=room)
    return name


def of(web: Store, tenant: int, building: int) -> Places:
    found = places.of_building(web, tenant=tenant, building=building)
    assert found is not None
    return found


def test_each_series_is_found_in_its_room_with_its_latest_value(
    web: Store, tenant_ids: dict[str, int], house: int, room: int, placed: str
) -> None:
    found = of(web, tenant_ids["main"], house).series
    assert [(one.space_id, one.space, one.device, one.metric) for one in found] == [
        (room, "101", placed, "temperature"),
        (room, "101", placed, "window"),
    ]
    assert [(one.at, one.value, one.text) for one in found] == [(NOON, 21.5, None), (NOON, None, "open")]


def test_a_device_that_is_taken_away_is_in_no_room(
    web: Store, worker: Store, tenant_ids: dict[str, int], house: int, placed: str
) -> None:
    tenant = tenant_ids["main"]
    device = of(web, tenant, house).series[0].device_id
    buildings.bind_device(worker, tenant=tenant, device=device, space=None)
    assert of(web, tenant, house).series == ()


def test_a_room_that_the_model_no_longer_has_holds_nothing(
    web: Store,
    worker: Store,
    tenant_ids: dict[str, int],
    house: int,
    placed: str,
    request: pytest.FixtureRequest,
) -> None:
    without = replace(
        MODEL, sha256="second", spaces=MODEL.spaces[1:], doors=(), systems=(), equipment=(), links=()
    )
    buildings.save(worker, tenant=tenant_ids["main"], model=without, name=str(request.node.name))
    assert of(web, tenant_ids["main"], house).series == ()


def test_a_new_model_is_a_new_revision_and_a_new_reading_is_not(
    web: Store,
    worker: Store,
    writer: Writer,
    tenant_ids: dict[str, int],
    house: int,
    placed: str,
    request: pytest.FixtureRequest,
) -> None:
    tenant = tenant_ids["main"]
    first = of(web, tenant, house).revision
    writer.write(Batch(samples=[sample(22.0, device=placed)]))
    assert of(web, tenant, house).revision == first
    buildings.save(worker, tenant=tenant, model=replace(MODEL, sha256="second"), name=str(request.node.name))
    assert of(web, tenant, house).revision != first


def test_another_tenants_building_is_not_there(
    web: Store, tenant_ids: dict[str, int], house: int, placed: str
) -> None:
    assert places.of_building(web, tenant=tenant_ids["acme"], building=house) is None
    assert places.of_building(web, tenant=tenant_ids["main"], building=2_000_000_000) is None


def test_a_plan_has_the_equipment_that_stands_on_its_storey(
    web: Store, tenant_ids: dict[str, int], house: int
) -> None:
    tenant = tenant_ids["main"]
    storey = buildings.storeys(web, tenant=tenant, building=house)[0]
    plan = buildings.plan(web, tenant=tenant, storey=storey.id)
    assert plan is not None
    assert [(one.name, one.kind, one.position) for one in plan.equipment] == [
        ("AHU 1", "UnitaryEquipment", (1.0, 2.0))
    ]


def test_all_plans_of_a_building_are_those_of_its_tenant(
    web: Store, tenant_ids: dict[str, int], house: int
) -> None:
    found = buildings.plans(web, tenant=tenant_ids["main"], building=house)
    assert found is not None
    assert [one.name for one in found[1]] == ["Ground"]
    assert buildings.plans(web, tenant=tenant_ids["acme"], building=house) is None
