"""How long things last: remaining life from runs to failure, from trends, from the stated service life."""

from analytics.failure.classes import FailureClasses
from analytics.failure.prior import ServiceLife, WarrantyRisk, before_warranty_ends
from analytics.failure.remaining_life import RemainingLife
from analytics.failure.trend import trend_to_limit

__all__ = [
    "FailureClasses",
    "RemainingLife",
    "ServiceLife",
    "WarrantyRisk",
    "before_warranty_ends",
    "trend_to_limit",
]
