"""Where a series is best cut into pieces that each follow a simple model."""

from __future__ import annotations

from heapq import heappop, heappush

import numpy as np

from analytics.regular import Floats, Ints

SHORTEST = 5  # samples in a piece: a line with its spread needs three, and two more to be any evidence
_LEAST_VARIANCE = 1e-4  # of a piece, of the series' own: values that repeat would fit infinitely well


def by_model(values: Floats, regressors: Floats) -> list[int]:
    """The best cuts when each piece is a regression of its own, coefficients and variance.

    A cut costs what the Bayesian information criterion asks for the parameters it adds, its place included.

    Args:
        values: Shape (n,), finite, scaled to variance 1.
        regressors: Shape (n, p); what values are explained by within a piece.

    Source: optimal partitioning, B. Jackson et al., 2005; models of pieces, C. Beaulieu and R. Killick, 2018.
    """
    n, p = regressors.shape
    products = _sums(regressors[:, :, None] * regressors[:, None, :])
    moments = _sums(regressors * values[:, None])
    squares = _sums(values**2)
    penalty = (p + 2) * np.log(n)
    best = np.full(n + 1, np.inf)
    best[0] = -penalty
    before = np.zeros(n + 1, dtype=int)
    for end in range(SHORTEST, n + 1):
        starts: Ints = np.r_[0, SHORTEST : end - SHORTEST + 1]
        moment = moments[end] - moments[starts]
        normal = products[end] - products[starts] + 1e-9 * np.eye(p)
        fitted = np.linalg.solve(normal, moment[..., None])[..., 0]
        left = squares[end] - squares[starts] - (fitted * moment).sum(axis=1)
        size = end - starts
        costs = best[starts] + size * np.log(np.maximum(left / size, _LEAST_VARIANCE)) + penalty
        chosen = int(np.argmin(costs))
        best[end], before[end] = costs[chosen], starts[chosen]
    return _walk_back(before, n)


def by_level(values: Floats, *, gain: float) -> list[int]:
    """Cuts between levels, the most telling first, as long as each lowers the squared error by a gain.

    Args:
        values: Shape (n,), finite.
        gain: What the sum of squared errors must fall by for a cut.

    Source: binary segmentation, A. J. Scott and M. Knott, 1974.
    """
    sums = _sums(values)
    queue: list[tuple[float, int, int, int]] = []
    found: list[int] = []

    def offer(start: int, end: int) -> None:
        cut, lowered = best_split(sums, start, end)
        if lowered > gain:
            heappush(queue, (-lowered, cut, start, end))

    offer(0, len(values))
    while queue:
        _, cut, start, end = heappop(queue)
        found.append(cut)
        offer(start, cut)
        offer(cut, end)
    return sorted(found)


def best_split(sums: Floats, start: int, end: int) -> tuple[int, float]:
    """The cut of a piece into two levels that lowers the squared error most, and by how much.

    Args:
        sums: Running sums of all values, 0 first.
        start: First position of the piece.
        end: Behind its last one.
    """
    if end - start < 4:
        return start, 0.0
    cuts = np.arange(start + 2, end - 1)
    left, right = cuts - start, end - cuts
    means = (sums[cuts] - sums[start]) / left - (sums[end] - sums[cuts]) / right
    lowered = left * right / (end - start) * means**2
    chosen = int(np.argmax(lowered))
    return int(cuts[chosen]), float(lowered[chosen])


def _sums(values: Floats) -> Floats:
    sums: Floats = np.concatenate([np.zeros((1, *values.shape[1:])), np.cumsum(values, axis=0)])
    return sums


def running_sums(values: Floats) -> Floats:
    """Sums of everything before each position, and of all at the end; shape (n + 1,)."""
    return _sums(values)


def _walk_back(before: Ints, end: int) -> list[int]:
    found = []
    while (end := int(before[end])) > 0:
        found.append(end)
    return found[::-1]
