"""Devices in the inbox and the list of all: what they say of themselves, and where they may stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from zlib import crc32

from analytics.quantities import QUANTITIES
from analytics.units import UnitSystem
from dashboard import format
from dashboard.views import devices
from dashboard.views.devices import Freshness
from data.building.room_names import Room, RoomNames
from data.store import inbox
from data.store.inbox import DeviceRow, Move, SeriesFlag, SeriesNow
from data.store.pool import Store

OFFERED = 3  # rooms that are buttons; more are only in the list of rooms

_SEPARATOR = " · "


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """What a series measures, and its latest value."""

    text: str
    quantity: str | None
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Odd:
    """Something odd about a device: in a few words, and in a sentence."""

    short: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A room with where it is."""

    room_id: int
    room: str
    where: str  # storey and building
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """Whether a device says it can be reached: a word and since when."""

    online: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One device as it is written."""

    id: int
    title: str  # its label, else its name
    name: str | None  # where the title is another
    product: str  # manufacturer and model
    firmware: str | None
    convention: str
    area: str | None
    availability: Availability | None  # None: it does not say
    heard: Freshness
    first_seen: str
    chips: tuple[Chip, ...]
    more: int  # series beyond the chips
    oddities: tuple[Odd, ...]
    place: Place | None
    aside: bool
    suggested: tuple[Place, ...]

    @property
    def fixed(self) -> int:
        """A number that is another one when what does not change by itself did."""
        said = (self.title, self.name, self.product, self.firmware, self.area, self.place, self.aside)
        return crc32(repr((said, self.suggested)).encode())


class Rooms:
    """The rooms of each tenant, read again only after an import. Thread-safe."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._names = lru_cache(maxsize=64)(self._read)

    def of(self, tenant: int) -> RoomNames:
        """The rooms that the tenant's devices can be placed in.

        Raises:
            StoreUnavailable: the database is away.
            StoreBusy: too many wait for it.
        """
        return self._names(tenant, inbox.rooms_revision(self._store, tenant=tenant))

    def _read(self, tenant: int, _revision: str) -> RoomNames:
        return RoomNames(inbox.rooms(self._store, tenant=tenant))


def device(
    row: DeviceRow, *, now: datetime, rooms: RoomNames | None = None, units: UnitSystem = "metric"
) -> Device:
    """One device; rooms are suggested to one without a room when they are given."""
    named = row.label is not None and row.label != row.name
    return Device(
        id=row.id,
        title=title(row),
        name=row.name if named else None,
        product=_SEPARATOR.join(filter(None, (row.manufacturer, row.model))),
        firmware=row.firmware,
        convention=row.convention,
        area=row.area,
        availability=_availability(row, now=now),
        heard=devices.freshness(row.last_seen, now=now),
        first_seen=format.age(row.created_at, now=now),
        chips=tuple(_chip(one, row.series, units) for one in row.series),
        more=max(0, (row.series[0].total if row.series else 0) - len(row.series)),
        oddities=oddities(row, now=now),
        place=_place_of(row),
        aside=row.standing == "aside",
        suggested=suggested(row, rooms) if rooms and row.standing != "placed" else (),
    )


def title(row: DeviceRow) -> str:
    """What people call a device."""
    return row.label or row.name


def suggested(row: DeviceRow, rooms: RoomNames) -> tuple[Place, ...]:
    """The rooms that a device's area, label or name tells of."""
    return tuple(place(room) for room in rooms.suggest(area=row.area, texts=(row.label, row.name)))


def place(room: Room) -> Place:
    """A room as it is written."""
    long_name = room.long_name if room.long_name != room.name else None
    return Place(
        room_id=room.id,
        room=" ".join(filter(None, (room.name, long_name))),
        where=_SEPARATOR.join(filter(None, (room.storey, room.building))),
        href=_href(room.building_id, room.id),
    )


def room_choices(rooms: RoomNames, first: Sequence[Place]) -> list[dict[str, Any]]:
    """All rooms for a list to choose from: those suggested first, the others by storey and building."""
    groups: dict[str, list[dict[str, str]]] = {}
    if first:
        groups["Suggested"] = [_choice(one, whole=True) for one in first]
    taken = {one.room_id for one in first}
    for one in map(place, rooms.rooms):
        if one.room_id not in taken:
            groups.setdefault(one.where, []).append(_choice(one))
    return [{"group": group, "items": items} for group, items in groups.items()]


def oddities(row: DeviceRow, *, now: datetime) -> tuple[Odd, ...]:
    """What is odd about a device and its series."""
    return (*_clock(row), *(_flag(one, now=now) for one in row.flags))


def told(rows: Iterable[DeviceRow], moves: Sequence[Move], moved: set[int]) -> str | None:
    """What a move came to, in a sentence; None when all stand there already.

    Args:
        rows: The devices as they are after it.
        moves: What was wanted.
        moved: The ids of those that moved.
    """
    by_id = {row.id: row for row in rows}
    went = [row for id_, row in by_id.items() if id_ in moved]
    there = {move.device_id for move in moves if _is_there(by_id.get(move.device_id), move)}
    stayed = len({move.device_id for move in moves} - there)
    if not went and not stayed:
        return None
    sentences = [_went(went)] if went else []
    if stayed:
        what = "One device" if stayed == 1 else f"{stayed} devices"
        sentences.append(f"{what} stayed: moved by somebody else meanwhile, or the room is gone.")
    return " ".join(sentences)


def _went(rows: Sequence[DeviceRow]) -> str:
    if len(rows) > 1:
        return f"{len(rows)} devices {'stand in their rooms' if rows[0].space else 'wait for a room'} now."
    room = f"stands in {rows[0].space} now" if rows[0].space else "stands in no room now"
    return f"{title(rows[0])} {room}."


def _is_there(row: DeviceRow | None, move: Move) -> bool:
    return row is not None and row.space_id == move.to_id


def _availability(row: DeviceRow, *, now: datetime) -> Availability | None:
    if row.online is None:
        return None
    since = f" for {format.span(now - row.online_at)}" if row.online_at else ""
    return Availability(online=row.online, text=f"{'online' if row.online else 'offline'}{since}")


def _chip(one: SeriesNow, series: Sequence[SeriesNow], units: UnitSystem) -> Chip:
    known = QUANTITIES.get(one.quantity or "")
    alone = sum(other.quantity == one.quantity for other in series) == 1
    label = known.label if known and alone else " ".join(one.metric.split())
    return Chip(text=f"{label} {format.value(one, units=units)}", quantity=one.quantity, kind=one.kind)


def _place_of(row: DeviceRow) -> Place | None:
    if row.space_id is None or row.building_id is None:
        return None
    where = _SEPARATOR.join(filter(None, (row.storey, row.building)))
    return Place(
        room_id=row.space_id,
        room=row.space or "",
        where=where,
        href=_href(row.building_id, row.space_id),
    )


def _href(building: int, room: int) -> str:
    return f"/building/{building}?room={room}"


def _choice(one: Place, *, whole: bool = False) -> dict[str, str]:
    label = f"{one.room}{_SEPARATOR}{one.where}" if whole else one.room
    return {"value": str(one.room_id), "label": label}


def _clock(row: DeviceRow) -> Iterable[Odd]:
    if not row.clock_is_off or row.clock_ahead_s is None:
        return
    off = format.span(timedelta(seconds=abs(row.clock_ahead_s)))
    if row.clock_ahead_s > 0:
        yield Odd(
            short=f"clock {off} ahead",
            sentence=f"Its times are {off} ahead of when they arrive: check its clock and time zone.",
        )
    else:
        yield Odd(
            short=f"clock {off} behind",
            sentence=f"Its times are {off} behind when they arrive: "
            "check its clock and time zone, or whether its messages are held up.",
        )


def _flag(one: SeriesFlag, *, now: datetime) -> Odd:
    at, detail = format.age(one.last_at, now=now), one.detail
    if one.flag == "conflict":
        times = "once" if one.count == 1 else f"{one.count} times"
        kept, refused = (_said(detail.get(name)) for name in ("kept", "refused"))
        return Odd(
            short=f"two values for one time ({one.count})",
            sentence=f"{one.metric} said two values for one time, {times}, the last {at}: "
            f"{kept} came first and was kept, {refused} was not.",
        )
    what = "unit" if one.flag == "unit" else "kind"
    change = f"{what} changed from {_said(detail.get('from'))} to {_said(detail.get('to'))}"
    return Odd(
        short=change,
        sentence=f"{one.metric}: its {change}, {at}. "
        "What cannot be compared with what was before is a series of its own.",
    )


def _said(value: Any) -> str:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return format.number(value)
    return "none" if value is None or value == "" else str(value)
