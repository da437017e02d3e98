"""What analytics is given: the readings of many series at once, as frames, and which of them are due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from psycopg.rows import class_row

from data.store import statements
from data.store.pool import Connection, Store

_SQL = statements.load("analysis_input")

Step = Literal["5min", "1hour"]
STEPS: dict[Step, timedelta] = {"5min": timedelta(minutes=5), "1hour": timedelta(hours=1)}

# One row of a binary COPY of (int4, timestamptz, float8) without nulls: the number of columns, then each
# with its length.
_ROW = np.dtype(
    [("columns", ">i2"), ("l1", ">i4"), ("series", ">i4"), ("l2", ">i4"), ("at", ">i8"), ("l3", ">i4"),
     ("value", ">f8")]
)  # fmt: skip
_HEADER, _TRAILER = 19, 2  # bytes
_EPOCH_US = 946_684_800_000_000  # PostgreSQL counts from 2000

Rows = npt.NDArray[Any]


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
    rows = _rows(connection, f"means_{step}", ids, since, until)
    if not len(rows):
        index = pd.DatetimeIndex([], dtype="datetime64[us, UTC]")
        return pd.DataFrame(index=index, columns=list(ids), dtype=float)
    step_us = STEPS[step] // timedelta(microseconds=1)
    first = int(rows["at"].min())
    positions = (rows["at"].astype(np.int64) - first) // step_us
    columns = np.asarray(ids)
    order = np.argsort(columns)
    places = order[np.searchsorted(columns, rows["series"].astype(np.int64), sorter=order)]
    values = np.full((int(positions.max()) + 1, len(columns)), np.nan)
    values[positions, places] = rows["value"]
    ats = (first + _EPOCH_US + step_us * np.arange(len(values))).view("datetime64[us]")
    return pd.DataFrame(values, index=pd.DatetimeIndex(ats).tz_localize(UTC), columns=list(ids))


def readings(
    connection: Connection, *, ids: Sequence[int], since: datetime, until: datetime
) -> dict[int, pd.Series]:
    """The raw readings of many series at once: by id, oldest first, indexed by their times in UTC.

    A series without readings in the period is left out.
    """
    rows = _rows(connection, "readings", ids, since, until)
    owners = rows["series"].astype(np.int64)
    edges = np.flatnonzero(np.diff(owners)) + 1
    parts = (part for part in np.split(rows, edges) if len(part))
    return {int(part["series"][0]): _series(part) for part in parts}


def _series(rows: Rows) -> pd.Series:
    ats = (rows["at"].astype(np.int64) + _EPOCH_US).view("datetime64[us]")
    return pd.Series(rows["value"].astype(float), index=pd.DatetimeIndex(ats).tz_localize(UTC))


def _rows(
    connection: Connection, statement: str, ids: Sequence[int], since: datetime, until: datetime
) -> Rows:
    """Rows of a COPY without a Python object for any of them."""
    wanted = {"ids": list(ids), "since": since, "until": until}
    with connection.cursor().copy(_SQL[statement], wanted) as copy:
        said = b"".join(copy)
    return np.frombuffer(
        said, dtype=_ROW, count=(len(said) - _HEADER - _TRAILER) // _ROW.itemsize, offset=_HEADER
    )
