"""Strange values: of one series, of the sensors of one machine, of the days of an air-handling unit."""

from analytics.anomaly.one_series import alarms, score

__all__ = [
    "alarms",
    "score",
]
