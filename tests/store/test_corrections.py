"""Readings are deleted, adjusted and put back, and everything made from them follows exactly."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.errors import BadInput
from data.store import Store, corrections, devices
from data.store.batch import Batch
from data.store.corrections import Correction, Stretch
from data.store.ingestion import Writer
from tests.store.conftest import NOON, hours, sample

Owner = psycopg.Connection[tuple[object, ...]]

ALL_OF_IT = (NOON - hours(1000), NOON + hours(1000))
SOURCES = {"rollup_5min": "5 minutes", "rollup_1hour": "1 hour"}


def series_of(owner: Owner, device: str, tenant: str = "main") -> int:
    row = owner.execute(
        "SELECT series.id FROM series JOIN device ON device.id = device_id"
        " JOIN tenant ON tenant.id = device.tenant_id WHERE device.name = %s AND tenant.name = %s",
        (device, tenant),
    ).fetchone()
    assert row is not None
    return int(str(row[0]))


def readings_of(owner: Owner, series: int) -> list[tuple[object, ...]]:
    return owner.execute(
        "SELECT at, value FROM reading WHERE series_id = %s ORDER BY at", (series,)
    ).fetchall()


def assert_all_is_as_counted_anew(owner: Owner, series: int) -> None:
    for rollup, step in SOURCES.items():
        kept = owner.execute(
            f"SELECT at, count, min, max, first, first_at, last, last_at, sum FROM {rollup}"
            " WHERE series_id = %s ORDER BY at",
            (series,),
        ).fetchall()
        counted = owner.execute(
            """
            SELECT date_bin(%s, at, 'epoch') AS bucket, count(*), min(value), max(value),
                (array_agg(value ORDER BY at))[1], min(at), (array_agg(value ORDER BY at DESC))[1], max(at),
                sum(value)
            FROM reading WHERE series_id = %s GROUP BY bucket ORDER BY bucket
            """,
            (step, series),
        ).fetchall()
        assert [row[:-1] for row in kept] == [row[:-1] for row in counted]
        assert [row[-1] for row in kept] == pytest.approx([row[-1] for row in counted], rel=1e-9, abs=1e-6)
    latest = owner.execute("SELECT at, value FROM latest WHERE series_id = %s", (series,)).fetchall()
    assert latest == readings_of(owner, series)[-1:]


class Device:
    """One device of `main` with a reading a minute, and whoever corrects them."""

    def __init__(self, writer: Writer, owner: Owner, web: Store, tenant: int) -> None:
        self.name = f"corrected {datetime.now(UTC).timestamp()}"
        self.writer, self.owner, self.web, self.tenant = writer, owner, web, tenant

    def say(self, values: dict[float, float]) -> None:
        """Values by the minute after noon."""
        self.writer.write(
            Batch(
                samples=[
                    sample(value, at=NOON + timedelta(minutes=minute), device=self.name)
                    for minute, value in values.items()
                ]
            )
        )

    @property
    def series(self) -> int:
        return series_of(self.owner, self.name)

    def stretch(self, first: float, end: float) -> Stretch:
        since, until = (NOON + timedelta(minutes=minute) for minute in (first, end))
        return Stretch(series=self.series, since=since, until=until)

    def delete(self, first: float, end: float) -> Correction:
        return corrections.delete(
            self.web, self.stretch(first, end), reason="a spike", tenant=self.tenant, actor="account 1"
        )

    def adjust(self, first: float, end: float, factor: float, offset: float) -> Correction:
        return corrections.adjust(
            self.web,
            self.stretch(first, end),
            factor=factor,
            offset=offset,
            reason="the wrong unit",
            tenant=self.tenant,
            actor="account 1",
        )

    def undo(self, correction: int) -> Correction:
        return corrections.undo(self.web, correction, tenant=self.tenant, actor="account 1")

    def values(self) -> list[object]:
        return [value for _, value in readings_of(self.owner, self.series)]

    def state(self) -> list[list[tuple[object, ...]]]:
        """Everything that is kept of it but sums, which may be added up in another order."""
        return [
            self.owner.execute(
                f"SELECT to_jsonb({table}) - 'sum' FROM {table} WHERE series_id = %s ORDER BY at",
                (self.series,),
            ).fetchall()
            for table in ("reading", *SOURCES, "latest", "event", "corrected_reading")
        ]


@pytest.fixture
def device(writer: Writer, owner: Owner, web: Store, tenant_ids: dict[str, int]) -> Device:
    return Device(writer, owner, web, tenant_ids["main"])


def test_deleted_readings_are_gone_and_all_is_counted_anew(device: Device) -> None:
    device.say({minute: 20.0 + minute for minute in range(10)} | {4.5: 900.0})
    made = device.delete(4.4, 4.6)
    assert made.count == 1
    assert 900.0 not in device.values()
    assert len(device.values()) == 10
    assert_all_is_as_counted_anew(device.owner, device.series)


def test_the_end_of_a_range_is_not_in_it(device: Device) -> None:
    device.say({0: 1.0, 1: 2.0, 2: 3.0})
    device.delete(0, 2)
    assert device.values() == [3.0]


def test_adjusted_readings_are_multiplied_and_shifted(device: Device) -> None:
    device.say({0: 68.0, 1: 70.0, 70: 50.0})
    device.adjust(0, 2, 0.5, -4.0)
    assert device.values() == [30.0, 31.0, 50.0]
    assert_all_is_as_counted_anew(device.owner, device.series)


def test_the_latest_value_goes_back_when_the_newest_reading_is_deleted(device: Device) -> None:
    device.say({0: 20.0, 1: 999.0})
    device.delete(1, 2)
    (row,) = [
        row for row in devices.overview(device.web, tenant=device.tenant) if row.series_id == device.series
    ]
    assert (row.at, row.value) == (NOON, 20.0)


def test_a_series_without_readings_has_no_latest_value(device: Device) -> None:
    device.say({0: 20.0})
    device.delete(0, 1)
    (row,) = [
        row for row in devices.overview(device.web, tenant=device.tenant) if row.series_id == device.series
    ]
    assert (row.at, row.value) == (None, None)


@pytest.mark.parametrize("change", ["delete", "adjust"])
def test_an_undone_correction_leaves_everything_as_it_was(device: Device, change: str) -> None:
    device.say({minute: 0.1 * minute for minute in range(100)})
    before = device.state()
    made = device.delete(30, 70) if change == "delete" else device.adjust(30, 70, 5 / 9, -160 / 9)
    assert device.state() != before
    undone = device.undo(made.id)
    assert undone.undone_at is not None
    assert device.state() == before
    assert_all_is_as_counted_anew(device.owner, device.series)


def test_a_correction_is_undone_once(device: Device) -> None:
    device.say({0: 1.0})
    made = device.delete(0, 1)
    device.undo(made.id)
    with pytest.raises(BadInput, match="undone already"):
        device.undo(made.id)


def test_of_corrections_that_overlap_the_later_one_is_undone_first(device: Device) -> None:
    device.say({0: 10.0, 1: 10.0, 2: 10.0})
    first, second = device.adjust(0, 2, 2, 0), device.adjust(1, 3, 1, 5)
    with pytest.raises(BadInput, match="undo that one first"):
        device.undo(first.id)
    device.undo(second.id)
    device.undo(first.id)
    assert device.values() == [10.0, 10.0, 10.0]


def test_corrections_of_different_readings_are_undone_in_any_order(device: Device) -> None:
    device.say({0: 10.0, 1: 10.0, 2: 10.0})
    first, second = device.delete(0, 1), device.adjust(0, 3, 2, 0)
    device.undo(first.id)
    assert device.values() == [10.0, 20.0, 20.0]
    device.undo(second.id)
    assert device.values() == [10.0, 10.0, 10.0]


minutes = st.floats(0, 200, width=32)
spans = st.tuples(minutes, st.floats(0.5, 120, width=32))
steps = st.lists(
    st.one_of(
        st.tuples(st.just("say"), st.dictionaries(minutes, st.floats(-1e6, 1e6, width=32), min_size=1)),
        st.tuples(st.just("delete"), spans),
        st.tuples(st.just("adjust"), spans),
        st.tuples(st.just("undo"), st.integers(0, 10)),
    ),
    min_size=3,
    max_size=12,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_after_any_sequence_of_readings_corrections_and_undos_all_is_as_counted_anew(
    writer: Writer, owner: Owner, web: Store, tenant_ids: dict[str, int], steps: list[tuple[str, object]]
) -> None:
    device = Device(writer, owner, web, tenant_ids["main"])
    device.say({0: 1.0})
    made: list[Correction] = []
    for step in steps:
        with suppress(BadInput):  # nothing in the range, or undone in the wrong order
            match step:
                case "say", dict() as values:
                    device.say(values)
                case "delete", (float(first), float(length)):
                    made.append(device.delete(first, first + length))
                case "adjust", (float(first), float(length)):
                    made.append(device.adjust(first, first + length, -1.5, 3))
                case "undo", int(which) if made:
                    device.undo(made[which % len(made)].id)
        assert_all_is_as_counted_anew(owner, device.series)
    for one in reversed(made):
        with suppress(BadInput):
            device.undo(one.id)
    left = owner.execute("SELECT count(*) FROM corrected_reading WHERE series_id = %s", (device.series,))
    assert left.fetchone() == (0,)
    assert_all_is_as_counted_anew(owner, device.series)


@pytest.mark.parametrize("say_again", [1.0, 999.0])
def test_a_deleted_reading_that_is_delivered_again_stays_deleted(device: Device, say_again: float) -> None:
    device.say({0: 20.0, 1: 999.0})
    device.delete(1, 2)
    device.say({1: say_again, 2: 21.0})
    assert device.values() == [20.0, 21.0]
    assert_all_is_as_counted_anew(device.owner, device.series)


def test_a_reading_delivered_again_after_its_deletion_was_undone_is_counted_once(device: Device) -> None:
    device.say({0: 20.0, 1: 22.0})
    device.undo(device.delete(1, 2).id)
    device.say({1: 22.0})
    assert device.values() == [20.0, 22.0]
    assert_all_is_as_counted_anew(device.owner, device.series)


def test_states_change_where_their_corrected_readings_do(
    writer: Writer, owner: Owner, web: Store, tenant_ids: dict[str, int]
) -> None:
    device = Device(writer, owner, web, tenant_ids["main"])
    for minute, on in enumerate([False, True, True, False]):
        at = NOON + timedelta(minutes=minute)
        writer.write(Batch(samples=[sample(on, at=at, device=device.name, metric="motion")]))
    device.delete(1, 2)
    events = owner.execute("SELECT at, value FROM event WHERE series_id = %s ORDER BY at", (device.series,))
    assert (NOON + timedelta(minutes=2), "on") in events.fetchall()
    with pytest.raises(BadInput, match="Only numbers can be adjusted"):
        device.adjust(0, 9, 2, 0)


# Who may ---------------------------------------------------------------------------------------------


def test_another_tenants_series_cannot_be_corrected(device: Device, tenant_ids: dict[str, int]) -> None:
    device.say({0: 1.0, 1: 2.0})
    theirs = Device(device.writer, device.owner, device.web, tenant_ids["acme"])
    theirs.name = device.name
    stretch = device.stretch(0, 9)
    with pytest.raises(BadInput, match="There is no such series"):
        corrections.delete(
            device.web, stretch, reason="mine now", tenant=tenant_ids["acme"], actor="account 2"
        )
    assert device.values() == [1.0, 2.0]


def test_another_tenants_correction_cannot_be_undone(device: Device, tenant_ids: dict[str, int]) -> None:
    device.say({0: 1.0, 1: 2.0})
    made = device.delete(0, 1)
    with pytest.raises(BadInput, match="There is no such correction"):
        corrections.undo(device.web, made.id, tenant=tenant_ids["acme"], actor="account 2")
    assert device.values() == [2.0]


def test_another_tenant_sees_no_readings_and_no_corrections(
    device: Device, tenant_ids: dict[str, int]
) -> None:
    device.say({0: 1.0, 1: 2.0})
    device.delete(0, 1)
    assert corrections.preview(device.web, device.stretch(0, 9), tenant=tenant_ids["acme"]).count == 0
    assert corrections.history(device.web, tenant=tenant_ids["acme"], series=device.series) == []


def test_the_neighbour_of_a_corrected_device_keeps_its_readings(device: Device) -> None:
    device.say({0: 1.0, 1: 2.0})
    device.delete(0, 9)
    theirs = series_of(device.owner, device.name, "acme")
    assert [value for _, value in readings_of(device.owner, theirs)] == [1001.0, 1002.0]
    assert_all_is_as_counted_anew(device.owner, theirs)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT correction_recount(1, now(), now())",
        "SELECT correction_recount_rollups(1, now(), now())",
        "SELECT correction_recount_events(1, now(), now())",
        "SELECT correction_lock(1)",
        "INSERT INTO correction (tenant_id, series_id) VALUES (1, 1)",
        "DELETE FROM corrected_reading",
        "UPDATE retention SET dropped_before = NULL",
    ],
)
def test_the_web_role_corrects_in_no_other_way(
    web: Store, tenant_ids: dict[str, int], statement: str
) -> None:
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege),
        web.transaction(tenant=tenant_ids["main"]) as connection,
    ):
        connection.execute(statement)


def test_ingest_corrects_nothing(ingest: Store) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege), ingest.transaction() as connection:
        connection.execute("SELECT undo_correction(1)")


# What is said ----------------------------------------------------------------------------------------


def test_a_preview_tells_what_would_change(device: Device) -> None:
    device.say({0: 10.0, 1: 20.0, 2: 60.0, 3: 99.0})
    seen = corrections.preview(device.web, device.stretch(0, 3), tenant=device.tenant)
    assert (seen.count, seen.low, seen.mean, seen.high) == (3, 10.0, 30.0, 60.0)
    assert (seen.first_at, seen.last_at) == (NOON, NOON + timedelta(minutes=2))


def test_more_readings_than_one_correction_may_change_are_refused(device: Device) -> None:
    device.say({0: 1.0})
    device.owner.execute(
        "INSERT INTO reading SELECT %s, %s + n * interval '1 second', n FROM generate_series(1, 100000) AS n",
        (device.series, NOON),
    )
    stretch = device.stretch(0, 60 * 24 * 30)
    assert corrections.preview(device.web, stretch, tenant=device.tenant).too_many
    with pytest.raises(BadInput, match="more than 100000 readings"):
        device.delete(0, 60 * 24 * 30)
    assert len(device.values()) == 100_001


def test_an_empty_range_is_refused(device: Device) -> None:
    device.say({0: 1.0})
    with pytest.raises(BadInput, match="There are no readings in this range"):
        device.delete(1, 2)
    with pytest.raises(BadInput, match="has to end after it begins"):
        device.delete(2, 1)


@pytest.mark.parametrize(("factor", "offset"), [(0, 1), (1, 0), (float("nan"), 0), (1, float("inf"))])
def test_an_adjustment_that_means_nothing_is_refused(device: Device, factor: float, offset: float) -> None:
    device.say({0: 1.0})
    with pytest.raises(BadInput, match=r"factor"):
        device.adjust(0, 1, factor, offset)


def test_values_that_grow_too_large_are_refused_and_nothing_changes(device: Device) -> None:
    device.say({0: 1e300, 1: 2.0})
    with pytest.raises(BadInput, match="too large"):
        device.adjust(0, 9, 1e300, 0)
    assert device.values() == [1e300, 2.0]


@pytest.mark.parametrize(("reason", "said"), [(" \0 ", "Say why"), ("x" * 501, "at most 500")])
def test_a_correction_needs_a_reason(device: Device, reason: str, said: str) -> None:
    device.say({0: 1.0})
    with pytest.raises(BadInput, match=said):
        corrections.delete(
            device.web, device.stretch(0, 1), reason=reason, tenant=device.tenant, actor="account 1"
        )


def test_the_history_tells_who_when_and_why(device: Device) -> None:
    device.say({0: 1.0, 1: 2.0})
    made = device.adjust(0, 2, 2, 1)
    device.undo(made.id)
    (told,) = corrections.history(device.web, tenant=device.tenant, series=device.series)
    assert (told.actor, told.reason, told.count) == ("administrator", "the wrong unit", 2)
    assert (told.factor, told.offset, told.undone_by) == (2, 1, "administrator")


def test_corrections_and_undos_are_audited_with_their_counts(device: Device) -> None:
    device.say({0: 1.0, 1: 2.0})
    device.undo(device.delete(0, 2).id)
    audited = device.owner.execute(
        "SELECT actor, action, (after ->> 'count')::int FROM audit WHERE subject = %s AND action <> 'insert'"
        " ORDER BY id",
        (f"series {device.series}",),
    ).fetchall()
    assert audited == [("account 1", "correct", 2), ("account 1", "undo correction", 2)]


def test_pages_see_that_something_changed(device: Device) -> None:
    device.say({0: 1.0})
    before = devices.version(device.web, tenant=device.tenant)
    device.delete(0, 1)
    assert devices.version(device.web, tenant=device.tenant) > before


# At the same moment ----------------------------------------------------------------------------------

CORRECT = "SELECT correct_readings(%s, %s, %s, 'delete', NULL, NULL, 'held open')"


def test_readings_that_come_during_a_correction_wait_for_it_and_are_counted(device: Device) -> None:
    device.say(dict.fromkeys(range(10), 1.0))
    late = threading.Thread(target=device.say, args=({3.5: 7.0, 30: 8.0, 3: 9.0},))
    with device.web.transaction(tenant=device.tenant, actor="account 1") as connection:
        connection.execute(CORRECT, (device.series, NOON, NOON + timedelta(minutes=5)))
        late.start()
        wait_until(lambda: waiting(device.owner))
    late.join()
    assert device.values() == [7.0, *[1.0] * 5, 8.0]
    assert_all_is_as_counted_anew(device.owner, device.series)


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def waiting(owner: Owner) -> bool:
    row = owner.execute(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    ).fetchone()
    return row != (0,)


def test_late_readings_and_corrections_at_once_neither_lose_nor_double_anything(
    device: Device, ingest: Store
) -> None:
    device.say(dict.fromkeys(range(0, 120, 2), 1.0))
    own = Writer(ingest)

    def send() -> None:
        for second in range(120):
            batch = [
                sample(2.0, at=NOON + timedelta(minutes=2 * n + 1, seconds=second % 50), device=device.name)
                for n in range(second % 7, 60, 7)
            ]
            own.write(Batch(samples=batch))

    sender = threading.Thread(target=send)
    sender.start()
    made = []
    for round_ in range(12):
        made.append(device.delete(round_ * 5, round_ * 5 + 20 + round_))
        made.append(device.adjust(0, 120, 2.0, 0.0))
        if round_ % 3 == 2:
            device.undo(made.pop().id)
            device.undo(made.pop().id)
    sender.join()
    assert_all_is_as_counted_anew(device.owner, device.series)
    for one in reversed(made):
        device.undo(one.id)
    said = {1.0: 60, 2.0: len({(n, s % 50) for s in range(120) for n in range(s % 7, 60, 7)})}
    assert {value: device.values().count(value) for value in set(device.values())} == said
    assert_all_is_as_counted_anew(device.owner, device.series)
