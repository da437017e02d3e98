"""What analytics is given: the readings of many series at once, as frames, and which of them are due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from psycopg.rows import class_row

from data.building.model import Properties
from data.store import statements
from data.store.pool import Connection, Store

_SQL = statements.load("analysis_input")

Step = Literal["5min", "1hour"]
STEPS: dict[Step, timedelta] = {"5min": timedelta(minutes=5), "1hour": timedelta(hours=1)}

_EPOCH_US = 946_684_800_000_000  # PostgreSQL counts from 2000

# The times of a series, in microseconds since 1970, and its values.
_Course = tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesInfo:
    """A series to be judged, and where its device stands."""

    series_id: int
    device_id: int
    device: str
    metric: str
    kind: str
    quantity: str | None
    unit: str | None
    space_id: int | None
    building_id: int | None
    timezone: str | None  # of the building
    last_seen: datetime | None  # of the device


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomSeries:
    """A series of a room; or of the building's weather, which stands in none."""

    series_id: int
    device_id: int
    space_id: int | None
    storey_id: int | None
    metric: str
    kind: str
    quantity: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildingSeries:
    """The number series of a building's rooms and weather, and which systems serve which room."""

    timezone: str
    series: tuple[RoomSeries, ...]
    systems: tuple[tuple[int, int], ...]  # system, room


def of_building(connection: Connection, building: int) -> BuildingSeries:
    """What the rooms of a building of the transaction's tenant measure."""
    wanted = {"building_id": building}
    zone = connection.execute(_SQL["timezone"], wanted).fetchone()
    cursor = connection.cursor(row_factory=class_row(RoomSeries))
    return BuildingSeries(
        timezone=zone[0] if zone else "UTC",
        series=tuple(cursor.execute(_SQL["building_series"], wanted).fetchall()),
        systems=tuple(connection.execute(_SQL["building_systems"], wanted).fetchall()),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    """A piece of equipment with its property sets."""

    id: int
    name: str
    properties: Properties


def equipment(connection: Connection, building: int) -> list[Equipment]:
    """What of a building's equipment has property sets."""
    cursor = connection.cursor(row_factory=class_row(Equipment))
    return cursor.execute(_SQL["equipment"], {"building_id": building}).fetchall()


def equipment_of_series(connection: Connection, ids: Sequence[int]) -> dict[int, Properties]:
    """By series: the property sets of the equipment that its device stands at."""
    return dict(connection.execute(_SQL["equipment_of_series"], {"ids": list(ids)}).fetchall())


def tenants(store: Store) -> list[int]:
    """The ids of all tenants; as the worker role."""
    with store.transaction() as connection:
        return [int(row[0]) for row in connection.execute(_SQL["tenants"])]


def due_series(
    store: Store, *, tenant: int, kind: str, every: timedelta, window: timedelta, kinds: Sequence[str]
) -> list[int]:
    """The series whose analysis of a kind is due: never done, long ago, or earlier readings came in since.

    Args:
        store: As the worker role.
        tenant: Whose series.
        kind: Of analysis.
        every: How often it is done.
        window: How far back it looks; series without a reading in it are never due.
        kinds: Of series: number, boolean, text.
    """
    wanted = {"kind": kind, "every": every, "window": window, "kinds": list(kinds)}
    with store.transaction(tenant=tenant) as connection:
        return [int(row[0]) for row in connection.execute(_SQL["due_series"], wanted)]


def due_devices(store: Store, *, tenant: int, every: timedelta) -> list[int]:
    """The devices that said a number or a state at some time and whose health is due."""
    with store.transaction(tenant=tenant) as connection:
        return [int(row[0]) for row in connection.execute(_SQL["due_devices"], {"every": every})]


def due_buildings(store: Store, *, tenant: int, kind: str, every: timedelta, window: timedelta) -> list[int]:
    """The buildings with devices whose analysis of a kind is due."""
    wanted = {"kind": kind, "every": every, "window": window}
    with store.transaction(tenant=tenant) as connection:
        return [int(row[0]) for row in connection.execute(_SQL["due_buildings"], wanted)]


def series(connection: Connection, *, ids: Sequence[int]) -> list[SeriesInfo]:
    """What is known of some series of the transaction's tenant, by id."""
    cursor = connection.cursor(row_factory=class_row(SeriesInfo))
    return cursor.execute(_SQL["series"], {"ids": list(ids)}).fetchall()


def means(
    connection: Connection, *, ids: Sequence[int], step: Step, since: datetime, until: datetime
) -> pd.DataFrame:
    """The mean of each bucket of a rollup, for many series at once.

    Args:
        connection: In a transaction of the tenant's.
        ids: Of the series.
        step: Of the rollup.
        since: Beginning, aware; the first bucket begins there or later.
        until: End, aware; not included.

    Returns:
        One column a series, in the order of `ids`, float64; index of all buckets from the first to the last
        in UTC, NaN where a series said nothing. Without any reading, no rows.
    """
    courses = _courses(connection, f"means_{step}", ids, since, until)
    if not courses:
        index = pd.DatetimeIndex([], dtype="datetime64[us, UTC]")
        return pd.DataFrame(index=index, columns=list(ids), dtype=float)
    step_us = STEPS[step] // timedelta(microseconds=1)
    first = min(int(ats.min()) for ats, _ in courses.values())
    last = max(int(ats.max()) for ats, _ in courses.values())
    values = np.full((len(ids), (last - first) // step_us + 1), np.nan)
    for row, number in zip(values, ids, strict=True):
        if number in courses:
            ats, means_ = courses[number]
            row[(ats - first) // step_us] = means_
    return pd.DataFrame(values.T, index=_index(np.arange(first, last + 1, step_us)), columns=list(ids))


def readings(
    connection: Connection, *, ids: Sequence[int], since: datetime, until: datetime
) -> dict[int, pd.Series]:
    """The raw readings of many series at once: by id, oldest first, indexed by their times in UTC.

    A series without readings in the period is left out.
    """
    found = {}
    for number, (ats, values) in _courses(connection, "readings", ids, since, until).items():
        order = np.argsort(ats)
        found[number] = pd.Series(values[order], index=_index(ats[order]))
    return found


def _index(ats_us: npt.NDArray[np.int64]) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(ats_us.view("datetime64[us]")).tz_localize(UTC)


def _times(packed: bytes) -> npt.NDArray[np.int64]:
    return np.frombuffer(packed, dtype=">i8").astype(np.int64) + _EPOCH_US


def _courses(
    connection: Connection, statement: str, ids: Sequence[int], since: datetime, until: datetime
) -> dict[int, _Course]:
    """By series, what it said in any order, without a Python object for single readings."""
    cursor = connection.cursor(binary=True)
    wanted = {"ids": list(ids), "since": since, "until": until}
    return {
        number: (
            _times(ats),
            np.frombuffer(values, dtype=">f8").astype(np.float64),
        )
        for number, ats, values in cursor.execute(_SQL[statement], wanted)
    }


def taken_away(connection: Connection, *, ids: Sequence[int], since: datetime) -> dict[int, pd.DatetimeIndex]:
    """By series: the times of readings that corrections took away since then."""
    cursor = connection.cursor(binary=True)
    found = cursor.execute(_SQL["taken_away"], {"ids": list(ids), "since": since})
    return {number: _index(np.sort(_times(ats))) for number, ats in found}
