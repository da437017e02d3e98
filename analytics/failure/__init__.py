"""How long things last: remaining life from runs to failure, from trends, and from the service life stated."""

from analytics.failure.remaining_life import RemainingLife

__all__ = ["RemainingLife"]
