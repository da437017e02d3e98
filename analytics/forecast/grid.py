"""From stamps as they come to an even grid of steps, and the seasons that can be on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

import numpy as np
import numpy.typing as npt
import pandas as pd

Values = npt.NDArray[np.float64]

MOST_STEPS = 20_000  # two years of hours; what is older is left out
_HOLD_STEPS = 3  # gaps this short keep the last value, longer ones repeat the season before
_LEAST_CORRELATION = 0.1

_HOUR = pd.Timedelta(hours=1)
_DAY = pd.Timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Grid:
    """Several series on one even grid, oldest first."""

    values: Values  # (series, steps); NaN: nothing was measured
    step: pd.Timedelta
    last: pd.Timestamp  # of the last step; aware ones in UTC
    zone: tzinfo | None  # the zone stamps are told in; None: naive

    @property
    def day(self) -> int:
        """Steps a day; 0 where a step is too long for days to be seen."""
        steps = round(_DAY / self.step)
        return steps if steps >= 4 else 0

    @property
    def week(self) -> int:
        """Steps a week; 0 where a step is too long for weeks to be seen."""
        steps = round(7 * _DAY / self.step)
        return steps if steps >= 4 else 0

    def stamps(self, first: int, until: int) -> pd.DatetimeIndex:
        """The stamps of steps counted from the one after the last: 0 is the next."""
        steps = np.arange(first + 1, until + 1)
        index = pd.DatetimeIndex(self.last + steps * self.step)
        return index if self.zone is None else index.tz_convert(self.zone)


def grid_of(frame: pd.DataFrame) -> Grid:
    """Columns on an even grid whose step is the median one; several values of a step are averaged.

    It ends at the last stamp that has any value. Infinite values count as none.
    The frame needs at least one stamp.
    """
    index, zone = _plain(frame.index)
    table = frame.to_numpy(float, na_value=np.nan)
    table = np.where(np.isfinite(table), table, np.nan)
    stamped = np.asarray(index.notna())
    known = stamped & ~np.isnan(table).all(axis=1)
    if not known.any():
        known = stamped
    moments, table = index[known], table[known]
    last = moments.max()
    step = median_step(moments)
    positions = -np.round((last - moments) / step).astype(np.int64)
    return Grid(_placed(table, positions), step, last, zone)


def median_step(index: pd.DatetimeIndex) -> pd.Timedelta:
    """The median time between stamps in order, doubles left out; an hour where there are not two."""
    moments = index.unique().sort_values()
    if len(moments) < 2:
        return _HOUR
    return pd.Timedelta(pd.Series(moments).diff().median())


def placed_on(grid: Grid, frame: pd.DataFrame, horizon: int) -> Values:
    """Columns on the steps of a grid and the horizon after it, (steps + horizon, columns); NaN: none."""
    index, _ = _plain(frame.index)
    if (index.tz is None) != (grid.last.tz is None):
        index = index.tz_localize(None if grid.last.tz is None else "UTC")
    steps = grid.values.shape[1]
    table = frame.to_numpy(float, na_value=np.nan)
    kept = np.asarray(index.notna())
    positions = np.round((index[kept] - grid.last) / grid.step).astype(np.int64) + steps - 1
    inside = (positions >= 0) & (positions < steps + horizon)
    result = np.full((steps + horizon, table.shape[1]), np.nan)
    result[positions[inside]] = np.where(np.isfinite(table[kept][inside]), table[kept][inside], np.nan)
    return result


def filled(values: Values, season: int) -> Values:
    """Gaps closed from the past alone: short ones by the last value, longer ones by the season before.

    What comes before the first value takes the first value; rows of nothing stay NaN.
    """
    frame = pd.DataFrame(values.T)
    held = frame.ffill(limit=_HOLD_STEPS).to_numpy().T.copy()
    if season:
        for start in range(season, held.shape[1], season):
            block = held[:, start : start + season]
            before = held[:, start - season : start][:, : block.shape[1]]
            np.copyto(block, before, where=np.isnan(block))
    return np.ascontiguousarray(pd.DataFrame(held.T).ffill().bfill().to_numpy().T)


def confirmed(values: Values, season: int) -> bool:
    """Whether values repeat after so many steps, in the mean of the series: autocorrelation tells.

    Every season is seen around its own mean, so that neither trends nor shifts of level count.
    """
    seasons = values.shape[1] // season if season > 1 else 0
    if seasons < 2:
        return False
    blocks = values[:, -seasons * season :].reshape(len(values), seasons, season)
    shapes = blocks - blocks.mean(axis=2, keepdims=True)
    early, late = shapes[:, :-1], shapes[:, 1:]
    power = np.sqrt((early**2).sum(axis=(1, 2)) * (late**2).sum(axis=(1, 2)))
    likeness = np.divide((early * late).sum(axis=(1, 2)), power, out=np.zeros(len(power)), where=power > 0)
    return bool(likeness.mean() > _LEAST_CORRELATION)


def _plain(index: pd.Index) -> tuple[pd.DatetimeIndex, tzinfo | None]:
    stamps = pd.DatetimeIndex(index)
    return (stamps, None) if stamps.tz is None else (stamps.tz_convert("UTC"), stamps.tz)


def _placed(table: Values, positions: npt.NDArray[np.int64]) -> Values:
    """Means by position, the last position being 0 and earlier ones negative."""
    kept = positions > -MOST_STEPS
    table, positions = table[kept], positions[kept]
    steps = int(1 - positions.min())
    sums = np.zeros((steps, table.shape[1]))
    counts = np.zeros_like(sums)
    there = ~np.isnan(table)
    np.add.at(sums, positions + steps - 1, np.where(there, table, 0.0))
    np.add.at(counts, positions + steps - 1, there)
    return np.divide(sums, counts, out=np.full_like(sums, np.nan), where=counts > 0).T
