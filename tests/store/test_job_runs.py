"""One run of a job: what its task may say and hear, and how it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from threading import Event
from typing import Any

import pytest

from data.errors import BadInput
from data.jobs.run import ATTEMPTS, run_job
from data.jobs.work import Cancelled, Interrupted, Task, Work
from data.settings import Settings
from data.store import Store, job_runs, jobs
from data.store.jobs import Job


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A job of `main`, and a worker in this very thread."""

    settings: Settings
    worker: Store
    web: Store
    tenant: int
    job: int

    def run(self, task: Task, *, stopping: Event | None = None) -> float | None:
        """Run the job once."""
        return run_job(
            self.settings,
            self.worker,
            tenant=self.tenant,
            job=self.job,
            tasks={"test": task},
            stopping=stopping,
        )

    def now(self) -> Job:
        """The job as people see it."""
        found = jobs.find(self.web, tenant=self.tenant, job=self.job)
        assert found is not None
        return found

    def cancel(self) -> bool:
        """Ask for its end."""
        return jobs.cancel(self.web, tenant=self.tenant, job=self.job, actor="account 1")


@pytest.fixture
def desk(migrated: Settings, web: Store, tenant_ids: dict[str, int]) -> Iterator[Desk]:
    worker = Store.open(migrated, role="worker")
    tenant = tenant_ids["main"]
    job = jobs.submit(web, tenant=tenant, kind="test", arguments={}, actor="account 1")
    yield Desk(settings=migrated, worker=worker, web=web, tenant=tenant, job=job)
    worker.close()


def failing(error: Exception) -> Task:
    def task(_work: Work) -> dict[str, Any] | None:
        raise error

    return task


def test_a_new_stage_is_seen_at_once_and_a_share_in_time(desk: Desk) -> None:
    seen = []

    def task(work: Work) -> None:
        for stage, share in (("Reading", 0.1), ("Reading", 0.2), ("Drawing", None)):
            work.progress(stage, share)
            seen.append((desk.now().stage, desk.now().progress))

    desk.run(task)
    assert seen == [("Reading", 0.1), ("Reading", 0.1), ("Drawing", None)]


@pytest.mark.parametrize(("share", "shown"), [(-1.0, 0.0), (7.0, 1.0), (float("nan"), None)])
def test_a_share_that_is_none_stays_a_share(desk: Desk, share: float, shown: float | None) -> None:
    seen = []

    def task(work: Work) -> None:
        work.progress("Reading", share)
        seen.append(desk.now().progress)

    desk.run(task)
    assert seen == [shown]


@pytest.mark.parametrize(
    "look", [Work.check, partial(Work.progress, stage="Reading", share=0.5)], ids=["check", "progress"]
)
def test_a_task_hears_that_its_job_was_cancelled(desk: Desk, look: Callable[[Work], None]) -> None:
    def task(work: Work) -> None:
        desk.cancel()
        with pytest.raises(Cancelled):
            look(work)
        raise Cancelled

    assert desk.run(task) is None
    assert desk.now().state == "cancelled"


def test_a_worker_that_stops_interrupts_its_task_and_the_job_waits(desk: Desk) -> None:
    stopping = Event()

    def task(work: Work) -> None:
        stopping.set()
        work.check()

    assert desk.run(task, stopping=stopping) == 0.0
    assert desk.now().state == "waiting"


def test_stopping_workers_use_up_no_attempts(desk: Desk) -> None:
    stopped = Event()
    stopped.set()
    for _ in range(ATTEMPTS + 1):
        desk.run(lambda work: work.check(), stopping=stopped)
    desk.run(lambda work: {"done": True})
    assert desk.now().state == "done"


def test_a_run_that_was_taken_for_dead_changes_nothing_any_more(desk: Desk) -> None:
    def task(work: Work) -> dict[str, Any]:
        assert job_runs.begin(desk.worker, tenant=desk.tenant, job=desk.job)
        with pytest.raises(Interrupted):
            work.progress("Too late")
        return {"too": "late"}

    desk.run(task)
    assert (desk.now().state, desk.now().stage, desk.now().result) == ("running", None, None)


def test_a_failure_is_tried_three_times(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    delays = [desk.run(failing(RuntimeError("no luck"))) for _ in range(ATTEMPTS)]
    assert [delay is None for delay in delays] == [False, False, True]
    assert desk.now().state == "failed"
    assert desk.now().message == "It failed 3 times with RuntimeError, see the log."


def test_bad_input_is_tried_once(desk: Desk) -> None:
    assert desk.run(failing(BadInput("It has no rooms."))) is None
    assert (desk.now().state, desk.now().message) == ("failed", "It has no rooms.")


def test_a_job_that_is_over_is_not_run_again(desk: Desk) -> None:
    desk.run(lambda work: {"run": 1})
    desk.run(lambda work: {"run": 2})
    assert desk.now().result == {"run": 1}


def test_a_job_that_waits_for_its_next_attempt_can_be_cancelled(desk: Desk) -> None:
    desk.run(failing(RuntimeError("no luck")))
    assert desk.cancel()
    desk.run(lambda work: {"run": 2})
    assert (desk.now().state, desk.now().result) == ("cancelled", None)


def test_a_failure_ends_a_job_whose_end_was_asked_for(desk: Desk) -> None:
    def task(work: Work) -> None:
        desk.cancel()
        raise RuntimeError("no luck")

    desk.run(task)
    assert desk.now().state == "cancelled"
