"""Days, steps and seeded randomness.

A day's random numbers come from the seed, a name and the day, never from what was drawn before, so
that any day can be made without making the days before it.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from data.demo.office.site import TIMEZONE

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

STEP_S = 300.0
STEPS = 288  # a day
_ZONE = ZoneInfo(TIMEZONE)


@dataclass(frozen=True)
class Days:
    """Some UTC days in ascending order."""

    dates: tuple[date, ...]

    @cached_property
    def hour(self) -> Array:
        """Hour of the UTC day at each step; shape (steps,)."""
        return np.arange(STEPS, dtype=np.float64) * (STEP_S / 3600.0)

    @cached_property
    def local_hour(self) -> Array:
        """Hour of the local day at each step; shape (days, steps)."""
        offsets = [_offset_h(day) for day in self.dates]
        local: Array = (self.hour[None, :] + np.array(offsets)[:, None]) % 24.0
        return local

    @cached_property
    def day_of_year(self) -> Array:
        """1 to 366; shape (days,)."""
        return np.array([day.timetuple().tm_yday for day in self.dates], dtype=float)


def _offset_h(day: date) -> float:
    offset = datetime.combine(day, time(12), _ZONE).utcoffset()
    assert offset is not None
    return offset.total_seconds() / 3600.0


def midnight(day: date) -> datetime:
    """When a UTC day begins."""
    return datetime.combine(day, time(), UTC)


def generator(seed: int, name: str, day: date) -> np.random.Generator:
    """The random numbers of this name on this day."""
    return np.random.default_rng((seed, zlib.crc32(name.encode()), day.toordinal()))


def wander(seed: int, name: str, days: Days, *, per_day: int, memory: float) -> Array:
    """Smooth noise of mean 0 and variance about 1 that runs on over midnight; shape (days, steps).

    `per_day` independent nodes a day; `memory` in [0, 1) is how much of a node is in the next day's.
    Between nodes it follows 3u² - 2u³.
    """
    nodes = {ordinal: _node(seed, name, ordinal, per_day) for ordinal in _neighbourhood(days)}
    weights = memory ** np.arange(5)
    weights /= np.sqrt((weights**2).sum())
    place = np.arange(STEPS) / STEPS * per_day
    whole = place.astype(int)
    share = 3 * (place - whole) ** 2 - 2 * (place - whole) ** 3
    made = np.empty((len(days.dates), STEPS))
    for row, day in enumerate(days.dates):
        now, after = (
            sum(weight * nodes[day.toordinal() + shift - back] for back, weight in enumerate(weights))
            for shift in (0, 1)
        )
        line = np.concatenate([now, after[:1]])
        made[row] = line[whole] * (1 - share) + line[whole + 1] * share
    return made


def _neighbourhood(days: Days) -> set[int]:
    return {day.toordinal() + shift for day in days.dates for shift in range(-5, 2)}


def _node(seed: int, name: str, ordinal: int, per_day: int) -> Array:
    return generator(seed, name, date.fromordinal(ordinal)).standard_normal(per_day)
