"""Patterns in what was measured: changes, kinds of days, times of use, presence, what goes together."""

from analytics.patterns.presence import occupancy
from analytics.patterns.profiles import daily_profiles
from analytics.patterns.relations import correlations
from analytics.patterns.segmentation import change_points
from analytics.patterns.usage import OddDay, Schedule, UsedInterval, schedule

__all__ = [
    "OddDay",
    "Schedule",
    "UsedInterval",
    "change_points",
    "correlations",
    "daily_profiles",
    "occupancy",
    "schedule",
]
