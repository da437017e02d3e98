"""The one table of what costs health, and how much at most."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Weight:
    """What one kind of trouble may cost."""

    kind: str
    points: float  # of 100, where the trouble is as bad as it can be
    why: str


def _table(*weights: Weight) -> dict[str, Weight]:
    return {weight.kind: weight for weight in weights}


# fmt: off
WEIGHTS = _table(
    Weight("silence", 100, "Who says nothing is worth nothing: whatever else is known of it is the past."),
    Weight("stuck", 60, "A value that stands still looks like a reading and is none; a gap at least shows."),
    Weight("drift", 50, "Wear and lost calibration show first as distance from the own normal; so does use."),
    Weight("range", 40, "A value that cannot be is wrong for certain, and so may be the ones beside it."),
    Weight("neighbours", 30, "Who leaves the company of its neighbours is mostly wrong, not always."),
    Weight("alerts", 30, "An open alert was worth attention; its cause mostly costs points elsewhere."),
    Weight("gaps", 30, "What is missing is not wrong; half of the time is enough for most questions."),
    Weight("spikes", 20, "Single outliers are masked easily; many of them tell of a loose contact."),
    Weight("service life", 20, "Age alone is a statement about the kind, not about this one."),
)
# fmt: on
