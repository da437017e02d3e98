"""How far probabilities can be believed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def expected_calibration_error(
    probability: NDArray[np.float64], happened: NDArray[np.bool_], *, bins: int = 10
) -> float:
    """Mean distance of what was said from what happened, over equal bins of probability.

    Source: Naeini, Cooper & Hauskrecht, Obtaining well calibrated probabilities, AAAI 2015.
    """
    place = np.minimum((probability * bins).astype(int), bins - 1)
    said = np.bincount(place, weights=probability, minlength=bins)
    seen = np.bincount(place, weights=happened, minlength=bins)
    return float(np.abs(said - seen).sum() / len(probability))
