"""A row of the table of `make quality`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """How well one task is done on public data."""

    task: str
    metric: str
    value: float
    higher_is_better: bool = True
    baseline: float | None = None  # of a simple method on the same data; None: none was measured
    goal: float | None = None  # what to reach; None: printed to compare with
    within: tuple[float, float] | None = None  # a goal that is a range, such as that of a coverage

    @property
    def key(self) -> str:
        """What the row is called where results are kept."""
        return f"{self.task}: {self.metric}"

    @property
    def reached(self) -> bool | None:
        """Whether the goal is reached; None: there is none."""
        if self.within is not None:
            return self.within[0] <= self.value <= self.within[1]
        if self.goal is None:
            return None
        return self.value >= self.goal if self.higher_is_better else self.value <= self.goal

    def is_worse_than(self, before: float, *, share: float) -> bool:
        """Whether the value is worse than an earlier one by more than a share of that."""
        if self.within is not None:
            return _outside(self.value, self.within) > _outside(before, self.within) + share * abs(before)
        change = before - self.value if self.higher_is_better else self.value - before
        return change > share * abs(before)


def _outside(value: float, within: tuple[float, float]) -> float:
    return max(within[0] - value, value - within[1], 0.0)
