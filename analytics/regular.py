"""Series as they come made regular: ordered, one value an instant, on even steps, without their season."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]
Bools = npt.NDArray[np.bool_]

DAY = pd.Timedelta(days=1)
_BESIDE = 12  # waits on one side whose median is the usual one
_RESETS = 0.01  # of the steps of a meter
_LONGEST = 100_000  # steps: a clock that jumped to another century must not take all memory


def floats(values: pd.Series) -> Floats:
    """The values as numbers; what is none is NaN."""
    found: Floats = pd.to_numeric(values, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    return found


def cleaned(values: pd.Series) -> pd.Series:
    """The finite values in order of time, without what has no time; of several at one instant their mean."""
    index = pd.DatetimeIndex(values.index)
    numbers: pd.Series = pd.Series(floats(values), index)
    numbers = numbers[np.isfinite(numbers.to_numpy()) & index.notna()].sort_index()
    if numbers.index.is_unique:
        return numbers
    means: pd.Series = numbers.groupby(level=0).mean()
    return means


def seconds_of(index: pd.DatetimeIndex, *, since: pd.Timestamp | None = None) -> Floats:
    """Seconds since the first stamp, or another one, in whatever unit stamps are kept."""
    if not len(index):
        return np.zeros(0)
    return np.asarray((index - (index[0] if since is None else since)).total_seconds(), dtype=float)


def step_of(index: pd.DatetimeIndex) -> pd.Timedelta | None:
    """The usual time between neighbours; None: there are no two."""
    if len(index) < 2:
        return None
    seconds = np.diff(seconds_of(index))
    usual = float(np.median(seconds[seconds > 0])) if (seconds > 0).any() else 0.0
    return pd.Timedelta(seconds=max(usual, 1e-3)) if usual else None


def usual_waits(waits: Floats) -> Floats:
    """The usual one around each of some waits [s] in order, for a device may be told to speak more often.

    It is the median of those before or of those after, whichever is longer; infinite where there are none.
    """
    moved = pd.Series(np.where(waits > 0, waits, np.nan))
    fewest = min(_BESIDE // 2, int(moved.notna().sum()))
    if not fewest:
        return np.full(len(waits), np.inf)
    ahead, back = (
        one.rolling(_BESIDE, min_periods=fewest).median().bfill().to_numpy(float)
        for one in (moved, moved[::-1])
    )
    usual: Floats = np.fmax(np.r_[ahead[:1], ahead[:-1]], np.r_[back[::-1][1:], back[:1]])
    return np.maximum(usual, 1e-3)


def is_meter(values: Floats) -> bool:
    """Whether values in order of time only grow, as those of a meter; it may be reset now and then."""
    steps = np.diff(values)
    return bool(len(steps) > 1 and (steps > 0).any() and (steps < 0).mean() <= _RESETS)


def evened(values: pd.Series, step: pd.Timedelta) -> pd.Series:
    """Cleaned values as means over steps; NaN where there were none. Empty when the grid would be endless."""
    if values.empty or (values.index[-1] - values.index[0]) / step > _LONGEST:
        return values.iloc[:0]
    return values.resample(step).mean()


def by_day(values: pd.Series, *, slots: int) -> pd.DataFrame:
    """Means by local day (rows) and slot of the day (columns 0 … slots - 1); NaN where there were none.

    Args:
        values: Cleaned; days are those of the index's own zone.
        slots: Equal parts of the day's clock; the hour that comes twice a year counts once.
    """
    index = pd.DatetimeIndex(values.index)
    wall = index.tz_localize(None)
    days = wall.normalize()
    slot = ((wall - days) / DAY * slots).astype(int)
    table = values.groupby([days, slot]).mean().unstack()
    return table.reindex(columns=range(slots))


def without_season(values: pd.Series, step: pd.Timedelta) -> pd.Series:
    """A regular series less its usual course of the day, and of weekend days where there are weeks of them.

    The course is the median at a time of day of what differs from the mean of the 24 hours around it, so a
    change of level stays where it is. What spans less than three days, or has steps of half a day, is left.
    """
    index = pd.DatetimeIndex(values.index)
    if len(values) < 6 or step > DAY / 4 or index[-1] - index[0] < 3 * DAY:
        return values
    around = values.rolling(max(round(DAY / step), 3), center=True, min_periods=1).mean()
    wall = index.tz_localize(None)
    of_day = ((wall - wall.normalize()) / step).astype(int)
    kind = (wall.day_of_week >= 5) if index[-1] - index[0] >= 21 * DAY else np.zeros(len(wall), bool)
    course = (values - around).groupby([of_day, kind]).transform("median")
    return values - course.fillna(0.0)


def is_seasonal(values: pd.Series, step: pd.Timedelta) -> bool:
    """Whether the course of the day tells most of what moves within days.

    Source: strength of seasonality, X. Wang, K. Smith and R. Hyndman, 2006.
    """
    if len(values) < 6 or step > DAY / 4:
        return False
    rest = without_season(values, step)
    around = values.rolling(max(round(DAY / step), 3), center=True, min_periods=1).mean()
    before, after = float((values - around).var()), float((rest - around).var())
    return before > 0 and 1 - after / before > 0.5
