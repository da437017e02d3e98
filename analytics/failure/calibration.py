"""From predictions of units the model had not seen to intervals and probabilities that hold.

Conformal prediction after Vovk et al. (Algorithmic Learning in a Random World, 2005), conditional on the
prediction: where a prediction says "about 40 left", the interval is what units really had left where the
model said about 40 of units it was not fitted on. Of all such intervals the shortest is taken.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from analytics.failure.runs import Floats

COVERAGE = 0.90
SOON = 30.0  # [ages] what `p_fail_30` speaks of
_KNOTS = 41
_NEAR = 0.03  # share of the predictions that are near a knot, on either side


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What predictions of unseen units were worth."""

    knots: Floats  # predictions, rising
    low: Floats  # of the interval, at each knot
    high: Floats
    soon: LogisticRegression | float  # of failing within SOON; a number where all units did, or none

    def interval(self, predicted: Floats) -> tuple[Floats, Floats]:
        """Low and high [ages]; the prediction lies between them."""
        low = np.interp(predicted, self.knots, self.low)
        high = np.interp(predicted, self.knots, self.high)
        return np.minimum(low, predicted), np.maximum(high, predicted)

    def fails_soon(self, predicted: Floats) -> Floats:
        """Probability of failing within the next SOON ages."""
        if isinstance(self.soon, float):
            return np.full(len(predicted), self.soon)
        probability: Floats = self.soon.predict_proba(predicted[:, None])[:, 1]
        return probability


def calibrate(predicted: Floats, left: Floats, *, ceiling: float) -> Calibration:
    """From what was predicted of unseen units, and what they had left [ages].

    The interval is to hold for units within the ceiling. Rows beyond it are nearly all predicted there, and
    with them among the others the interval would look better than it is where it matters.
    """
    soon = _probability(predicted, left <= SOON)
    within = np.flatnonzero(left <= ceiling)
    within = within[np.argsort(predicted[within], kind="stable")]
    truth, ordered = left[within], predicted[within]
    near = max(int(_NEAR * len(ordered)), 1)
    knots = np.unique(np.quantile(ordered, np.linspace(0, 1, _KNOTS)))
    ends = [_shortest(truth[_around(ordered, knot, near)], COVERAGE) for knot in knots]
    low, high = (np.array(end) for end in zip(*ends, strict=True))
    return Calibration(knots=knots, low=low, high=np.clip(high, 0, ceiling), soon=soon)


def _around(ordered: Floats, value: float, near: int) -> slice:
    """As many predictions below a value as above it, fewer at the ends."""
    since = int(np.searchsorted(ordered, value))
    return slice(max(since - near, 0), since + near)


def _shortest(values: Floats, share: float) -> tuple[float, float]:
    """The shortest interval that holds a share of the values."""
    ordered = np.sort(values)
    held = min(int(np.ceil(share * len(ordered))), len(ordered))
    widths = ordered[held - 1 :] - ordered[: len(ordered) - held + 1]
    first = int(np.argmin(widths))
    return float(ordered[first]), float(ordered[first + held - 1])


def _probability(predicted: Floats, soon: NDArray[np.bool_]) -> LogisticRegression | float:
    """Platt's scaling: a logistic curve through what happened, which keeps the order of the predictions."""
    if soon.all() or not soon.any():
        return float(soon.all())
    return LogisticRegression(C=1e6, max_iter=1_000).fit(predicted[:, None], soon)
