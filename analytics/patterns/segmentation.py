"""Where a series changed for good."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np
import pandas as pd

from analytics import regular
from analytics.patterns.partition import SHORTEST, best_split, by_level, by_model, running_sums
from analytics.regular import Floats, Ints

_FINEST = 400  # pieces of time that are looked at: the search grows with their square
_LEVEL_EVIDENCE = 6.0  # times log n: three times what one level costs, as measured values are no white noise
_NEAR = 0.02  # of the series: votes this close are for one change


def change_points(values: pd.Series) -> list[int]:
    """First position of each new segment, where three views of what a segment is agree that one begins.

    A level alone sees steps in what drifts, a line alone sees bends in what wanders, and an autoregression
    alone sees changes of its memory. What all three report has changed. A daily course, where there is one,
    is removed.

    Args:
        values: Any unit and order; gaps and NaN allowed and counted in positions.

    Returns:
        Ascending positions in `values` as they were given; empty for less than ten values or a constant.
    """
    index = pd.DatetimeIndex(values.index)
    order = np.argsort(index.asi8, kind="stable")
    numbers = regular.floats(values)[order]
    kept: Ints = order[np.isfinite(numbers) & index.notna()[order]]
    numbers = _without_course(numbers[np.isfinite(numbers) & index.notna()[order]], index[kept])
    if len(numbers) < 2 * SHORTEST or np.ptp(numbers) == 0:
        return []
    scaled = (numbers - numbers.mean()) / numbers.std()
    if not np.isfinite(scaled).all():
        return []
    found = _refined(scaled, _agreed(scaled))
    return sorted({int(kept[position]) for position in found} - {0})


def _without_course(numbers: Floats, index: pd.DatetimeIndex) -> Floats:
    step = regular.step_of(index)
    if step is None:
        return numbers
    values = pd.Series(numbers, index)
    if index.has_duplicates or not regular.is_seasonal(values, step):
        return numbers
    return regular.without_season(values, step).to_numpy(float)


def _agreed(scaled: Floats) -> list[tuple[int, int]]:
    """Ranges of positions that hold a change each."""
    width = -(-len(scaled) // _FINEST)
    coarse = np.add.reduceat(scaled, np.arange(0, len(scaled), width))
    coarse = coarse / np.minimum(width, len(scaled) - np.arange(0, len(scaled), width))
    coarse = (coarse - coarse.mean()) / (coarse.std() or 1.0)
    n = len(coarse)
    once = np.ones(n)
    views = (
        by_level(coarse, gain=_LEVEL_EVIDENCE * float(np.log(n))),
        by_model(coarse, np.column_stack([once, np.arange(n) / n])),
        by_model(coarse, np.column_stack([once, np.r_[coarse[0], coarse[:-1]]])),
    )
    centres = _voted(views, within=max(SHORTEST, int(_NEAR * n)))
    return [(centre * width, width) for centre in centres]


def _voted(views: Sequence[Sequence[int]], *, within: int) -> list[int]:
    """Votes that every other view has one near, those with the nearest first; each vote counts once."""
    found: list[int] = []
    left = [list(view) for view in views]
    while all(left):
        apart, chosen = min(
            (max(min(abs(one - at) for one in view) for view in left), at)
            for at in sorted(chain.from_iterable(left))
        )
        if apart > within:
            break
        found.append(chosen)
        left = [[one for one in view if abs(one - chosen) > within] for view in left]
    return sorted(found)


def _refined(scaled: Floats, changes: Sequence[tuple[int, int]]) -> list[int]:
    """Changes that were found in coarser pieces of time, at the sample where the level steps."""
    sums = running_sums(scaled)
    found = []
    for at, width in changes:
        if width == 1:
            found.append(at)
            continue
        around = (max(0, at - 2 * width), min(len(scaled), at + 2 * width))
        found.append(best_split(sums, *around)[0])
    return found
