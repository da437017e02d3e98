"""The past of a building: which moments can be looked at, how they are played, what was known at them."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from threading import Lock
from typing import Literal
from zoneinfo import ZoneInfo

from data.store import past
from data.store.past import Window
from data.store.pool import Store

Period = Literal["24h", "7d", "days"]
PERIODS: dict[Period, str] = {"24h": "Last 24 h", "7d": "Last 7 days", "days": "Days…"}
STEPS: dict[int, str] = {5: "5 min", 10: "10 min", 15: "15 min", 30: "30 min", 60: "1 h"}
SPEEDS: dict[int, str] = {1: "1 step/s", 2: "2 steps/s", 4: "4 steps/s"}

_LENGTHS: dict[Period, timedelta] = {"24h": timedelta(hours=24), "7d": timedelta(days=7)}
_FINEST = timedelta(minutes=5)
_FINE_UP_TO = timedelta(days=2)  # longer periods go by hours unless a person wants it finer
_FIRST = datetime(2000, 1, 1, tzinfo=UTC)  # the store keeps nothing older
_MOST_MARKS = 9
_WINDOW_STEPS = 192  # whole hours in all steps
_HELD = 8  # windows of one tenant; of 500 rooms each takes a few megabytes
_HELD_FOR_S = 300.0  # what comes late, or is corrected, is seen after this
_GROWING_FOR_S = 20.0  # a window that is not over yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A moment that is over, at the end of a step."""

    at: datetime  # aware
    step_min: int

    @classmethod
    def of(cls, said: object) -> Moment | None:
        """The moment that a page keeps; None: it shows what is now, or nothing that can be."""
        if not isinstance(said, dict):
            return None
        at, step_min = parse(said.get("at")), said.get("step_min")
        return cls(at=_floor(at, step_min), step_min=step_min) if at and step_min in STEPS else None

    @property
    def kept(self) -> dict[str, str | int]:
        """What a page keeps of it."""
        return {"at": write(self.at), "step_min": self.step_min}


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """The moments of a period: `steps` + 1 of them."""

    since: datetime
    steps: int
    step_min: int

    def at(self, number: int) -> datetime:
        """The moment of a number, the nearest there is."""
        return self.since + min(max(number, 0), self.steps) * timedelta(minutes=self.step_min)

    def number(self, at: datetime) -> int:
        """The number of a moment, or of the nearest end."""
        return min(max((at - self.since) // timedelta(minutes=self.step_min), 0), self.steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Player:
    """What is played, and where it stands."""

    period: Period = "24h"
    days: tuple[date, date] | None = None  # of the period `days`; on the building's calendar
    step_min: int = 5
    at: datetime | None = None  # None: live
    playing: bool = False

    def range(self, *, now: datetime, zone: ZoneInfo) -> Range:
        """The moments of its period, none after now."""
        since, until = self._ends(now, zone)
        until = _floor(max(_FIRST, min(until, now)), self.step_min)
        since = min(until, _floor(max(_FIRST, since), self.step_min))
        steps = (until - since) // timedelta(minutes=self.step_min)
        return Range(since=since, steps=steps, step_min=self.step_min)

    def _ends(self, now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
        if self.period != "days":
            return now - _LENGTHS[self.period], now
        first, last = self.days or (now.astimezone(zone).date(),) * 2
        return _midnight(first, zone), _midnight(last + timedelta(days=1), zone)

    def moved(self, by: int, *, now: datetime, zone: ZoneInfo) -> Player:
        """So many steps on or back, from now where it is live; at the last moment it stops."""
        moments = self.range(now=now, zone=zone)
        number = moments.steps if self.at is None else moments.number(self.at)
        wanted = number + by
        return replace(self, at=moments.at(wanted), playing=self.playing and wanted < moments.steps)

    def started(self, *, now: datetime, zone: ZoneInfo) -> Player:
        """Playing on; from the beginning where it is live or at the end."""
        moments = self.range(now=now, zone=zone)
        ended = self.at is None or moments.number(self.at) >= moments.steps
        return replace(self, playing=moments.steps > 0, at=moments.at(0) if ended else self.at)

    def over(
        self, period: Period, days: tuple[date, date] | None, *, now: datetime, zone: ZoneInfo
    ) -> Player:
        """With another period, in steps that suit it; a moment outside it is left for its beginning."""
        chosen = replace(self, period=period, days=days, playing=False)
        since, until = chosen._ends(now, zone)
        chosen = replace(chosen, step_min=5 if until - since <= _FINE_UP_TO else 60)
        moments = chosen.range(now=now, zone=zone)
        if chosen.at is None or moments.since <= chosen.at <= moments.at(moments.steps):
            return chosen
        return replace(chosen, at=moments.at(0))

    def by(self, step_min: int) -> Player:
        """In other steps."""
        at = self.at and _floor(self.at, step_min)
        return replace(self, step_min=step_min, at=at)

    def opened(self, at: datetime | None, *, now: datetime, zone: ZoneInfo) -> Player:
        """At a moment that an address names, in the shortest period that has it; after now: live."""
        if at is None or at > now:
            return replace(self, at=None, playing=False)
        at = _floor(at, 5)
        day = at.astimezone(zone).date()
        period: Period = next((one for one, length in _LENGTHS.items() if now - at < length), "days")
        chosen = replace(self, at=at, playing=False)
        moments = chosen.range(now=now, zone=zone)
        if not moments.since <= at <= moments.at(moments.steps):
            chosen = replace(chosen, period=period, days=(day, day) if period == "days" else None)
        fits = _floor(at, chosen.step_min) == at
        return chosen if fits else replace(chosen, step_min=5)


def parse(said: object) -> datetime | None:
    """The moment that a text says, `2026-11-22T10:05Z`; None when it says none that can be."""
    if not isinstance(said, str):
        return None
    try:
        at = datetime.fromisoformat(said)
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return at if at >= _FIRST and at.year < 2200 else None


def write(at: datetime) -> str:
    """A moment as an address has it."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%MZ}"


def told(at: datetime, *, zone: ZoneInfo) -> str:
    """A moment as people read it, on the building's clock: `Sun 22 Nov 2026, 11:05 CET`."""
    local = at.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M} {local:%Z}"


def marks(moments: Range, *, zone: ZoneInfo) -> list[tuple[int, str]]:
    """Numbers of round moments on the building's clock with what is written at them."""
    hours = _hours(moments, zone)
    if moments.at(moments.steps) - moments.since <= _FINE_UP_TO:
        return [(number, f"{at:%H:%M}") for number, at in hours if at.hour % 6 == 0]
    days = [(number, at) for number, at in hours if at.hour == 0]
    every = max(1, -(-len(days) // _MOST_MARKS))
    few = len(days) <= 8
    return [(number, f"{at:%a} {at.day}" if few else f"{at.day} {at:%b}") for number, at in days[::every]]


def _hours(moments: Range, zone: ZoneInfo) -> list[tuple[int, datetime]]:
    """The moments at full hours of the building's clock; the nearest ones before, where steps have none."""
    a_hour = 60 // moments.step_min
    minutes = [moments.at(number).astimezone(zone).minute for number in range(min(a_hour, moments.steps + 1))]
    first = minutes.index(min(minutes))
    return [(n, moments.at(n).astimezone(zone)) for n in range(first, moments.steps + 1, a_hour)]


class Pasts:
    """What was known at moments, each window of steps read once for all viewers. Thread-safe."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = Lock()
        self._held: dict[int, _Held] = {}

    def window(self, building: int, moment: Moment, *, tenant: int) -> Window:
        """The window of steps that a moment lies in.

        Raises:
            StoreUnavailable: the database is away.
            StoreBusy: too many wait for it.
        """
        with self._lock:
            held = self._held.setdefault(tenant, _Held())
        length = _WINDOW_STEPS * timedelta(minutes=moment.step_min)
        number = -((_FIRST - moment.at) // length) - 1  # a moment on a boundary ends the window before
        key = (building, moment.step_min, number)
        with held.lock:  # several callbacks of one page come at once: one reads
            found = held.windows.get(key)
            if found is None or time.monotonic() >= found[1]:
                since = _FIRST + number * length
                found = held.windows[key] = self._read(tenant, building, since, since + length, moment)
            held.windows.move_to_end(key)
            while len(held.windows) > _HELD:
                held.windows.popitem(last=False)
        return found[0]

    def _read(
        self, tenant: int, building: int, since: datetime, until: datetime, moment: Moment
    ) -> tuple[Window, float]:
        grows = until > datetime.now(UTC)
        step = timedelta(minutes=moment.step_min)
        window = past.read(self._store, tenant=tenant, building=building, since=since, until=until, step=step)
        return window, time.monotonic() + (_GROWING_FOR_S if grows else _HELD_FOR_S)


class _Held:
    """One tenant's windows, the last used last, each with when it is read again (monotonic)."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.windows: OrderedDict[tuple[int, int, int], tuple[Window, float]] = OrderedDict()


def _floor(at: datetime, step_min: int) -> datetime:
    return at - (at - _FIRST) % timedelta(minutes=step_min)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
