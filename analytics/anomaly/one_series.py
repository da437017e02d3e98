"""How strange each value of one series is, and when to say so.

Three questions are put to each value: is it what was expected, was the course that led to it seen before,
and is it within the range that was seen. Each answer is turned into its rarity among the answers of the same
series before it, so that no unit, level or spread has to be known, and the answers are averaged.

A score has two parts. The onset is what the rarity exceeds all of the last rows by: it is high where
something begins, once. The rest is the novelty of late, which stays raised as long as the strangeness lasts.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.anomaly import novelty, rarity
from analytics.anomaly.expectation import surprise

_LASTING = 1 / 3  # what the lasting part of a score weighs
_HALF_LIFE = 32.0  # rows in which what lasts is half forgotten
_QUIET = 128  # rows that a new onset has to exceed; the longest course compared
_SCALES = (1, 4, 16)  # rows the surprise is averaged over
_LARGEST = 1e100  # so that its square can be summed
_ALARM = 0.36
_APART = pd.Timedelta(days=1)

Floats = NDArray[np.float64]


def score(values: pd.Series, *, causal: bool = True) -> pd.Series:
    """How strange each value is, from 0 (usual) to 1.

    Args:
        values: Any unit, at any times, in any order; what is missing or infinite is passed over.
        causal: Judge each value by those before it alone; otherwise by the whole series.

    Returns:
        Scores on the same index; 0 where the value is missing, and while there are too few to judge by.
    """
    known = _Known(values)
    forward = _forward(known.times_s, known.values)
    if causal:
        return known.back(forward)
    backward = _forward(-known.times_s[::-1], known.values[::-1])[::-1]
    return known.back((forward + backward) / 2)


class _Known:
    """The values that are there, in the order of their times."""

    def __init__(self, values: pd.Series) -> None:
        self._index = values.index
        numbers = np.asarray(values, dtype=float)
        times = pd.DatetimeIndex(values.index).as_unit("us").asi8
        rows = np.flatnonzero(np.isfinite(numbers) & ~np.asarray(values.index.isna()))
        self._rows = rows[np.argsort(times[rows], kind="stable")]
        self.times_s: Floats = times[self._rows] / 1e6
        self.values: Floats = np.clip(numbers[self._rows], -_LARGEST, _LARGEST)

    def back(self, scores: Floats) -> pd.Series:
        """The scores on the index the values came with."""
        placed = np.zeros(len(self._index))
        placed[self._rows] = scores
        return pd.Series(placed, index=self._index, name="score")


def _forward(times_s: Floats, values: Floats) -> Floats:
    novelties = [rarity.against_past(novelty.from_past(values, length)) for length in novelty.LENGTHS]
    error = surprise(times_s, values)
    surprises = [rarity.against_past(np.abs(_mean(error, rows))) for rows in _SCALES]
    ranges = [rarity.against_past(values), rarity.against_past(-values)]
    together = np.mean([*novelties, *surprises, *ranges], axis=0)
    before = pd.Series(together).rolling(_QUIET, min_periods=1).max().shift(1, fill_value=0.0)
    onset = np.maximum(together - before.to_numpy(), 0)
    lasting = pd.Series(np.mean(novelties, axis=0)).ewm(halflife=_HALF_LIFE).mean().to_numpy()
    scores: Floats = _LASTING * (1 - 10**-lasting) + (1 - _LASTING) * (1 - 10 ** -((2 * onset) ** 2))
    return scores


def _mean(error: Floats, rows: int) -> Floats:
    return np.where(np.isnan(error), np.nan, novelty.running_mean(np.nan_to_num(error), rows))


def alarms(values: pd.Series) -> pd.DatetimeIndex:
    """When to say that something strange begins.

    Args:
        values: As for `score`.

    Returns:
        Rising times, in the zone of the index, none within a day of the one before.
    """
    scores = score(values)
    times = pd.DatetimeIndex(scores.index[(scores >= _ALARM).to_numpy()]).sort_values()
    kept: list[pd.Timestamp] = []
    for time in times:
        if not kept or time - kept[-1] >= _APART:
            kept.append(time)
    return times[:0] if not kept else pd.DatetimeIndex(kept, tz=times.tz).as_unit(times.unit)
