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

from analytics.failure.runs import Floats, Ints

COVERAGE = 0.90
SOON = 30.0  # [ages] what `p_fail_30` speaks of
BEYOND = 1.25  # ceilings up to which rows count for the interval
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """How right intervals and predictions were, over rows up to a little beyond the ceiling."""

    units: int  # that it was measured on, each with the same weight
    coverage: float  # share of rows whose interval held what was left
    error: float  # mean absolute error [ages]; life counts up to the ceiling


def calibrate(predicted: Floats, left: Floats, unit: Ints, *, ceiling: float) -> Calibration:
    """From what was predicted of unseen units, what they had left [ages], and whose row it is.

    Rows far beyond the ceiling are nearly all predicted there, and with them among the others the interval
    would look better than it is where it matters; rows a little beyond it may be taken for ones below it.
    """
    soon = _probability(predicted, left <= SOON)
    within = np.flatnonzero(left <= BEYOND * ceiling)
    within = within[np.argsort(predicted[within], kind="stable")]
    truth, ordered = np.minimum(left[within], ceiling), predicted[within]
    near = max(int(_NEAR * len(ordered)), 1)
    knots = np.unique(np.quantile(ordered, np.linspace(0, 1, _KNOTS)))
    # Rows of one unit err together: it is the number of units that says how far a quantile can be trusted.
    share = min(COVERAGE * (1 + 1 / len(np.unique(unit[within]))), 1.0)
    ends = [_shortest(truth[_around(ordered, knot, near)], share) for knot in knots]
    low, high = (np.array(end) for end in zip(*ends, strict=True))
    return Calibration(knots=knots, low=low, high=np.clip(high, 0, ceiling), soon=soon)


def validate(predicted: Floats, left: Floats, unit: Ints, fold: Ints, *, ceiling: float) -> Validation:
    """Each unit by what was predicted without it, and the intervals by a calibration without its fold.

    Arguments as of `calibrate`; `fold` says of each row in which fold its unit was left out.
    """
    low, high = np.full((2, len(predicted)), np.nan)
    for one in np.unique(fold):
        out = fold == one
        others = calibrate(predicted[~out], left[~out], unit[~out], ceiling=ceiling)
        low[out], high[out] = others.interval(predicted[out])
    truth, near = np.minimum(left, ceiling), left <= BEYOND * ceiling
    _, codes = np.unique(unit[near], return_inverse=True)
    rows = np.bincount(codes)
    held = np.bincount(codes, weights=((low <= truth) & (truth <= high))[near])
    missed = np.bincount(codes, weights=np.abs(predicted - truth)[near])
    return Validation(
        units=len(rows), coverage=float((held / rows).mean()), error=float((missed / rows).mean())
    )


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
