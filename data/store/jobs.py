"""Jobs: work that a worker does in its own time, asked for, watched and cancelled from anywhere.

What a job does is named by its kind; `data.jobs.tasks` says what each kind is. Jobs that ended are
forgotten after 30 days, so nothing may depend on a job that is over.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from data.store import statements
from data.store.pool import Connection, Store, work_for

State = Literal["waiting", "running", "done", "failed", "cancelled"]

_SQL = statements.load("jobs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job as people see it; times are aware."""

    id: int
    kind: str
    state: State
    stage: str | None  # what it does now, or did last
    progress: float | None  # of the stage, 0 to 1; None: not known
    message: str | None  # one sentence: why it failed, or waits again
    result: dict[str, Any] | None  # what its task gave back
    created_by: str
    created_at: datetime
    started_at: datetime | None  # the last time, if it was tried more than once
    finished_at: datetime | None
    cancel_asked: bool

    @property
    def over(self) -> bool:
        """Whether it has ended, one way or another."""
        return self.finished_at is not None


def submit(store: Store, *, tenant: int, kind: str, arguments: dict[str, Any], actor: str) -> int:
    """Ask for a job; a worker starts it as soon as one is free.

    Args:
        store: As the web or the worker role.
        tenant: Whose it is; its task sees this tenant's rows alone.
        kind: Of `data.jobs.tasks.TASKS`; a worker that does not know it fails the job.
        arguments: What its task is given: plain JSON, and no secret, as it is stored.
        actor: Who asks, such as `account 3`.

    Returns:
        The job's id.

    Raises:
        StoreUnavailable: the database is away; no job was made.
    """
    with store.transaction(tenant=tenant, actor=actor) as connection:
        return add(connection, tenant=tenant, kind=kind, arguments=arguments, actor=actor)


def add(connection: Connection, *, tenant: int, kind: str, arguments: dict[str, Any], actor: str) -> int:
    """Ask for a job within a transaction: it exists if and only if the transaction commits.

    The rest of the transaction is the tenant's and the actor's. Gives the job's id.
    """
    work_for(connection, tenant=tenant, actor=actor)
    wanted = {"kind": kind, "arguments": Jsonb(arguments), "actor": actor}
    row = connection.execute(_SQL["add"], wanted).fetchone()
    assert row is not None  # it was inserted, or the database raised
    _note(connection, "submit", int(row[0]), {"kind": kind})
    return int(row[0])


def find(store: Store, *, tenant: int, job: int) -> Job | None:
    """The job; None when it is not there, is forgotten, or is not the tenant's.

    Raises:
        StoreUnavailable: the database is away.
    """
    with store.transaction(tenant=tenant) as connection:
        cursor = connection.cursor(row_factory=class_row(Job))
        return cursor.execute(_SQL["find"], {"job": job}).fetchone()


def recent(store: Store, *, tenant: int, kind: str | None = None, limit: int = 20) -> list[Job]:
    """The tenant's jobs, of a kind or of all, the one asked for last first.

    Raises:
        StoreUnavailable: the database is away.
    """
    with store.transaction(tenant=tenant) as connection:
        cursor = connection.cursor(row_factory=class_row(Job))
        return cursor.execute(_SQL["recent"], {"kind": kind, "limit": limit}).fetchall()


def cancel(store: Store, *, tenant: int, job: int, actor: str) -> bool:
    """End a job: one that waits at once, one that runs as soon as its task looks.

    Returns:
        False when it is over already, or not the tenant's.

    Raises:
        StoreUnavailable: the database is away; nothing was asked.
    """
    with store.transaction(tenant=tenant, actor=actor) as connection:
        row = connection.execute(_SQL["cancel"], {"job": job}).fetchone()
        asked = bool(row and row[0])
        if asked:
            _note(connection, "cancel", job, None)
    return asked


def _note(connection: Connection, action: str, job: int, detail: dict[str, Any] | None) -> None:
    detail_json = None if detail is None else Jsonb(detail)
    connection.execute(_SQL["note"], {"action": action, "subject": f"job {job}", "detail": detail_json})
