"""How the parts of a twin do: the ingests that report, the size of the store, what was set aside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row

from data.store import statements
from data.store.pool import Store

HEAD_BYTES = 2_048  # of a payload that is shown
LETTERS = 10  # of one reason that are shown

_SQL = statements.load("system")


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestProcess:
    """What one ingest reported last; None where its version does not say it."""

    client_id: str
    connected: bool
    silent_s: float  # since it reported
    waiting_s: float | None  # age of the oldest message that is not committed; None: none waits
    since: datetime | None  # aware, as all times here: when it was started
    link_since: datetime | None  # since when the link is as it is
    last_message_at: datetime | None
    queue: int
    queue_full: bool
    reconnects: int  # this and `conflicts` since it was started
    conflicts: int
    messages_per_s: float | None  # this and all that follows in the last minute
    rows_per_s: float | None
    understood: int  # values
    dead_letters: int
    latency_p50_s: float | None  # of batches: from the arrival of the oldest message to the commit
    latency_p99_s: float | None
    noisiest: dict[str, int]  # messages by source, of the tenant alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How large the store is, all tenants together; None: this server has no chunks."""

    database_bytes: int
    reading_bytes: int
    reading_estimate: int  # rows
    chunks: int | None
    columnstore_chunks: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedMigration:
    """A migration this database had."""

    name: str
    applied_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """The tenant's messages that were set aside for one reason."""

    first_id: int  # of the first of them, which names the reason
    reason: str
    count: int
    total: int  # of all reasons, also of those beyond the 50 latest
    first_at: datetime
    last_at: datetime
    topics: int
    newest_topic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One message that was set aside."""

    id: int
    received_at: datetime
    topic: str
    size: int  # of the payload [bytes]
    head: bytes  # at most HEAD_BYTES of it


def processes(store: Store, *, tenant: int) -> list[IngestProcess]:
    """The ingests that ever reported, at most 20, the one that did last first.

    Raises, as all functions here:
        StoreUnavailable: the database is away.
        StoreBusy: too many wait for it.
    """
    with store.transaction(tenant=tenant) as connection:
        cursor = connection.cursor(row_factory=class_row(IngestProcess))
        return cursor.execute(_SQL["processes"]).fetchall()


def sizes(store: Store) -> Sizes:
    """How large the store is; costs too much to be asked at every beat of a page."""
    with store.transaction() as connection:
        found = connection.cursor(row_factory=class_row(Sizes)).execute(_SQL["sizes"]).fetchone()
    assert found is not None  # the function gives one row
    return found


def oldest_reading(store: Store, *, tenant: int) -> datetime | None:
    """The time of the tenant's oldest reading, None without any; costs a look at every series."""
    with store.transaction(tenant=tenant) as connection:
        row = connection.execute(_SQL["oldest"]).fetchone()
    return row[0] if row else None


def migrations(store: Store) -> list[AppliedMigration]:
    """What this database had, the newest first."""
    with store.transaction() as connection:
        cursor = connection.cursor(row_factory=class_row(AppliedMigration))
        return cursor.execute(_SQL["migrations"]).fetchall()


def quarantine(store: Store, *, tenant: int) -> list[Quarantined]:
    """The tenant's dead letters by reason, at most 50, that with the newest first; reads all of them."""
    with store.transaction(tenant=tenant) as connection:
        cursor = connection.cursor(row_factory=class_row(Quarantined))
        return cursor.execute(_SQL["quarantine"]).fetchall()


def letters(store: Store, *, tenant: int, first_id: int) -> list[Letter]:
    """The newest messages with the reason of this one; none when it is not there, or not the tenant's."""
    asked = {"first_id": first_id, "head": HEAD_BYTES, "number": LETTERS}
    with store.transaction(tenant=tenant) as connection:
        cursor = connection.cursor(row_factory=class_row(Letter))
        return cursor.execute(_SQL["letters"], asked).fetchall()


def payload(store: Store, *, tenant: int, letter: int) -> bytes | None:
    """The whole payload of a dead letter; None when it is not there, or not the tenant's."""
    with store.transaction(tenant=tenant) as connection:
        row = connection.execute(_SQL["payload"], {"id": letter}).fetchone()
    return bytes(row[0]) if row else None
