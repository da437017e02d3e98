"""How the store and the ingest are; nothing of any tenant."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg
from psycopg.rows import class_row

from data.settings import Settings
from data.store import address, statements
from data.store.pool import Store

_SQL = statements.load("health")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreVersions:
    """What the server is and which of the two upgrades the database has; None: it has not."""

    postgres: str
    timescaledb: str | None
    timescaledb_license: str | None
    postgis: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestHealth:
    """Whether an ingest is linked to its broker, and how long the oldest message waits to be committed.

    None waits in an idle building, which is not a sick one.
    """

    connected: bool
    oldest_uncommitted_s: float | None


def versions(store: Store) -> StoreVersions:
    """Ask the server.

    Raises:
        StoreUnavailable: it does not answer.
    """
    with store.transaction() as connection:
        found = connection.cursor(row_factory=class_row(StoreVersions)).execute(_SQL["versions"]).fetchone()
    assert found is not None  # a SELECT of expressions gives one row
    return found


def ingest(store: Store) -> IngestHealth:
    """What the ingest processes reported last.

    Raises:
        StoreUnavailable: the database is away.
    """
    with store.transaction() as connection:
        found = connection.cursor(row_factory=class_row(IngestHealth)).execute(_SQL["ingest"]).fetchone()
    assert found is not None  # an aggregate gives one row
    return found


def ingest_is_linked(settings: Settings) -> bool:
    """Whether an ingest is linked to its broker, asked once, without a pool; False when nobody can tell."""
    try:
        with psycopg.connect(address.of_role(settings, "web"), connect_timeout=1) as connection:
            found = connection.cursor(row_factory=class_row(IngestHealth)).execute(_SQL["ingest"]).fetchone()
    except psycopg.Error:
        return False
    return found is not None and found.connected
