"""What the course of a life tells: level, drift from the unit's own beginning and slopes of its sensors.

One sensor's wear drowns in its noise; all of them together show it. A ridge regression of the life that is
left on all sensors fuses them into one index (Wang et al., A similarity-based prognostics approach, 2008),
whose mean and slope over short and long windows tell how far and how fast the wear has gone.
"""

from __future__ import annotations

import numpy as np
from sklearn.linear_model import Ridge

from analytics.failure.runs import Floats, Runs, mean_of_first, mean_of_last, slope_of_last

BEGINNING = 10  # rows that say how a unit was when it was new
SHORT, LONG = 5, 20  # rows a sensor is averaged over
WHOLE = 1_000_000_000  # rows: all of a life so far
MEANS = (5, 20, 60)  # rows the fused index is averaged over
SLOPES = (15, 30, 60, 120, WHOLE)  # rows its slope is taken over


def fuse(values: Floats, target: Floats) -> Ridge:
    """The linear index of all sensors that is nearest to the target; a missing value counts as usual."""
    return Ridge(alpha=1.0).fit(np.nan_to_num(values), target)


def features(runs: Runs, fused: Ridge) -> Floats:
    """One row a row: age, and what the sensors said up to it; nothing of what came later."""
    begins, values = runs.begins, runs.values
    index = fused.predict(np.nan_to_num(values))[:, None]
    short = mean_of_last(values, begins, SHORT)
    long = mean_of_last(values, begins, LONG)
    recent = mean_of_last(values, begins, BEGINNING)
    return np.hstack(
        [
            runs.age[:, None],
            short,
            long,
            recent - mean_of_first(values, begins, BEGINNING),
            *(mean_of_last(index, begins, rows) for rows in MEANS),
            *(slope_of_last(index, begins, rows) for rows in SLOPES),
            mean_of_last(index, begins, BEGINNING) - mean_of_first(index, begins, LONG),
        ]
    )
