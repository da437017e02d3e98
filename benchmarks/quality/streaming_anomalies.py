"""Anomalies of one series, measured on files of the Numenta Anomaly Benchmark."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics import anomaly
from benchmarks.quality.nab_score import Scored, Windows, nab_score, probation
from benchmarks.quality.row import Row
from benchmarks.quality.vus import period, vus_pr

_TASK = "streaming anomalies"
_WEEK = pd.Timedelta(weeks=1)


def rows(data: Path) -> list[Row]:
    """The rows of `make quality`, from the folder of the public data."""
    files = list(_files(data / "nab"))
    causal = [_scores(file, causal=True) for file in files]
    offline = [_scores(file, causal=False) for file in files]
    scored = [Scored(scores=scores, windows=file.windows) for file, scores in zip(files, causal, strict=True)]
    recall, false_a_week = _alarms(files)
    return [
        Row(
            task=_TASK,
            metric="NAB standard score, causal",
            value=nab_score(scored)[0],
            baseline=43.5,
            goal=65,
        ),
        Row(task=_TASK, metric="VUS-PR, causal", value=_mean_vus(files, causal), baseline=0.338, goal=0.42),
        Row(task=_TASK, metric="VUS-PR, offline", value=_mean_vus(files, offline), baseline=0.364, goal=0.50),
        Row(task=_TASK, metric="alarms: windows found", value=recall, baseline=0.73, goal=0.75),
        Row(
            task=_TASK,
            metric="alarms: false a week",
            value=false_a_week,
            baseline=0.61,
            goal=0.5,
            higher_is_better=False,
        ),
    ]


@dataclass(frozen=True, slots=True)
class _File:
    values: pd.Series
    windows: Windows

    @property
    def labels(self) -> NDArray[np.bool_]:
        labels = np.zeros(len(self.values), dtype=bool)
        for first, last in self.windows:
            labels[first : last + 1] = True
        return labels


def _files(folder: Path) -> Iterator[_File]:
    labelled = json.loads((folder / "labels" / "combined_windows.json").read_text())
    for name, windows in sorted(labelled.items()):
        path = folder / "data" / name
        if path.exists():
            values = pd.read_csv(path, index_col="timestamp", parse_dates=True)["value"]
            row = {time: place for place, time in reversed(list(enumerate(values.index)))}
            found = [(row[pd.Timestamp(first)], row[pd.Timestamp(last)]) for first, last in windows]
            yield _File(values, found)


def _scores(file: _File, *, causal: bool) -> NDArray[np.float64]:
    return anomaly.score(file.values, causal=causal).to_numpy()


def _mean_vus(files: list[_File], scores: list[NDArray[np.float64]]) -> float:
    """Over the files that have a window: without one there is no precision."""
    return float(
        np.mean(
            [
                vus_pr(file.labels, of_file, window=period(file.values.to_numpy()))
                for file, of_file in zip(files, scores, strict=True)
                if file.windows
            ]
        )
    )


def _alarms(files: list[_File]) -> tuple[float, float]:
    """The share of the windows with an alarm in them, and alarms outside a week, after probation."""
    windows = found = false = 0
    weeks = 0.0
    for file in files:
        times = file.values.index
        start = times[probation(len(times))]
        alarms = anomaly.alarms(file.values)
        alarms = alarms[alarms >= start]
        outside = np.ones(len(alarms), dtype=bool)
        for first, last in file.windows:
            inside = (alarms >= times[first]) & (alarms <= times[last])
            outside &= ~inside
            found += bool(inside.any())
        windows += len(file.windows)
        false += int(outside.sum())
        weeks += (times.max() - start) / _WEEK
    return found / windows, false / weeks
