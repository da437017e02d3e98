"""What is wrong with a part of a series, and what could be done about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag
from typing import Literal

import numpy as np
import pandas as pd

from analytics.regular import Floats, Ints, floats, seconds_of, usual_waits

_NONE = pd.Timedelta(0)


class Flag(IntFlag):
    """Marks of a reading; kept with it, so a bit never changes its meaning."""

    GAP = 1  # stands where a value is missing
    STUCK = 2
    SPIKE = 4
    SENTINEL = 8  # a number that means "no value"
    UNIT = 16  # in another unit than the rest
    CLOCK = 32  # stamped by a clock that was wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """What is proposed for the readings of a finding; nothing is done until somebody agrees."""

    action: Literal["mask", "interpolate", "delete", "convert", "shift"]
    factor: float = 1.0  # convert: value * factor + offset
    offset: float = 0.0
    by: pd.Timedelta = _NONE  # shift: what is added to the stamps


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong with a series."""

    flag: Flag
    start: pd.Timestamp  # of the first reading; of a gap the last reading before it
    end: pd.Timestamp  # of the last reading; of a gap the first one after it
    count: int  # of readings, of a gap those missing
    text: str  # a sentence, with {} for each of the numbers
    repair: Repair
    positions: tuple[int, ...] = ()  # of its readings in the series that was judged
    numbers: tuple[float, ...] = ()  # [unit of the series]

    @property
    def detail(self) -> str:
        """The sentence with its numbers as they are kept."""
        return self.text.format(*(f"{number:g}" for number in self.numbers))

    @property
    def kind(self) -> str:
        """`gap`, `stuck`, `spike`, `sentinel`, `unit` or `clock`."""
        return (self.flag.name or "").lower()


@dataclass(frozen=True, slots=True)
class Samples:
    """The finite readings of a series in order of time."""

    positions: Ints  # in the series as given
    index: pd.DatetimeIndex
    values: Floats

    def __len__(self) -> int:
        return len(self.values)

    @property
    def hours(self) -> Floats:
        """Since the first reading."""
        return seconds_of(self.index) / 3600

    def without(self, places: Ints) -> Samples:
        """All but some, named by their place among these."""
        kept = np.delete(np.arange(len(self)), places)
        return Samples(self.positions[kept], self.index[kept], self.values[kept])

    def finding(
        self, flag: Flag, places: Ints, text: str, repair: Repair, *, numbers: tuple[float, ...] = ()
    ) -> Finding:
        """A finding about some of them, named by their place among these."""
        return Finding(
            flag=flag,
            start=self.index[places[0]],
            end=self.index[places[-1]],
            count=len(places),
            text=text,
            repair=repair,
            positions=tuple(int(at) for at in self.positions[places]),
            numbers=numbers,
        )


def samples(values: pd.Series) -> Samples:
    """The finite readings in order of time; those of one instant stay in the order they came."""
    index = pd.DatetimeIndex(values.index)
    numbers = floats(values)
    order: Ints = np.argsort(index.asi8, kind="stable")
    kept = order[(np.isfinite(numbers) & index.notna())[order]]
    return Samples(kept, index[kept], numbers[kept])


def paces(known: Samples) -> Ints:
    """Of each reading how often those around it come, as a whole power of three of seconds.

    What is usual from one reading to the next is usual for a pace alone: a device that is told to speak every
    minute and not every quarter of an hour makes small steps from then on, and has made no leaps before.
    """
    usual = usual_waits(np.diff(seconds_of(known.index)))
    pace = np.round(np.log(np.where(np.isfinite(usual), usual, 1.0)) / np.log(3))
    found: Ints = np.r_[pace[:1], pace].astype(np.intp)
    return found


def quantile_by_pace(values: Floats, paces: Ints, level: float, *, least: int) -> Floats:
    """Of each value the quantile of those of its pace; of all, where fewer than `least` have it."""
    found = np.full(len(values), np.quantile(values, level) if len(values) else 0.0)
    for pace in np.unique(paces):
        same = paces == pace
        if same.sum() >= least:
            found[same] = np.quantile(values[same], level)
    return found


def runs(marked: Ints) -> list[Ints]:
    """Ascending places, in pieces without a break."""
    return [piece for piece in np.split(marked, np.flatnonzero(np.diff(marked) > 1) + 1) if len(piece)]
