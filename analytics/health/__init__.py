"""How well a sensor, a device, a room, a building is, and why it is not better."""

from analytics.health.scores import HealthScore, Reason, roll_up
from analytics.health.scoring import score
from analytics.health.spec import HealthSpec, SeriesSpec
from analytics.health.weights import WEIGHTS, Weight

__all__ = ["WEIGHTS", "HealthScore", "HealthSpec", "Reason", "SeriesSpec", "Weight", "roll_up", "score"]
