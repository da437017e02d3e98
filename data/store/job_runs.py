"""What a worker says of the job it runs. Each run has a claim; one that lost it changes nothing any more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from data.store import statements
from data.store.pool import Store

Standing = Literal["wanted", "cancelled", "lost"]

_SQL = statements.load("jobs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One attempt at a job."""

    tenant: int
    job: int
    claim: UUID
    kind: str
    arguments: dict[str, Any]
    actor: str
    attempts: int  # this one counted


def begin(store: Store, *, tenant: int, job: int) -> Run | None:
    """Claim a job, from a run that is no more if there was one; None when it is over or forgotten.

    Raises:
        StoreUnavailable: the database is away.
    """
    with store.transaction(tenant=tenant) as connection:
        cursor = connection.cursor(row_factory=class_row(Run))
        return cursor.execute(_SQL["begin"], {"job": job}).fetchone()


def report(store: Store, run: Run, *, stage: str, progress: float | None) -> Standing:
    """Say how far a run is; gives whether it is still wanted.

    Raises:
        StoreUnavailable: the database is away.
    """
    return _ask(store, run, "report", {"stage": stage, "progress": progress})


def standing(store: Store, run: Run) -> Standing:
    """Whether a run is still wanted.

    Raises:
        StoreUnavailable: the database is away.
    """
    return _ask(store, run, "asked", {})


def finish(
    store: Store,
    run: Run,
    *,
    state: Literal["done", "failed", "cancelled"],
    message: str | None = None,
    result: dict[str, Any] | None = None,
) -> None:
    """End a job.

    Raises:
        StoreUnavailable: the database is away; the job is still running.
    """
    values = {"state": state, "message": _storable(message), "result": result and Jsonb(result)}
    _change(store, run, "finish", values)


def put_back(store: Store, run: Run, *, message: str | None = None, counted: bool) -> None:
    """Let a job wait for another run; a run that is not `counted` was no failed attempt.

    Raises:
        StoreUnavailable: the database is away; the job is still running.
    """
    _change(store, run, "put_back", {"message": _storable(message), "uncounted": 0 if counted else 1})


def prune(store: Store, *, finished_before: datetime) -> int:
    """Forget the jobs of all tenants that ended before a time; gives how many.

    Raises:
        StoreUnavailable: the database is away.
    """
    with store.transaction() as connection:
        row = connection.execute(_SQL["prune"], {"finished_before": finished_before}).fetchone()
    return int(row[0]) if row else 0


def _ask(store: Store, run: Run, statement: str, values: dict[str, Any]) -> Standing:
    with store.transaction(tenant=run.tenant) as connection:
        row = connection.execute(_SQL[statement], values | {"job": run.job, "claim": run.claim}).fetchone()
    if row is None:
        return "lost"
    return "cancelled" if row[0] else "wanted"


def _change(store: Store, run: Run, statement: str, values: dict[str, Any]) -> None:
    with store.transaction(tenant=run.tenant, actor=run.actor) as connection:
        connection.execute(_SQL[statement], values | {"job": run.job, "claim": run.claim})


def _storable(message: str | None) -> str | None:
    # A sentence may quote a file, and PostgreSQL's texts hold no NUL.
    return message and message.replace("\0", "\N{SYMBOL FOR NULL}")
