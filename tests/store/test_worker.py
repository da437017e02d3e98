"""The worker itself: what it does again and again, and how it lives through an outage."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from threading import Event, Lock, Thread

import psycopg
import pytest

from data.errors import StoreUnavailable
from data.jobs import tasks, worker
from data.jobs.batched import Batch, Batched, blocks
from data.jobs.tasks import Periodic
from data.settings import Settings
from data.store import Store, address, jobs, queue_schema
from data.store.migrate import migrate
from tests.local_run import eventually
from tests.servers import StoreServer
from tests.store.worker import TASKS

EVERY_SECOND = "* * * * * *"
EVERY_MINUTE = "* * * * *"  # so the last time was less than a day ago: it is due at the start


@pytest.fixture
def settings(fresh_database: Settings) -> Settings:
    migrate(fresh_database)
    return fresh_database


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    opened = Store.open(settings, role="web")
    yield opened
    opened.close()


@pytest.fixture
def worker_store(settings: Settings) -> Iterator[Store]:
    opened = Store.open(settings, role="worker")
    yield opened
    opened.close()


@contextmanager
def serving(settings: Settings, *periodic: Periodic | Batched, workers: int = 1) -> Iterator[None]:
    """Workers in threads of this process."""
    stop = Event()
    threads = [
        Thread(
            target=worker.serve, args=(settings,), kwargs={"tasks": TASKS, "periodic": periodic, "stop": stop}
        )
        for _ in range(workers)
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)
    assert not any(thread.is_alive() for thread in threads)


def ended(store: Store, kind: str) -> str:
    """Ask for a job as soon as the store lets, and give the state it ends in."""

    def submitted() -> int | None:
        try:
            return jobs.submit(store, tenant=1, kind=kind, arguments={}, actor="test")
        except StoreUnavailable:
            return None

    number = eventually(submitted)
    assert number is not None
    assert eventually(lambda: (found := jobs.find(store, tenant=1, job=number)) and found.over)
    found = jobs.find(store, tenant=1, job=number)
    assert found is not None
    return found.state


@contextmanager
def away(settings: Settings, admin_url: str) -> Iterator[None]:
    """The database takes no connection meanwhile, and those it had are gone."""
    with psycopg.connect(address.owner(settings)) as owner:
        name = owner.info.dbname
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        try:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,)
            )
            yield
        finally:
            admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")


class Counted:
    """A periodic task that keeps count and may fail at first."""

    def __init__(self, *, failures: int = 0, takes_s: float = 0.0) -> None:
        self.failures, self.takes_s, self.runs, self.most_at_once = failures, takes_s, 0, 0
        self._now = 0
        self._lock = Lock()

    def __call__(self, settings: Settings, stop: Event) -> None:
        with self._lock:
            self.runs += 1
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
        try:
            stop.wait(self.takes_s)
            if self.runs <= self.failures:
                raise RuntimeError("not yet")
        finally:
            with self._lock:
                self._now -= 1

    def every_minute(self) -> Periodic:
        return Periodic(name="counted", cron=EVERY_MINUTE, do=self)


def test_what_is_due_is_done_at_the_start(settings: Settings) -> None:
    counted = Counted()
    with serving(settings, counted.every_minute()):
        assert eventually(lambda: counted.runs)


def test_two_workers_never_do_a_periodic_task_twice_at_once(settings: Settings) -> None:
    counted = Counted(takes_s=2.5)  # it is due again long before it has ended
    with serving(settings, Periodic(name="counted", cron=EVERY_SECOND, do=counted), workers=2):
        assert eventually(lambda: counted.runs >= 3)
    assert counted.most_at_once == 1


def test_a_periodic_task_that_failed_is_done_again(settings: Settings) -> None:
    counted = Counted(failures=1)
    with serving(settings, counted.every_minute()):
        assert eventually(lambda: counted.runs >= 2)


class Shared:
    """Something done for five things of one tenant in two blocks; knows what was in hand at once."""

    def __init__(self, *, failures: int = 0, takes_s: float = 0.0) -> None:
        self.failures, self.takes_s = failures, takes_s
        self.done: list[tuple[int, ...]] = []
        self.met = False
        self._blocks: list[int] = []
        self._lock = Lock()

    def plan(self, store: Store) -> Iterable[Batch]:
        return blocks({1: [1, 2, 3, 11, 12]}, size=10)

    def do(self, store: Store, batch: Batch, stop: Event) -> None:
        with self._lock:
            self.met = self.met or batch.block in self._blocks
            self._blocks.append(batch.block)
        try:
            stop.wait(self.takes_s)
            if self.failures:
                self.failures -= 1
                raise RuntimeError("not yet")
            self.done.append(batch.ids)
        finally:
            with self._lock:
                self._blocks.remove(batch.block)

    def batched(self, cron: str = EVERY_MINUTE) -> Batched:
        return Batched(name="shared", cron=cron, plan=self.plan, do=self.do)


def test_what_is_shared_out_is_done_batch_by_batch(settings: Settings) -> None:
    shared = Shared()
    with serving(settings, shared.batched()):
        assert eventually(lambda: len(shared.done) >= 2)
    assert set(shared.done) == {(1, 2, 3), (11, 12)}


def test_two_workers_never_do_a_block_twice_at_once(settings: Settings) -> None:
    shared = Shared(takes_s=2.5)  # it is planned again long before it has ended
    with serving(settings, shared.batched(EVERY_SECOND), workers=2):
        assert eventually(lambda: len(shared.done) >= 4)
    assert not shared.met


def test_a_batch_that_failed_is_done_again(settings: Settings) -> None:
    shared = Shared(failures=1)
    with serving(settings, shared.batched()):
        assert eventually(lambda: set(shared.done) == {(1, 2, 3), (11, 12)})


def test_what_is_done_again_and_again_can_be_done(settings: Settings, worker_store: Store) -> None:
    for one in tasks.PERIODIC:
        if isinstance(one, Batched):
            assert list(one.plan(worker_store)) == []
        else:
            one.do(settings, Event())


def test_a_worker_that_starts_before_the_database_is_there_works_once_it_is(
    settings: Settings, store: Store, store_server: StoreServer
) -> None:
    with away(settings, store_server.admin_url):
        running = serving(settings)
        running.__enter__()
    assert ended(store, "echo") == "done"
    running.__exit__(None, None, None)


def test_a_worker_heals_when_the_database_was_away(
    settings: Settings, store: Store, store_server: StoreServer
) -> None:
    with serving(settings):
        assert ended(store, "echo") == "done"
        with away(settings, store_server.admin_url):
            time.sleep(1)
        assert ended(store, "echo") == "done"


def test_a_job_in_hand_lives_through_an_outage(
    settings: Settings, store: Store, store_server: StoreServer
) -> None:
    number = jobs.submit(store, tenant=1, kind="wait", arguments={}, actor="test")
    with serving(settings):
        assert eventually(lambda: (found := jobs.find(store, tenant=1, job=number)) and found.stage)
        began = jobs.find(store, tenant=1, job=number)
        with away(settings, store_server.admin_url):
            time.sleep(1)

        def cancelled() -> bool:
            try:
                return jobs.cancel(store, tenant=1, job=number, actor="test")
            except StoreUnavailable:
                return False

        assert eventually(cancelled)
        assert eventually(lambda: (found := jobs.find(store, tenant=1, job=number)) and found.over)
    found = jobs.find(store, tenant=1, job=number)
    assert found is not None
    assert began is not None
    assert (found.state, found.started_at) == ("cancelled", began.started_at)


def test_an_upgrade_of_the_queue_brings_an_older_database_up_to_date(
    fresh_database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = queue_schema.packaged()
    with monkeypatch.context() as patched:
        patched.setattr(queue_schema, "packaged", lambda: whole[:-2])
        migrate(fresh_database)
    migrate(fresh_database)
    with psycopg.connect(address.owner(fresh_database)) as owner:
        assert queue_schema.missing(owner) == []
    store = Store.open(fresh_database, role="web")
    with serving(fresh_database):
        assert ended(store, "echo") == "done"
    store.close()
