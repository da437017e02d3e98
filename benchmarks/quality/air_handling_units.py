"""Faulty days of real air-handling units: LBNL's building fault detection data.

A day is never judged by itself: negatives are normal days that were not among those to learn from.

Source: Granderson et al. (2020), "Building fault detection data", Scientific Data 7, 65.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from analytics.anomaly import day_scores
from benchmarks.quality.row import Row

_TRUTH = "Fault Detection Ground Truth"
_TASK = "HVAC faults (LBNL)"
_DRAWS = 10  # of the normal days that are known
_RULES, _NEAREST_DAY = 0.728, 0.923  # measured on the same days
_FALSE_DAYS = 0.1


def rows(data: Path) -> list[Row]:
    """Day AUROC and recall, with many, few and no known normal days."""
    several, one = _unit(data, "MZVAV-2-2"), _unit(data, "SZCAV")
    every = _judged(several, [_days(several, faulty=False)])
    three = _judged(several, _drawn(_days(several, faulty=False), 3))
    first = _judged(several, _drawn(_days(several, faulty=False), 1))
    return [
        _auroc("MZVAV-2-2, each normal day by the others", every[0], _NEAREST_DAY),
        _recall("MZVAV-2-2, each normal day by the others", every[1]),
        _auroc("MZVAV-2-2, 3 normal days known", three[0]),
        _recall("MZVAV-2-2, 3 normal days known", three[1]),
        _auroc("MZVAV-2-2, 1 normal day known", first[0]),
        _auroc("MZVAV-2-2, none known", _judged(several, [[]])[0], _RULES),
        _auroc("SZCAV, none known", _judged(one, [[]])[0]),
    ]


def recall_at(normal: Sequence[float], faulty: Sequence[float], *, false_days: float) -> float:
    """The share of faulty days above the lowest threshold that few enough normal days exceed."""
    allowed = int(false_days * len(normal))
    threshold = sorted(normal, reverse=True)[allowed]
    return float(np.mean(np.asarray(faulty) > threshold))


def _unit(data: Path, name: str) -> pd.DataFrame:
    return pd.read_parquet(data / "lbnl_fdd" / f"{name}.parquet").set_index("Datetime")


def _days(unit: pd.DataFrame, *, faulty: bool) -> list[date]:
    truth = unit[_TRUTH].groupby(pd.DatetimeIndex(unit.index).date).max()
    return [day for day, value in zip(truth.index, truth == 1, strict=True) if value == faulty]


def _drawn(days: Sequence[date], count: int) -> Iterator[list[date]]:
    random = np.random.default_rng(0)
    for _ in range(_DRAWS):
        yield [days[position] for position in random.permutation(len(days))[:count]]


def _judged(unit: pd.DataFrame, known: Iterator[list[date]] | Sequence[list[date]]) -> tuple[float, float]:
    """Mean AUROC and recall, over choices of the normal days that are known."""
    sound, faulty = _days(unit, faulty=False), _days(unit, faulty=True)
    aurocs, recalls = [], []
    for given in known:
        scores = day_scores(unit.drop(columns=_TRUTH), normal_days=given)
        # With all of them known, each is judged by the others.
        negatives = [day for day in sound if day not in given] or sound
        values = [float(scores[day]) for day in [*negatives, *faulty]]
        aurocs.append(float(roc_auc_score([0] * len(negatives) + [1] * len(faulty), values)))
        recalls.append(recall_at(values[: len(negatives)], values[len(negatives) :], false_days=_FALSE_DAYS))
    return float(np.mean(aurocs)), float(np.mean(recalls))


def _auroc(unit: str, value: float, baseline: float | None = None) -> Row:
    return Row(task=_TASK, metric=f"day AUROC, {unit}", value=value, baseline=baseline, goal=0.85)


def _recall(unit: str, value: float) -> Row:
    return Row(task=_TASK, metric=f"recall at ≤ 10 % false days, {unit}", value=value)
