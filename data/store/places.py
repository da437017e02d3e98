"""Which series stand in which room of a building."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row

from data.store import statements
from data.store.pool import Store

_SQL = statements.load("places")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedSeries:
    """One series of a device in a room, with its latest value: a number or a text, or neither yet."""

    series_id: int
    space_id: int
    space: str
    storey_id: int | None
    device_id: int
    device: str
    metric: str
    kind: str  # number, boolean or text
    quantity: str | None
    unit: str | None
    at: datetime | None  # aware
    value: float | None
    text: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """What stands in a building's rooms."""

    revision: str  # another one after every change of the building itself, as by a new model
    series: tuple[PlacedSeries, ...]  # by room, device and metric


def of_building(store: Store, *, tenant: int, building: int) -> Places | None:
    """The series in the rooms of a building; None when the tenant has no such building.

    Raises:
        StoreUnavailable: the database is away.
        StoreBusy: too many wait for it.
    """
    wanted = {"building_id": building}
    with store.transaction(tenant=tenant) as connection:
        row = connection.execute(_SQL["revision"], wanted).fetchone()
        if row is None:
            return None
        cursor = connection.cursor(row_factory=class_row(PlacedSeries))
        return Places(revision=row[0], series=tuple(cursor.execute(_SQL["series"], wanted).fetchall()))
