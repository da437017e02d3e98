"""Run one job to its end, whatever its task does."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from threading import Event

import structlog

from data.errors import BadInput, StoreBusy, StoreUnavailable
from data.jobs.work import Cancelled, Interrupted, Task, Work
from data.settings import Settings
from data.store import Store, job_runs
from data.store.job_runs import Run

log = structlog.get_logger(__name__)

ATTEMPTS = 3
FIRST_DELAY_S, LONGEST_DELAY_S = 2.0, 30.0


def delay_s(failures: int) -> float:
    """How long to wait after so many failures in a row, with jitter."""
    return min(LONGEST_DELAY_S, FIRST_DELAY_S * 4.0 ** max(0, failures - 1)) * random.uniform(0.5, 1.0)


def run_job(
    settings: Settings,
    store: Store,
    *,
    tenant: int,
    job: int,
    tasks: Mapping[str, Task],
    stopping: Event | None = None,
) -> float | None:
    """Run a job once.

    Args:
        settings: Handed to its task.
        store: As the worker role.
        tenant: Whose job it is.
        job: Its id.
        tasks: What each kind does.
        stopping: Set when the worker shall stop: the run then ends soon, and the job waits for another.

    Returns:
        After how many seconds it has to be run again; None: it is over.

    Raises:
        StoreUnavailable: the database is away, and the job not begun.
    """
    run = job_runs.begin(store, tenant=tenant, job=job)
    if run is None:
        return None
    return _Attempt(settings, store, run, stopping or Event()).make(tasks)


class _Attempt:
    """One run, and how its end is written."""

    def __init__(self, settings: Settings, store: Store, run: Run, stopping: Event) -> None:
        self._settings, self._store, self._run, self._stopping = settings, store, run, stopping

    def make(self, tasks: Mapping[str, Task]) -> float | None:
        run, store = self._run, self._store
        if run.attempts > ATTEMPTS:  # each of them ended with its worker: it may be what kills them
            self._fail(f"Its worker was stopped {ATTEMPTS} times while it ran, see the log.")
            return None
        try:
            result = self._task(tasks)(self._work())
            self._write(lambda: job_runs.finish(store, run, state="done", result=result))
        except BadInput as error:
            self._fail(str(error))
        except Cancelled:
            self._write(lambda: job_runs.finish(store, run, state="cancelled"))
        except Interrupted:
            self._write(lambda: job_runs.put_back(store, run, counted=False))
            return 0.0
        except Exception as error:
            if self._stopping.is_set() and isinstance(error, StoreUnavailable | StoreBusy):
                raise
            return self._failed_by(error)
        return None

    def _task(self, tasks: Mapping[str, Task]) -> Task:
        if self._run.kind not in tasks:
            raise BadInput(f"No worker of this version knows jobs of the kind {self._run.kind}.")
        return tasks[self._run.kind]

    def _work(self) -> Work:
        run = self._run
        return Work(
            settings=self._settings,
            store=self._store,
            tenant=run.tenant,
            job=run.job,
            arguments=run.arguments,
            actor=run.actor,
            run=run,
            stopping=self._stopping,
        )

    def _fail(self, sentence: str) -> None:
        log.info("job", job=self._run.job, kind=self._run.kind, failed=sentence)
        self._write(lambda: job_runs.finish(self._store, self._run, state="failed", message=sentence))

    def _failed_by(self, error: Exception) -> float | None:
        run = self._run
        log.exception("job", job=run.job, kind=run.kind, attempt=run.attempts)
        if run.attempts >= ATTEMPTS:
            self._fail(f"It failed {run.attempts} times with {type(error).__name__}, see the log.")
            return None
        sentence = f"Attempt {run.attempts} of {ATTEMPTS} failed; it is tried again by itself."
        self._write(lambda: job_runs.put_back(self._store, run, message=sentence, counted=True))
        return delay_s(run.attempts)

    def _write(self, write: Callable[[], None]) -> None:
        """Write how it ended as soon as the store lets; a worker that has to stop leaves it unsaid.

        The job is then taken for one whose worker was killed, and run anew.
        """
        failures = 0
        while True:
            try:
                return write()
            except (StoreUnavailable, StoreBusy):
                failures += 1
                if self._stopping.wait(delay_s(failures)):
                    raise
