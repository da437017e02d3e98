"""Connections: pooled, one transaction a use, of one tenant, with errors in our own words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
import structlog
from psycopg_pool import ConnectionPool, PoolTimeout, TooManyRequests

from data.errors import StoreBusy, StoreUnavailable
from data.settings import Settings
from data.store import address
from data.store.address import Role

log = structlog.get_logger(__name__)

Connection = psycopg.Connection[Any]


def is_outage(error: psycopg.Error) -> bool:
    """Whether the server cannot serve now: it is away, shutting down, or out of disk or memory."""
    if not isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError)):
        return False
    cancelled = error.sqlstate == "57014"  # the statement took too long; the server is well
    return error.sqlstate is None or (error.sqlstate[:2] in ("08", "53", "57") and not cancelled)


def work_for(connection: Connection, *, tenant: int, actor: str | None = None) -> None:
    """Make the rest of the transaction a tenant's, done by an actor."""
    # Local to the transaction: a session's setting would leak to the next borrower.
    connection.execute(
        "SELECT set_config('app.tenant', %s, true), set_config('app.actor', %s, true)",
        (str(tenant), actor or ""),
    )


@dataclass(slots=True)
class Store:
    """The database as one of our roles. Open it after a fork."""

    pool: ConnectionPool[Connection]
    _up: bool = True

    @classmethod
    def open(cls, settings: Settings, *, role: Role, connections: int = 4) -> Store:
        """A store whose connections are made in the background; it may be away for now."""
        pool: ConnectionPool[Connection] = ConnectionPool(
            address.of_role(settings, role),
            min_size=1,
            max_size=connections,
            timeout=2.0,  # well below a web worker's own limit
            max_waiting=64,
            reconnect_timeout=5.0,  # the default back-off stays dead for long after an outage
            check=ConnectionPool.check_connection,
            open=False,
            name=role,
        )
        pool.open()
        return cls(pool)

    def close(self) -> None:
        """Give all connections back."""
        self.pool.close()

    @contextmanager
    def transaction(self, *, tenant: int | None = None, actor: str | None = None) -> Iterator[Connection]:
        """One transaction; with a tenant, the tables show that tenant's rows alone, else none.

        Raises:
            StoreUnavailable: the database is away.
            StoreBusy: too many requests wait for a connection.
        """
        try:
            with self.pool.connection() as connection:
                if tenant is not None:
                    work_for(connection, tenant=tenant, actor=actor)
                yield connection
        except TooManyRequests as error:
            raise StoreBusy from error
        except PoolTimeout as error:
            self._note(up=False)
            raise StoreUnavailable from error
        except psycopg.Error as error:
            if not is_outage(error):
                raise
            self._note(up=False)
            raise StoreUnavailable from error
        else:
            self._note(up=True)

    def _note(self, *, up: bool) -> None:
        if up != self._up:
            self._up = up
            log.info("store", up=up)
