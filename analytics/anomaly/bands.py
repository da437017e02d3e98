"""From an alarm, which is a moment, to the stretch of time that was strange."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

_STAYS = 0.5  # a band lasts while the score is at least this share of what it was at its alarm
_BRIDGED = pd.Timedelta(hours=1)  # the score of one disturbance comes and goes


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A strange stretch around one or more alarms."""

    began: pd.Timestamp
    ended: pd.Timestamp | None  # of its last strange reading; None: the newest reading still is
    peak: float  # the highest score in it


def bands(score: pd.Series, alarms: pd.DatetimeIndex) -> list[Band]:
    """The strange stretches around alarms, oldest first.

    Each reaches both ways from its alarm for as long as the score stays at half of what it was at the alarm
    or more; dips of up to an hour are bridged. Stretches that overlap are one.

    Args:
        score: In [0, 1], in order of time, without duplicate stamps.
        alarms: Stamps of the score; others are left out.
    """
    stamps = pd.DatetimeIndex(score.index)
    numbers = score.to_numpy(float)
    found: list[tuple[int, int]] = []
    for position in sorted(stamps.get_indexer(alarms)):
        if position < 0 or (found and position <= found[-1][1]):
            continue
        strange = np.flatnonzero(numbers >= _STAYS * numbers[position])
        times = stamps[strange]
        here = int(np.searchsorted(strange, position))
        apart = np.flatnonzero(np.diff(times) > _BRIDGED) + 1
        edges = np.searchsorted(apart, here, side="right")
        first = int(strange[apart[edges - 1]]) if edges else int(strange[0])
        last = int(strange[apart[edges] - 1]) if edges < len(apart) else int(strange[-1])
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return [
        Band(
            began=stamps[first],
            ended=None if last == len(stamps) - 1 else stamps[last],
            peak=float(np.nanmax(numbers[first : last + 1])),
        )
        for first, last in found
    ]
