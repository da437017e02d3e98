"""Dead letters as the ingest tries them again: of all tenants, page by page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row

from data.store import statements
from data.store.pool import Store

_SQL = statements.load("dead_letters")
_PAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One message that was set aside."""

    id: int
    tenant: str
    topic: str  # as it came
    payload: bytes
    received_at: datetime  # aware
    reason: str
    retained: bool


def pages(store: Store, *, tenant: str | None = None, reason: str | None = None) -> Iterator[list[Kept]]:
    """All of a tenant or of all, with that text in their reason or any, in the order in which they came.

    Raises:
        StoreUnavailable: the database is away.
    """
    after = 0
    while True:
        asked = {"after": after, "tenant": tenant, "reason": reason, "limit": _PAGE}
        with store.transaction() as connection:
            page = connection.cursor(row_factory=class_row(Kept)).execute(_SQL["page"], asked).fetchall()
        if not page:
            return
        yield page
        after = page[-1].id


def tell(store: Store, reasons: Mapping[int, str]) -> None:
    """Say why they are refused now, by id.

    Raises:
        StoreUnavailable: the database is away.
    """
    if reasons:
        with store.transaction() as connection:
            connection.execute(_SQL["tell"], {"ids": list(reasons), "reasons": list(reasons.values())})


def note(store: Store, *, tenant: str, made_good: int) -> None:
    """Put into the audit that so many of a tenant were made good.

    Raises:
        StoreUnavailable: the database is away.
    """
    with store.transaction() as connection:
        connection.execute(_SQL["note"], {"tenant": tenant, "made_good": made_good})
