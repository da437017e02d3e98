"""Devices as pages show them: their series with latest values, and how long ago they were heard."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Literal

from analytics.quantities import QUANTITIES
from analytics.units import UnitSystem
from dashboard import format
from data.store.devices import SeriesRow

Level = Literal["fresh", "quiet", "silent"]

FRESH_WITHIN = timedelta(minutes=15)
SILENT_AFTER = timedelta(hours=24)

_RANK = {name: rank for rank, name in enumerate(QUANTITIES)}
_KIND_RANK = {"number": 0, "boolean": 1, "text": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """How long ago something was heard, in words and as one of three levels."""

    level: Level
    age: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One series with its latest value as it is written."""

    series_id: int
    label: str  # the quantity's name when it tells this series from its device's others, else the metric
    metric: str
    kind: str
    quantity: str | None
    value: str
    freshness: Freshness


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One device with its series, the most telling first."""

    id: int
    name: str
    space: str | None
    convention: str
    timezone: str | None
    freshness: Freshness
    points: tuple[Point, ...]


def by_device(rows: Iterable[SeriesRow]) -> list[tuple[SeriesRow, ...]]:
    """The rows of each device; the store gives them device by device."""
    return [tuple(group) for _, group in groupby(rows, key=lambda row: row.device_id)]


def device(rows: Sequence[SeriesRow], *, now: datetime, units: UnitSystem = "metric") -> Device:
    """One device from its rows, of which there is at least one."""
    first = rows[0]
    quantities = [row.quantity for row in rows]
    return Device(
        id=first.device_id,
        name=first.device,
        space=first.space,
        convention=first.convention,
        timezone=first.timezone,
        freshness=freshness(first.last_seen, now=now),
        points=tuple(
            Point(
                series_id=row.series_id,
                label=_label(row, alone=quantities.count(row.quantity) == 1),
                metric=row.metric,
                kind=row.kind,
                quantity=row.quantity,
                value=format.value(row, units=units),
                freshness=freshness(row.at, now=now),
            )
            for row in sorted(rows, key=_importance)
        ),
    )


def freshness(at: datetime | None, *, now: datetime) -> Freshness:
    """How fresh something of this time is; what never came is silent."""
    if at is None or now - at > SILENT_AFTER:
        level: Level = "silent"
    else:
        level = "fresh" if now - at <= FRESH_WITHIN else "quiet"
    return Freshness(level=level, age=format.age(at, now=now))


def natural(name: str) -> list[tuple[int, int, str]]:
    """A key that sorts as people do: `room 9` before `room 10`."""
    return [
        (0, int(part), "") if part.isdecimal() else (1, 0, part)
        for part in re.split(r"(\d{1,18})", name.casefold())
        if part
    ]


def _label(row: SeriesRow, *, alone: bool) -> str:
    known = QUANTITIES.get(row.quantity or "")
    return known.label if known and alone else row.metric


def _importance(row: SeriesRow) -> tuple[bool, int, int, list[tuple[int, int, str]]]:
    valued = row.value is not None or row.text is not None
    rank = _RANK.get(row.quantity or "", len(_RANK))
    return not valued, rank, _KIND_RANK.get(row.kind, 3), natural(row.metric)
