"""People's accounts and the links they sign in by."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

import psycopg
from psycopg.rows import class_row

from analytics.units import UnitSystem
from data.errors import StoreError, StoreUnavailable
from data.settings import Settings
from data.store import address, statements
from data.store.pool import Connection, Store, is_outage, work_for

LINK_LIFETIME = timedelta(minutes=15)

_SQL = statements.load("accounts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Somebody who may sign in."""

    id: int
    tenant_id: int
    name: str
    role: str
    tenant: str
    units: UnitSystem = "metric"  # what it reads values in


def new_signin_link(settings: Settings) -> str:
    """Make a sign-in link for the first administrator: it works once, within `LINK_LIFETIME`.

    Returns:
        The whole address to open.

    Raises:
        StoreUnavailable: the database is away.
        StoreError: no active administrator is left.
    """
    token = secrets.token_urlsafe(32)
    try:
        with psycopg.connect(address.owner(settings), application_name="clerestory link") as connection:
            made = connection.execute(
                _SQL["link_add"], {"token_hash": _hash(token), "lifetime": LINK_LIFETIME}
            ).fetchone()
    except psycopg.Error as error:
        if is_outage(error):
            raise StoreUnavailable("The database cannot be reached; is Clerestory running?") from error
        raise StoreError(f"The database refused a sign-in link: {error}") from error
    if made is None:
        raise StoreError("No active administrator is left to sign in.")
    base = settings.public_url or f"http://{_reachable(settings.host)}:{settings.port}"
    return f"{base.rstrip('/')}/sign-in/{token}"


def redeem(store: Store, token: str) -> Account | None:
    """Use a link up; None when it is unknown, used or too old.

    Raises:
        StoreUnavailable: the database is away; the link stays unused.
    """
    with store.transaction() as connection:
        row = connection.execute(_SQL["link_redeem"], {"token_hash": _hash(token)}).fetchone()
        if row is None:
            return None
        tenant, account = row
        actor = f"account {account}"
        work_for(connection, tenant=tenant, actor=actor)
        connection.execute(_SQL["note"], {"action": "sign in", "subject": actor})
        return _find(connection, account)


def find(store: Store, *, tenant: int, account: int) -> Account | None:
    """The account, unless it is gone or no longer active."""
    with store.transaction(tenant=tenant) as connection:
        return _find(connection, account)


def names(store: Store, *, tenant: int) -> dict[str, str]:
    """The names of the tenant's accounts by what the audit calls them, such as `account 3`."""
    with store.transaction(tenant=tenant) as connection:
        return dict(connection.execute(_SQL["names"]).fetchall())


def set_units(store: Store, *, tenant: int, account: int, units: UnitSystem) -> None:
    """Let an account read values in other units.

    Raises:
        StoreUnavailable: the database is away.
    """
    with store.transaction(tenant=tenant, actor=f"account {account}") as connection:
        connection.execute(_SQL["set_units"], {"account_id": account, "units": units})


def note(store: Store, *, tenant: int, account: int, action: str) -> None:
    """Write what an account did into the audit."""
    actor = f"account {account}"
    with store.transaction(tenant=tenant, actor=actor) as connection:
        connection.execute(_SQL["note"], {"action": action, "subject": actor})


def _find(connection: Connection, account: int) -> Account | None:
    cursor = connection.cursor(row_factory=class_row(Account))
    return cursor.execute(_SQL["account"], {"account_id": account}).fetchone()


def _hash(token: str) -> bytes:
    # The token has 256 random bits, so one plain hash is enough.
    return hashlib.sha256(token.encode()).digest()


def _reachable(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)
