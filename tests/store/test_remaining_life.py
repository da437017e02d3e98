"""Remaining life is learned from what people recorded of the devices of a type, in real stores."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Event

import numpy as np
import psycopg
import pytest
from psycopg.types.json import Jsonb

from data.jobs.analysis.failures import LIFETIME
from data.jobs.analysis.remaining_life import FEWEST, REMAINING_LIFE
from data.settings import Settings
from data.store import Store, address, analysis, life_records
from data.store.analysis_rows import Failure
from data.store.batch import Announcement, Batch, Sample
from data.store.ingestion import Writer

Owner = psycopg.Connection[tuple[object, ...]]

NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
DAY = timedelta(days=1)
EVERY = timedelta(hours=6)
FAILED, RUNNING, FEW = 20, 14, 3
BY = "account 1"


class Wear:
    """A machine that shakes and heats up the nearer it comes to its end, each in its own way."""

    def __init__(self, name: str, random: np.random.Generator, *, share: float) -> None:
        self.name, self._random = name, random
        self.lasts = (70 + random.gamma(4, 12)) * DAY
        self.begins = NOW - self.lasts * share - (random.uniform(1, 90) * DAY if share == 1 else 0 * DAY)
        self.fails = self.begins + self.lasts
        self.seen_until = min(self.fails, NOW)

    def samples(self, tenant: str = "main") -> Iterator[Sample]:
        level, steepness = self._random.normal(0, 0.2, 2), self._random.uniform(0.3, 0.5)
        at = self.begins
        while at < self.seen_until:
            wear = 5 * np.exp(-((self.fails - at) / self.lasts) / steepness)
            noise = self._random.normal(0, 0.4, 2)
            values = {
                "vibration": 2 + wear + level[0] + noise[0],
                "heat": 40 + 3 * wear + level[1] + noise[1],
            }
            for metric, value in values.items():
                yield Sample(
                    tenant=tenant, device=self.name, metric=metric, convention="json",
                    at=at, received_at=at, value=float(value),
                )  # fmt: skip
            at += EVERY


class Plant:
    """The machines, and who records and computes."""

    def __init__(self, settings: Settings, owner: Owner) -> None:
        self.owner = owner
        self.web, self.worker = Store.open(settings, role="web"), Store.open(settings, role="worker")
        self._ingest = Store.open(settings, role="ingest")
        random = np.random.default_rng(7)
        self.failed = [Wear(f"failed {number}", random, share=1) for number in range(FAILED)]
        shares = random.uniform(0.35, 0.97, RUNNING)
        self.running = [Wear(f"running {number}", random, share=share) for number, share in enumerate(shares)]
        self.few = [Wear(f"few {number}", random, share=1) for number in range(FEW)]
        writer = Writer(self._ingest)
        for one in (*self.failed, *self.running, *self.few):
            said = Announcement(
                tenant="main", device=one.name, convention="json", at=NOW, manufacturer="Acme",
                model="P5" if one in self.few else "P100",
            )  # fmt: skip
            writer.write(Batch(samples=list(one.samples()), announcements=[said]))
        writer.write(Batch(samples=list(self.running[0].samples("acme"))))
        self.tenants = {
            str(name): int(str(number)) for name, number in owner.execute("SELECT name, id FROM tenant")
        }
        self.main = self.tenants["main"]
        for one in (*self.failed, *self.few):
            self.record(one, "failed", one.fails)
        self.work()

    def device(self, of: Wear, tenant: str = "main") -> int:
        row = self.owner.execute(
            "SELECT id FROM device WHERE name = %s AND tenant_id = %s", (of.name, self.tenants[tenant])
        ).fetchone()
        assert row is not None
        return int(str(row[0]))

    def add(self, into: str, *values: object) -> int:
        marks = ", ".join(["%s"] * len(values))
        row = self.owner.execute(f"INSERT INTO {into} VALUES ({marks}) RETURNING id", values).fetchone()
        assert row is not None
        return int(str(row[0]))

    def record(self, of: Wear, kind: str, at: datetime) -> int:
        return life_records.record(
            self.web, tenant=self.main, device=self.device(of), kind=kind, at=at, note="worn out", actor=BY
        ).id

    def work(self) -> int:
        """Do what is due; gives how many types that were."""
        batches = list(REMAINING_LIFE.plan(self.worker))
        for batch in batches:
            REMAINING_LIFE.do(self.worker, batch, Event())
        return len(batches)

    def said_of(self, one: Wear) -> Failure | None:
        found = analysis.of_device(self.web, tenant=self.main, device=self.device(one)).failures
        return next((failure for failure in found if failure.kind == "learned"), None)

    def lacking(self, one: Wear) -> str | None:
        runs = analysis.runs(self.web, tenant=self.main, device=self.device(one))
        return next(run.lacking for run in runs if run.kind == "remaining life")

    def close(self) -> None:
        for store in (self.web, self.worker, self._ingest):
            store.close()


@pytest.fixture(scope="module")
def plant(migrated: Settings) -> Iterator[Plant]:
    with psycopg.connect(address.owner(migrated), autocommit=True) as owner:
        made = Plant(migrated, owner)
        yield made
        made.close()


def test_intervals_hold_what_then_happens(plant: Plant) -> None:
    held = 0
    for one in plant.running:
        said = plant.said_of(one)
        assert said is not None
        assert said.low_at is not None
        held += said.low_at <= one.fails and (said.high_at is None or one.fails <= said.high_at)
    assert held >= 0.75 * RUNNING


def test_those_that_fail_soon_are_told_from_those_that_last(plant: Plant) -> None:
    said = [(plant.said_of(one), (one.fails - NOW) / DAY) for one in plant.running]
    soon = [one.probability for one, left in said if one and left <= 20]
    late = [one.probability for one, left in said if one and left > 45]
    assert soon
    assert late
    assert np.mean([one or 0.0 for one in soon]) > 0.7 > 0.3 > np.mean([one or 0.0 for one in late])


def test_a_prediction_is_far_nearer_than_the_usual_life_would_be(plant: Plant) -> None:
    usual = np.mean([one.lasts / DAY for one in plant.failed])
    in_sight = [(one, said) for one in plant.running if (said := plant.said_of(one)) and said.fails_at]
    off = [abs((said.fails_at - one.fails) / DAY) for one, said in in_sight if said.fails_at]
    off_by_age = [abs(usual - one.lasts / DAY) for one, _ in in_sight]
    assert len(off) >= RUNNING / 3
    assert np.mean(off) < 0.7 * np.mean(off_by_age)


def test_a_prediction_says_from_how_many_lives_and_how_right_that_was(plant: Plant) -> None:
    said = plant.said_of(plant.running[0])
    assert said is not None
    basis = said.basis
    assert (basis.lives, basis.failures) == (FAILED + RUNNING, FAILED)
    assert basis.source == "daily means of lives of Acme P100"
    assert basis.coverage is not None
    assert 0.8 <= basis.coverage <= 1
    assert basis.error_s is not None
    assert 0 < basis.error_s < 30 * 86_400


def test_with_too_few_failures_it_says_how_many_are_needed(plant: Plant) -> None:
    assert plant.lacking(plant.few[0]) == f"{FEW} failures of its type are recorded; {FEWEST} are needed."
    assert plant.said_of(plant.few[0]) is None


def test_what_failed_has_no_remaining_life_until_it_is_repaired(plant: Plant) -> None:
    assert plant.said_of(plant.failed[0]) is None
    assert "out of service" in str(plant.lacking(plant.failed[0]))


def test_another_tenant_sees_nothing_and_learns_nothing(plant: Plant) -> None:
    theirs = plant.tenants["acme"]
    assert analysis.failures(plant.web, tenant=theirs) == ()
    number = plant.device(plant.running[0], "acme")
    assert analysis.of_device(plant.web, tenant=theirs, device=number).runs == ()
    assert analysis.of_device(plant.web, tenant=theirs, device=plant.device(plant.running[0])).failures == ()


def test_what_was_learned_is_learned_again_only_when_something_is_recorded_or_undone(plant: Plant) -> None:
    """A device that is retired has no remaining life; when that is undone, it has."""
    one = plant.running[0]
    assert plant.work() == 0
    made = plant.record(one, "retired", NOW - timedelta(hours=1))
    assert plant.work() == 1
    assert plant.said_of(one) is None
    life_records.undo(plant.web, made, tenant=plant.main, actor=BY)
    assert plant.work() == 1
    assert plant.said_of(one) is not None


def test_what_is_learned_outranks_what_the_model_states_and_tells_of_the_warranty(plant: Plant) -> None:
    ends = NOW.date() + timedelta(days=400)
    sets = {
        "Pset": {"ServiceLifeDuration": "P1Y", "InstallationDate": "2020-01-01", "WarrantyEndDate": f"{ends}"}
    }
    building = plant.add("building (tenant_id, name)", plant.main, "Works")
    into = "equipment (tenant_id, building_id, name, properties)"
    equipment = plant.add(into, plant.main, building, "P1", Jsonb(sets))
    one = min(plant.running, key=lambda of: of.fails)
    place = "UPDATE device SET building_id = %s, equipment_id = %s WHERE id = %s"
    plant.owner.execute(place, (building, None, plant.device(one)))
    for batch in LIFETIME.plan(plant.worker):
        LIFETIME.do(plant.worker, batch, Event())
    stated = analysis.failures(plant.web, tenant=plant.main, building=building)
    assert {found.kind for found in stated} == {"service life", "warranty", "learned"}
    plant.owner.execute(place, (building, equipment, plant.device(one)))
    plant.owner.execute(
        "UPDATE analysis_run SET computed_at = now() - interval '2 days' WHERE kind = 'remaining life'"
    )
    plant.work()
    (learned,) = analysis.failures(plant.web, tenant=plant.main, building=building)
    assert (learned.kind, learned.warranty_until) == ("learned", ends)
    assert "likely to fail before its warranty ends" in learned.sentence
