"""What a health is, and how those of parts become that of the whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

MOST_REASONS = 20  # kept of a whole; what the others cost is added up in one
OTHERS = "others"  # the kind of that one, which is the last


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why points are missing."""

    kind: str  # as in the table of weights
    points: float
    of: tuple[str, ...] = ()  # whose it is, from the whole down to the part
    severity: float = 1.0  # 0 to 1, of that part


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthScore:
    """0 to 100, and why it is not 100; the points of the reasons add up to what is missing."""

    value: float  # NaN: unknown
    reasons: tuple[Reason, ...] = ()  # the most expensive first
    unknown: str = ""  # why nothing is known

    @classmethod
    def of(cls, reasons: Iterable[Reason]) -> Self:
        """From what each reason would cost alone; together they cost 100 at most."""
        reasons = tuple(reason for reason in reasons if reason.points > 0)
        total = sum(reason.points for reason in reasons)
        scale = min(1.0, 100.0 / total) if total > 0 else 1.0
        return cls(value=max(100.0 - total, 0.0), reasons=_scaled(reasons, scale))

    @property
    def lost(self) -> float:
        """The points that are missing."""
        return 100.0 - self.value


def roll_up(
    children: Mapping[str, HealthScore] | Sequence[HealthScore], *, most: int | None = MOST_REASONS
) -> HealthScore:
    """The health of a whole from that of its parts, each counting the same.

    The whole has lost the quadratic mean of what its parts have lost. One of n parts, however it fares, moves
    it by at most 100 / sqrt(n) points: more than its share, so that it cannot hide in a mean (100 / n), and
    less than all, so that it cannot dominate as it would in a minimum (100). Better parts never make a worse
    whole, parts that are alike make a whole that is like them, and the order of parts does not count.

    Args:
        children: Parts by name, or in a row; those whose health is unknown do not count.
        most: Reasons that are kept apart, the others being added up in one; None: all, as for a whole that is
            a part of a larger one.

    Returns:
        The score; its reasons are those of the parts, each part's in proportion to the square of its loss.
    """
    named = children.items() if isinstance(children, Mapping) else [("", child) for child in children]
    known = [(name, child) for name, child in named if np.isfinite(child.value)]
    if not known:
        return HealthScore(value=float("nan"), unknown="None of the parts has a health.")
    squares = np.array([child.lost**2 for _, child in known])
    lost = float(np.sqrt(squares.mean()))
    if lost == 0:
        return HealthScore(value=100.0)
    reasons: list[Reason] = []
    for (name, child), share in zip(known, squares / squares.sum(), strict=True):
        inside = _scaled(child.reasons, lost * share / child.lost) if child.lost > 0 else ()
        reasons += [replace(reason, of=(name, *reason.of) if name else reason.of) for reason in inside]
    return HealthScore(value=100.0 - lost, reasons=_most_expensive(reasons, most))


def _scaled(reasons: Iterable[Reason], scale: float) -> tuple[Reason, ...]:
    scaled = (replace(reason, points=reason.points * scale) for reason in reasons)
    return tuple(sorted(scaled, key=lambda reason: (-reason.points, reason.kind, reason.of)))


def _most_expensive(reasons: Sequence[Reason], most: int | None) -> tuple[Reason, ...]:
    ordered = _scaled(reasons, 1.0)
    if most is None or len(ordered) <= most:
        return ordered
    rest = ordered[most - 1 :]
    others = Reason(kind=OTHERS, points=sum(reason.points for reason in rest), severity=0.0)
    return (*ordered[: most - 1], others)
