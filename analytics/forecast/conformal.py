"""Intervals from what forecasts missed by: conformal quantiles by step ahead.

Source: Vovk, Gammerman & Shafer, Algorithmic Learning in a Random World (2005); for time series Xu & Xie,
Conformal prediction interval for dynamic time-series (ICML 2021). What was missed is divided by its usual
size so many steps ahead, pooled, and its quantiles are multiplied by that size again. Hours of one forecast
are wrong together, so the correction for few examples counts forecasts, not hours.
"""

from __future__ import annotations

import numpy as np

from analytics.forecast.grid import Values
from analytics.forecast.result import LEVELS

_FOLDS = 4
_BESIDE = 2  # steps ahead on either side that share their size
_SHRUNK = 0.1  # share of the size over all steps in that of one


def offsets(missed: Values) -> Values:
    """What to add to a forecast for its quantiles: (series, levels, horizon) from (series, origins, horizon).

    `missed` is truth less forecast, NaN where nothing was measured; NaN for series that were never measured.
    """
    size = _sizes(missed)
    count = missed.shape[1]
    scaled = (missed / size[:, None]).reshape(len(missed), -1)
    tails = np.array([_outward(level, count) for level in LEVELS])
    return np.asarray(_quantiles(scaled, tails)[:, :, None] * size[:, None])


def coverage(missed: Values) -> Values:
    """Share of values inside the 80 % interval, by series, each judged by the offsets of other origins.

    Origins are held out in blocks of neighbours. NaN where there are too few.
    """
    blocks = np.array_split(np.arange(missed.shape[1]), _FOLDS)
    inside, counts = np.zeros(len(missed)), np.zeros(len(missed))
    for block in blocks:
        rest = offsets(np.delete(missed, block, axis=1))
        held = missed[:, block]
        inside += ((held >= rest[:, None, 0]) & (held <= rest[:, None, -1])).sum(axis=(1, 2))
        counts += (~np.isnan(held)).sum(axis=(1, 2))
    return np.asarray(np.divide(inside, counts, out=np.full(len(missed), np.nan), where=counts > 0))


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


def _outward(level: float, count: int) -> float:
    """The level to take from few examples for the asked one to hold: further out, and never past the last."""
    if level > 0.5:
        return min(1.0, level * (count + 1) / count)
    return 1.0 - min(1.0, (1.0 - level) * (count + 1) / count) if level < 0.5 else 0.5


def _quantiles(scaled: Values, levels: Values) -> Values:
    """Quantiles of every row without its NaN, (rows, levels); NaN for rows of nothing else."""
    ordered = np.sort(scaled, axis=1)
    counts = (~np.isnan(ordered)).sum(axis=1)
    places = levels * np.maximum(counts - 1, 0)[:, None]
    low = np.floor(places).astype(np.int64)
    high = np.minimum(low + 1, np.maximum(counts - 1, 0)[:, None])
    rows = np.arange(len(scaled))[:, None]
    return np.asarray(ordered[rows, low] + (places - low) * (ordered[rows, high] - ordered[rows, low]))
