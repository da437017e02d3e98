"""What managers read: each tenant's own hours, buildings and rooms, counted once and rightly."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from data.settings import Settings
from data.store import Store, buildings, devices, summary
from data.store.batch import Batch, DeadLetter, Sample
from data.store.ingestion import Writer
from data.store.migrate import migrate
from data.store.summary import Summary
from tests.store.conftest import NOON, TENANTS, hours, sample
from tests.store.test_buildings import MODEL

NOW = NOON + timedelta(minutes=30)


@pytest.fixture
def migrated(fresh_database: Settings) -> Settings:
    """A database for each test alone: a summary is of everything a tenant has."""
    migrate(fresh_database)
    return fresh_database


@pytest.fixture
def worker(migrated: Settings) -> Iterator[Store]:
    store = Store.open(migrated, role="worker")
    yield store
    store.close()


def of(web: Store, tenant: int) -> Summary:
    return summary.read(web, tenant=tenant, now=NOW, fresh_within=hours(1))


def counter(values: dict[float, float], **more: str) -> list[Sample]:
    """Readings of a meter by the hours before noon."""
    told = {"device": "meter", "metric": "energy"} | more
    return [sample(value, at=NOON - hours(ago), **told) for ago, value in values.items()]


def used(found: Summary) -> dict[datetime, float]:
    return {hour.at: hour.kwh for hour in found.meters}


def place(web: Store, worker: Store, tenant: int) -> int:
    """A building of two rooms with `room-1` in the first; its id."""
    building = buildings.save(worker, tenant=tenant, model=MODEL, name="House").building
    (storey,) = buildings.storeys(web, tenant=tenant, building=building)
    plan = buildings.plan(web, tenant=tenant, storey=storey.id)
    assert plan is not None
    device = next(row.device_id for row in devices.overview(web, tenant=tenant) if row.device == "room-1")
    buildings.bind_device(worker, tenant=tenant, device=device, space=plan.rooms[0].id)
    return building


def test_a_tenant_without_anything_has_no_hours(web: Store, tenant_ids: dict[str, int]) -> None:
    found = of(web, tenant_ids["main"])
    assert (found.rooms_hourly, found.meters, found.refused, found.buildings, found.rooms) == ((),) * 5
    assert {hour.expected for hour in found.heard} == {0}


def test_two_tenants_who_call_everything_the_same_each_read_their_own(
    web: Store, worker: Store, writer: Writer, tenant_ids: dict[str, int]
) -> None:
    both = Batch()
    for tenant, factor in zip(TENANTS, (1, 2), strict=True):
        both.samples.append(sample(20.0 * factor, at=NOON - hours(1), tenant=tenant))
        both.samples.extend(counter({2: 0.0, 1: 10.0 * factor}, tenant=tenant))
        letter = DeadLetter(tenant=tenant, topic="t", payload=b"", received_at=NOON, reason="No.")
        both.dead_letters.extend([letter] * factor)
    writer.write(both)
    for tenant in TENANTS:
        place(web, worker, tenant_ids[tenant])
    seen = {}
    for tenant in TENANTS:
        found = of(web, tenant_ids[tenant])
        assert [one.name for one in found.buildings] == ["House"]
        assert [hour.at for hour in found.refused] == [NOW - hours(1)]  # counted back from the reading
        seen[tenant] = (
            [hour.value for hour in found.rooms_hourly],
            sum(hour.kwh for hour in found.meters),
            sum(hour.messages for hour in found.refused),
        )
    assert seen == {"main": ([20.0], 10.0, 1), "acme": ([40.0], 20.0, 2)}


def test_a_counter_that_is_set_back_counts_on(web: Store, writer: Writer, tenant_ids: dict[str, int]) -> None:
    # 5 up to 105, then set back to 1 and on to 4 and 6, which are 3 and 2 more.
    writer.write(Batch(samples=counter({3: 100.0, 1.9: 105.0, 1.5: 1.0, 1.2: 4.0, 1: 6.0})))
    assert sum(used(of(web, tenant_ids["main"])).values()) == pytest.approx(10.0)


def test_what_was_counted_while_a_meter_was_silent_is_spread(
    web: Store, writer: Writer, tenant_ids: dict[str, int]
) -> None:
    writer.write(Batch(samples=counter({5: 100.0, 1: 108.0})))
    counted = used(of(web, tenant_ids["main"]))
    assert counted == {NOON - hours(5): 0.0} | {NOON - hours(n): 2.0 for n in (4, 3, 2, 1)}


def test_only_the_two_meters_that_counted_most_are_read(
    web: Store, writer: Writer, tenant_ids: dict[str, int]
) -> None:
    for number in (1, 2, 3):
        writer.write(Batch(samples=counter({2: 0.0, 1: float(number)}, device=f"meter {number}")))
    found = of(web, tenant_ids["main"]).meters
    assert list(dict.fromkeys(hour.device for hour in found)) == ["meter 3", "meter 2"]


@pytest.mark.parametrize(("unit", "means"), [("°F", [20.0]), ("furlong", [])])
def test_a_unit_counts_when_it_can_be_converted(
    web: Store, worker: Store, writer: Writer, tenant_ids: dict[str, int], unit: str, means: list[float]
) -> None:
    writer.write(Batch(samples=[sample(68.0, at=NOON - hours(1), unit=unit)]))
    place(web, worker, tenant_ids["main"])
    found = of(web, tenant_ids["main"]).rooms_hourly
    assert [hour.value for hour in found] == pytest.approx(means)


def test_a_device_in_no_room_is_no_rooms_air(web: Store, writer: Writer, tenant_ids: dict[str, int]) -> None:
    writer.write(Batch(samples=[sample(20.0, at=NOON - hours(1))]))
    assert of(web, tenant_ids["main"]).rooms_hourly == ()


def test_every_room_counts_the_same_however_many_sensors_it_has(
    web: Store, worker: Store, writer: Writer, tenant_ids: dict[str, int]
) -> None:
    at = NOON - hours(1)
    told = [
        sample(20.0, at=at),
        sample(20.0, at=at, metric="zone/temperature"),
        sample(30.0, at=at, device="b"),
    ]
    writer.write(Batch(samples=told))
    tenant = tenant_ids["main"]
    building = place(web, worker, tenant)
    rooms = buildings.spaces_by_global_id(web, tenant=tenant, building=building)
    other = next(row.device_id for row in devices.overview(web, tenant=tenant) if row.device == "b")
    buildings.bind_device(worker, tenant=tenant, device=other, space=rooms["room b"])
    (hour,) = of(web, tenant).rooms_hourly
    assert (hour.quantity, hour.at, hour.value, hour.rooms) == ("temperature", at, 25.0, 2)


def test_a_series_is_expected_from_its_first_reading_until_it_is_silent_for_a_week(
    web: Store, writer: Writer, tenant_ids: dict[str, int]
) -> None:
    told = [sample(1.0, at=NOON - hours(ago)) for ago in (5, 4, 1)]
    gone = [sample(1.0, at=NOON - hours(ago), device="gone") for ago in (24 * 7 + 2, 24 * 7 + 1)]
    writer.write(Batch(samples=[*told, *gone]))
    heard = of(web, tenant_ids["main"]).heard
    assert [(hour.heard, hour.expected) for hour in heard][-6:] == [
        (0, 0), (1, 1), (1, 1), (0, 1), (0, 1), (1, 1),
    ]  # fmt: skip
    assert len(heard) == 8 * 24


def test_a_rooms_old_value_tells_nothing_of_now(
    web: Store, worker: Store, writer: Writer, tenant_ids: dict[str, int]
) -> None:
    writer.write(Batch(samples=[sample(20.0, at=NOW - hours(2)), sample(900.0, at=NOW, metric="co2")]))
    place(web, worker, tenant_ids["main"])
    (room,) = of(web, tenant_ids["main"]).rooms
    assert (room.temperature_c, room.co2_ppm, room.fresh, room.devices) == (None, 900.0, True, 1)


def test_a_building_says_its_size_and_a_room_what_its_model_asks_for(
    web: Store, worker: Store, writer: Writer, tenant_ids: dict[str, int]
) -> None:
    writer.write(Batch(samples=[sample(20.0)]))
    place(web, worker, tenant_ids["main"])
    found = of(web, tenant_ids["main"])
    assert [(one.name, one.rooms, one.area_m2) for one in found.buildings] == [("House", 2, 31.0)]
    assert [(room.name, room.thermal) for room in found.rooms] == [("101", {"SpaceTemperatureMin": 20.0})]
