"""What the Overview shows below its numbers: buildings, rooms out of their band, how complete the data
are, the devices that match, the messages that were refused.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from analytics.quantities import QUANTITIES
from analytics.units import UnitSystem
from dashboard import format
from dashboard.snapshot import Snapshot
from dashboard.views import devices
from dashboard.views.devices import Device, Freshness
from data.store.devices import SeriesRow
from data.store.summary import BuildingSize, RoomNow, Summary

Sort = Literal["name", "heard"]
SORTS: dict[Sort, str] = {"name": "Name", "heard": "Last heard"}

PAGE_SIZE = 12  # three rows beside a wide window's other sections
WORST_ROOMS = 5

# What rooms are held to where their model asks for nothing else.
CO2_PPM = 1_000.0
COMFORT_C = (20.0, 26.0)
_PPM_LIKE_A_DEGREE = 200.0  # about one category of EN 16798-1, as a degree or two are
_WORK_HOURS = range(7, 19)  # Monday to Friday: outside them heating and cooling are set back on purpose
_BELIEVABLE_C = (5.0, 40.0)  # a model may state its temperatures in another unit
_GAP = "\u00a0"
_RowsOfDevice = tuple[SeriesRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kpi:
    """One number with what it is and what explains it."""

    label: str
    value: str
    note: str
    warns: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildingCard:
    """One building and how much of it is measured."""

    id: int
    name: str
    rooms: str
    area: str
    devices: str
    fresh: str  # share of all rooms that have a fresh reading
    fresh_note: str
    warns: bool  # rooms with devices are silent


@dataclass(frozen=True, slots=True, kw_only=True)
class WorstRoom:
    """One room outside of its band."""

    id: int
    name: str
    long_name: str | None
    building_id: int
    building: str
    storey_id: int | None
    quantity: str
    value: str
    band: str  # what it should have been


@dataclass(frozen=True, slots=True, kw_only=True)
class WorstRooms:
    """The rooms furthest out, the worst first."""

    rooms: tuple[WorstRoom, ...]
    outside: int  # rooms in all
    judged: int  # rooms that have a fresh value to judge
    held_to: str  # in a sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """How complete the data of one day are."""

    name: str
    share: float | None  # of the expected hours of all series, from 0 to 1; None: nothing was expected
    written: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Messages that could not be understood, for one reason."""

    reason: str
    count: str
    topic: str
    freshness: Freshness  # of the newest


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """One page of the list, and what was refused."""

    devices: tuple[Device, ...]  # of this page of the list
    matching: int  # devices on all its pages
    total: int
    heard: int  # of the total, in the last minutes
    page: int  # from 1
    pages: int
    refused: tuple[Refused, ...]


def overview(
    snapshot: Snapshot,
    *,
    now: datetime,
    search: str = "",
    sort: Sort = "name",
    page: int = 1,
    units: UnitSystem = "metric",
) -> Overview:
    """The page of a snapshot.

    Args:
        snapshot: What is known of the tenant's devices.
        now: The server's time, aware; ages are counted from it.
        search: Words that a device's name, room, metrics and quantities must all contain.
        sort: Order of the devices.
        page: Which page of the list, from 1; one that is not there gives the nearest.
        units: What the reader reads.
    """
    found = devices.by_device(snapshot.rows)
    matching = _sorted([rows for rows in found if _matches(rows, search)], sort)
    pages = max(1, -(-len(matching) // PAGE_SIZE))
    page = min(max(1, page), pages)
    shown = matching[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    return Overview(
        devices=tuple(devices.device(rows, now=now, units=units) for rows in shown),
        matching=len(matching),
        total=len(found),
        heard=sum(now - rows[0].last_seen <= devices.FRESH_WITHIN for rows in found),
        page=page,
        pages=pages,
        refused=tuple(
            Refused(
                reason=refusal.reason,
                count=format.number(refusal.count, digits=0),
                topic=refusal.topic,
                freshness=devices.freshness(refusal.last_at, now=now),
            )
            for refusal in snapshot.refusals
        ),
    )


def buildings(found: Summary, *, units: UnitSystem = "metric") -> tuple[BuildingCard, ...]:
    """The tenant's buildings, by name."""
    return tuple(
        _building(size, [room for room in found.rooms if room.building_id == size.id], units)
        for size in found.buildings
    )


def _building(size: BuildingSize, rooms: Sequence[RoomNow], units: UnitSystem) -> BuildingCard:
    fresh = sum(room.fresh for room in rooms)
    return BuildingCard(
        id=size.id,
        name=size.name,
        rooms=format.number(size.rooms, digits=0),
        area=format.area(size.area_m2, units=units) if size.area_m2 else format.NOTHING,
        devices=format.number(sum(room.devices for room in rooms), digits=0),
        fresh=format.share(fresh, size.rooms),
        fresh_note=f"{fresh} of {size.rooms} rooms have a reading of the last hour",
        warns=fresh < len(rooms),
    )


def worst_rooms(found: Summary, *, units: UnitSystem = "metric") -> WorstRooms:
    """The rooms that are furthest outside of their band now; 200 ppm of CO₂ weigh as much as 1 °C.

    Temperatures are judged on working days from 7 to 19 o'clock of the building, against what the
    room's model asks for, else `COMFORT_C`.
    """
    measured = [room for room in found.rooms if room.temperature_c is not None or room.co2_ppm is not None]
    outside = [
        max(out, key=lambda one: one[0]) for room in measured if (out := _outside(room, found.read_at, units))
    ]
    outside.sort(key=lambda one: (-one[0], one[1].building, devices.natural(one[1].name)))
    return WorstRooms(
        rooms=tuple(room for _, room in outside[:WORST_ROOMS]),
        outside=len(outside),
        judged=len(measured),
        held_to=f"CO₂ up to {CO2_PPM:.0f} ppm; on working days from 7 to 19 o'clock also the temperatures "
        f"that the room's model asks for, else {_band(COMFORT_C, units)}.",
    )


def out_of_band(found: Summary) -> dict[int, tuple[int, int]]:
    """How many rooms of each building are outside of their band now, of how many that are judged."""
    counts: dict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for room in found.rooms:
        if room.temperature_c is not None or room.co2_ppm is not None:
            out, judged = counts[room.building_id]
            counts[room.building_id] = out + bool(_outside(room, found.read_at, "metric")), judged + 1
    return dict(counts)


def _outside(room: RoomNow, now: datetime, units: UnitSystem) -> list[tuple[float, WorstRoom]]:
    """How far each of a room's values is out, in degrees or what weighs as much; none that is inside."""
    low, high = comfort_c(room.thermal)
    local = now.astimezone(format.zone(room.timezone))
    out: list[tuple[float, WorstRoom]] = []
    if room.co2_ppm is not None and room.co2_ppm > CO2_PPM:
        far = (room.co2_ppm - CO2_PPM) / _PPM_LIKE_A_DEGREE
        out.append((far, _worst(room, "co2", room.co2_ppm, f"up to {CO2_PPM:.0f}{_GAP}ppm", units)))
    if room.temperature_c is not None and local.weekday() < 5 and local.hour in _WORK_HOURS:
        far = max(low - room.temperature_c, room.temperature_c - high)
        if far > 0:
            band = _band((low, high), units)
            out.append((far, _worst(room, "temperature", room.temperature_c, band, units)))
    return out


def _worst(room: RoomNow, quantity: str, value: float, band: str, units: UnitSystem) -> WorstRoom:
    return WorstRoom(
        id=room.id,
        name=room.name,
        long_name=room.long_name if room.long_name != room.name else None,
        building_id=room.building_id,
        building=room.building,
        storey_id=room.storey_id,
        quantity=quantity,
        value=format.measured(value, quantity=quantity, unit=None, units=units),
        band=band,
    )


def _band(band_c: tuple[float, float], units: UnitSystem) -> str:
    """A band of temperatures as it is written: `20 to 26 °C`, `68 to 78.8 °F`."""
    read = format.display(quantity="temperature", unit=None, units=units).conversion
    low, high = (format.number(round(read.of(end), 1)) for end in band_c)
    return f"{low} to {high}{_GAP}{read.unit}"


def comfort_c(thermal: Mapping[str, Any] | None) -> tuple[float, float]:
    """The band of temperatures [°C] that a model asks for in a room, else `COMFORT_C`.

    Args:
        thermal: The room's Pset_SpaceThermalRequirements as the file says it; nothing in it is certain.
    """
    said = [(thermal or {}).get(f"SpaceTemperature{end}") for end in ("Min", "Max")]
    numbers = [float(one) for one in said if isinstance(one, (int, float)) and not isinstance(one, bool)]
    least, most = _BELIEVABLE_C
    if len(numbers) < 2 or not least <= numbers[0] < numbers[1] <= most:
        return COMFORT_C
    return numbers[0], numbers[1]


def period(found: Summary) -> str:
    """Which hours the numbers are of and what they are compared with."""
    zone = _zone(found)
    until = found.until.astimezone(zone)
    return f"24 full hours until {until:%H:%M %Z}, each number compared with the same hours a week before"


def days(found: Summary) -> tuple[Day, ...]:
    """The last seven days in the zone of the first building, the oldest first."""
    zone = _zone(found)
    last = (found.until - timedelta(hours=1)).astimezone(zone).date()
    heard: dict[date, int] = defaultdict(int)
    expected: dict[date, int] = defaultdict(int)
    for hour in found.heard:
        day = hour.at.astimezone(zone).date()
        heard[day] += hour.heard
        expected[day] += hour.expected
    return tuple(
        Day(
            name=f"{day:%a} {day.day}",
            share=heard[day] / expected[day] if expected[day] else None,
            written=format.share(heard[day], expected[day]),
        )
        for day in (last - timedelta(days=ago) for ago in range(6, -1, -1))
    )


def _zone(found: Summary) -> ZoneInfo:
    return format.zone(found.buildings[0].timezone if found.buildings else None)


def _matches(rows: _RowsOfDevice, search: str) -> bool:
    words = search.casefold().split()
    if not words:
        return True
    quantities = (QUANTITIES[row.quantity].label for row in rows if row.quantity in QUANTITIES)
    metrics = (row.metric for row in rows)
    text = "\n".join([rows[0].device, rows[0].space or "", *metrics, *quantities]).casefold()
    return all(word in text for word in words)


def _sorted(found: list[_RowsOfDevice], sort: Sort) -> list[_RowsOfDevice]:
    keys: dict[Sort, Callable[[_RowsOfDevice], Any]] = {
        "name": lambda rows: devices.natural(rows[0].device),
        "heard": lambda rows: -rows[0].last_seen.timestamp(),
    }
    return sorted(found, key=keys[sort])
