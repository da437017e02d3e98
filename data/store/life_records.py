"""What people record of devices: put into service or repaired, failed, retired without failing.

Records are never changed; one that is undone stays and says so. Those of a device that stand never contradict
one another, so its lives can be told from them. All functions give what is the tenant's alone; they raise
StoreUnavailable while the database is away, and StoreBusy when too many wait for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import get_args

from psycopg.rows import class_row

from analytics.failure import Life, contradiction, lives
from analytics.failure.records import Kind
from data.building.model import Properties
from data.errors import BadInput
from data.store import statements
from data.store.pool import Connection, Store

_SQL = statements.load("life_records")
_LONGEST_NOTE = 500
_EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeRecord:
    """One thing that was recorded, and whether it still stands."""

    id: int
    device_id: int
    kind: Kind
    at: datetime  # aware, as the other times
    note: str  # of a failure: its mode and cause, in short
    actor: str
    made_at: datetime
    undone_by: str | None
    undone_at: datetime | None  # None: it stands


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceLives:
    """A device's records and the lives that they tell of."""

    device_id: int
    type: str  # its lives are learned from together with those of this type
    heard: datetime | None  # when its readings begin
    records: tuple[LifeRecord, ...]  # newest first, those that were undone too
    lives: tuple[Life, ...]  # oldest first


@dataclass(frozen=True, slots=True, kw_only=True)
class DueType:
    """A type of devices whose remaining life is due."""

    type: str
    devices: tuple[int, ...]


def record(
    store: Store, *, tenant: int, device: int, kind: str, at: datetime, note: str, actor: str
) -> LifeRecord:
    """Record what happened to a device.

    Args:
        store: The store, as the web role.
        tenant: Whose device it is.
        device: Its id.
        kind: `in service` (put there or repaired), `failed`, or `retired` without a failure.
        at: When it happened; aware.
        note: What happened, in at most 500 characters; of a failure never empty.
        actor: Who says so.

    Raises:
        BadInput: there is no such device, or this contradicts what is known of it.
    """
    _check(kind, at)
    row = {"device_id": device, "kind": kind, "at": at, "note": _cleaned(note, kind), "actor": actor}
    with store.transaction(tenant=tenant, actor=actor) as connection:
        _lock(connection, device)
        made = connection.execute(_SQL["record"], row).fetchone()
        assert made is not None  # of the row just written
        _hold(connection, device)
        connection.execute(_SQL["version_grow"])
        return _find(connection, made[0])


def undo(store: Store, record: int, *, tenant: int, actor: str, device: int | None = None) -> LifeRecord:
    """Take a record back; it stays in the list.

    Args:
        store: The store, as the web role.
        record: Its id.
        tenant: Whose it is.
        actor: Who takes it back.
        device: Only if it is of this one.

    Raises:
        BadInput: there is no such record, it was undone already, or the others would contradict one another
            without it.
    """
    with store.transaction(tenant=tenant, actor=actor) as connection:
        of = _find(connection, record).device_id
        if device not in (None, of):
            raise BadInput("There is no such record.")
        _lock(connection, of)
        if _find(connection, record).undone_at is not None:
            raise BadInput("This record was undone already.")
        connection.execute(_SQL["undo"], {"record_id": record, "actor": actor})
        _hold(connection, of, said="This record cannot be undone alone. ")
        connection.execute(_SQL["version_grow"])
        return _find(connection, record)


def of_device(store: Store, *, tenant: int, device: int) -> DeviceLives | None:
    """A device's records and lives; None: there is no such device."""
    with store.transaction(tenant=tenant) as connection:
        return of_devices(connection, [device]).get(device)


def of_devices(connection: Connection, ids: Sequence[int]) -> dict[int, DeviceLives]:
    """The records and lives of devices of the transaction's tenant, until now; in the order of their ids."""
    told: dict[int, list[LifeRecord]] = defaultdict(list)
    for one in _records(connection, ids=ids):
        told[one.device_id].append(one)
    now = _now(connection)
    return {
        device: DeviceLives(
            device_id=device,
            type=type_,
            heard=heard,
            records=tuple(told[device]),
            lives=lives(_standing(told[device]), heard=heard, now=now),
        )
        for device, type_, heard in sorted(connection.execute(_SQL["types"], {"ids": list(ids)}))
    }


def due_types(store: Store, *, tenant: int, kind: str, every: timedelta) -> list[DueType]:
    """The types of devices whose analysis of a kind is due: what was recorded was not seen, or long ago."""
    with store.transaction(tenant=tenant) as connection:
        rows = connection.execute(_SQL["due_types"], {"kind": kind, "every": every})
        return [DueType(type=type_, devices=tuple(devices)) for type_, devices in rows]


def number_series(connection: Connection, ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """By device: the ids of its series of numbers, by what they measure in which unit."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for device, series, sensor in connection.execute(_SQL["number_series"], {"ids": list(ids)}):
        found[device][sensor] = series
    return found


def equipment(connection: Connection, ids: Sequence[int]) -> dict[int, Properties]:
    """By device: the property sets of the equipment that it stands at."""
    return dict(connection.execute(_SQL["equipment"], {"ids": list(ids)}).fetchall())


def _check(kind: str, at: datetime) -> None:
    if kind not in get_args(Kind):
        raise BadInput(f"Say what happened: {', '.join(get_args(Kind))}.")
    if at < _EARLIEST:
        raise BadInput("Give a time after the year 1900.")


def _cleaned(said: str, kind: str) -> str:
    note = " ".join(said.replace("\0", " ").split())
    if kind == "failed" and not note:
        raise BadInput("Say what failed and how: whoever compares failures later has only this.")
    if len(note) > _LONGEST_NOTE:
        raise BadInput(f"Say what happened in at most {_LONGEST_NOTE} characters.")
    return note


def _lock(connection: Connection, device: int) -> None:
    if connection.execute(_SQL["lock_device"], {"device_id": device}).fetchone() is None:
        raise BadInput("There is no such device.")


def _hold(connection: Connection, device: int, *, said: str = "") -> None:
    """Refuse the transaction if the records of a device that stand contradict one another now."""
    (known,) = of_devices(connection, [device]).values()
    doubt = contradiction(_standing(known.records), heard=known.heard, now=_now(connection))
    if doubt is not None:
        raise BadInput(said + doubt)


def _standing(records: Sequence[LifeRecord]) -> list[LifeRecord]:
    return [one for one in records if one.undone_at is None]


def _now(connection: Connection) -> datetime:
    row = connection.execute("SELECT now()").fetchone()
    assert row is not None  # one row
    at: datetime = row[0]
    return at


def _find(connection: Connection, record: int) -> LifeRecord:
    found = _records(connection, record=record)
    if not found:
        raise BadInput("There is no such record.")
    return found[0]


def _records(
    connection: Connection, *, ids: Sequence[int] = (), record: int | None = None
) -> list[LifeRecord]:
    cursor = connection.cursor(row_factory=class_row(LifeRecord))
    return cursor.execute(_SQL["records"], {"ids": list(ids), "record_id": record}).fetchall()
