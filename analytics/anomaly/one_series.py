"""How strange each value of one series is, and when to say so.

Four questions are put to each value: was the course that led to it seen before, is it what was expected, is
it within the range that was seen, and does the series still move. Each answer is turned into its rarity among
the answers of the same series before it, so that no unit, level or spread has to be known, and the rarities
are averaged.

A score has two parts. The onset is what the average exceeds all of the last rows by: it is high where
something begins, once. The rest is the novelty of late, which stays raised as long as the strangeness lasts.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.anomaly import novelty, rarity
from analytics.anomaly.budget import affordable
from analytics.anomaly.expectation import surprise

_LASTING = 1 / 3  # what the lasting part of a score weighs: more than this is reached by an onset alone
_HALF_LIFE = 32.0  # rows in which what lasts is half forgotten
_QUIET = 128  # rows an onset has to stand out from
_SCALES = (1, 4, 16)  # rows the surprise is averaged over
_STILL = 4  # rows in which a series is expected to move
_LEARNING = 256  # rows before the first alarm: the longest course that is compared
_LARGEST = 1e100  # so that its square can be summed
_ONSET, _ONSETS = 0.1, 10  # the height of an ordinary onset, and how many of its own a series has to show
_HIGHEST = 0.5  # what an onset counts for in that at most, so that one anomaly does not hide the next
_CLEAR = 0.4  # of an onset of 0.5 above ordinary ones of 0.1, nine in ten

Floats = NDArray[np.float64]


def score(values: pd.Series, *, causal: bool = True) -> pd.Series:
    """How strange each value is, from 0 (usual) to 1.

    Args:
        values: Any unit, at any times, in any order; what is missing or infinite is passed over.
        causal: Judge each value by those before it alone; otherwise by those before and those after it.

    Returns:
        Scores on the same index; 0 where the value is missing, and while there are too few to judge by.
    """
    known = _Known(values)
    return known.back(_causal(known) if causal else _offline(known))


def alarms(values: pd.Series) -> pd.DatetimeIndex:
    """When something strange begins that is worth saying.

    Args:
        values: As for `score`.

    Returns:
        Rising times of the index, none within a day of the one before. The past alone is used: what comes
        later neither adds nor takes an alarm.
    """
    known = _Known(values)
    rows = affordable(known.times_s, _causal(known), above=_LASTING, first=_LEARNING)
    return known.index[rows]


class _Known:
    """The values that are there, in the order of their times."""

    def __init__(self, values: pd.Series) -> None:
        numbers = np.asarray(values, dtype=float)
        self._unsorted = pd.DatetimeIndex(values.index)
        times = self._unsorted.as_unit("us").asi8
        rows = np.flatnonzero(np.isfinite(numbers) & ~np.asarray(self._unsorted.isna()))
        self._rows = rows[np.argsort(times[rows], kind="stable")]
        self.index = self._unsorted[self._rows]
        self.times_s: Floats = times[self._rows] / 1e6
        self.values: Floats = np.clip(numbers[self._rows], -_LARGEST, _LARGEST)

    def back(self, scores: Floats) -> pd.Series:
        """The scores on the index the values came with."""
        placed = np.zeros(len(self._unsorted))
        placed[self._rows] = scores
        return pd.Series(placed, index=self._unsorted, name="score")


def _causal(known: _Known) -> Floats:
    novelties = _novelties(known.values)
    together = np.mean([*novelties, *_surprises(known), *_ranges(known.values)], axis=0)
    before = pd.Series(together).rolling(_QUIET, min_periods=1).max().shift(1, fill_value=0.0)
    onset = np.maximum(together - before.to_numpy(), 0)
    # Its own height times that beside the usual one: neither a lively nor a quiet series is favoured.
    begun = _probability(_CLEAR * onset * (onset / _usual(onset)))
    return _LASTING * _probability(_of_late(np.mean(novelties, axis=0))) + (1 - _LASTING) * begun


def _usual(onset: Floats) -> Floats:
    """The mean height of the onsets before each row."""
    heights = np.cumsum(np.minimum(onset, _HIGHEST)) - np.minimum(onset, _HIGHEST)
    begun = onset > 0
    usual: Floats = (_ONSET * _ONSETS + heights) / (_ONSETS + np.cumsum(begun) - begun)
    return usual


def _offline(known: _Known) -> Floats:
    forward = np.mean(_novelties(known.values), axis=0)
    backward = np.mean(_novelties(known.values[::-1]), axis=0)[::-1]
    novelties = (forward + backward) / 2
    return _probability((_of_late(novelties) + _of_late(novelties[::-1])[::-1]) / 2)


def _novelties(values: Floats) -> list[Floats]:
    return [rarity.against_past(novelty.from_past(values, length)) for length in novelty.LENGTHS]


def _surprises(known: _Known) -> list[Floats]:
    error = surprise(known.times_s, known.values)
    expected = ~np.isnan(error)
    means = [novelty.running_mean(np.nan_to_num(error), rows) for rows in _SCALES]
    return [rarity.against_past(np.where(expected, np.abs(mean), np.nan)) for mean in means]


def _ranges(values: Floats) -> list[Floats]:
    """The rarity of being as high, as low, and as still."""
    movement = novelty.running_mean(np.abs(np.diff(values, prepend=values[:1])), _STILL)
    return [rarity.against_past(answer) for answer in (values, -values, -movement)]


def _of_late(novelties: Floats) -> Floats:
    return pd.Series(novelties).ewm(halflife=_HALF_LIFE).mean().to_numpy()


def _probability(rarities: Floats) -> Floats:
    """From 0 for what is usual to 1."""
    probability: Floats = 1 - 10.0**-rarities
    return probability
