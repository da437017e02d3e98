"""Which of many alarms are worth raising, when nobody has said which were right.

A series that is restless by nature would raise alarms as long as it lives. So each has a budget: a few, and
one more each month. An alarm is raised where it belongs to the strongest so far that the budget allows.
"""

from __future__ import annotations

from bisect import insort

import numpy as np
from numpy.typing import NDArray

_APART_S = 86_400.0  # one cause raises no second alarm before that
_FREE = 3
_ONE_MORE_S = 28 * 86_400.0

Floats = NDArray[np.float64]


def affordable(times_s: Floats, scores: Floats, *, above: float, first: int = 0) -> list[int]:
    """The rows at which to raise an alarm; later rows change nothing about earlier ones.

    Args:
        times_s: Rising; shape (n,) [s].
        scores: Same shape; higher is stranger.
        above: What a score has to exceed.
        first: Rows that raise none, since all is new in them.
    """
    raised: list[int] = []
    peaks: list[float] = []  # the highest score of each earlier day on which one exceeded it, rising
    peak, began = 0.0, -np.inf
    for row in np.flatnonzero(scores[first:] > above) + first:
        now, strength = float(times_s[row]), float(scores[row])
        if now - began >= _APART_S:
            insort(peaks, peak)
            peak, began = 0.0, now
        peak = max(peak, strength)
        budget = _FREE + int((now - times_s[0]) / _ONE_MORE_S)
        spent = len(peaks) > budget and strength <= peaks[-budget]  # the lowest peak stands for none
        if not spent and (not raised or now - times_s[raised[-1]] >= _APART_S):
            raised.append(int(row))
    return raised
