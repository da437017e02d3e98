"""Workers fill the results of the demo office from its own history, and of a series that breaks them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

import numpy as np
import psycopg
import pytest

from data.demo import installation
from data.demo.devices import devices, placements
from data.demo.payloads import known_as
from data.demo.sensing import Sensing
from data.jobs import worker
from data.jobs.analysis.health import HEALTH
from data.jobs.analysis.past_health import PAST_HEALTH
from data.jobs.batched import Batch as Ids
from data.jobs.tasks import PERIODIC
from data.settings import Settings
from data.store import Store, address, analysis, buildings
from data.store.analysis_rows import Subject
from data.store.batch import Batch, Sample
from data.store.ingestion import Writer
from data.store.migrate import migrate
from tests.local_run import eventually

DAYS = 9
EVERY = timedelta(minutes=15)
STOREY = "room-2."  # the devices of one storey, and the plant
KINDS = {"health", "anomaly", "forecast", "patterns", "quality", "failure", "rooms", "odd rooms", "lifetimes"}


@pytest.fixture(scope="module")
def office(migrated: Settings) -> Settings:
    """The demo office with its devices in their rooms, and what they said in the last days."""
    migrate(migrated)
    ingest, work = Store.open(migrated, role="ingest"), Store.open(migrated, role="worker")
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    first = (now - timedelta(days=DAYS)).date()
    sensing = Sensing(origin=first)
    sensing.prepare([first + timedelta(days=day) for day in range(DAYS + 1)])
    writer = Writer(ingest)
    installation.install(migrated, work, Event())
    for day in range(DAYS + 1):
        begins = datetime.combine(first + timedelta(days=day), datetime.min.time(), tzinfo=UTC)
        ats = [begins + place * EVERY for place in range(96) if begins + place * EVERY <= now]
        writer.write(Batch(samples=[one for name in _names() for one in _said(sensing, name, ats)]))
    _place(migrated, work)
    ingest.close()
    work.close()
    return migrated


def _names() -> list[str]:
    return [one.name for one in devices() if one.name.startswith(STOREY) or one.room is None]


def _said(sensing: Sensing, name: str, ats: list[datetime]) -> Iterator[Sample]:
    device = next(one for one in devices() if one.name == name)
    for at, values in zip(ats, sensing.read(device, ats) if ats else [], strict=True):
        for metric, value in values.items():
            yield _sample(known_as(device), metric, at, value)


def _sample(device: str, metric: str, at: datetime, value: float, unit: str | None = None) -> Sample:
    return Sample(
        tenant="main",
        device=device,
        metric=metric,
        convention="json",
        at=at,
        received_at=at,
        value=value,
        unit=unit,
    )


def _place(settings: Settings, store: Store) -> None:
    (building,) = [
        one.id for one in buildings.list_buildings(store, tenant=1) if one.name == installation.BUILDING
    ]
    spaces = buildings.spaces_by_global_id(store, tenant=1, building=building)
    with psycopg.connect(address.owner(settings)) as owner:
        ids = {str(name): int(number) for name, number in owner.execute("SELECT name, id FROM device")}
        for device, global_id in placements():
            if device in ids:
                owner.execute(
                    "UPDATE device SET building_id = %s, space_id = %s WHERE id = %s",
                    (building, spaces[global_id], ids[device]),
                )


@pytest.fixture(scope="module")
def worked(office: Settings) -> Settings:
    """The same after two workers did all that is due."""
    stop = Event()
    workers = [
        Thread(target=worker.serve, args=(office,), kwargs={"periodic": PERIODIC, "stop": stop})
        for _ in range(2)
    ]
    for one in workers:
        one.start()
    try:
        with psycopg.connect(address.owner(office), autocommit=True) as owner:
            assert eventually(lambda: _kinds(owner) >= KINDS and not _queued(owner), patience_s=400)
    finally:
        stop.set()
        for one in workers:
            one.join(60)
    # Days before the first run are judged once there was one, which the next planning finds.
    work = Store.open(office, role="worker")
    for batch in PAST_HEALTH.plan(work):
        PAST_HEALTH.do(work, batch, Event())
    work.close()
    return office


def _kinds(owner: psycopg.Connection[tuple[object, ...]]) -> set[object]:
    return {kind for (kind,) in owner.execute("SELECT DISTINCT kind FROM analysis_run")}


def _queued(owner: psycopg.Connection[tuple[object, ...]]) -> bool:
    return bool(owner.execute("SELECT FROM procrastinate.procrastinate_jobs LIMIT 1").fetchall())


@pytest.fixture
def owner(worked: Settings) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    with psycopg.connect(address.owner(worked), autocommit=True) as connection:
        yield connection


@pytest.fixture
def web(worked: Settings) -> Iterator[Store]:
    store = Store.open(worked, role="web")
    yield store
    store.close()


@pytest.fixture
def building(web: Store) -> int:
    (found,) = buildings.list_buildings(web, tenant=1)
    return found.id


Owner = psycopg.Connection[tuple[object, ...]]


def test_nothing_failed(owner: Owner) -> None:
    assert owner.execute("SELECT kind, failed FROM analysis_run WHERE failed IS NOT NULL").fetchall() == []


def test_the_building_its_storey_and_rooms_have_a_health_with_a_trend(web: Store, building: int) -> None:
    found = analysis.of_building(web, tenant=1, building=building)
    assert found.health is not None
    assert found.health.score is not None
    assert len(found.storeys) == 1
    assert len(found.rooms) > 5
    now = datetime.now(UTC)
    trend = analysis.health_trend(
        web, tenant=1, subject="building", subject_id=building, since=now - timedelta(days=1), until=now
    )
    assert trend


def test_days_before_the_first_run_have_a_health_that_says_it_was_computed_later(
    web: Store, building: int, owner: Owner
) -> None:
    (device,) = owner.execute(
        "SELECT min(device_id) FROM analysis_run WHERE kind = 'past health'"
    ).fetchall()[0]
    now = datetime.now(UTC)
    subjects: dict[Subject, int] = {"device": int(str(device)), "building": building}
    for subject, number in subjects.items():
        trend = analysis.health_trend(
            web, tenant=1, subject=subject, subject_id=number, since=now - timedelta(days=40), until=now
        )
        past = [point for point in trend if point.computed_at is not None]
        assert len({point.at.date() for point in past}) == DAYS - 1
        assert all(point.at < now - timedelta(hours=1) for point in past)


def test_a_day_on_which_somebody_judged_keeps_what_was_said_then(worked: Settings, owner: Owner) -> None:
    work = Store.open(worked, role="worker")
    (device,) = owner.execute(
        "SELECT min(device_id) FROM analysis_run WHERE kind = 'past health'"
    ).fetchall()[0]
    of_day = {"device": device, "day": datetime.now(UTC).date() - timedelta(days=1)}
    owner.execute(
        """UPDATE health_history SET score = 12, computed_at = NULL
        WHERE subject = 'device' AND subject_id = %(device)s AND (at AT TIME ZONE 'UTC')::date = %(day)s""",
        of_day,
    )
    owner.execute(  # as if it had been made of less
        "UPDATE analysis_run SET first_at = now() WHERE kind = 'past health' AND device_id = %(device)s",
        of_day,
    )
    (batch,) = [one for one in PAST_HEALTH.plan(work) if device in one.ids]
    PAST_HEALTH.do(work, batch, Event())
    work.close()
    kept = owner.execute(
        """SELECT score, computed_at FROM health_history
        WHERE subject = 'device' AND subject_id = %(device)s AND (at AT TIME ZONE 'UTC')::date = %(day)s""",
        of_day,
    ).fetchall()
    assert kept == [(12.0, None)]


def test_each_room_that_measures_temperature_is_judged_against_the_others(web: Store, building: int) -> None:
    found = analysis.odd_rooms(web, tenant=1, building=building)
    assert len(found) > 5
    assert all(one.basis.children == len(found) for one in found)


def test_series_with_a_course_are_forecast_and_the_others_say_why_not(web: Store, owner: Owner) -> None:
    forecasts = analysis.forecasts(web, tenant=1)
    said = owner.execute("SELECT count(*) FROM analysis_run WHERE kind = 'forecast' AND lacking IS NOT NULL")
    numbers = owner.execute("SELECT count(*) FROM series WHERE kind = 'number' AND tenant_id = 1").fetchone()
    assert len(forecasts) > 10
    assert numbers == (len(forecasts) + int(str(said.fetchall()[0][0])),)
    assert {len(one.ats) for one in forecasts} == {48}


def test_rooms_and_series_have_patterns(owner: Owner) -> None:
    kinds = {str(kind) for (kind,) in owner.execute("SELECT DISTINCT kind FROM pattern")}
    assert kinds == {"change points", "daily profiles", "schedule", "correlations", "occupancy"}


def test_what_was_just_done_is_not_due(worked: Settings) -> None:
    store = Store.open(worked, role="worker")
    for one in PERIODIC:
        if hasattr(one, "plan"):
            assert list(one.plan(store)) == [], one.name
    store.close()


def test_a_poisoned_series_does_not_stop_its_batch(worked: Settings, owner: Owner, web: Store) -> None:
    """Values at the edge of what a number can be break sums and squares."""
    ingest, work = Store.open(worked, role="ingest"), Store.open(worked, role="worker")
    now = datetime.now(UTC)
    rng = np.random.default_rng(1)
    values = {"poison": rng.choice([8e307, -8e307], 200), "well": 21 + rng.normal(0, 0.1, 200)}
    Writer(ingest).write(
        Batch(
            samples=[
                _sample(name, "temperature", at, float(value), unit="°C")
                for name, said in values.items()
                for place, value in enumerate(said)
                for at in [now - place * timedelta(minutes=30)]
            ]
        )
    )
    ids = {
        str(name): int(str(number))
        for name, number in owner.execute(
            "SELECT name, id FROM device WHERE name = ANY (%s)", (list(values),)
        )
    }
    HEALTH.do(work, Ids(tenant=1, block=0, ids=tuple(ids.values())), Event())
    well = analysis.of_device(web, tenant=1, device=ids["well"]).health
    assert well is not None
    assert (well.score or 0) > 80
    ingest.close()
    work.close()
