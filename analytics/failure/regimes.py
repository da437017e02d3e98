"""Operating regimes: rows of a machine at another load or speed are compared within their own kind."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score

from analytics.failure.runs import Floats, Ints, Runs

MOST = 8  # regimes looked for
STRONG = 0.70  # silhouette of "a strong structure": Kaufman & Rousseeuw, Finding Groups in Data, 1990
OF_AGE = 0.25  # share of the variance of age a clustering may explain: what only comes late is wear
_SAMPLE = 2_000  # rows are enough to see clusters that lie apart
_SAME = 1e-9  # spread, as a share of the size, below which a column says nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Regimes:
    """Where the regimes lie, and what is usual in each."""

    centre: Floats  # (sensors,), of all rows
    scale: Floats  # (sensors,), of all rows; infinite where a sensor is constant
    clusters: KMeans | None  # None: there is one regime
    usual: Floats  # (regimes, sensors)
    spread: Floats  # (regimes, sensors); infinite where a sensor is constant in a regime

    @property
    def count(self) -> int:
        """How many regimes there are."""
        return len(self.usual)

    @property
    def telling(self) -> NDArray[np.bool_]:
        """Which sensors vary within a regime: the others say nothing of wear."""
        telling: NDArray[np.bool_] = np.isfinite(np.min(self.spread, axis=0))
        return telling

    def normalise(self, values: Floats) -> Floats:
        """Values in standard deviations from the mean of their regime; NaN stays."""
        regime = _regime(self.clusters, _standard(values, self.centre, self.scale))
        standard: Floats = (values - self.usual[regime]) / self.spread[regime]
        return standard


def find(runs: Runs) -> Regimes:
    """The regimes of these rows: k-means of all columns, where the clusters lie far apart and come and go."""
    centre, scale = _usual(runs.values)
    standard = _standard(runs.values, centre, scale)
    clusters = _clusters(standard, runs)
    regime = _regime(clusters, standard)
    found = [_usual(runs.values[regime == one]) for one in range(clusters.n_clusters if clusters else 1)]
    return Regimes(
        centre=centre,
        scale=scale,
        clusters=clusters,
        usual=np.array([usual for usual, _ in found]),
        spread=np.array([spread for _, spread in found]),
    )


def _usual(values: Floats) -> tuple[Floats, Floats]:
    """Mean and spread of each column; the spread of one that does not vary is infinite."""
    known = np.isfinite(values)
    count = np.maximum(known.sum(axis=0), 1)
    mean: Floats = np.where(known, values, 0.0).sum(axis=0) / count
    spread = np.sqrt(np.where(known, (values - mean) ** 2, 0.0).sum(axis=0) / count)
    return mean, np.where(spread > _SAME * np.maximum(np.abs(mean), _SAME), spread, np.inf)


def _standard(values: Floats, centre: Floats, scale: Floats) -> Floats:
    standard: Floats = np.nan_to_num((values - centre) / scale)
    return standard


def _regime(clusters: KMeans | None, standard: Floats) -> Ints:
    if clusters is None or not len(standard):
        return np.zeros(len(standard), dtype=np.int64)
    return np.asarray(clusters.predict(standard), dtype=np.int64)


def _clusters(standard: Floats, runs: Runs) -> KMeans | None:
    """The clustering whose clusters lie furthest apart; None where none is strong, or it follows age."""
    rows = np.linspace(0, len(standard) - 1, min(len(standard), _SAMPLE)).astype(np.int64)
    sample = standard[rows]
    best, strongest = None, STRONG
    for count in range(2, min(MOST, len(np.unique(sample, axis=0)) - 1) + 1):
        clusters = KMeans(count, n_init=3, random_state=0).fit(sample)
        strength = float(silhouette_score(sample, clusters.labels_))
        if strength > strongest:
            best, strongest = clusters, strength
    if best is None or _explained(runs.left()[rows], best.labels_) > OF_AGE:
        return None
    return best


def _explained(values: Floats, group: Ints) -> float:
    """Share of the variance that the means of the groups explain."""
    count = np.bincount(group)
    means = np.bincount(group, weights=values) / np.maximum(count, 1)
    return float(np.var(means[group])) / max(float(np.var(values)), _SAME)
