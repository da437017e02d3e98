"""When a trend will reach a limit, for assets that have never failed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from analytics.failure.runs import Floats

CONFIDENCE = 0.90
FEWEST = 6  # values below which a slope is a guess
CHANGED = 3.0  # standard errors between the slopes of two halves above which the older half is past
FURTHEST = 5.0  # spans of the history ahead: a line is not to be believed further
LATEST = 100.0  # spans ahead at which the late end of an interval is cut
_BLOCKS = 128  # medians that stand for a long series
_DAY = pd.Timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A robust line through values, and how sure it is."""

    middle: float  # [days]
    level: float  # at the middle
    slope: float  # [per day]
    level_variance: float
    slope_variance: float
    freedom: float  # independent values beside the two that a line takes

    @property
    def crossing_is_certain(self) -> bool:
        """Whether the slope differs from 0 with the confidence of the interval."""
        return self.slope**2 > self._bound**2 * self.slope_variance and self.freedom >= 1

    @property
    def _bound(self) -> float:
        return float(stats.t.ppf((1 + CONFIDENCE) / 2, max(self.freedom, 1.0)))

    def reaches(self, limit: float) -> tuple[float, float, float]:
        """When [days] the line is at the limit, and the interval around it by Fieller's theorem (1954)."""
        bound, distance = self._bound**2, limit - self.level
        square = self.slope**2 - bound * self.slope_variance
        inner = bound * (self.slope_variance * distance**2 + self.level_variance * square)
        half, centre = np.sqrt(max(inner, 0.0)) / square, self.slope * distance / square
        when = self.middle + distance / self.slope
        return when, self.middle + centre - half, self.middle + centre + half


def trend_to_limit(
    values: pd.Series, *, limit: float
) -> tuple[pd.Timestamp, pd.Timestamp, pd.Timestamp] | None:
    """When a slow trend crosses a limit, with a 90 % interval.

    The line is Theil and Sen's median of slopes (1950, 1968), which outliers do not bend, through the stretch
    up to now that one line describes; residuals that follow one another count as fewer values (Bayley &
    Hammersley 1946). Seasons are not removed: a year's rhythm in half a year of values is taken for a trend.

    Args:
        values: DatetimeIndex in any order, gaps and NaN allowed.
        limit: The value not to be crossed, above or below [unit of the values].

    Returns:
        (when, low, high) in the zone of the index: ahead of the last value, or, where the trend has crossed
        the limit already, behind it. None where there is no certain trend, it leads away from the limit, or
        the limit is further ahead than five times the history.
    """
    known = values[np.isfinite(values.to_numpy(dtype=np.float64, na_value=np.nan))].sort_index()
    if len(known) < FEWEST or not np.isfinite(limit) or known.index[-1] == known.index[0]:
        return None
    origin = known.index[-1]
    days = np.asarray((known.index - origin) / _DAY, dtype=np.float64)
    line, since = _present_line(*_blocks(days, known.to_numpy(dtype=np.float64)))
    if not line.crossing_is_certain:
        return None
    when, low, high = line.reaches(limit)
    if not since <= when <= -since * FURTHEST:
        return None
    low, high = max(low, since * LATEST), min(high, -since * LATEST)
    return _moment(origin, when), _moment(origin, low), _moment(origin, high)


def _moment(origin: pd.Timestamp, days: float) -> pd.Timestamp:
    """So many days from a moment, within what a Timestamp can say."""
    century = 36_525.0
    return origin + pd.Timedelta(seconds=round(float(np.clip(days, -century, century)) * 86_400))


def _blocks(days: Floats, level: Floats) -> tuple[Floats, Floats]:
    """The median of each of as many equal spans: long series become short, outliers vanish."""
    if len(days) <= _BLOCKS:
        return days, level
    span = np.minimum(((days - days[0]) / -days[0] * _BLOCKS).astype(int), _BLOCKS - 1)
    medians = pd.DataFrame({"days": days, "level": level}).groupby(span).median()
    return medians["days"].to_numpy(), medians["level"].to_numpy()


def _present_line(days: Floats, level: Floats) -> tuple[Line, float]:
    """The line of the stretch up to now, and where that begins: older halves with another slope are past."""
    while len(days) >= 4 * FEWEST:
        half = len(days) // 2
        old, new = _line(days[:half], level[:half]), _line(days[half:], level[half:])
        if (new.slope - old.slope) ** 2 <= CHANGED**2 * (new.slope_variance + old.slope_variance):
            break
        days, level = days[half:], level[half:]
    return _line(days, level), min(float(days[0]), -1e-6)


def _line(days: Floats, level: Floats) -> Line:
    middle = float(days.mean())
    slope = float(stats.theilslopes(level, days).slope) if np.ptp(days) > 0 else 0.0
    at_middle = float(np.median(level - slope * (days - middle)))
    rest = level - at_middle - slope * (days - middle)
    independent = len(days) * _independence(rest)
    noise = float(1.4826 * np.median(np.abs(rest))) ** 2 * len(days) / max(len(days) - 2, 1)
    return Line(
        middle=middle,
        level=at_middle,
        slope=slope,
        level_variance=noise / independent * np.pi / 2,  # a median is that much less sure than a mean
        slope_variance=noise / independent / max(float(days.var()), 1e-12),
        freedom=independent - 2,
    )


def _independence(rest: Floats) -> float:
    """Share of values that count as independent, from their autocorrelation at one step."""
    size = float(rest @ rest)
    follows = float(rest[1:] @ rest[:-1]) / size if size > 0 else 0.0
    follows = float(np.clip(follows, 0.0, 0.98))
    return (1 - follows) / (1 + follows)
