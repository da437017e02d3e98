"""What was said in the rooms of a building, as of moments that are over."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from data.store import Store, buildings, devices, past, places
from data.store.batch import Batch
from data.store.ingestion import Writer
from data.store.past import Window
from data.store.places import PlacedSeries
from tests.store.conftest import NOON, hours, sample
from tests.store.test_places import house as house  # a building of each test's own
from tests.store.test_places import placed as placed
from tests.store.test_places import room as room
from tests.store.test_places import worker as worker

MINUTE = timedelta(minutes=1)
STEPS = [timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1)]


def window(web: Store, tenant: int, building: int, step: timedelta = 5 * MINUTE) -> Window:
    return past.read(
        web, tenant=tenant, building=building, since=NOON - hours(2), until=NOON + hours(6), step=step
    )


def then(web: Store, tenant: int, building: int, at: datetime, step: timedelta = 5 * MINUTE) -> PlacedSeries:
    """The temperature as it was known at a moment."""
    found = places.of_building(web, tenant=tenant, building=building)
    assert found is not None
    said = window(web, tenant, building, step).as_of(found.series, at)
    return next(one for one in said if one.metric == "temperature")


@pytest.mark.parametrize("step", STEPS, ids=str)
def test_a_moment_knows_the_last_value_before_it_and_when_it_was_said(
    web: Store, writer: Writer, tenant_ids: dict[str, int], house: int, placed: str, step: timedelta
) -> None:
    later = [sample(20.0 + n, device=placed, at=NOON + n * 7 * MINUTE) for n in range(1, 20)]
    writer.write(Batch(samples=later))
    found = then(web, tenant_ids["main"], house, NOON + hours(1), step)
    assert (found.value, found.at) == (28.0, NOON + 56 * MINUTE)


def test_the_end_of_the_period_knows_what_the_live_page_knows(
    web: Store, writer: Writer, tenant_ids: dict[str, int], house: int, placed: str
) -> None:
    told = [
        sample(23.0, device=placed, at=NOON + 50 * MINUTE),
        sample("closed", device=placed, metric="window", at=NOON + 51 * MINUTE),
        sample(True, device=placed, metric="motion", at=NOON + 52 * MINUTE),
    ]
    writer.write(Batch(samples=told))
    live = places.of_building(web, tenant=tenant_ids["main"], building=house)
    assert live is not None
    assert window(web, tenant_ids["main"], house).as_of(live.series, NOON + hours(6)) == live.series


def test_a_value_from_before_the_period_is_carried_into_it(
    web: Store, writer: Writer, tenant_ids: dict[str, int], house: int, placed: str
) -> None:
    writer.write(Batch(samples=[sample(17.0, device=placed, at=NOON - hours(160))]))
    found = then(web, tenant_ids["main"], house, NOON - hours(1))
    assert (found.value, found.at) == (17.0, NOON - hours(160))


def test_before_its_first_value_a_series_knows_nothing(
    web: Store, tenant_ids: dict[str, int], house: int, placed: str
) -> None:
    found = then(web, tenant_ids["main"], house, NOON)
    assert (found.at, found.value, found.text) == (None, None, None)


def test_texts_are_known_from_the_moment_after_they_were_said(
    web: Store, writer: Writer, tenant_ids: dict[str, int], house: int, placed: str
) -> None:
    writer.write(Batch(samples=[sample("closed", device=placed, metric="window", at=NOON + 10 * MINUTE)]))
    live = places.of_building(web, tenant=tenant_ids["main"], building=house)
    assert live is not None
    found = window(web, tenant_ids["main"], house)
    said = [found.as_of(live.series, NOON + n * 5 * MINUTE)[1].text for n in (0, 2, 3, 40)]
    assert said == [None, "open", "closed", "closed"]


def test_a_switch_is_known_by_its_readings_alone(
    web: Store, writer: Writer, tenant_ids: dict[str, int], house: int, placed: str
) -> None:
    told = [sample(on, device=placed, metric="motion", at=NOON + at) for on, at in
            ((True, timedelta()), (False, 5 * MINUTE), (False, 9 * MINUTE))]  # fmt: skip
    writer.write(Batch(samples=told))
    live = places.of_building(web, tenant=tenant_ids["main"], building=house)
    assert live is not None
    said = window(web, tenant_ids["main"], house).as_of(live.series, NOON + 10 * MINUTE)
    motion = next(one for one in said if one.metric == "motion")
    assert (motion.at, motion.value, motion.text) == (NOON + 9 * MINUTE, 0.0, None)


def test_extremes_are_the_highest_and_lowest_numbers_of_the_period(
    web: Store, writer: Writer, tenant_ids: dict[str, int], house: int, placed: str
) -> None:
    told = [sample(value, device=placed, at=NOON + n * 10 * MINUTE) for n, value in ((1, 29.0), (2, 24.0))]
    writer.write(Batch(samples=told))
    live = places.of_building(web, tenant=tenant_ids["main"], building=house)
    assert live is not None
    found = window(web, tenant_ids["main"], house)
    both = [found.extremes(live.series, NOON, pick=pick) for pick in (max, min)]
    assert [[(one.metric, one.value) for one in ends] for ends in both] == [
        [("temperature", 29.0)],
        [("temperature", 21.5)],
    ]


def test_another_tenants_past_is_not_there(
    web: Store, tenant_ids: dict[str, int], house: int, placed: str
) -> None:
    found = window(web, tenant_ids["acme"], house)
    assert (found.numbers, found.texts) == ({}, {})


def test_a_row_of_a_device_is_taken_back_in_time_like_one_of_a_room(
    web: Store, writer: Writer, tenant_ids: dict[str, int], house: int, placed: str
) -> None:
    tenant = tenant_ids["main"]
    writer.write(Batch(samples=[sample(30.0, device=placed, at=NOON + hours(3))]))
    rows = [row for row in devices.overview(web, tenant=tenant) if row.device == placed]
    then_ = window(web, tenant, house).as_of(rows, NOON + hours(2))
    assert [(row.metric, row.value, row.text) for row in then_] == [
        ("temperature", 21.5, None),
        ("window", None, "open"),
    ]
    assert then_[0] == replace(rows[0], at=NOON, value=21.5)


def test_a_device_that_stands_in_no_room_has_no_past_in_the_building(
    web: Store, worker: Store, tenant_ids: dict[str, int], house: int, placed: str
) -> None:
    tenant = tenant_ids["main"]
    found = places.of_building(web, tenant=tenant, building=house)
    assert found is not None
    buildings.bind_device(worker, tenant=tenant, device=found.series[0].device_id, space=None)
    assert window(web, tenant, house).numbers == {}


def test_times_are_utc(web: Store, tenant_ids: dict[str, int], house: int, placed: str) -> None:
    at = then(web, tenant_ids["main"], house, NOON + hours(1)).at
    assert at is not None
    assert at.tzinfo is UTC
