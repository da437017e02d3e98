"""How series and rooms usually go: kinds of days, use, changes, what moves together, and who is odd."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby, pairwise
from typing import Any
from zoneinfo import ZoneInfo

from analytics.quantities import QUANTITIES
from analytics.units import UnitSystem
from dashboard import format
from dashboard.views.health import made
from dashboard.views.pattern_choice import Series
from data.store.analysis_rows import OddRoom, Pattern, Run

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
LATER = "Not computed yet: this is looked for each day, once there are readings."

_MINUTES = 24 * 60
_STRONG, _CLEAR = 0.7, 0.4  # of a correlation, on either side
_PAIRS = 12  # shown; they are sorted by strength
_ODD_DAYS = 12
_TOLD_BY = {"co2": "CO₂", "humidity": "humidity", "light": "light", "temperature": "temperature"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Days that go alike."""

    name: str  # a letter; A is the commonest
    days: str  # how many, and which
    values: tuple[float | None, ...]  # the mean of each hour of the day, in the reader's unit
    written: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profiles:
    """The kinds of days of a series, and which day was of which."""

    kinds: tuple[Kind, ...]
    weeks: tuple[tuple[tuple[date, int | None], ...], ...]  # Monday to Sunday; None: too little was measured
    unit: str
    made: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """When something is usually in use."""

    sentence: str
    week: tuple[tuple[tuple[float, float, str], ...], ...]  # by weekday: shares of the day, and in words
    odd: tuple[str, ...]  # days that were not as usual, newest first
    made: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A stretch of time in which a series kept its level."""

    since: datetime
    until: datetime
    mean: float  # in the reader's unit
    written: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """The levels of a series, and each change from one to the next in words, newest first."""

    levels: tuple[Level, ...]
    said: tuple[tuple[str, str], ...]  # when and what
    made: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two series that move together."""

    a: str
    b: str
    sentence: str
    strength: float  # 0 … 1
    opposite: bool
    r: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """What moves together in a room, the strongest first."""

    pairs: tuple[Pair, ...]
    more: int  # that are not shown
    made: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """When somebody is in a room."""

    week: tuple[tuple[float | None, ...], ...]  # by weekday, of each hour: 0 … 1
    ats: tuple[datetime, ...]
    share: tuple[float | None, ...]
    sentence: str
    made: str


def profiles(pattern: Pattern, series: Series, *, zone: ZoneInfo, units: UnitSystem) -> Profiles:
    """The kinds of days of a series, in the reader's units."""
    display = format.display(quantity=series.quantity, unit=series.unit, units=units)
    kind_of = {date.fromisoformat(one["date"]): int(one["cluster"]) for one in pattern.result["days"]}

    def kind(number: int, values: Sequence[float | None]) -> Kind:
        own = [at for at, other in kind_of.items() if other == number]
        return Kind(
            name=letter(number),
            days=_days(own, kind_of),
            values=tuple(None if value is None else display.conversion.of(value) for value in values),
            written=tuple(_written(value, series, units) for value in values),
        )

    found = sorted((int(number), values) for number, values in pattern.result["profiles"].items())
    return Profiles(
        kinds=tuple(kind(number, values) for number, values in found),
        weeks=_weeks(kind_of),
        unit=display.conversion.unit,
        made=made(pattern.computed_at, pattern.basis, zone=zone),
    )


def letter(kind: int) -> str:
    """The name of a kind of days."""
    return chr(ord("A") + kind)


def use(pattern: Pattern, *, zone: ZoneInfo) -> Use:
    """The usual week of a series; a sentence alone where use cannot be told from rest."""
    result = pattern.result
    by_day: list[list[tuple[int, int]]] = [[] for _ in DAYS]
    for one in result["intervals"]:
        by_day[one["weekday"]].append((one["start_minute"], one["end_minute"]))
    odd = sorted(result["odd_days"], key=lambda one: str(one["day"]), reverse=True)
    return Use(
        sentence=_week_in_words(by_day) if result["intervals"] else _no_use(result),
        week=tuple(
            tuple((start / _MINUTES, (end - start) / _MINUTES, _hours(start, end)) for start, end in parts)
            for parts in by_day
        )
        if result["intervals"]
        else (),
        odd=tuple(_odd_day(one) for one in odd[:_ODD_DAYS]),
        made=made(pattern.computed_at, pattern.basis, zone=zone),
    )


def changes(pattern: Pattern, series: Series, *, zone: ZoneInfo, units: UnitSystem) -> Changes:
    """The levels of a series, in the reader's units."""
    conversion = format.display(quantity=series.quantity, unit=series.unit, units=units).conversion
    levels = tuple(
        Level(
            since=datetime.fromisoformat(one["since"]),
            until=datetime.fromisoformat(one["until"]),
            mean=conversion.of(one["mean"]),
            written=_written(one["mean"], series, units),
        )
        for one in pattern.result["segments"]
    )
    said = [
        (format.day(new.since, zone=zone), f"{old.written} → {new.written}") for old, new in pairwise(levels)
    ]
    return Changes(
        levels=levels,
        said=tuple(reversed(said)),
        made=made(pattern.computed_at, pattern.basis, zone=zone),
    )


def together(pattern: Pattern, known: Mapping[int, Series], *, zone: ZoneInfo) -> Together:
    """What moves together; of series by id that are still there."""
    pairs = [one for one in pattern.result["pairs"] if one["a"] in known and one["b"] in known]
    return Together(
        pairs=tuple(_pair(one, known[one["a"]], known[one["b"]]) for one in pairs[:_PAIRS]),
        more=max(0, len(pairs) - _PAIRS),
        made=made(pattern.computed_at, pattern.basis, zone=zone),
    )


def presence(pattern: Pattern, *, zone: ZoneInfo) -> Presence:
    """When somebody is in a room."""
    week = pattern.result["week"]
    told_by = [_TOLD_BY.get(one, one) for one in pattern.result.get("told_by", ())]
    return Presence(
        week=tuple(tuple(week[24 * one : 24 * one + 24]) for one in range(7)),
        ats=tuple(datetime.fromisoformat(at) for at in pattern.result["ats"]),
        share=tuple(pattern.result["share"]),
        sentence=f"Estimated from {_listed(told_by)}; nobody was counted.",
        made=made(pattern.computed_at, pattern.basis, zone=zone),
    )


def judged(found: Sequence[OddRoom], *, zone: ZoneInfo) -> str:
    """When rooms were judged, how many, and from what; there is at least one."""
    quantity = QUANTITIES.get(found[0].quantity)
    of = (quantity.label if quantity else found[0].quantity).lower()
    said = made(found[0].computed_at, found[0].basis, zone=zone)
    return f"{len(found)} rooms judged by {of}. {said}"


def lacking(runs: Iterable[Run], kind: str, *, series: int | None = None) -> str | None:
    """What a kind of analysis lacked; None: it was done, and lacked nothing."""
    run = next((one for one in runs if one.kind == kind and one.series_id == series), None)
    if run is None:
        return LATER
    return "It could not be computed; the worker's log says why." if run.failed else run.lacking


def room_lacks(pattern: Pattern | None, runs: Iterable[Run]) -> str:
    """Why a room has no pattern of a kind."""
    if pattern is not None:
        return str(pattern.result.get("lacking", LATER))
    return lacking(runs, "rooms") or "Nothing was measured in this room when patterns were last looked for."


def _written(value: float | None, series: Series, units: UnitSystem) -> str:
    if value is None:
        return format.NOTHING
    return format.measured(value, quantity=series.quantity, unit=series.unit, units=units)


def _days(own: Sequence[date], kind_of: Mapping[date, int]) -> str:
    """`14 days: Mon–Fri`, the week days of which most are of the kind."""
    all_ = Counter(at.weekday() for at in kind_of)
    here = Counter(at.weekday() for at in own)
    mostly = [weekday for weekday in range(7) if here[weekday] > all_[weekday] / 2]
    count = f"{len(own)} {'day' if len(own) == 1 else 'days'}"
    return f"{count}, mostly {weekdays(mostly)}" if 0 < len(mostly) < 7 else count


def weekdays(numbers: Sequence[int]) -> str:
    """Week days in words: `Mon–Fri`, `Sat, Sun`, `every day`."""
    if len(numbers) == 7:
        return "every day"
    # Days in a row all have the same distance from their place in the list.
    rows = [[one for _, one in row] for _, row in groupby(enumerate(numbers), lambda at: at[1] - at[0])]
    return ", ".join(
        f"{DAYS[row[0]]}–{DAYS[row[-1]]}" if len(row) > 2 else ", ".join(DAYS[one] for one in row)
        for row in rows
    )


def _weeks(kind_of: Mapping[date, int]) -> tuple[tuple[tuple[date, int | None], ...], ...]:
    if not kind_of:
        return ()
    first = min(kind_of) - timedelta(days=min(kind_of).weekday())
    weeks = (max(kind_of) - first).days // 7 + 1
    days = [first + timedelta(days=n) for n in range(7 * weeks)]
    return tuple(
        tuple((at, kind_of.get(at)) for at in days[7 * week : 7 * week + 7]) for week in range(weeks)
    )


def _week_in_words(by_day: Sequence[Sequence[tuple[int, int]]]) -> str:
    alike: dict[tuple[tuple[int, int], ...], list[int]] = {}
    for weekday, parts in enumerate(by_day):
        alike.setdefault(tuple(parts), []).append(weekday)
    said = [
        f"{weekdays(numbers)} {' and '.join(_hours(*part) for part in parts) if parts else 'not at all'}"
        for parts, numbers in alike.items()
    ]
    sentence = "; ".join(said)
    return f"In use {sentence}. High values count as use."


def _no_use(result: Mapping[str, Any]) -> str:
    if result["days"] < 7:
        return f"Needs 7 days of readings; has {result['days']}."
    return "Its values do not come in two kinds, so use cannot be told from rest."


def _hours(start: int, end: int) -> str:
    return f"{start // 60:02}:{start % 60:02}–{end // 60:02}:{end % 60:02}"


def _odd_day(one: Mapping[str, Any]) -> str:
    at = date.fromisoformat(one["day"])
    hours, usual = (format.number(one[name], digits=0) for name in ("hours", "usual_hours"))
    word = "hardly used" if one["kind"] == "unused" else "used more"
    return f"{DAYS[at.weekday()]} {at.day} {at:%b %Y}: {word}, {hours} h instead of {usual} h"


def _pair(one: Mapping[str, Any], a: Series, b: Series) -> Pair:
    r, lag_s = float(one["r"]), float(one["lag_s"])
    size = abs(r)
    grade = "strongly" if size >= _STRONG else "clearly" if size >= _CLEAR else "weakly"
    way = "in opposite directions" if r < 0 else "together"
    short = (a.what, b.what) if a.what != b.what else (a.device, b.device)
    early, late = short if lag_s > 0 else reversed(short)
    lag = format.span(timedelta(seconds=abs(lag_s)))
    when = f"{late} follows {early} by {lag}" if lag_s else "at the same time"
    return Pair(
        a=f"{a.what} · {a.device}",
        b=f"{b.what} · {b.device}",
        sentence=f"Move {grade} {way}; {when}.",
        strength=size,
        opposite=r < 0,
        r=format.number(r, digits=2),
    )


def _listed(words: Sequence[str]) -> str:
    *most, last = words or ["what is measured"]
    return f"{', '.join(most)} and {last}" if most else last
