"""The volume under the precision-recall surface (VUS-PR) of anomaly scores.

Paparrizos et al., "Volume Under the Surface", VLDB 2022, as TSB-AD (2024) computes it: labels are widened by
0 to `window` rows, and the areas under the precision-recall curves are averaged. No point adjustment.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from statsmodels.tsa.stattools import acf

_THRESHOLDS = 250
_SEARCHED, _LAGS, _BASE, _LONGEST, _OTHERWISE = 20_000, 400, 3, 300, 125  # TSB-AD's

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
Spans = Sequence[tuple[int, int]]  # first and last row


def period(values: Floats) -> int:
    """The strongest period of a series in rows, as TSB-AD finds the window of VUS."""
    values = values[:_SEARCHED]
    if values.std() == 0:
        return _OTHERWISE
    correlation = acf(values, nlags=min(_LAGS, len(values) - 1), fft=True)[_BASE:]
    inner = correlation[1:-1]
    peaks = np.flatnonzero((inner > correlation[:-2]) & (inner > correlation[2:])) + 1
    if not len(peaks):
        return _OTHERWISE
    best = int(peaks[np.argmax(correlation[peaks])])
    return best + _BASE if 3 <= best <= _LONGEST else _OTHERWISE


def vus_pr(labels: Flags, scores: Floats, *, window: int) -> float:
    """The mean over widenings 0 … `window` of the area under the range-based precision-recall curve."""
    spans = _spans(labels)
    if not spans:
        return float("nan")
    order = np.argsort(-scores, kind="stable")
    falling = scores[order]
    cuts = falling[np.linspace(0, len(scores) - 1, _THRESHOLDS).astype(int)]
    flagged = np.searchsorted(-falling, -cuts, side="right")  # rows at or above each cut
    curves = (
        _area(labels, spans, _Cuts(scores, order, cuts, flagged), width, window)
        for width in range(window + 1)
    )
    return float(np.mean(list(curves)))


class _Cuts(NamedTuple):
    """The thresholds, and the rows by falling score."""

    scores: Floats
    order: Rows
    cuts: Floats
    flagged: Rows  # how many rows each threshold flags

    def weight(self, of_rows: Floats) -> Floats:
        """What the rows flagged at each threshold weigh together."""
        return np.cumsum(of_rows[self.order])[self.flagged - 1]

    def any(self, first: int, last: int) -> Flags:
        """Whether each threshold flags a row of a span."""
        return np.asarray(self.scores[first : last + 1].max() >= self.cuts)


def _area(labels: Flags, spans: Spans, at: _Cuts, width: int, widest: int) -> float:
    weights = _widened(labels, spans, width)
    existing = np.mean([at.any(*piece) for piece in _joined(spans, width, len(labels))], axis=0)
    # A flagged row of a widened edge counts by its weight, a row of the label always as one.
    regions = np.zeros(len(labels), dtype=bool)
    for first, last in _joined(spans, widest, len(labels)):
        regions[first : last + 1] = True
    edge = at.weight(np.where(regions & ~labels, weights, 0.0))
    true = edge + at.weight(labels.astype(float))
    positives = labels.sum() + edge / 2
    recall = np.minimum(true / positives, 1) * existing
    return float(np.diff(recall, prepend=0.0) @ (true / at.flagged))


def _widened(labels: Flags, spans: Spans, width: int) -> Floats:
    """1 on the labels, falling to either side as the root of the distance left."""
    weights = labels.astype(float)
    for first, last in spans:
        after = np.arange(last + 1, min(last + width // 2 + 1, len(labels)))
        weights[after] += np.sqrt(1 - (after - last) / width)
        before = np.arange(max(first - width // 2, 0), first)
        weights[before] += np.sqrt(1 - (first - before) / width)
    return np.asarray(np.minimum(weights, 1.0))


def _joined(spans: Spans, width: int, rows: int) -> list[tuple[int, int]]:
    """The spans widened by half of `width` to either side, those that touch made one."""
    joined: list[tuple[int, int]] = []
    for first, last in spans:
        first, last = max(first - width // 2, 0), min(last + width // 2, rows - 1)
        if joined and joined[-1][1] >= first:
            first = joined.pop()[0]
        joined.append((first, last))
    return joined


def _spans(labels: Flags) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], labels, [False])).astype(int)))
    return [(int(a), int(b) - 1) for a, b in zip(edges[::2], edges[1::2], strict=True)]
