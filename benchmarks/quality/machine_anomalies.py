"""Faults of a pump rig by its eight sensors: the SKAB benchmark.

As its leaderboard does: learnt on the first 400 rows of each run, judged on the rest, rows of all runs
counted together. No point adjustment: a fault found in one of its rows is found in one row.

Source: Katser, Kozitsin (2020), "Skoltech Anomaly Benchmark".
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.anomaly import alarms_many, score_many
from benchmarks.quality.row import Row
from benchmarks.quality.vus import vus_pr

TRAIN_ROWS = 400
_WINDOW = 100  # rows by which VUS widens a fault at most: TSB-AD's usual
_TASK = "Multi-sensor anomaly (SKAB)"
_NOT_SENSORS = ["file", "datetime", "anomaly", "changepoint"]

Flags = NDArray[np.bool_]


def rows(data: Path) -> list[Row]:
    """F1 and false alarms of all runs together, and the mean VUS-PR of runs."""
    labels, alarms, volumes = [], [], []
    for _, run in pd.read_parquet(data / "skab" / "skab.parquet").groupby("file"):
        frame = run.set_index("datetime").drop(columns=_NOT_SENSORS, errors="ignore")
        faulty = run["anomaly"].to_numpy()[TRAIN_ROWS:] == 1
        score = score_many(frame, train_rows=TRAIN_ROWS).to_numpy()[TRAIN_ROWS:]
        labels.append(faulty)
        alarms.append(alarms_many(frame, train_rows=TRAIN_ROWS).to_numpy()[TRAIN_ROWS:])
        volumes.append(vus_pr(faulty, score, window=_WINDOW))
    truth = np.concatenate(labels)
    f1, false_alarms = counted(truth, np.concatenate(alarms))
    always, _ = counted(truth, np.ones_like(truth))
    return [*_alarm_rows(f1, false_alarms, always), _volume_row(volumes)]


def counted(faulty: Flags, alarmed: Flags) -> tuple[float, float]:
    """F1 of rows, and the share of sound rows that are alarms."""
    found = np.count_nonzero(faulty & alarmed)
    f1 = 2 * found / max(int(faulty.sum()) + int(alarmed.sum()), 1)
    return f1, int((alarmed & ~faulty).sum()) / max(int((~faulty).sum()), 1)


def _alarm_rows(f1: float, false_alarms: float, always: float) -> list[Row]:
    return [
        Row(task=_TASK, metric="F1, threshold without labels", value=f1, baseline=0.566, goal=0.78),
        Row(
            task=_TASK, metric="false-alarm rate", value=false_alarms, higher_is_better=False, goal=0.15
        ),
        Row(task=_TASK, metric="F1 of an alarm that never ends", value=always),
    ]  # fmt: skip


def _volume_row(volumes: Sequence[float]) -> Row:
    return Row(task=_TASK, metric="VUS-PR", value=float(np.mean(volumes)), baseline=0.775, goal=0.775)
