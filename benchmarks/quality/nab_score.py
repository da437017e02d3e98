"""The Numenta Anomaly Benchmark's score, standard profile.

Lavin and Ahmad, "Evaluating Real-time Anomaly Detection Algorithms - the Numenta Anomaly Benchmark",
2015; the sums are those of its `sweeper.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FALSE_POSITIVE = 0.11  # what each profile weighs; a window found or missed weighs 1

_PROBATION_SHARE = 0.15
_PROBATION_MOST = 750  # rows
_STEEPNESS = 5.0
_FAR = 3.0  # window widths behind a window, where a false alarm costs all it can

Windows = Sequence[tuple[int, int]]  # first and last row of each anomaly window, in order


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """One file: its anomaly scores and the rows of its windows."""

    scores: NDArray[np.float64]
    windows: Windows


def probation(rows: int) -> int:
    """How many of the first rows are not scored."""
    return min(int(_PROBATION_SHARE * rows), _PROBATION_MOST)


def nab_score(files: Sequence[Scored]) -> tuple[float, float]:
    """The best score any one threshold reaches over all files, and that threshold.

    0 is a detector that says nothing, 100 one that finds each window at its first row and nothing else.
    """
    found = list(_gains(files))
    wanted = sum(len(file.windows) for file in files)
    if not found or not wanted:
        return 0.0, np.inf
    gains = np.array([gain for _, gain in found])
    levels = np.array([level for level, _ in found])
    order = np.argsort(-levels, kind="stable")
    total, levels = np.cumsum(gains[order]), levels[order]
    last = np.append(levels[1:] != levels[:-1], True)  # rows of one score come in together
    best = int(np.argmax(np.where(last, total, -np.inf)))
    if total[best] <= 0:
        return 0.0, np.inf
    return float(100 * total[best] / (2 * wanted)), float(levels[best])


def _gains(files: Sequence[Scored]) -> Iterator[tuple[float, float]]:
    """Each row that changes the sum when the threshold falls to its score: that score, and by how much."""
    for file in files:
        rows = len(file.scores)
        start = probation(rows)
        outside = np.ones(rows, dtype=bool)
        for first, last in file.windows:
            outside[first : last + 1] = False
            yield from _gains_in_window(file.scores, (first, last), start)
        for row in np.flatnonzero(outside[start:]) + start:
            yield float(file.scores[row]), FALSE_POSITIVE * _weight_outside(int(row), file.windows)


def _gains_in_window(
    scores: NDArray[np.float64], window: tuple[int, int], start: int
) -> Iterator[tuple[float, float]]:
    first, last = window
    width = last - first + 1
    counted, missed = -1.0, True
    inside = np.arange(max(first, start), last + 1)
    for row in inside[np.argsort(-scores[inside], kind="stable")]:
        value = _sigmoid(-(last - row + 1) / width) / _sigmoid(-1.0)
        if missed or value > counted:
            yield float(scores[row]), value - counted
            counted, missed = max(value, counted), False


def _weight_outside(row: int, windows: Windows) -> float:
    before = [window for window in windows if window[1] < row]
    if not before:
        return -1.0
    first, last = before[-1]
    return _sigmoid((row - last) / max(last - first, 1))


def _sigmoid(widths: float) -> float:
    """1 far before the end of a window, 0 at it, -1 far behind."""
    return -1.0 if widths > _FAR else float(2 / (1 + np.exp(_STEEPNESS * widths)) - 1)
