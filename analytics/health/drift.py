"""How far a device has drifted from its own normal: all of its series together, regime by regime."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analytics.health.windows import Floats, Times

Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]

FAR = 3.0  # standard deviations of drift that cost half of the points
FEWEST = 3  # readings without which a mean says nothing
_SAMPLE = 400  # rows are enough to see regimes
_GAP = 0.08  # share of a column's range that is empty between two regimes
_RARE = 0.05  # share of the rows below which a group is not a regime but outliers
_STEPS = 5.0  # usual steps between neighbouring values that a gap is at least
_EXPLAINS = 0.5  # share of another column's variance that regimes explain: chance explains less


def distances(values: Floats, when: Times) -> Floats:
    """Of each column: how many standard deviations its recent mean lies from its normal one.

    Columns that do not vary, or have too few readings, are 0. Where the device has regimes (on and off,
    several speeds), readings are compared with the mean of their regime.
    """
    steady = values - _regime_means(values, when.normal)
    normal, recent = steady[: when.normal], steady[len(steady) - when.recent :]
    count = np.minimum(np.isfinite(normal).sum(axis=0), np.isfinite(recent).sum(axis=0))
    spread = _spread(normal)
    apart = np.abs(_mean(recent) - _mean(normal))
    told = (count >= FEWEST) & (spread > 1e-9 * np.maximum(np.abs(_mean(values)), 1e-9))
    return np.where(told, apart / np.where(told, spread, 1.0), 0.0)


def severity(distance: Floats | float) -> Floats | float:
    """0 where there is no drift, 1/2 where it is FAR, and more the further."""
    return distance**2 / (distance**2 + FAR**2)


def _regime_means(values: Floats, normal: int) -> Floats:
    """Of each row: the mean of its regime, column by column."""
    regime = _regimes(values, normal)
    known = np.isfinite(values)
    filled = np.where(known, values, 0.0)
    means: Floats = (_by_group(filled, regime) / np.maximum(_by_group(known, regime), 1))[regime]
    return means


def _by_group(columns: Floats | Flags, group: Ints) -> Floats:
    """Sum of each column in each group."""
    sums = [np.bincount(group, weights=column) for column in columns.T]
    by_group: Floats = np.array(sums, dtype=np.float64).T.reshape(-1, columns.shape[1])
    return by_group


def _regimes(values: Floats, normal: int) -> Ints:
    """Which regime a row is in: columns are cut where their values leave a gap that shows in another column.

    A regime is there from the beginning; what only comes later is a change.
    """
    regime = np.zeros(len(values), dtype=np.int64)
    rows = np.unique(np.linspace(0, len(values) - 1, _SAMPLE).astype(np.int64))
    sample = np.where(np.isfinite(values[rows]), values[rows], _mean(values))
    for place in range(values.shape[1]):
        for cut in _gaps(sample[:, place]):
            above = values[:, place] > cut
            both = min(above[:normal].sum(), normal - above[:normal].sum()) >= FEWEST
            if both and _explained(sample, above[rows], but=place) > _EXPLAINS:
                _, regime = np.unique(2 * regime + above, return_inverse=True)
    return regime


def _gaps(sample: Floats) -> Floats:
    """The middles of the wide gaps between the values of a column; rounded values have steps, not gaps."""
    ordered = np.sort(sample)
    rare = max(int(_RARE * len(ordered)), 1)
    steps = np.diff(ordered[rare - 1 : len(ordered) - rare + 1])
    moved = steps[steps > 0]
    if not len(moved):
        return np.empty(0)
    least = max(_GAP * moved.sum(), _STEPS * float(np.median(moved)) if len(moved) > 1 else 0.0)
    wide = np.flatnonzero((steps > 0) & (steps >= least)) + rare - 1
    middles: Floats = (ordered[wide] + ordered[wide + 1]) / 2
    return middles


def _explained(sample: Floats, above: Flags, *, but: int) -> float:
    """The most that the two sides explain of the variance of any other column."""
    share = above.mean()
    if not 0 < share < 1:
        return 0.0
    apart = sample[above].mean(axis=0) - sample[~above].mean(axis=0)
    variance = sample.var(axis=0)
    explained = share * (1 - share) * apart**2 / np.where(variance > 0, variance, np.inf)
    return float(np.delete(explained, but).max(initial=0.0))


def _mean(values: Floats) -> Floats:
    known = np.isfinite(values)
    mean: Floats = np.where(known, values, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return mean


def _spread(values: Floats) -> Floats:
    known = np.isfinite(values)
    squares = np.where(known, (values - _mean(values)) ** 2, 0.0).sum(axis=0)
    spread: Floats = np.sqrt(squares / np.maximum(known.sum(axis=0), 1))
    return spread
