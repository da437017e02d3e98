"""Days that look alike."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_samples

from analytics import regular
from analytics.regular import Floats, Ints

_WHOLE = 0.8  # of a day's slots must have been measured for the day to be judged
_AROUND = 43  # days, three weeks before and after: what season and holidays of a week cannot pull along
_MOST_KINDS = 6
_STRUCTURE = 0.25  # silhouette under which L. Kaufman and P. Rousseeuw, 1990, see no structure
_ENOUGH_DAYS = 6
_SAMPLED = 2_000  # days a silhouette is taken from: it grows with their square


def daily_profiles(values: pd.Series) -> pd.DataFrame:
    """Each whole day's kind, by the shape of its course: working days and days off, heating and rest.

    Days are divided by their own mean, so that a kind is a shape and no level, and freed of the season by
    the median of the weeks around them. The number of kinds is the one whose worst told kind is told best.

    Args:
        values: Any unit; days are those of the index's own zone; gaps and NaN allowed.

    Returns:
        Columns `date` (datetime.date, ascending; days with a fifth or more missing are left out) and
        `cluster` (int; 0 is the commonest kind). One kind alone when nothing tells days apart.

    Source: k-means; silhouettes, P. Rousseeuw, 1987, taken cluster by cluster.
    """
    days = _whole_days(regular.cleaned(values))
    shapes = _shapes(days)
    kinds = _kinds(shapes) if len(days) >= _ENOUGH_DAYS else np.zeros(len(days), dtype=int)
    return pd.DataFrame(
        {
            "date": pd.Series([at.date() for at in pd.DatetimeIndex(days.index)], dtype=object),
            "cluster": _by_size(kinds).astype("int64"),
        }
    )


def _whole_days(values: pd.Series) -> pd.DataFrame:
    step = regular.step_of(pd.DatetimeIndex(values.index))
    if step is None or step > regular.DAY / 4:
        return pd.DataFrame(index=pd.DatetimeIndex([]))
    slots = int(np.clip(round(regular.DAY / step), 4, 48))
    table = regular.by_day(values, slots=slots)
    return table[table.notna().mean(axis=1) >= _WHOLE].interpolate(axis=1, limit_direction="both")


def _shapes(days: pd.DataFrame) -> Floats:
    """Days as they differ in shape from what is usual around their date; shape (days, slots)."""
    # What is near zero on average, or goes below it, has no share of its mean: its spread stands for that.
    mean = days.mean(axis=1)
    size = pd.concat([mean.abs(), days.std(axis=1)], axis=1).max(axis=1)
    relative = days.sub(mean, axis=0).div(size.where(size > 0, 1.0), axis=0)
    usual = relative.rolling(_AROUND, center=True, min_periods=1).median()
    shapes: Floats = (relative - usual).to_numpy(float)
    return np.nan_to_num(shapes)


def _kinds(shapes: Floats) -> Ints:
    best, found = _STRUCTURE, np.zeros(len(shapes), dtype=int)
    every = slice(None, None, -(-len(shapes) // _SAMPLED))
    for k in range(2, min(_MOST_KINDS, len(np.unique(shapes, axis=0)) - 1) + 1):
        labels = KMeans(k, n_init=5, random_state=0).fit_predict(shapes)
        sampled = labels[every]
        if len(np.unique(sampled)) < k:
            continue
        told = silhouette_samples(shapes[every], sampled)
        worst = min(float(told[sampled == kind].mean()) for kind in range(k))
        if worst > best:
            best, found = worst, labels
    return found


def _by_size(kinds: Ints) -> Ints:
    sizes = np.bincount(kinds, minlength=1)
    rank = np.empty(len(sizes), dtype=int)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(len(sizes))
    return rank[kinds]
