"""When an alarm begins and ends, by a score that stands for as long as a fault does."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_TIMES = 2.0  # by so much a score rises when a fault begins, and falls when it ends


def episodes(score: NDArray[np.float64], *, threshold: float) -> NDArray[np.bool_]:
    """Which rows are in an alarm; what is said of a row depends on it and those before it.

    An alarm begins where the score is above the threshold and has doubled since it was lowest, and ends where
    it has halved since it was highest, or is below half the threshold. So an alarm ends with its fault
    although the machine is not quite what it was, and what is left of the deviation is no new alarm.

    Args:
        score: Smoothed, not negative, no NaN; shape (rows,).
        threshold: Above 0.
    """
    floor = threshold / _TIMES
    found = np.zeros(len(score), dtype=bool)
    alarmed, lowest, highest = False, floor, 0.0
    for row, value in enumerate(score.tolist()):
        if alarmed:
            highest = max(highest, value)
            alarmed = value >= max(floor, highest / _TIMES)
            lowest = max(value, floor)
        else:
            lowest = max(min(lowest, value), floor)
            alarmed = value > _TIMES * lowest
            highest = value
        found[row] = alarmed
    return found
