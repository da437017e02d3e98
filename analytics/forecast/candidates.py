"""The methods that are tried on a series, by name."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from analytics.forecast.fourier import fourier_ar
from analytics.forecast.linear import linear_map
from analytics.forecast.repeating import last_value, levelled_week, mean_season, season_before
from analytics.forecast.smoothing import holt_winters
from analytics.forecast.task import Method, Task

_NEEDED_SEASONS = 3
_DAYS, _WEEKS = 7, 4
# Loose follows every hour of the window, stiff its outline: which is right depends on the noise.
_LOOSE, _STIFF = 0.01, 0.3


def naive(task: Task) -> dict[str, Method]:
    """The seasonal-naive methods others must beat; without seasons the last value."""
    shortest = int(task.origins.min())
    seasons = {"day": task.day, "week": task.week}
    found: dict[str, Method] = {
        f"last {name} repeated": partial(season_before, season=season)
        for name, season in seasons.items()
        if 0 < season <= shortest
    }
    return found or {"last value": last_value}


def learned(task: Task) -> Mapping[str, Method]:
    """The methods that have something to learn and enough to learn it from."""
    shortest = int(task.origins.min())
    found: dict[str, Method] = {
        "linear map": partial(linear_map, longest=task.week, penalty=_LOOSE),
        "stiff linear map": partial(linear_map, longest=task.week, penalty=_STIFF),
    }
    if task.season > 1 and shortest >= _NEEDED_SEASONS * task.season:
        found["mean day" if task.day else "mean week"] = partial(
            mean_season, season=task.season, seasons=_DAYS if task.day else _WEEKS
        )
        found["Holt-Winters"] = holt_winters
        found["Fourier + AR"] = fourier_ar
    if task.day and task.week and shortest >= _NEEDED_SEASONS * task.week:
        found["mean week"] = partial(mean_season, season=task.week, seasons=_WEEKS)
        found["levelled week"] = levelled_week
        found["stiff linear map of two weeks"] = partial(linear_map, longest=2 * task.week, penalty=_STIFF)
    return found
