"""What is known of an asset that has never failed: the service life and the warranty its model states."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

WEAR = 3.0  # Weibull's shape where none is known: failures by wear lie at 2 to 4 (Abernethy, 2006)
LIKELY = 0.5  # probability from which a failure is called likely


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLife:
    """A stated service life as a distribution: Weibull's, with the stated life as its median.

    A statement, not a measurement: half of the assets are taken to last longer. Learned lives outrank it.
    """

    median: float  # as stated [years, or any unit of age]; above 0, or a ValueError says so
    shape: float = WEAR

    def __post_init__(self) -> None:
        if not (self.median > 0 and self.shape > 0):
            raise ValueError(f"A service life and its shape are above 0, not {self.median} and {self.shape}.")

    def survival(self, age: float) -> float:
        """Probability of reaching an age; 1 where the age is not above 0."""
        return 1 - self.fails_between(0.0, age)

    def fails_between(self, age: float, until: float) -> float:
        """Probability that one that has reached `age` fails before `until`; 0 where that is past."""
        return float(-np.expm1(-max(self._hazard(until) - self._hazard(age), 0.0)))

    def expected_left(self, age: float) -> tuple[float, float, float]:
        """Median life left at an age, and its 90 % interval."""
        low, median, high = (self._age_at(age, share) for share in (0.05, 0.5, 0.95))
        return median, low, high

    def _hazard(self, age: float) -> float:
        return float(np.log(2) * (max(age, 0.0) / self.median) ** self.shape)

    def _age_at(self, age: float, share: float) -> float:
        hazard = self._hazard(age) - np.log1p(-share)
        return float(self.median * (hazard / np.log(2)) ** (1 / self.shape) - max(age, 0.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class WarrantyRisk:
    """How likely an asset fails while its warranty lasts."""

    probability: float
    likely: bool  # a finding: it should be looked at while the maker still pays


def before_warranty_ends(life: ServiceLife, *, age: float, warranty: float) -> WarrantyRisk:
    """The risk from the stated life alone; ages in one unit, both counted from the start of service."""
    probability = life.fails_between(age, warranty)
    return WarrantyRisk(probability=probability, likely=probability >= LIKELY)
