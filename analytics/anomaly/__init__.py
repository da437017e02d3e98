"""What is strange: in the sensors of one machine, in a day of an air-handling unit."""

from analytics.anomaly.air_handling import day_scores
from analytics.anomaly.machines import alarms_many, score_many

__all__ = ["alarms_many", "day_scores", "score_many"]
