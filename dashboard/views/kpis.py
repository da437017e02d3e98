"""What managers read first: a few numbers of the last 24 hours, how they went, and how they changed.

They are counted in full hours, so that two periods hold the same; each is compared with the same 24
hours a week before, which has the same weekdays, and only when both are nearly whole.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import groupby
from statistics import fmean
from threading import Lock

from analytics.units import UnitSystem
from dashboard import format
from dashboard.views import plan
from data.errors import StoreError
from data.store import summary
from data.store.pool import Store
from data.store.summary import HeardHour, MeterHour, RoomHour, Summary

_HOUR = timedelta(hours=1)
_WEEK = timedelta(days=7)
_DAY_HOURS = 24
_ENOUGH_HOURS = 20  # of a day that is compared
_STEP_HOURS = 4  # of the small course: 42 steps are what its width can show

_READ_EVERY_S = 60.0
_READ_YOUNG_EVERY_S = 5.0  # while a twin is being set up: its first building should not take a minute
_LONGEST_WAIT_S = 120.0
_GAP = "\u00a0"
_DIFFERS = frozenset("123456789")  # a difference without any of them is written as nothing but zeros

_Together = Callable[[Sequence[float]], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFigure:
    """One number of the last 24 hours."""

    label: str
    value: str
    change: str  # against the same 24 hours a week before; "" when it cannot be compared
    note: str
    course: tuple[float | None, ...] = ()  # of the last seven days, oldest first
    extremes: str = ""  # of that course, in words
    warns: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hours:
    """Hourly values of one kind and how they are put together and written."""

    values: Mapping[datetime, float]  # by the hour's beginning
    until: datetime
    together: _Together
    write: Callable[[float], str]
    change: Callable[[float, float], str]  # now and before: the size of the difference

    def span(self, until: datetime, hours: int) -> list[float]:
        """The values that are there in so many hours before a time."""
        wanted = (until - n * _HOUR for n in range(hours, 0, -1))
        return [self.values[at] for at in wanted if at in self.values]

    def pairs(self) -> list[tuple[float, float]]:
        """The values of the last day with those a week before, of the hours that have both."""
        hours = (self.until - n * _HOUR for n in range(_DAY_HOURS, 0, -1))
        there = (at for at in hours if at in self.values and at - _WEEK in self.values)
        return [(self.values[at], self.values[at - _WEEK]) for at in there]


@dataclass(slots=True)
class _Shared:
    """One tenant's summary. The lock is its reader's; everybody else takes what is there."""

    summary: Summary | None = None
    look_at: float = 0.0  # on the monotonic clock: not asked before
    failures: int = 0
    lock: Lock = field(default_factory=Lock)


class Summaries:
    """The summaries of all tenants, each read about once a minute for all viewers. Thread-safe."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._shared: dict[int, _Shared] = {}

    def of(self, tenant: int) -> Summary | None:
        """The tenant's summary; the last one while the store is away, None when there never was one."""
        # setdefault is atomic: two first viewers get the same one.
        shared = self._shared.setdefault(tenant, _Shared())
        # Only the very first viewers wait for a reader: there is nothing yet to show them.
        if time.monotonic() >= shared.look_at and shared.lock.acquire(blocking=shared.summary is None):
            try:
                if time.monotonic() >= shared.look_at:
                    self._look(shared, tenant)
            finally:
                shared.lock.release()
        return shared.summary

    def _look(self, shared: _Shared, tenant: int) -> None:
        now = datetime.now(UTC)
        try:
            shared.summary = summary.read(self._store, tenant=tenant, now=now, fresh_within=plan.FRESH_WITHIN)
        except StoreError:
            # The frame says that it is away; it learns it from its own reading.
            shared.failures += 1
            wait_s = min(_LONGEST_WAIT_S, 2.0**shared.failures) * random.uniform(0.5, 1.0)
        else:
            shared.failures = 0
            wait_s = _READ_EVERY_S if shared.summary.rooms else _READ_YOUNG_EVERY_S
        shared.look_at = time.monotonic() + wait_s


def kpis(found: Summary, *, units: UnitSystem = "metric") -> tuple[KeyFigure, ...]:
    """The numbers of a summary: energy, the air of the rooms, what was heard and what was refused."""
    return (
        *_meters(found),
        _of_rooms(found, "temperature", "Mean room temperature", units),
        _of_rooms(found, "co2", "Mean room CO₂", units),
        _heard(found),
        _refused(found),
    )


def _meters(found: Summary) -> Iterable[KeyFigure]:
    by_meter = [list(hours) for _, hours in groupby(found.meters, key=lambda hour: hour.series_id)]
    return [_meter(hours, found.until) for hours in by_meter or [[]]]


def _meter(hours: Sequence[MeterHour], until: datetime) -> KeyFigure:
    counted = _Hours(
        values={hour.at: hour.kwh for hour in hours},
        until=until,
        together=sum,
        write=_energy,
        change=_percent,
    )
    return _figure("Energy", counted, note=hours[0].device if hours else "no meter has counted yet")


def _of_rooms(found: Summary, quantity: str, label: str, units: UnitSystem) -> KeyFigure:
    hours: list[RoomHour] = [hour for hour in found.rooms_hourly if hour.quantity == quantity]
    measured = _Hours(
        values={hour.at: hour.value for hour in hours},
        until=found.until,
        together=fmean,
        write=lambda value: format.measured(value, quantity=quantity, unit=None, units=units),
        change=lambda now, before: format.difference(now - before, quantity=quantity, units=units),
    )
    rooms = max((hour.rooms for hour in hours if hour.at >= found.until - _DAY_HOURS * _HOUR), default=0)
    return _figure(label, measured, note=f"in {_count(rooms, 'room')}" if rooms else "not measured")


def _heard(found: Summary) -> KeyFigure:
    expected = [hour for hour in found.heard if hour.expected]
    complete = _Hours(
        values={hour.at: hour.heard / hour.expected for hour in expected},
        until=found.until,
        together=fmean,
        write=lambda share: format.share(round(share * 1_000_000), 1_000_000),
        change=lambda now, before: f"{abs(now - before) * 100:.0f}{_GAP}points",
    )
    day: list[HeardHour] = [hour for hour in expected if hour.at >= found.until - _DAY_HOURS * _HOUR]
    series = max((hour.expected for hour in day), default=0)
    note = f"of {_count(series, 'series', 'series')}" if series else "nothing is expected yet"
    return _figure("Data received", complete, note=note)


def _refused(found: Summary) -> KeyFigure:
    there = {hour.at: float(hour.messages) for hour in found.refused}
    # An hour without a row is one in which everything was understood.
    every = (found.read_at - n * _HOUR for n in range(1, summary.SPAN // _HOUR + 1))
    messages = _Hours(
        values={at: there.get(at, 0.0) for at in every},
        until=found.read_at,
        together=sum,
        write=lambda count: format.number(count, digits=0),
        change=lambda now, before: format.number(abs(now - before), digits=0),
    )
    some = any(messages.span(messages.until, _DAY_HOURS))
    return _figure(
        "Messages refused", messages, note="not understood" if some else "all understood", warns=some
    )


def _figure(label: str, hours: _Hours, *, note: str, warns: bool = False) -> KeyFigure:
    day = hours.span(hours.until, _DAY_HOURS)
    course = [
        hours.span(hours.until - n * _HOUR, _STEP_HOURS)
        for n in range(_WEEK // _HOUR - _STEP_HOURS, -1, -_STEP_HOURS)
    ]
    steps = tuple(hours.together(part) if part else None for part in course)
    known = [step for step in steps if step is not None]
    span = f"{len(day)} of 24 h" if 0 < len(day) < _DAY_HOURS else "24 h"
    return KeyFigure(
        label=label,
        value=hours.write(hours.together(day)) if day else format.NOTHING,
        change=_change(hours),
        note=f"{span} · {note}",
        course=steps,
        extremes=f"Last 7 days in steps of {_STEP_HOURS} hours: from {hours.write(min(known))} to "
        f"{hours.write(max(known))}"
        if known
        else "",
        warns=warns,
    )


def _change(hours: _Hours) -> str:
    pairs = hours.pairs()
    if len(pairs) < _ENOUGH_HOURS:
        return ""
    now, before = (hours.together(values) for values in zip(*pairs, strict=True))
    size = hours.change(now, before)
    if size and not _DIFFERS.intersection(size):
        return "as a week before"
    return f"{'▲' if now > before else '▼'} {size}" if size else ""


def _percent(now: float, before: float) -> str:
    return f"{abs(now / before - 1) * 100:.0f}{_GAP}%" if before else ""


def _energy(kwh: float) -> str:
    return f"{format.number(kwh, digits=0 if kwh >= 100 else 1)}{_GAP}kWh"


def _count(number: int, one: str, many: str | None = None) -> str:
    return f"{format.number(number, digits=0)} {one if number == 1 else many or f'{one}s'}"
