"""One room: what its model says of it, and what the devices in it measure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from analytics.quantities import QUANTITIES
from analytics.units import UnitSystem
from dashboard import format
from dashboard.views import devices
from dashboard.views.building import Choice
from dashboard.views.devices import Point
from data.store import readings
from data.store.buildings import SpaceRow
from data.store.devices import SeriesRow
from data.store.pool import Store
from data.store.spatial import NearSensor, Neighbour

SPARK_SPAN = timedelta(hours=24)
_SPARK_EVERY_S = 300
_SPARK_POINTS = 48
_SHORT = 12  # longer names of doors are those of their types, which tell a reader nothing
_DIFFERS = 0.05  # part of the area from which a stated one and the outline's are both told

_RANK = {name: rank for rank, name in enumerate(QUANTITIES)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A word about a room and what it is."""

    label: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertySet:
    """One property set as it is written."""

    name: str
    properties: tuple[Fact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What a model says of a room."""

    id: int
    name: str
    long_name: str | None
    gone: bool  # the newest model no longer has it
    facts: tuple[Fact, ...]
    served_by: tuple[str, ...]
    properties: tuple[PropertySet, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One series in a room, and the device it belongs to."""

    point: Point
    device_id: int
    device: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A device in a room."""

    id: int
    name: str
    freshness: devices.Freshness


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """A room next to the room, and how one gets there."""

    name: str
    long_name: str | None
    how: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearest:
    """The nearest sensor elsewhere of what the room itself does not measure."""

    what: str  # it measures
    device_id: int
    device: str
    where: str


class Sparks:
    """The last day of series, to be drawn small; each is read once in five minutes. Thread-safe."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept = lru_cache(maxsize=1024)(self._read)

    def of(self, series: int, *, tenant: int, now: datetime) -> tuple[float | None, ...]:
        """The mean of each half hour, oldest first; None where there is no reading.

        Raises:
            StoreUnavailable: the database is away.
            StoreBusy: too many wait for it.
        """
        return self._kept(tenant, series, turn(now))

    def _read(self, tenant: int, series: int, turn_: int) -> tuple[float | None, ...]:
        until = datetime.fromtimestamp((turn_ + 1) * _SPARK_EVERY_S, tz=UTC)
        frame = readings.trend(
            self._store,
            tenant=tenant,
            series=series,
            since=until - SPARK_SPAN,
            until=until,
            points=_SPARK_POINTS,
        )
        step_s = readings.step_for(SPARK_SPAN, points=_SPARK_POINTS).total_seconds()
        buckets = [int(at.timestamp() // step_s) for at in frame["at"]]
        means = dict(zip(buckets, frame["mean"], strict=True))
        last = int(until.timestamp() // step_s)
        return tuple(means.get(bucket) for bucket in range(last - _SPARK_POINTS, last + 1))


def turn(now: datetime) -> int:
    """A number that grows when sparks have something new to show."""
    return int(now.timestamp()) // _SPARK_EVERY_S


def room(space: SpaceRow, *, units: UnitSystem = "metric") -> Room:
    """What the model says of a room; its property sets as they are written."""
    said = {
        "Storey": space.storey,
        "Use": space.use,
        "Area": _area(space, units),
        "Height": format.height(space.height_m, units=units) if space.height_m else None,
        "Zones": ", ".join(space.zones),
    }
    return Room(
        id=space.id,
        name=space.name,
        long_name=space.long_name if space.long_name != space.name else None,
        gone=space.gone_at is not None,
        facts=tuple(Fact(label=label, value=value) for label, value in said.items() if value),
        served_by=tuple(space.served_by),
        properties=tuple(
            PropertySet(
                name=name,
                properties=tuple(Fact(label=key, value=_plain(value)) for key, value in held.items()),
            )
            for name, held in sorted(space.properties.items())
            if held
        ),
    )


def measured(
    rows: Iterable[SeriesRow], *, now: datetime, first: str | None = None, units: UnitSystem = "metric"
) -> tuple[Measured, ...]:
    """The series of the devices in a room, those of the chosen quantity first."""
    found = [
        Measured(point=point, device_id=device.id, device=device.name)
        for group in devices.by_device(rows)
        for device in [devices.device(group, now=now, units=units)]
        for point in device.points
    ]
    return tuple(sorted(found, key=lambda one: _importance(one.point, first)))


def devices_of(rows: Iterable[SeriesRow], *, now: datetime) -> tuple[Device, ...]:
    """The devices in a room, by name."""
    found = [devices.device(group, now=now) for group in devices.by_device(rows)]
    return tuple(Device(id=one.id, name=one.name, freshness=one.freshness) for one in found)


def beside(
    found: Iterable[Neighbour], *, building: int, quantity: str | None, units: UnitSystem = "metric"
) -> tuple[Beside, ...]:
    """The rooms next to a room with the way there; each leads to its own place on the plan."""
    return tuple(
        Beside(
            name=one.room.name,
            long_name=one.room.long_name if one.room.long_name != one.room.name else None,
            how=", ".join(_ways(one, units)),
            href=f"/building/{building}"
            + Choice(storey=_text(one.room.storey_id), quantity=quantity, room=one.room.id).search,
        )
        for one in found
    )


def _ways(one: Neighbour, units: UnitSystem) -> list[str]:
    named = ", ".join(sorted({name for name in one.doors if 0 < len(name) <= _SHORT}))
    doors = "through a door" if len(one.doors) == 1 else f"through {len(one.doors)} doors"
    ways = {
        f"{doors} ({named})" if named else doors: bool(one.doors),
        f"{format.height(one.wall_m, units=units)} of wall": one.wall_m > 0,
        "above": one.above_m2 > 0,
        "below": one.below_m2 > 0,
    }
    return [way for way, there in ways.items() if there]


def nearest(
    found: NearSensor | None, *, room: int, quantity: str | None, units: UnitSystem = "metric"
) -> Nearest | None:
    """The nearest sensor in words; None when the room has one itself, or there is none at all."""
    if found is None or found.sensor.space_id == room:
        return None
    sensor, known = found.sensor, QUANTITIES.get(quantity or "")
    storey = f", {sensor.storey}" if sensor.storey else ""
    return Nearest(
        what=known.label if known else "anything",
        device_id=sensor.device_id,
        device=sensor.device,
        where=f"{sensor.space}{storey}, {format.distance(found.distance_m, units=units)} away",
    )


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)


def _importance(point: Point, first: str | None) -> tuple[bool, int]:
    quantity = point.quantity or ""
    return quantity != first, _RANK.get(quantity, len(_RANK))


def _area(space: SpaceRow, units: UnitSystem) -> str | None:
    """The area with where it is from, and the outline's beside it when that tells another one."""
    if space.area_m2 is None:
        return None
    stated = format.area(space.area_m2, units=units, digits=1)
    if space.area_source is None or space.area_source == "footprint":
        return f"{stated}, of its outline"
    drawn = space.footprint_area_m2
    differs = drawn is not None and abs(drawn - space.area_m2) > _DIFFERS * space.area_m2
    outline = f"; its outline has {format.area(drawn, units=units, digits=1)}" if drawn and differs else ""
    return f"{stated}, {space.area_source}{outline}"


def _plain(value: Any) -> str:
    """A property as text: `yes`, `20`, or what it is made of."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return format.number(value)
    if value is None:
        return format.NOTHING
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
