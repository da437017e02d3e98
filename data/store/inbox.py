"""Devices as people put them in order: what each says of itself, where it stands, what is odd about it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Literal

from psycopg.rows import class_row

from analytics.quantities import QUANTITIES
from data.building.room_names import Room
from data.store import statements
from data.store.pool import Connection, Store

CLOCK_AHEAD_S = 60.0  # a device's times may run ahead of ours by so much
CLOCK_BEHIND_S = 3_600.0  # and behind: many send what they measured a while ago

Standing = Literal["waiting", "placed", "aside"]
Online = Literal["online", "offline", "unsaid"]
Flag = Literal["clock", "conflict", "unit", "kind"]
Sort = Literal["name", "heard", "first_seen", "room", "product"]

_SQL = statements.load("inbox")
_SERIES_SHOWN = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesNow:
    """One series of a device with its latest value: a number or a text, or neither yet."""

    device_id: int
    metric: str
    kind: str  # number, boolean or text
    quantity: str | None
    unit: str | None
    at: datetime | None  # aware
    value: float | None
    text: str | None
    total: int  # how many series the device has


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesFlag:
    """What is odd about one series."""

    device_id: int
    metric: str
    flag: Flag
    count: int
    last_at: datetime  # aware: when it was last noticed
    detail: dict[str, Any]  # of the last time: kept, refused and at of a conflict, else from and to


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRow:
    """One device; what it does not say of itself is None."""

    id: int
    name: str
    label: str | None
    convention: str
    manufacturer: str | None
    model: str | None
    firmware: str | None
    area: str | None
    created_at: datetime  # aware, as the others
    ignored_at: datetime | None
    last_seen: datetime | None  # None: announced, never heard
    online: bool | None
    online_at: datetime | None
    clock_ahead_s: float | None
    space_id: int | None
    space: str | None
    storey: str | None
    building_id: int | None
    building: str | None
    total: int  # how many devices the filter leaves
    series: tuple[SeriesNow, ...] = ()  # the most telling few
    flags: tuple[SeriesFlag, ...] = ()

    @property
    def standing(self) -> Standing:
        """Whether it stands in a room, waits for one, or was set aside."""
        if self.space_id is not None:
            return "placed"
        return "waiting" if self.ignored_at is None else "aside"

    @property
    def clock_is_off(self) -> bool:
        """Whether its times are further from ours than is usual."""
        ahead_s = self.clock_ahead_s or 0.0
        return ahead_s > CLOCK_AHEAD_S or ahead_s < -CLOCK_BEHIND_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which devices; None: whatever it is. Every word of the search is in a name, product, area or room."""

    ids: tuple[int, ...] | None = None
    standing: Standing | None = None
    search: str = ""
    building_id: int | None = None
    online: Online | None = None
    convention: str | None = None
    manufacturer: str | None = None
    flag: Flag | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many devices stand in no room."""

    waiting: int
    aside: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What there is to filter by, each in order."""

    conventions: list[str]
    manufacturers: list[str]
    building_ids: list[int]
    buildings: list[str]  # names, as the ids


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A device from the room it was seen in to another; None: no room."""

    device_id: int
    from_id: int | None
    to_id: int | None


def find(
    store: Store,
    *,
    tenant: int,
    wanted: Wanted,
    sort: Sort = "first_seen",
    descending: bool = True,
    offset: int = 0,
    limit: int = 100,
) -> list[DeviceRow]:
    """A page of the devices wanted; empty when the tenant has none of them, or none so far along.

    Raises:
        StoreUnavailable: the database is away.
        StoreBusy: too many wait for it.
    """
    asked = {field.name: getattr(wanted, field.name) for field in fields(wanted)} | {
        "ids": None if wanted.ids is None else list(wanted.ids),
        "patterns": [f"%{_escaped(word)}%" for word in wanted.search.split()],
        "clock_ahead_s": CLOCK_AHEAD_S,
        "clock_behind_s": CLOCK_BEHIND_S,
        "sort": sort,
        "descending": descending,
        "offset": offset,
        "limit": limit,
    }
    with store.transaction(tenant=tenant) as connection:
        cursor = connection.cursor(row_factory=class_row(DeviceRow))
        rows = cursor.execute(_SQL["devices"], asked).fetchall()
        return _with_series(connection, rows)


def counts(store: Store, *, tenant: int) -> Counts:
    """How many devices stand in no room. Raises what `find` does."""
    with store.transaction(tenant=tenant) as connection:
        cursor = connection.cursor(row_factory=class_row(Counts))
        return cursor.execute(_SQL["counts"]).fetchone() or Counts(waiting=0, aside=0)


def choices(store: Store, *, tenant: int) -> Choices:
    """What there is to filter by. Raises what `find` does."""
    with store.transaction(tenant=tenant) as connection:
        cursor = connection.cursor(row_factory=class_row(Choices))
        found = cursor.execute(_SQL["choices"]).fetchone()
    assert found is not None  # a row of arrays, however empty
    return found


def rooms_revision(store: Store, *, tenant: int) -> str:
    """Another text after every import of a building. Raises what `find` does."""
    with store.transaction(tenant=tenant) as connection:
        row = connection.execute(_SQL["rooms_revision"]).fetchone()
    return str(row[0]) if row else ""


def rooms(store: Store, *, tenant: int) -> list[Room]:
    """Every room that can take a device: by building, from the lowest storey up. Raises what `find` does."""
    with store.transaction(tenant=tenant) as connection:
        return connection.cursor(row_factory=class_row(Room)).execute(_SQL["rooms"]).fetchall()


def place(store: Store, *, tenant: int, moves: Sequence[Move], actor: str) -> set[int]:
    """Move devices, all of them at once; the ids of those that moved.

    One that stands elsewhere by now, or whose room is no longer there, stays. One that was set aside is
    no longer, once it has a room. Raises what `find` does.
    """
    asked = {
        "device_ids": [move.device_id for move in moves],
        "from_ids": [move.from_id for move in moves],
        "to_ids": [move.to_id for move in moves],
    }
    with store.transaction(tenant=tenant, actor=actor) as connection:
        return _changed(connection, "place", asked)


def set_aside(store: Store, *, tenant: int, ids: Sequence[int], aside: bool, actor: str) -> set[int]:
    """Set devices without a room aside, or bring them back; the ids of those that changed.

    Raises what `find` does.
    """
    with store.transaction(tenant=tenant, actor=actor) as connection:
        return _changed(connection, "set_aside", {"device_ids": list(ids), "aside": aside})


def _with_series(connection: Connection, rows: list[DeviceRow]) -> list[DeviceRow]:
    asked = {"ids": [row.id for row in rows], "quantities": list(QUANTITIES), "most": _SERIES_SHOWN}
    series: dict[int, list[SeriesNow]] = defaultdict(list)
    for one in connection.cursor(row_factory=class_row(SeriesNow)).execute(_SQL["series"], asked):
        series[one.device_id].append(one)
    flags: dict[int, list[SeriesFlag]] = defaultdict(list)
    for flag in connection.cursor(row_factory=class_row(SeriesFlag)).execute(_SQL["flags"], asked):
        flags[flag.device_id].append(flag)
    return [replace(row, series=tuple(series[row.id]), flags=tuple(flags[row.id])) for row in rows]


def _changed(connection: Connection, statement: str, asked: dict[str, Any]) -> set[int]:
    ids = {int(row[0]) for row in connection.execute(_SQL[statement], asked)}
    if ids:
        connection.execute(_SQL["version_grow"])
    return ids


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
