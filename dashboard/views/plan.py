"""What a floor plan tells of its rooms: a value each, how old it is, and their order in the list.

The value of a room is the mean of the latest values in it that are not older than an hour; of
powers and amounts it is the sum, and a room is occupied when any of its devices says so. Where all are older,
the newest one stands for what was, and is shown as such.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, floor, log10
from statistics import fmean
from typing import Literal

from analytics.quantities import QUANTITIES
from analytics.units import UnitSystem
from dashboard import format
from dashboard.views.devices import natural
from data.store.buildings import PlanRoom
from data.store.places import PlacedSeries

FRESH_WITHIN = timedelta(hours=1)
FRESHNESS = "freshness"  # stands among the quantities; its value is the age of the newest reading in minutes
FRESHNESS_LABEL = "Last reading"
HEALTH = "health"  # stands among them, too; its value is the score of the room
HEALTH_LABEL = "Health"

_FIRST = ("temperature", "co2", "humidity", "illuminance", "occupancy", "power")  # what is asked for most
_NO_MEAN = frozenset({"wind_direction"})  # north is 0° and 360°
# What rooms have more of with every device that measures it.
_SUMMED = frozenset(
    {"power", "thermal_power", "apparent_power", "reactive_power", "energy", "thermal_energy"}
    | {"apparent_energy", "reactive_energy", "water", "gas", "volume"}
)
_KEPT: UnitSystem = "metric"  # what values are kept in
_TICKS = 6  # at most, about
_LISTED = 40  # rooms in the list at once; the search finds the others

State = Literal["fresh", "stale", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What is known of one quantity in one room."""

    state: State
    value: float | None  # in the quantity's unit
    written: str
    short: str  # without its unit, where there is little room
    age: str  # "" when there is none


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedRoom:
    """One room in the list beside the plan."""

    id: int
    name: str
    long_name: str | None
    reading: Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomList:
    """The rooms of a storey that match, the highest value first."""

    rooms: tuple[ListedRoom, ...]
    matching: int
    total: int


NOTHING = Reading(state="none", value=None, written="no data", short="", age="")


def quantities(series: Iterable[PlacedSeries]) -> dict[str, str]:
    """What a plan can be coloured by: the label of each quantity that has readings, freshness and health.

    Those with the same label, as volatile compounds by mass and by parts, say their units.
    """
    there = {one.quantity for one in series if one.value is not None and _comparable(one)}
    names = dict.fromkeys((*_FIRST, *QUANTITIES))
    labels = {name: QUANTITIES[name].label for name in names if name in there - _NO_MEAN}
    twice = {name for name, label in labels.items() if list(labels.values()).count(label) > 1}
    labels |= {name: f"{labels[name]} [{QUANTITIES[name].unit}]" for name in twice}
    return labels | {FRESHNESS: FRESHNESS_LABEL, HEALTH: HEALTH_LABEL}


def reading(
    series: Sequence[PlacedSeries], quantity: str, *, now: datetime, units: UnitSystem = "metric"
) -> Reading:
    """What the series in one room come to; the module says by which rule."""
    if quantity == FRESHNESS:
        return _freshness(series, now=now)
    said = [one for one in series if one.quantity == quantity and one.value is not None and _comparable(one)]
    if not said:
        return NOTHING
    newest = max(said, key=_at)
    fresh = [one for one in said if is_fresh(one, now=now)]
    values = [one.value for one in fresh or [newest] if one.value is not None]
    value = _together(quantity, values)
    return Reading(
        state="fresh" if fresh else "stale",
        value=value,
        written=_written(quantity, value, units),
        short=_written(quantity, value, units, unit=False),
        age=_age(newest.at, now=now),
    )


def name(quantity: str, *, units: UnitSystem = "metric") -> str:
    """What is coloured, with the unit that it is read in: `Temperature [°C]`."""
    if quantity in (FRESHNESS, HEALTH):
        return FRESHNESS_LABEL if quantity == FRESHNESS else HEALTH_LABEL
    unit = format.display(quantity=quantity, unit=None, units=units).conversion.unit
    return f"{QUANTITIES[quantity].label} [{unit}]" if unit else QUANTITIES[quantity].label


def ticks(low: float, high: float, quantity: str, *, units: UnitSystem) -> tuple[tuple[float, str], ...]:
    """Round numbers in the reader's unit on a colour bar, each with where it lies.

    Args:
        low: Where the bar begins [unit of the quantity].
        high: Where it ends.
        quantity: What is coloured.
        units: What the reader reads.

    Returns:
        None of them where the reader reads what is kept: the bar has its own.
    """
    if quantity not in QUANTITIES:
        return ()
    read, kept = (
        format.display(quantity=quantity, unit=None, units=one).conversion for one in (units, _KEPT)
    )
    if read == kept:
        return ()
    step = _round_step((high - low) * read.factor / _TICKS)
    first, last = ceil(read.of(low) / step), floor(read.of(high) / step)
    shown = (number * step for number in range(first, last + 1))
    return tuple(((value - read.offset) / read.factor, f"{value:g}") for value in shown)


def _round_step(least: float) -> float:
    """The least of 1, 2 and 5 times a power of ten that is not under a number."""
    power = 10.0 ** floor(log10(least))
    return next(size * power for size in (1, 2, 5, 10) if size * power >= least)


def highest(rooms: Iterable[Sequence[PlacedSeries]], quantity: str, *, now: datetime) -> float | None:
    """The highest value in any room of a building, so that its storeys can share their colours."""
    return max(_values(rooms, quantity, now), default=None)


def lowest(rooms: Iterable[Sequence[PlacedSeries]], quantity: str, *, now: datetime) -> float | None:
    """The lowest one."""
    return min(_values(rooms, quantity, now), default=None)


def _values(rooms: Iterable[Sequence[PlacedSeries]], quantity: str, now: datetime) -> list[float]:
    found = (reading(series, quantity, now=now).value for series in rooms)
    return [value for value in found if value is not None]


def is_fresh(series: PlacedSeries, *, now: datetime) -> bool:
    """Whether the latest value of a series still tells what is."""
    return series.at is not None and now - series.at <= FRESH_WITHIN


def room_list(
    rooms: Iterable[PlanRoom],
    said: Mapping[int, Reading],
    *,
    search: str = "",
    order: Sequence[int] = (),
    lowest_first: bool = False,
) -> RoomList:
    """The rooms that match, the highest value first and those without any last.

    Args:
        rooms: The rooms of a storey.
        said: Their readings by id.
        search: Words that a room's name, long name or use must all contain.
        order: Ids in the order that is shown. While the same rooms are there it is kept: rooms
            that change places under a person's finger are worse than an order that is a little old.
        lowest_first: Whether low values are what is looked for.
    """
    sign = 1 if lowest_first else -1
    wanted = search.casefold().split()
    every = list(rooms)
    matching = [room for room in every if all(word in _words(room) for word in wanted)]
    ranked = sorted(matching, key=lambda room: _rank(room, said[room.id], sign))[:_LISTED]
    if {room.id for room in ranked} == set(order):
        ranked.sort(key=lambda room: order.index(room.id))
    listed = tuple(
        ListedRoom(id=room.id, name=room.name, long_name=_other(room), reading=said[room.id])
        for room in ranked
    )
    return RoomList(rooms=listed, matching=len(matching), total=len(every))


def _freshness(series: Sequence[PlacedSeries], *, now: datetime) -> Reading:
    heard = [one.at for one in series if one.at is not None]
    if not heard:
        return NOTHING
    since = max(now - max(heard), timedelta())
    age = _age(max(heard), now=now)
    short = "now" if since < timedelta(minutes=1) else format.span(since)
    return Reading(state="fresh", value=since.total_seconds() / 60, written=age, short=short, age=age)


def _comparable(series: PlacedSeries) -> bool:
    """Whether its numbers are in the unit that the quantity is shown in."""
    known = QUANTITIES.get(series.quantity or "")
    return known is not None and format.unit_of(quantity=series.quantity, unit=series.unit) == known.unit


def _together(quantity: str, values: Sequence[float]) -> float:
    if quantity == "occupancy":
        return float(any(values))
    return sum(values) if quantity in _SUMMED else fmean(values)


def _written(quantity: str, value: float, units: UnitSystem, *, unit: bool = True) -> str:
    if quantity == "occupancy":
        return "occupied" if value else "free"
    if not unit:
        read = format.display(quantity=quantity, unit=None, units=units)
        return format.number(read.conversion.of(value), digits=read.digits)
    return format.measured(value, quantity=quantity, unit=None, units=units)


def _age(at: datetime | None, *, now: datetime) -> str:
    """In minutes at the finest: a plan of many rooms is not drawn anew for every second of them."""
    young = at is not None and now - at < timedelta(minutes=1)
    return "in the last minute" if young else format.age(at, now=now)


def _at(series: PlacedSeries) -> float:
    return series.at.timestamp() if series.at else 0.0


def _rank(room: PlanRoom, said: Reading, sign: int) -> tuple[int, float, list[tuple[int, int, str]]]:
    states: dict[State, int] = {"fresh": 0, "stale": 1, "none": 2}
    return states[said.state], sign * (said.value or 0.0), natural(room.name)


def _words(room: PlanRoom) -> str:
    return "\n".join([room.name, room.long_name or "", room.use or ""]).casefold()


def _other(room: PlanRoom) -> str | None:
    return room.long_name if room.long_name != room.name else None
