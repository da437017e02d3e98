"""How rare a value is beside those before it: minus the decimal logarithm of its tail probability.

Within what was seen, the probability is the share of earlier values at least as large. Beyond it, the tail is
a generalised Pareto distribution over a high quantile (peaks over threshold: Pickands 1975), fitted by
probability-weighted moments (Hosking and Wallis, 1987), which are closed and need no starting point.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FIRST = 64  # rows that are learned from before the first is judged

_MEMORY = 4096  # rows a value is compared with: two weeks of 5 minutes
_EVERY = 32  # rows judged by one fit
_TAIL = 0.1  # share of the values that make up the tail
_SHAPE = 0.5  # the heaviest tail believed; heavier ones have no variance and would forgive anything
_MOST = 12.0

Floats = NDArray[np.float64]


def against_past(values: Floats) -> Floats:
    """The rarity of each value among the `_MEMORY` rows before it.

    Args:
        values: Higher is stranger; shape (n,), oldest first, NaN where there is none.

    Returns:
        Rarity, shape (n,), 0 to 12; 1 is one in ten, 2 one in a hundred; 0 for NaN and while less than half
        of `FIRST` values are known.
    """
    rarity = np.zeros(len(values))
    for start in range(FIRST, len(values), _EVERY):
        past = values[max(0, start - _MEMORY) : start]
        known = past[~np.isnan(past)]
        if len(known) >= FIRST // 2:
            judged = slice(start, start + _EVERY)
            rarity[judged] = _Tail.of(known).rarity(values[judged])
    return rarity


@dataclass(frozen=True, slots=True)
class _Tail:
    """The distribution of what was seen."""

    rising: Floats
    over: float  # where the tail begins
    scale: float  # of the excess over it; 0: nothing exceeded it
    shape: float

    @classmethod
    def of(cls, known: Floats) -> _Tail:
        rising = np.sort(known)
        excess = rising[int(len(rising) * (1 - _TAIL)) :]
        over = float(excess[0])
        excess = excess - over
        mean = float(excess.mean())
        if mean <= 0:
            return cls(rising, over, 0.0, 0.0)
        falling_weights = 1 - (np.arange(1, len(excess) + 1) - 0.35) / len(excess)
        between = mean - 2 * float((excess * falling_weights).mean())
        shape = min(max(2 - mean / between, 0.0), _SHAPE) if between > 0 else _SHAPE
        return cls(rising, over, mean * (1 - shape), shape)

    def rarity(self, values: Floats) -> Floats:
        as_large = len(self.rising) - np.searchsorted(self.rising, values, side="left")
        rarity = -np.log10((as_large + 1) / (len(self.rising) + 1))
        if self.scale > 0:
            with np.errstate(over="ignore"):  # of a tail so narrow, _MOST is what is said
                beyond = np.maximum(values - self.over, 0) / self.scale
            exponent = np.log1p(self.shape * beyond) / self.shape if self.shape > 0 else beyond
            rarity = np.where(values > self.over, exponent / np.log(10) - np.log10(_TAIL), rarity)
        return np.where(np.isnan(values), 0.0, np.clip(rarity, 0.0, _MOST))
