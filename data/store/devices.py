"""Devices, their series and latest values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row

from data.store import statements
from data.store.pool import Store

_SQL = statements.load("devices")


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesRow:
    """One series of a device with its latest value: a number or a text, or neither yet."""

    device_id: int
    device: str
    convention: str
    space: str | None
    timezone: str | None  # of the device's building
    last_seen: datetime  # aware
    series_id: int
    metric: str
    kind: str  # number, boolean or text
    quantity: str | None
    unit: str | None
    at: datetime | None  # aware
    value: float | None
    text: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """Another device nearby."""

    device_id: int
    device: str
    distance_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Messages refused for one reason."""

    reason: str
    count: int
    total: int  # of all reasons, also of those beyond the 20 most frequent
    last_at: datetime
    topic: str  # of the newest


def version(store: Store, *, tenant: int) -> int:
    """A number that grows with every committed change of the tenant's data."""
    with store.transaction(tenant=tenant) as connection:
        row = connection.execute(_SQL["version"]).fetchone()
    return int(row[0]) if row else 0


def overview(store: Store, *, tenant: int, device: int | None = None) -> list[SeriesRow]:
    """Every series of the tenant's devices (or of one device), by device and metric."""
    with store.transaction(tenant=tenant) as connection:
        cursor = connection.cursor(row_factory=class_row(SeriesRow))
        return cursor.execute(_SQL["overview"], {"device_id": device}).fetchall()


def nearby(store: Store, *, tenant: int, device: int, radius_m: float = 250.0) -> list[Neighbour]:
    """At most 20 other devices around a device whose place is known, nearest first."""
    with store.transaction(tenant=tenant) as connection:
        cursor = connection.cursor(row_factory=class_row(Neighbour))
        return cursor.execute(_SQL["nearby"], {"device_id": device, "radius_m": radius_m}).fetchall()


def refused(store: Store, *, tenant: int, since: datetime) -> list[Refusal]:
    """Why messages were refused: the 20 most frequent reasons, most frequent first."""
    with store.transaction(tenant=tenant) as connection:
        cursor = connection.cursor(row_factory=class_row(Refusal))
        return cursor.execute(_SQL["refused"], {"since": since}).fetchall()
