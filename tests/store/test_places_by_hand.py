"""What people say of a building's place wins over what its models say, until they take it back."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from data.building.model import Georeference
from data.errors import BadInput
from data.settings import Settings
from data.store import Store, buildings
from data.store.buildings import BuildingRow
from tests.store.test_buildings import MODEL

BY_HAND = {"latitude": 52.5, "longitude": 13.4, "rotation_deg": 30.0}


@pytest.fixture
def worker(migrated: Settings) -> Iterator[Store]:
    store = Store.open(migrated, role="worker")
    yield store
    store.close()


@pytest.fixture
def building(worker: Store, tenant_ids: dict[str, int], request: pytest.FixtureRequest) -> BuildingRow:
    """A building of this test alone, which its model puts to 49.1, 8.4, with north 50° from its y axis."""
    save(worker, tenant_ids["main"], request.node.name)
    return row(worker, tenant_ids["main"], request.node.name)


def save(
    worker: Store, tenant: int, name: str, *, sha256: str = "first", place: Georeference | None = None
) -> None:
    model = replace(MODEL, sha256=sha256, georeference=place or MODEL.georeference)
    buildings.save(worker, tenant=tenant, model=model, name=name)


def row(store: Store, tenant: int, name: str) -> BuildingRow:
    (found,) = [one for one in buildings.list_buildings(store, tenant=tenant) if one.name == name]
    return found


def place(store: Store, tenant: int, building: BuildingRow, **said: float) -> BuildingRow:
    buildings.place_by_hand(store, tenant=tenant, building=building.id, actor="account 1", **BY_HAND | said)
    return row(store, tenant, building.name)


def coordinates(one: BuildingRow) -> object:
    return one.location and one.location["coordinates"]


def test_a_building_is_placed_and_turned(
    web: Store, tenant_ids: dict[str, int], building: BuildingRow
) -> None:
    placed = place(web, tenant_ids["main"], building)
    assert (coordinates(placed), placed.true_north_deg, placed.placed_by) == (
        [13.4, 52.5],
        -30.0,
        "account 1",
    )


@pytest.mark.parametrize(("rotation", "north"), [(0.0, 0.0), (270.0, 90.0), (-90.0, 90.0), (359.0, 1.0)])
def test_north_lies_against_the_direction_a_building_is_turned_in(
    web: Store, tenant_ids: dict[str, int], building: BuildingRow, rotation: float, north: float
) -> None:
    assert place(web, tenant_ids["main"], building, rotation_deg=rotation).true_north_deg == north


def test_a_new_model_moves_no_building_that_was_placed_by_hand(
    web: Store, worker: Store, tenant_ids: dict[str, int], building: BuildingRow
) -> None:
    tenant = tenant_ids["main"]
    place(web, tenant, building)
    save(worker, tenant, building.name, sha256="second")
    assert coordinates(row(web, tenant, building.name)) == [13.4, 52.5]
    assert row(web, tenant, building.name).true_north_deg == -30.0


def test_what_was_said_by_hand_can_be_taken_back(
    web: Store, worker: Store, tenant_ids: dict[str, int], building: BuildingRow
) -> None:
    tenant = tenant_ids["main"]
    place(web, tenant, building)
    moved = Georeference(
        source="IfcSite", confidence="stated", latitude=50.0, longitude=9.0, true_north_deg=5.0
    )
    save(worker, tenant, building.name, sha256="second", place=moved)
    buildings.place_as_said(web, tenant=tenant, building=building.id, actor="account 1")
    found = row(web, tenant, building.name)
    assert (coordinates(found), found.true_north_deg, found.placed_by) == ([9.0, 50.0], 5.0, None)


def test_a_doubtful_place_is_not_used_when_what_was_said_by_hand_is_taken_back(
    web: Store, worker: Store, tenant_ids: dict[str, int], building: BuildingRow
) -> None:
    tenant = tenant_ids["main"]
    place(web, tenant, building)
    doubtful = Georeference(source="IfcSite", confidence="doubtful", latitude=0.0, longitude=0.0, doubt="so")
    save(worker, tenant, building.name, sha256="second", place=doubtful)
    buildings.place_as_said(web, tenant=tenant, building=building.id, actor="account 1")
    assert coordinates(row(web, tenant, building.name)) == coordinates(building)


@pytest.mark.parametrize(
    "wrong",
    [{"latitude": 91.0}, {"longitude": -181.0}, {"rotation_deg": float("inf")}, {"latitude": float("nan")}],
)
def test_a_place_that_is_none_is_refused(
    web: Store, tenant_ids: dict[str, int], building: BuildingRow, wrong: dict[str, float]
) -> None:
    with pytest.raises(BadInput, match="Give a latitude"):
        place(web, tenant_ids["main"], building, **wrong)


def test_another_tenants_building_stays_where_it_is(
    web: Store, tenant_ids: dict[str, int], building: BuildingRow
) -> None:
    with pytest.raises(BadInput, match="no building"):
        place(web, tenant_ids["acme"], building)
    assert row(web, tenant_ids["main"], building.name) == building
