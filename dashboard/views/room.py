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
from dashboard.views.devices import Point
from data.store import readings
from data.store.buildings import SpaceRow
from data.store.devices import SeriesRow
from data.store.pool import Store

SPARK_SPAN = timedelta(hours=24)
_SPARK_EVERY_S = 300
_SPARK_POINTS = 48
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
