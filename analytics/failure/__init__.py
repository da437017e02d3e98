"""How long things last: remaining life from runs to failure, from trends, from the stated service life."""

from analytics.failure.classes import FailureClasses
from analytics.failure.prior import ServiceLife, WarrantyRisk, before_warranty_ends
from analytics.failure.records import Life, contradiction, lives, means_by_age
from analytics.failure.remaining_life import RemainingLife
from analytics.failure.trend import trend_to_limit

__all__ = [
    "FailureClasses",
    "Life",
    "RemainingLife",
    "ServiceLife",
    "WarrantyRisk",
    "before_warranty_ends",
    "contradiction",
    "lives",
    "means_by_age",
    "trend_to_limit",
]
