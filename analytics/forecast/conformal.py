"""Intervals from what forecasts missed by: conformal quantiles by step ahead.

Source: Vovk, Gammerman & Shafer, Algorithmic Learning in a Random World (2005); for time series Xu & Xie,
Conformal prediction interval for dynamic time-series (ICML 2021). What was missed is divided by its usual
size so many steps ahead, pooled, and its quantiles are multiplied by that size again. Steps of one forecast
are wrong together, so the correction for few examples counts as many as were independent (Kish's design
effect). Quantiles are around the forecast as it is: to take off what it missed by on average made it worse,
for that does not last.
"""

from __future__ import annotations

import numpy as np

from analytics.forecast.grid import Values
from analytics.forecast.result import LEVELS

_FOLDS = 4
_BESIDE = 2  # steps ahead on either side that share their size
_SHRUNK = 0.1  # share of the size over all steps in that of one


def offsets(missed: Values, windows: float) -> Values:
    """What to add to a forecast for its quantiles: (series, levels, horizon) from (series, origins, horizon).

    `missed` is truth less forecast, NaN where nothing was measured; `windows` says how many of its forecasts
    would fit beside one another. NaN for series that were never measured.
    """
    size = _sizes(missed)
    scaled = missed / size[:, None]
    levels = _outward(np.array(LEVELS), _independent(scaled, windows)[:, None])
    found = _quantiles(scaled.reshape(len(missed), -1), levels)
    middle = found[:, LEVELS.index(0.5), None]
    return np.asarray((found - middle)[:, :, None] * size[:, None])


def coverage(missed: Values, windows: float) -> Values:
    """Share of values inside the 80 % interval, by series, each judged by the offsets of other origins.

    Origins are held out in blocks of neighbours. NaN where nothing was measured.
    """
    blocks = np.array_split(np.arange(missed.shape[1]), _FOLDS)
    inside, counts = np.zeros(len(missed)), np.zeros(len(missed))
    for block in blocks:
        rest = offsets(np.delete(missed, block, axis=1), windows * (1 - len(block) / missed.shape[1]))
        held = missed[:, block]
        inside += ((held >= rest[:, None, 0]) & (held <= rest[:, None, -1])).sum(axis=(1, 2))
        counts += (~np.isnan(held)).sum(axis=(1, 2))
    return np.asarray(np.divide(inside, counts, out=np.full(len(missed), np.nan), where=counts > 0))


def _independent(scaled: Values, windows: float) -> Values:
    """How many independent misses there were, by series: as few as windows where each is wrong as a whole."""
    there = ~np.isnan(scaled)
    counts = there.sum(axis=2)
    whole = np.where(there, scaled, 0.0).sum(axis=2) / np.maximum(counts, 1)
    power = np.where(there, scaled**2, 0.0).sum(axis=(1, 2)) / np.maximum(counts.sum(axis=1), 1)
    together = (whole**2).sum(axis=1) / np.maximum((counts > 0).sum(axis=1), 1)
    alone = np.divide(power, together, out=np.ones(len(power)), where=together > 0)
    return np.asarray(max(1.0, windows) * np.clip(alone, 1.0, scaled.shape[2]))


def _sizes(missed: Values) -> Values:
    """The usual absolute miss by step ahead, (series, horizon), smoothed over its neighbours."""
    there = ~np.isnan(missed)
    sums = np.where(there, np.abs(missed), 0.0).sum(axis=1)
    counts = there.sum(axis=1).astype(float)
    overall = sums.sum(axis=1) / np.maximum(counts.sum(axis=1), 1.0)
    near = _beside(sums) / np.maximum(_beside(counts), 1.0)
    near = np.where(_beside(counts) > 0, near, overall[:, None])
    mixed = (1 - _SHRUNK) * near + _SHRUNK * overall[:, None]
    return np.asarray(np.where(mixed > 0, mixed, 1.0))


def _beside(by_step: Values) -> Values:
    padded = np.cumsum(np.pad(by_step, ((0, 0), (_BESIDE + 1, _BESIDE)), mode="constant"), axis=1)
    span = 2 * _BESIDE + 1
    return np.asarray(padded[:, span:] - padded[:, :-span])


def _outward(levels: Values, count: Values) -> Values:
    """The levels to take from few examples for the asked ones to hold: further out, never past the last."""
    tail = np.minimum(levels, 1 - levels)
    further = np.maximum(0.0, 1 - (1 - tail) * (count + 1) / count)
    return np.asarray(np.where(levels > 0.5, 1 - further, np.where(levels < 0.5, further, 0.5)))


def _quantiles(scaled: Values, levels: Values) -> Values:
    """Quantiles of every row without its NaN, (rows, levels); NaN for rows of nothing else."""
    ordered = np.sort(scaled, axis=1)
    counts = (~np.isnan(ordered)).sum(axis=1)
    places = levels * np.maximum(counts - 1, 0)[:, None]
    low = np.floor(places).astype(np.int64)
    high = np.minimum(low + 1, np.maximum(counts - 1, 0)[:, None])
    rows = np.arange(len(scaled))[:, None]
    return np.asarray(ordered[rows, low] + (places - low) * (ordered[rows, high] - ordered[rows, low]))
