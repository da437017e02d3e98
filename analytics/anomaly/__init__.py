"""Strange values: of one series, of the sensors of one machine, of the days of an air-handling unit."""

from analytics.anomaly.air_handling import day_scores
from analytics.anomaly.machines import alarms_many, score_many
from analytics.anomaly.one_series import alarms, score, score_and_alarms

__all__ = ["alarms", "alarms_many", "day_scores", "score", "score_and_alarms", "score_many"]
