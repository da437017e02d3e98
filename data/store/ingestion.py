"""What ingest writes: a batch in one transaction, exact however often it is delivered."""

from __future__ import annotations

import random
import time
from datetime import datetime
from typing import Any

import psycopg
from psycopg.errors import DeadlockDetected, SerializationFailure, UniqueViolation
from psycopg.types.json import Jsonb

from data.errors import StoreRefused, StoreUnavailable
from data.store import statements
from data.store.batch import Batch, Written
from data.store.batch_transaction import Transaction
from data.store.identities import Identities, Known
from data.store.pool import Store

_SQL = statements.load("ingestion")
_ATTEMPTS = 5
# Of a unique violation: another writer was first, and the next attempt finds what it wrote.
_IN_THE_WAY = (DeadlockDetected, SerializationFailure, UniqueViolation)


class Writer:
    """Writes batches; remembers the ids of tenants, devices and series between them. Not thread-safe."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known = Known()

    def write(self, batch: Batch) -> Written:
        """Write all of a batch or nothing of it.

        Raises:
            StoreUnavailable: the database is away; the same batch can be written again later.
            StoreRefused: the database refuses something in the batch, and always will.
        """
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                with self._store.transaction() as connection:
                    identities = Identities(connection, self._known)
                    written = Transaction(connection, identities).write(batch)
            except _IN_THE_WAY as error:
                if attempt == _ATTEMPTS:
                    # Nobody is that unlucky so often: it would be in the way for ever.
                    if isinstance(error, UniqueViolation):
                        raise StoreRefused(str(error.diag.message_primary or error)) from error
                    raise StoreUnavailable("Other writers are in the way.") from error
                time.sleep(random.uniform(0, 0.05 * 2**attempt))
            except psycopg.Error as error:
                if not _is_refusal(error):
                    raise
                raise StoreRefused(str(error.diag.message_primary or error)) from error
            else:
                # Only now: an id given out by a transaction that was rolled back is nobody's.
                self._known.learn(identities.new)
                return written
        raise AssertionError("the loop returns or raises")

    def report(
        self,
        client_id: str,
        *,
        connected: bool,
        oldest_uncommitted_at: datetime | None,
        figures: dict[str, Any] | None = None,
    ) -> None:
        """Say how this ingest process is; health and pages show it.

        Raises:
            StoreUnavailable: the database is away.
        """
        with self._store.transaction() as connection:
            connection.execute(
                _SQL["report"],
                {
                    "client_id": client_id,
                    "connected": connected,
                    "oldest_uncommitted_at": oldest_uncommitted_at,
                    "figures": Jsonb(figures or {}),
                },
            )


def _is_refusal(error: psycopg.Error) -> bool:
    """Whether what was to be written is at fault; class 54 is a limit, such as that of a key's length."""
    refused = isinstance(error, (psycopg.DataError, psycopg.IntegrityError))
    return refused or (error.sqlstate or "").startswith("54")
