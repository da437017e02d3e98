"""The snapshot that all viewers share."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Barrier, Event
from typing import Any

import pytest

from dashboard import snapshot
from dashboard.snapshot import Snapshots
from data.errors import StoreUnavailable
from data.store import devices, inbox
from data.store.devices import SeriesRow
from data.store.inbox import Counts
from tests.unit import away
from tests.unit.rows import row

TENANT = 1


@dataclass
class Database:
    """What the store would answer, and what it was asked."""

    version: int = 1
    rows: list[SeriesRow] = field(default_factory=lambda: [row()])
    waiting: int = 0
    away: bool = False
    asked: list[str] = field(default_factory=list)
    before_answer: Callable[[], Any] = lambda: None

    def answer(self, question: str, answer: Any) -> Any:
        self.asked.append(question)
        self.before_answer()
        if self.away:
            raise StoreUnavailable
        return answer


@dataclass
class Clock:
    """A clock that goes on when it is told to."""

    now: float = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> Database:
    database = Database()
    monkeypatch.setattr(devices, "version", lambda *_, **__: database.answer("version", database.version))
    monkeypatch.setattr(devices, "overview", lambda *_, **__: database.answer("rows", database.rows))
    monkeypatch.setattr(inbox, "counts", lambda *_, **__: Counts(waiting=database.waiting, aside=0))
    monkeypatch.setattr(devices, "refused", lambda *_, **__: [])
    return database


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(snapshot, "time", clock)
    return clock


@pytest.fixture
def snapshots(database: Database, clock: Clock) -> Snapshots:
    return Snapshots(away.store())


def test_within_a_second_the_store_is_asked_nothing(
    snapshots: Snapshots, database: Database, clock: Clock
) -> None:
    snapshots.overview(TENANT)
    database.asked.clear()
    clock.now += 0.9
    snapshots.overview(TENANT)
    assert database.asked == []


def test_while_nothing_changes_only_the_version_is_asked(
    snapshots: Snapshots, database: Database, clock: Clock
) -> None:
    snapshots.overview(TENANT)
    database.asked.clear()
    clock.now += 1.1
    snapshots.overview(TENANT)
    assert database.asked == ["version"]


def test_a_change_is_read(snapshots: Snapshots, database: Database, clock: Clock) -> None:
    snapshots.overview(TENANT)
    database.version, database.rows = 2, [row(value=22.0)]
    clock.now += 1.1
    assert snapshots.overview(TENANT).rows[0].value == 22.0


def test_devices_that_wait_in_the_inbox_are_counted_with_every_change(
    snapshots: Snapshots, database: Database, clock: Clock
) -> None:
    database.waiting = 3
    assert snapshots.overview(TENANT).waiting == 3
    database.version, database.waiting = 2, 4
    clock.now += 1.1
    assert snapshots.overview(TENANT).waiting == 4


def test_an_outage_keeps_the_last_rows_and_says_so(
    snapshots: Snapshots, database: Database, clock: Clock
) -> None:
    before = snapshots.overview(TENANT)
    database.away = True
    clock.now += 1.1
    after = snapshots.overview(TENANT)
    assert (after.rows, after.problem) == (before.rows, snapshot.AWAY)


def test_an_outage_from_the_start_shows_nothing_ever_read(snapshots: Snapshots, database: Database) -> None:
    database.away = True
    shown = snapshots.overview(TENANT)
    assert (shown.rows, shown.read_at, shown.problem) == ((), None, snapshot.AWAY)


def test_an_outage_heals_by_itself(snapshots: Snapshots, database: Database, clock: Clock) -> None:
    database.away = True
    snapshots.overview(TENANT)
    database.away = False
    clock.now += 16
    assert snapshots.overview(TENANT).problem is None


def test_a_database_that_is_away_is_asked_ever_less_often(
    snapshots: Snapshots, database: Database, clock: Clock
) -> None:
    database.away = True
    for _ in range(1000):
        clock.now += 0.1
        snapshots.overview(TENANT)
    assert len(database.asked) < 25


def test_each_tenant_has_its_own(snapshots: Snapshots, database: Database) -> None:
    snapshots.overview(TENANT)
    database.rows = []
    assert snapshots.overview(2).rows == ()


def test_first_viewers_wait_for_one_reader(snapshots: Snapshots, database: Database) -> None:
    together = Barrier(8)

    def view() -> int:
        together.wait()
        return snapshots.overview(TENANT).version

    with ThreadPoolExecutor(8) as viewers:
        versions = [viewer.result() for viewer in [viewers.submit(view) for _ in range(8)]]
    assert (versions, database.asked) == ([1] * 8, ["version", "rows"])


def test_later_viewers_take_the_last_while_one_reads(
    snapshots: Snapshots, database: Database, clock: Clock
) -> None:
    snapshots.overview(TENANT)
    clock.now += 1.1
    reads, go_on = Event(), Event()

    def answer_late() -> None:
        reads.set()
        go_on.wait()

    database.version, database.before_answer = 2, answer_late
    with ThreadPoolExecutor(1) as viewers:
        reader = viewers.submit(snapshots.overview, TENANT)
        reads.wait()
        taken = snapshots.overview(TENANT).version
        go_on.set()
        assert (taken, reader.result().version) == (1, 2)


def test_a_store_that_hangs_is_said_to_be_away(
    snapshots: Snapshots, database: Database, clock: Clock
) -> None:
    snapshots.overview(TENANT)
    clock.now += 2
    asking, answer = Event(), Event()

    def hang() -> None:
        asking.set()
        answer.wait(10)

    database.before_answer = hang
    with ThreadPoolExecutor(1) as reader:
        stuck = reader.submit(snapshots.overview, TENANT)
        asking.wait(10)
        clock.now += 10
        meanwhile = snapshots.overview(TENANT)
        answer.set()
        healed = stuck.result(10)
    assert (meanwhile.problem, meanwhile.rows) == (snapshot.AWAY, healed.rows)
    assert healed.problem is None
