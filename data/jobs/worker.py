"""Takes jobs from the queue and runs them, until it is told to stop.

The queue is Procrastinate's, in the same PostgreSQL (`data.store.queue_schema`). It carries the ids of a
tenant and of a job; how the job is stands in our own table, and a job that is over is taken out of the
queue. A worker that was killed sends no more heartbeats, and what it had in hand is handed out again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event
from typing import Any

import procrastinate
import psycopg
import structlog
from procrastinate import exceptions
from procrastinate.jobs import Job
from procrastinate.retry import BaseRetryStrategy, RetryDecision

from data.errors import StoreError, StoreUnavailable
from data.jobs.batched import Batch, Batched
from data.jobs.run import delay_s, run_job
from data.jobs.tasks import PERIODIC, TASKS, Periodic
from data.jobs.work import Task
from data.settings import Settings
from data.store import Store, address, queue_schema

log = structlog.get_logger(__name__)

HEARTBEAT_S = 3.0
DEAD_AFTER_S = 15.0  # without a heartbeat
LOOK_S = 2.0  # for jobs that are due again; new ones are announced by the database
MISSED_S = 24 * 3_600.0  # how late a periodic task may be made up for
STEADY_S = 10.0  # a worker that ran this long has no trouble any more


class _Again(Exception):
    """Hand it out again after so many seconds."""

    def __init__(self, in_s: float) -> None:
        super().__init__(f"again in {in_s:.0f} s")
        self.in_s = in_s


class _HandOutAgain(BaseRetryStrategy):
    """Nothing is lost from the queue: what ended in any way but well is handed out again."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision:
        in_s = exception.in_s if isinstance(exception, _Again) else delay_s(job.attempts + 1)
        return RetryDecision(retry_in={"seconds": round(in_s)})


def serve(
    settings: Settings,
    *,
    tasks: Mapping[str, Task] = TASKS,
    periodic: Sequence[Periodic | Batched] = PERIODIC,
    stop: Event,
) -> None:
    """Run jobs until `stop` is set; heals by itself when the database was away.

    The jobs in hand are asked to stop too and go back into the queue. Whatever ends it, `stop` is set then.
    """
    # It tells of every job and every attempt; an outage is said here, once.
    logging.getLogger("procrastinate").setLevel(logging.ERROR)
    logging.getLogger("procrastinate.worker").addFilter(_is_no_outage)
    store = Store.open(settings, role="worker", connections=settings.workers + 1)
    try:
        asyncio.run(_Server(settings, store, tasks, periodic, stop).serve())
    finally:
        store.close()


def _is_no_outage(record: logging.LogRecord) -> bool:
    return not (record.exc_info and isinstance(record.exc_info[1], exceptions.ConnectorException))


@dataclass(slots=True)
class _Server:
    """What one worker process has at hand."""

    settings: Settings
    store: Store
    tasks: Mapping[str, Task]
    periodic: Sequence[Periodic | Batched]
    stop: Event
    _in_trouble: bool = field(default=False, init=False)

    async def serve(self) -> None:
        """Work until it is told to stop."""
        stopped = asyncio.create_task(asyncio.to_thread(self.stop.wait))
        try:
            await self._work_until(stopped)
        finally:
            self.stop.set()  # or the thread that waits for it would keep a broken process alive

    async def _work_until(self, stopped: asyncio.Task[bool]) -> None:
        """Work, and begin anew after each trouble."""
        loop = asyncio.get_running_loop()
        failures = 0
        while not stopped.done():
            began = loop.time()
            work = asyncio.create_task(self._work())
            await asyncio.wait({work, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if stopped.done():
                work.cancel()  # it waits for the jobs in hand
            reason = await _end_of(work)
            failures = 1 if loop.time() - began >= STEADY_S else failures + 1
            if not stopped.done():
                self._note(reason)
                await asyncio.wait({stopped}, timeout=delay_s(failures))

    async def _work(self) -> None:
        """Run jobs until cancelled; ends or raises when the database goes away."""
        await asyncio.to_thread(self._look)
        app = self._app()
        async with app.open_async():
            beside = [asyncio.create_task(self._take_up_again(app)), asyncio.create_task(self._settle())]
            try:
                await app.run_worker_async(
                    concurrency=self.settings.workers,
                    fetch_job_polling_interval=LOOK_S,
                    update_heartbeat_interval=HEARTBEAT_S,
                    stalled_worker_timeout=DEAD_AFTER_S,
                    delete_jobs="always",
                    install_signal_handlers=False,
                )
            finally:
                for one in beside:
                    one.cancel()

    def _look(self) -> None:
        with self.store.transaction() as connection:
            found = connection.execute("SELECT to_regprocedure('job_enqueue()')").fetchone()
        if found == (None,):
            raise StoreError("The database is not up to date; run `python app.py migrate`.")

    def _app(self) -> procrastinate.App:
        connector = procrastinate.PsycopgConnector(
            conninfo=address.of_role(self.settings, "worker"),
            configure=_use_queue_schema,
            min_size=1,
            max_size=4,
            timeout=5.0,
            reconnect_timeout=5.0,
        )
        app = procrastinate.App(connector=connector, periodic_defaults={"max_delay": MISSED_S})
        app.task(name="run", queue="jobs", retry=_HandOutAgain())(self._run)
        for one in self.periodic:
            self._share_out(app, one) if isinstance(one, Batched) else self._register(app, one)
        return app

    def _run(self, *, tenant: int, job: int) -> None:
        """Run one job; in a thread of its own."""
        again_in_s = run_job(
            self.settings, self.store, tenant=tenant, job=job, tasks=self.tasks, stopping=self.stop
        )
        if again_in_s is not None:
            raise _Again(again_in_s)

    def _register(self, app: procrastinate.App, one: Periodic) -> None:
        def do(context: procrastinate.JobContext, timestamp: int) -> None:
            with self._told(one.name, failures=context.job.attempts):
                one.do(self.settings, self.stop)

        task = app.task(name=one.name, queue="jobs", lock=one.name, pass_context=True, retry=_HandOutAgain())
        app.periodic(cron=one.cron)(task(do))

    def _share_out(self, app: procrastinate.App, one: Batched) -> None:
        def do(context: procrastinate.JobContext, tenant: int, block: int, ids: list[int]) -> None:
            with self._told(one.name, failures=context.job.attempts):
                one.do(self.store, Batch(tenant=tenant, block=block, ids=tuple(ids)), self.stop)

        async def plan(context: procrastinate.JobContext, timestamp: int) -> None:
            with self._told(planning, failures=context.job.attempts):
                batches = await asyncio.to_thread(lambda: list(one.plan(self.store)))
                queued = {job.lock for job in await app.job_manager.list_jobs_async(task=one.name)}
                for batch in batches:
                    if one.lock(batch) not in queued:
                        deferrer = task.configure(lock=one.lock(batch), priority=-one.behind)
                        await deferrer.defer_async(
                            tenant=batch.tenant, block=batch.block, ids=list(batch.ids)
                        )

        planning = f"plan {one.name}"
        task = app.task(name=one.name, queue="jobs", pass_context=True, retry=_HandOutAgain())(do)
        plans = app.task(name=planning, queue="jobs", lock=planning, pass_context=True, retry=_HandOutAgain())
        app.periodic(cron=one.cron)(plans(plan))

    @contextmanager
    def _told(self, name: str, *, failures: int) -> Iterator[None]:
        """Say once that something fails, and once that it is well again."""
        try:
            yield
        except StoreError as error:
            if not failures:
                log.warning("periodic", task=name, up=False, reason=str(error))
            raise
        except Exception:
            if not failures:
                log.exception("periodic", task=name, up=False)
            raise
        if self.stop.is_set():
            raise _Again(0.0)  # it may have been cut short
        if failures:
            log.info("periodic", task=name, up=True)

    async def _take_up_again(self, app: procrastinate.App) -> None:
        """Hand out what workers had in hand that are no more."""
        while True:
            with suppress(exceptions.ConnectorException):  # an outage, or another worker was first
                for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=DEAD_AFTER_S):
                    log.info("job", taken_up_again=job.task_kwargs or job.task_name)
                    await app.job_manager.retry_job(job)
            await asyncio.sleep(HEARTBEAT_S)

    async def _settle(self) -> None:
        await asyncio.sleep(STEADY_S)
        if self._in_trouble:
            self._in_trouble = False
            log.info("worker", up=True)

    def _note(self, reason: str) -> None:
        if not self._in_trouble:
            self._in_trouble = True
            log.warning("worker", up=False, reason=reason)


async def _use_queue_schema(connection: psycopg.AsyncConnection[Any]) -> None:
    await connection.execute(f"SET search_path = {queue_schema.SCHEMA}")
    await connection.commit()


async def _end_of(work: asyncio.Task[None]) -> str:
    """Wait for the end of a task; gives its reason in words."""
    try:
        await work
    except asyncio.CancelledError:
        return "It was told to stop."
    except StoreUnavailable:
        return "The database is away."
    except (StoreError, exceptions.ConnectorException, psycopg.Error) as error:
        return str(error).partition("\n")[0] or type(error).__name__
    return "The queue cannot be reached."
