"""What managers read of a tenant: full hours of the last eight days, and its buildings and rooms now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from psycopg.rows import class_row

from analytics import unit_table
from analytics.quantities import QUANTITIES
from data.store import statements
from data.store.pool import Connection, Store

SPAN = timedelta(days=8)  # a week, and the day before it to compare the last one with

_Row = TypeVar("_Row")
_SQL = statements.load("summary")
_COMPARABLE = [
    (name, unit)
    for name in ("temperature", "co2", "energy")
    for unit in (None, *unit_table.spellings(QUANTITIES[name].unit))
]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomHour:
    """The mean of a quantity over the rooms in which it was measured in one hour."""

    quantity: str
    at: datetime  # aware: its beginning, as of every hour here
    value: float  # in the quantity's unit
    rooms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterHour:
    """What one meter counted in one hour."""

    series_id: int
    device: str
    at: datetime
    kwh: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardHour:
    """How many of the expected series have data in one hour."""

    at: datetime
    heard: int
    expected: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedHour:
    """How many messages were refused in an hour; these hours are counted back from the reading's time."""

    at: datetime
    messages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildingSize:
    """One building of the tenant."""

    id: int
    name: str
    timezone: str
    rooms: int
    area_m2: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomNow:
    """One room in which a device stands; the values are None where no fresh one is there."""

    building_id: int
    building: str
    timezone: str  # of the building
    storey_id: int | None
    id: int
    name: str
    long_name: str | None
    thermal: dict[str, Any] | None  # Pset_SpaceThermalRequirements as the model says it
    devices: int
    fresh: bool
    temperature_c: float | None
    co2_ppm: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """All of it, oldest first; hours without data have no row, except of what was heard."""

    read_at: datetime  # aware
    until: datetime  # end of the last full hour
    rooms_hourly: tuple[RoomHour, ...] = ()  # by quantity and time
    meters: tuple[MeterHour, ...] = ()  # of the two that counted most, the greater first
    heard: tuple[HeardHour, ...] = ()  # one for each hour
    refused: tuple[RefusedHour, ...] = ()
    buildings: tuple[BuildingSize, ...] = ()  # by name
    rooms: tuple[RoomNow, ...] = ()  # by building and name


def read(store: Store, *, tenant: int, now: datetime, fresh_within: timedelta) -> Summary:
    """A tenant's summary.

    Args:
        store: The store, as the web or worker role.
        tenant: Whose it is.
        now: The time it is read at, aware.
        fresh_within: How old a room's latest value may be to tell what is.

    Raises:
        StoreUnavailable: the database is away.
        StoreBusy: too many wait for it.
    """
    until = now.replace(minute=0, second=0, microsecond=0)
    asked = {
        "now": now,
        "until": until,
        "since": until - SPAN,
        "fresh_since": now - fresh_within,
        "quantities": [name for name, _ in _COMPARABLE],
        "units": [unit for _, unit in _COMPARABLE],
    }
    with store.transaction(tenant=tenant) as connection:
        return Summary(
            read_at=now,
            until=until,
            rooms_hourly=_rows(connection, "room_hours", RoomHour, asked),
            meters=_rows(connection, "meter_hours", MeterHour, asked),
            heard=_rows(connection, "heard_hours", HeardHour, asked),
            refused=_rows(connection, "refused_hours", RefusedHour, asked),
            buildings=_rows(connection, "buildings", BuildingSize, asked),
            rooms=_rows(connection, "rooms", RoomNow, asked),
        )


def _rows(
    connection: Connection, statement: str, kind: type[_Row], asked: dict[str, Any]
) -> tuple[_Row, ...]:
    cursor = connection.cursor(row_factory=class_row(kind))
    return tuple(cursor.execute(_SQL[statement], asked).fetchall())
