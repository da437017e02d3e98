"""How far the course of a series is from every course it took before.

The last eight means of each of several lengths are a point in eight dimensions; novelty is the distance to
the nearest earlier one. Distances are in the unit of the series and not normalised as those of a matrix
profile (Yeh et al., 2016) are, since a level never seen is as much a novelty as a shape is.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LENGTHS = (2, 8, 32)  # rows of a mean: courses of 16, 64 and 256 rows

_MEANS = 8
_REMEMBERED = 2048  # earlier courses compared with, each half a mean later than the one before
_TOGETHER = 64  # rows compared at a time

Floats = NDArray[np.float64]


def running_mean(values: Floats, rows: int) -> Floats:
    """The mean of each value and the `rows` - 1 before it; `rows` a power of two, the first value repeated.

    Made by doubling, and not from a running sum, which one huge value would rob of its digits for ever.
    """
    mean, done = values, 1
    while done < rows and len(values):
        mean = (mean + np.concatenate((np.full(min(done, len(mean)), mean[0]), mean[:-done]))) / 2
        done *= 2
    return mean


def from_past(values: Floats, length: int) -> Floats:
    """The distance of the course that ends in each row to the nearest one before it.

    Args:
        values: Shape (n,), oldest first, no NaN.
        length: Rows of a mean, a power of two.

    Returns:
        Distance in the unit of the values, shape (n,); NaN where there is too little before.
    """
    courses = _courses(values, length)
    distance = np.full(len(values), np.nan)
    whole = _MEANS * length  # rows of a course; two that share more than half of them are one and the same
    squares = np.einsum("ij,ij->i", courses, courses)
    for start in range(whole + _TOGETHER, len(values), _TOGETHER):
        before = slice(*_remembered(whole, start - whole // 2, length), _stride(length))
        judged = slice(start, start + _TOGETHER)
        distance[judged] = _nearest(courses[judged], squares[judged], courses[before], squares[before])
    return distance


def _remembered(first: int, last: int, length: int) -> tuple[int, int]:
    """The rows of the courses remembered: the latest, at places that do not depend on the row that asks."""
    last = max(last, first + 1)
    reach = _REMEMBERED * _stride(length)
    return max(first, first + -(-(last - first - reach) // _stride(length)) * _stride(length)), last


def _stride(length: int) -> int:
    return max(1, length // 2)


def _courses(values: Floats, length: int) -> Floats:
    """The last eight means at each row, shape (n, 8), about the first rows' median to keep their digits."""
    if not len(values):
        return np.empty((0, _MEANS))
    mean = running_mean(values - np.median(values[:_TOGETHER]), length)
    rows = np.arange(len(mean))[:, None] - np.arange(_MEANS) * length
    return np.ascontiguousarray(mean[np.maximum(rows, 0)])


def _nearest(asking: Floats, their_squares: Floats, known: Floats, squares: Floats) -> Floats:
    apart = squares - 2 * (asking @ known.T)
    nearest: Floats = np.sqrt(np.maximum(apart.min(axis=1) + their_squares, 0))
    return nearest
