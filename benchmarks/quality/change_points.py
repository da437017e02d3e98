"""Change points that five people marked: the Turing Change Point Dataset, scored as its authors do.

Source: G. van den Burg and C. Williams, "An Evaluation of Change Point Detection Algorithms", 2020.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from analytics import patterns
from benchmarks.quality.row import Row

MARGIN = 5  # positions that a found change point may be away from a marked one


def rows(data: Path) -> list[Row]:
    """Mean F1 and mean segmentation covering over the series, with one setting for all of them."""
    scores = [
        (f_measure(marked, found), covering(marked, found, len(values)))
        for marked, values in series(data / "tcpd")
        for found in [patterns.change_points(values)]
    ]
    f1, covered = np.mean(scores, axis=0)
    return [
        Row(task="Change points", metric="F1, margin 5", value=float(f1), baseline=0.761, goal=0.76),
        Row(task="Change points", metric="covering", value=float(covered), baseline=0.739, goal=0.70),
    ]


def series(folder: Path) -> Iterator[tuple[list[list[int]], pd.Series]]:
    """What each annotator marked, and the values; of a series with several dimensions the first."""
    annotations = json.loads((folder / "annotations.json").read_text())
    for name, by_annotator in sorted(annotations.items()):
        raw = json.loads((folder / f"{name}.json").read_text())["series"][0]["raw"]
        index = pd.date_range("2000-01-01", periods=len(raw), freq="h")
        yield list(by_annotator.values()), pd.Series(raw, index, dtype=float)


def f_measure(marked: Sequence[Collection[int]], found: Collection[int]) -> float:
    """Harmonic mean of the precision against all annotators together and the mean recall of each.

    Position 0 counts as a change point of everybody, so that "none" can be right.
    """
    truths = [{0, *points} for points in marked]
    guesses = {0, *found}
    precision = true_positives(set.union(*truths), guesses) / len(guesses)
    recall = float(np.mean([true_positives(truth, guesses) / len(truth) for truth in truths]))
    return 2 * precision * recall / (precision + recall)


def true_positives(truth: Collection[int], guesses: Collection[int]) -> int:
    """How many marked points have a guess within the margin; each guess serves one of them."""
    left, hits = set(guesses), 0
    for point in sorted(truth):
        near = [(abs(point - guess), guess) for guess in left if abs(point - guess) <= MARGIN]
        if near:
            left.remove(min(near)[1])
            hits += 1
    return hits


def covering(marked: Sequence[Collection[int]], found: Collection[int], n: int) -> float:
    """How well found segments cover each annotator's: their overlap (Jaccard), weighted by length."""
    guesses = _segments(found, n)
    shares = [
        sum(len(own) * max(_overlap(own, guess) for guess in guesses) for own in _segments(points, n)) / n
        for points in marked
    ]
    return float(np.mean(shares))


def _segments(points: Collection[int], n: int) -> list[range]:
    edges = sorted({0, n, *points})
    return [range(a, b) for a, b in pairwise(edges)]


def _overlap(one: range, other: range) -> float:
    both = min(one.stop, other.stop) - max(one.start, other.start)
    return max(0, both) / (max(one.stop, other.stop) - min(one.start, other.start)) if both > 0 else 0.0
