"""Jobs: asked for, run by a real worker process, watched, cancelled, tried again, and never lost."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest

from data.jobs.run import ATTEMPTS
from data.settings import Settings
from data.store import Store, address, job_runs, jobs
from data.store.jobs import Job
from data.store.migrate import migrate
from tests.local_run import eventually
from tests.store.worker import working

Owner = psycopg.Connection[tuple[Any, ...]]

ANNA = "account 1"
WORKERS: LiteralString = "procrastinate.procrastinate_workers"


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("worker") / "log"


@pytest.fixture(scope="module")
def worker(migrated: Settings, log: Path) -> Iterator[None]:
    """One that the tests of this module share."""
    with working(migrated, log):
        yield


class Asking:
    """What a person of a tenant does about jobs."""

    def __init__(self, store: Store, tenant: int) -> None:
        self.store, self.tenant = store, tenant

    def submit(self, kind: str, **arguments: Any) -> int:
        return jobs.submit(self.store, tenant=self.tenant, kind=kind, arguments=arguments, actor=ANNA)

    def find(self, job: int) -> Job:
        found = jobs.find(self.store, tenant=self.tenant, job=job)
        assert found is not None
        return found

    def cancel(self, job: int) -> bool:
        return jobs.cancel(self.store, tenant=self.tenant, job=job, actor=ANNA)

    def when(self, job: int, condition: Callable[[Job], bool]) -> Job:
        """The job as soon as a condition holds of it."""
        assert eventually(lambda: condition(self.find(job))), self.find(job)
        return self.find(job)

    def ended(self, job: int) -> Job:
        return self.when(job, lambda found: found.over)


@pytest.fixture
def main(web: Store, tenant_ids: dict[str, int]) -> Asking:
    return Asking(web, tenant_ids["main"])


@pytest.fixture
def acme(web: Store, tenant_ids: dict[str, int]) -> Asking:
    return Asking(web, tenant_ids["acme"])


def test_a_job_is_run_and_gives_its_result(main: Asking, worker: None) -> None:
    job = main.ended(main.submit("echo", rooms=[1, 2]))
    assert (job.state, job.progress, job.message) == ("done", 1.0, None)
    assert job.result == {"said": {"rooms": [1, 2]}, "by": ANNA}


def test_a_task_that_refuses_its_input_fails_with_its_sentence(main: Asking, worker: None) -> None:
    job = main.ended(main.submit("refuse"))
    assert (job.state, job.message) == ("failed", "This is no␀ model.")


def test_a_kind_that_no_worker_knows_fails_with_a_sentence(main: Asking, worker: None) -> None:
    job = main.ended(main.submit("dance"))
    assert (job.state, job.message) == ("failed", "No worker of this version knows jobs of the kind dance.")


def test_progress_is_seen_while_a_job_runs(main: Asking, worker: None) -> None:
    number = main.submit("wait")
    seen = main.when(number, lambda job: job.stage is not None)
    assert (seen.state, seen.stage, seen.progress) == ("running", "Waiting", 0.25)
    main.cancel(number)
    main.ended(number)


def test_a_running_job_is_cancelled(main: Asking, worker: None) -> None:
    number = main.submit("wait")
    main.when(number, lambda job: job.state == "running")
    assert main.cancel(number)
    job = main.ended(number)
    assert (job.state, job.cancel_asked, job.result) == ("cancelled", True, None)


def test_a_job_that_is_over_cannot_be_cancelled(main: Asking, worker: None) -> None:
    number = main.submit("echo")
    main.ended(number)
    assert not main.cancel(number)
    assert main.find(number).state == "done"


def test_a_failure_is_logged_and_the_job_tried_again(main: Asking, worker: None, log: Path) -> None:
    job = main.ended(main.submit("stumble"))
    assert (job.state, job.result) == ("done", {"attempts": 2})
    assert "RuntimeError: a stumble" in log.read_text()


def test_what_cannot_be_stored_fails_its_job_at_last(main: Asking, worker: None) -> None:
    job = main.ended(main.submit("unstorable"))
    assert job.state == "failed"
    assert (job.message or "").endswith("see the log.")


def test_a_job_of_another_tenant_is_neither_seen_nor_cancelled(main: Asking, acme: Asking) -> None:
    number = main.submit("echo")
    assert jobs.find(acme.store, tenant=acme.tenant, job=number) is None
    assert number not in [job.id for job in jobs.recent(acme.store, tenant=acme.tenant)]
    assert not acme.cancel(number)
    assert not main.find(number).cancel_asked


def test_the_newest_jobs_of_a_kind_come_first(main: Asking, worker: None) -> None:
    numbers = [main.submit(kind) for kind in ("echo", "refuse", "echo")]
    found = jobs.recent(main.store, tenant=main.tenant, kind="echo", limit=2)
    assert [job.id for job in found] == [numbers[2], numbers[0]]


def test_a_job_is_not_there_unless_its_transaction_commits(main: Asking, web: Store, owner: Owner) -> None:
    with web.transaction(tenant=main.tenant) as connection:
        number = jobs.add(connection, tenant=main.tenant, kind="echo", arguments={}, actor=ANNA)
        connection.rollback()
    assert jobs.find(web, tenant=main.tenant, job=number) is None
    queued = "SELECT FROM procrastinate.procrastinate_jobs WHERE (args ->> 'job')::bigint = %s"
    assert owner.execute(queued, (number,)).fetchone() is None


def test_asking_and_cancelling_are_audited_with_who_did_it(main: Asking, owner: Owner) -> None:
    number = main.submit("wait")
    main.cancel(number)
    rows = owner.execute(
        "SELECT tenant_id, actor, action FROM audit WHERE subject = %s ORDER BY id", (f"job {number}",)
    )
    wanted = (main.tenant, ANNA)
    assert rows.fetchall() == [(*wanted, "submit"), (*wanted, "cancel")]


def test_people_see_jobs_in_a_view_of_their_tenant_alone(main: Asking, acme: Asking, web: Store) -> None:
    number = main.submit("echo")
    query = "SELECT kind, age >= '0'::interval FROM jobs WHERE id = %s"
    with web.transaction(tenant=main.tenant) as connection:
        assert connection.execute(query, (number,)).fetchone() == ("echo", True)
    with web.transaction(tenant=acme.tenant) as connection:
        assert connection.execute(query, (number,)).fetchone() is None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE job SET state = 'done'",
        "DELETE FROM job",
        "INSERT INTO job (tenant_id, kind, created_by, state) VALUES (app_tenant(), 'a', 'b', 'running')",
        "SELECT job_prune(now())",
        "SELECT FROM procrastinate.procrastinate_jobs",
        "SELECT procrastinate.procrastinate_cancel_job_v1(1, false, true)",
    ],
)
def test_the_web_role_can_do_no_more_than_ask(main: Asking, web: Store, statement: str) -> None:
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege),
        web.transaction(tenant=main.tenant) as connection,
    ):
        connection.execute(statement)


def test_a_job_of_a_tenant_is_not_submitted_for_another(main: Asking, acme: Asking, web: Store) -> None:
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"),
        web.transaction(tenant=main.tenant) as connection,
    ):
        connection.execute(
            "INSERT INTO job (tenant_id, kind, created_by) VALUES (%s, 'echo', 'me')", (acme.tenant,)
        )


def test_jobs_that_are_long_over_are_forgotten(
    main: Asking, worker: None, migrated: Settings, owner: Owner
) -> None:
    old, young = main.submit("echo"), main.submit("echo")
    main.ended(old)
    main.ended(young)
    owner.execute("UPDATE job SET finished_at = now() - interval '31 days' WHERE id = %s", (old,))
    store = Store.open(migrated, role="worker")
    row = owner.execute("SELECT now() - interval '30 days'").fetchone()
    assert row is not None
    assert job_runs.prune(store, finished_before=row[0]) == 1
    store.close()
    assert jobs.find(main.store, tenant=main.tenant, job=old) is None
    assert main.find(young).over


class TestAloneWithItsWorker:
    """Jobs whose worker ends; each has a database of its own."""

    @pytest.fixture
    def alone(self, fresh_database: Settings) -> Iterator[Asking]:
        migrate(fresh_database)
        store = Store.open(fresh_database, role="web")
        yield Asking(store, 1)
        store.close()

    def test_a_job_that_waits_is_cancelled_at_once_and_never_run(
        self, alone: Asking, fresh_database: Settings, log: Path
    ) -> None:
        first = alone.submit("echo")
        assert alone.cancel(first)
        assert alone.find(first).state == "cancelled"
        with working(fresh_database, log):
            alone.ended(alone.submit("echo"))
        assert alone.find(first).started_at is None

    def test_the_job_of_a_killed_worker_is_taken_up_again(
        self, alone: Asking, fresh_database: Settings, log: Path
    ) -> None:
        number = alone.submit("wait")
        with working(fresh_database, log):
            first = alone.when(number, lambda job: job.state == "running")
        with working(fresh_database, log):
            again = alone.when(number, lambda job: job.started_at != first.started_at)
            assert again.state == "running"
            alone.cancel(number)
            assert alone.ended(number).state == "cancelled"

    def test_a_worker_that_is_told_to_stop_hands_its_job_back(
        self, alone: Asking, fresh_database: Settings, log: Path
    ) -> None:
        number = alone.submit("wait")
        with working(fresh_database, log) as process:
            alone.when(number, lambda job: job.stage is not None)
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
            assert alone.find(number).state == "waiting"
        with working(fresh_database, log):
            alone.when(number, lambda job: job.state == "running")

    def test_a_job_that_kills_its_workers_fails_at_last(
        self, alone: Asking, fresh_database: Settings, log: Path
    ) -> None:
        number = alone.submit("die")
        for _attempt in range(ATTEMPTS):
            with working(fresh_database, log) as process:
                assert process.wait(60) == -signal.SIGKILL
            with psycopg.connect(address.owner(fresh_database)) as owner:  # time passes
                owner.execute(f"UPDATE {WORKERS} SET last_heartbeat = now() - interval '1 hour'")
        with working(fresh_database, log):
            alone.ended(number)
        job = alone.find(number)
        assert (job.state, job.message) == (
            "failed",
            "Its worker was stopped 3 times while it ran, see the log.",
        )
