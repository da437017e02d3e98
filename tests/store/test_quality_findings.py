"""What cannot be right is found in the readings, repaired or dismissed, and put back exactly."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

import numpy as np
import pytest

from data.errors import BadInput
from data.jobs.analysis import quality
from data.jobs.batched import Batch as Ids
from data.settings import Settings
from data.store import Store, analysis, corrections, quality_findings
from data.store.analysis_rows import QualityFinding
from data.store.batch import Batch
from data.store.corrections import Repair
from data.store.ingestion import Writer
from tests.store.conftest import sample
from tests.store.test_corrections import Owner, assert_all_is_as_counted_anew, readings_of, series_of

START = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(days=5)
STEP = timedelta(minutes=10)
COUNT = 5 * 144


@pytest.fixture
def worker(migrated: Settings) -> Iterator[Store]:
    store = Store.open(migrated, role="worker")
    yield store
    store.close()


class Sensor:
    """A device with five days of readings, ten minutes apart, and what is done with them."""

    def __init__(self, writer: Writer, owner: Owner, web: Store, worker: Store, tenant: int) -> None:
        self.name = f"found {datetime.now(UTC).timestamp()}"
        self.writer, self.owner, self.web, self.worker, self.tenant = writer, owner, web, worker, tenant
        rng = np.random.default_rng(3)
        course = 21 + 2 * np.sin(2 * np.pi * np.arange(COUNT) / 144) + rng.normal(0, 0.1, COUNT)
        self.values = {START + place * STEP: round(float(value), 2) for place, value in enumerate(course)}

    def say(self) -> None:
        self.writer.write(
            Batch(
                samples=[
                    sample(value, at=at, device=self.name, unit="°C") for at, value in self.values.items()
                ]
            )
        )
        self.series = series_of(self.owner, self.name)

    def look(self) -> tuple[QualityFinding, ...]:
        batch = Ids(tenant=self.tenant, block=0, ids=(self.series,))
        quality.do(self.worker, batch, Event())
        return self.found()

    def found(self, **rest: Any) -> tuple[QualityFinding, ...]:
        return analysis.quality(self.web, tenant=self.tenant, series=self.series, **rest)

    def repair(self, finding: int, action: Repair | None = None) -> corrections.Correction:
        return quality_findings.repair(
            self.web, finding, action=action, tenant=self.tenant, actor="account 1"
        )

    def undo(self, correction: int) -> None:
        corrections.undo(self.web, correction, tenant=self.tenant, actor="account 1")

    def state(self) -> dict[object, object]:
        return {at: value for at, value in readings_of(self.owner, self.series)}  # noqa: C416


@pytest.fixture
def sensor(writer: Writer, owner: Owner, web: Store, worker: Store, tenant_ids: dict[str, int]) -> Sensor:
    return Sensor(writer, owner, web, worker, tenant_ids["main"])


def spoil(sensor: Sensor, place: int = 400, value: float = 85.0) -> datetime:
    at = START + place * STEP
    sensor.values[at] = value
    sensor.say()
    return at


def test_nothing_is_found_in_readings_that_are_right(sensor: Sensor) -> None:
    sensor.say()
    assert sensor.look() == ()


def test_a_value_that_means_none_is_found_and_taken_away(sensor: Sensor) -> None:
    at = spoil(sensor)
    (found,) = sensor.look()
    assert (found.began_at, found.count, found.state) == (at, 1, "open")
    sensor.repair(found.id, "mask")
    assert at not in sensor.state()
    assert_all_is_as_counted_anew(sensor.owner, sensor.series)


def test_what_is_interpolated_lies_between_its_neighbours(sensor: Sensor) -> None:
    at = spoil(sensor)
    (found,) = sensor.look()
    sensor.repair(found.id, "interpolate")
    before, after = sensor.values[at - STEP], sensor.values[at + STEP]
    assert sensor.state()[at] == pytest.approx((before + after) / 2)


@pytest.mark.parametrize("action", ["mask", "interpolate", "delete"])
def test_an_undone_repair_leaves_everything_as_it_was_and_the_finding_open(
    sensor: Sensor, action: Repair
) -> None:
    spoil(sensor)
    (found,) = sensor.look()
    before = sensor.state()
    made = sensor.repair(found.id, action)
    (repaired,) = sensor.found(state="repaired")
    assert (repaired.id, repaired.correction_id) == (found.id, made.id)
    sensor.undo(made.id)
    assert sensor.state() == before
    assert [one.id for one in sensor.found()] == [found.id]


def test_a_gap_is_filled_with_readings_that_nobody_measured(sensor: Sensor) -> None:
    gone = [START + place * STEP for place in range(300, 306)]
    for at in gone:
        del sensor.values[at]
    sensor.say()
    (found,) = sensor.look()
    assert (found.kind, found.count) == ("gap", 6)
    sensor.repair(found.id, "interpolate")
    assert set(gone) <= sensor.state().keys()
    flags = analysis.flags(
        sensor.web, tenant=sensor.tenant, series=sensor.series, since=gone[0], until=gone[-1] + STEP
    )
    assert [(flag.flag, flag.value) for flag in flags] == [("interpolate", None)] * 6


def test_where_readings_were_masked_is_no_gap(sensor: Sensor) -> None:
    spoil(sensor)
    (found,) = sensor.look()
    sensor.repair(found.id, "mask")
    assert sensor.look() == ()


def test_a_finding_is_repaired_once(sensor: Sensor) -> None:
    spoil(sensor)
    (found,) = sensor.look()
    sensor.repair(found.id, "mask")
    with pytest.raises(BadInput, match="decided on"):
        sensor.repair(found.id, "delete")


def test_a_dismissed_finding_stays_so_when_it_is_found_again(sensor: Sensor) -> None:
    spoil(sensor)
    (found,) = sensor.look()
    quality_findings.dismiss(sensor.web, found.id, tenant=sensor.tenant, actor="account 1")
    assert sensor.look() == ()
    (dismissed,) = sensor.found(state="dismissed")
    assert (dismissed.id, dismissed.decided_by) == (found.id, "administrator")
    quality_findings.reopen(sensor.web, found.id, tenant=sensor.tenant, actor="account 1")
    assert [one.id for one in sensor.found()] == [found.id]


def test_a_decision_is_audited(sensor: Sensor) -> None:
    spoil(sensor)
    (found,) = sensor.look()
    quality_findings.dismiss(sensor.web, found.id, tenant=sensor.tenant, actor="account 1")
    told = sensor.owner.execute(
        "SELECT actor, action FROM audit WHERE subject = %s", (f"quality_finding {found.id}",)
    ).fetchall()
    assert told == [("account 1", "update")]


def test_another_tenants_finding_cannot_be_repaired(sensor: Sensor, tenant_ids: dict[str, int]) -> None:
    spoil(sensor)
    (found,) = sensor.look()
    with pytest.raises(BadInput, match="no such finding"):
        quality_findings.repair(sensor.web, found.id, tenant=tenant_ids["acme"], actor="account 2")


def test_another_unit_is_only_taken_where_it_was_found(sensor: Sensor) -> None:
    spoil(sensor)
    (found,) = sensor.look()
    with pytest.raises(BadInput, match="proposes no other unit"):
        sensor.repair(found.id, "convert")


def test_readings_in_another_unit_are_converted_and_put_back(sensor: Sensor) -> None:
    for place in range(300, 500):
        at = START + place * STEP
        sensor.values[at] = round(sensor.values[at] * 1.8 + 32, 2)
    sensor.say()
    (found,) = [one for one in sensor.look() if one.kind == "unit"]
    before = sensor.state()
    made = sensor.repair(found.id)
    values = [value for value in sensor.state().values() if isinstance(value, float)]
    assert max(values) < 30
    assert_all_is_as_counted_anew(sensor.owner, sensor.series)
    sensor.undo(made.id)
    assert sensor.state() == before
