"""The lives of several units as arrays: in order of unit and age, with means and slopes along each life."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    """Rows of several units, each unit's rows together and by age."""

    labels: pd.Index  # the units, in order of first appearance
    unit: Ints  # of each row: a position in `labels`
    age: Floats
    values: Floats  # (rows, sensors); NaN where a sensor was silent
    row: Ints  # of each row: its position in the frame it came from

    @property
    def begins(self) -> Ints:
        """Of each row: the first row of its unit."""
        return np.searchsorted(self.unit, self.unit, side="left").astype(np.int64)

    @property
    def lasts(self) -> Ints:
        """The last row of each unit that has one."""
        return np.flatnonzero(np.diff(self.unit, append=-1) != 0).astype(np.int64)

    def left(self) -> Floats:
        """Of each row: the ages from it to the last row of its unit."""
        ends = np.searchsorted(self.unit, self.unit, side="right") - 1
        left: Floats = self.age[ends] - self.age
        return left


def arrange(runs: pd.DataFrame, *, unit: str, age: str, sensors: Sequence[str]) -> Runs:
    """The rows of a frame by unit and age; a row without unit or age is left out."""
    codes, labels = pd.factorize(runs[unit])
    ages = pd.to_numeric(runs[age], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    order = np.lexsort((ages, codes))
    order = order[np.isfinite(ages[order]) & (codes[order] >= 0)]
    values = runs[list(sensors)].to_numpy(dtype=np.float64, na_value=np.nan)[order]
    return Runs(
        labels=pd.Index(labels),
        unit=codes[order].astype(np.int64),
        age=ages[order],
        values=np.where(np.isfinite(values), values, np.nan),
        row=order.astype(np.int64),
    )


def mean_of_last(values: Floats, begins: Ints, rows: int) -> Floats:
    """Mean of the last `rows` rows of the same unit, this one among them; NaN where all are."""
    here = np.arange(len(values))
    return _mean(values, np.maximum(begins, here - rows + 1), here + 1)


def mean_of_first(values: Floats, begins: Ints, rows: int) -> Floats:
    """Mean of the first `rows` rows of the same unit, as far as they were known at this one."""
    here = np.arange(len(values))
    return _mean(values, begins, np.minimum(begins + rows, here + 1))


def slope_of_last(values: Floats, begins: Ints, rows: int) -> Floats:
    """Least-squares slope [per row] over the last `rows` rows of the same unit; 0 at its first row.

    A missing value counts as the mean of what its window has, which draws the slope to 0.
    """
    here = np.arange(len(values))
    since = np.maximum(begins, here - rows + 1)
    count = (here + 1 - since)[:, None]
    # Sums of row number x value lose digits where row numbers are large: they count from the unit's first.
    position = (here - begins)[:, None].astype(np.float64)
    middle = position - (count - 1) / 2
    known = np.isfinite(values)
    filled = np.where(known, values, 0.0)
    moment = _sum(filled * position, since, here + 1) - middle * _sum(filled, since, here + 1)
    missing = ~known * 1.0
    moment_missing = _sum(missing * position, since, here + 1) - middle * _sum(missing, since, here + 1)
    moment = moment + moment_missing * np.nan_to_num(_mean(values, since, here + 1))
    slope: Floats = moment / np.maximum(count * (count * count - 1) / 12, 0.5)
    return slope


def _mean(values: Floats, since: Ints, until: Ints) -> Floats:
    known = np.isfinite(values)
    count = _sum(known * 1.0, since, until)
    total = _sum(np.where(known, values, 0.0), since, until)
    return np.where(count > 0, total / np.maximum(count, 1.0), np.nan)


def _sum(values: Floats, since: Ints, until: Ints) -> Floats:
    running = np.vstack([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])
    total: Floats = running[until] - running[since]
    return total
