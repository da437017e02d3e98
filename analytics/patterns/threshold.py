"""Where values that come in two kinds part."""

from __future__ import annotations

import numpy as np

from analytics.regular import Floats


def parting(values: Floats) -> tuple[float, float]:
    """The value that parts two kinds best, and how well: the share of the variance that lies between them.

    Two kinds that touch nowhere come near 1; an even spread has 0.75 and a bell 0.64.

    Args:
        values: Finite; at least two different ones, else the parting is at the first and tells nothing.

    Source: N. Otsu, 1979, on every gap between ordered values, without a histogram.
    """
    ordered = np.sort(values)
    n = len(ordered)
    if n < 2 or ordered[0] == ordered[-1]:
        return (float(ordered[0]) if n else 0.0), 0.0
    below = np.arange(1, n)
    sums = np.cumsum(ordered)
    apart = sums[:-1] / below - (sums[-1] - sums[:-1]) / (n - below)
    between = below * (n - below) / n**2 * apart**2
    # Equal values are of one kind.
    between[ordered[1:] == ordered[:-1]] = 0.0
    chosen = int(np.argmax(between))
    variance = float(ordered.var())
    share = float(between[chosen]) / variance if variance > 0 else 0.0
    return float(ordered[chosen] + ordered[chosen + 1]) / 2, min(share, 1.0)
