"""Health without failure labels: does it fall as engines wear out?"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.metrics import average_precision_score

from analytics import health
from benchmarks.quality.engines import SOON, cycles_left, engines
from benchmarks.quality.row import Row

TASK = "Health without failure labels"
EVERY = 8  # cycles between two scores of an engine


def rows(data: Path) -> list[Row]:
    """Each engine is scored on what it had said up to every eighth cycle; a cycle is a day."""
    runs = engines(data)
    runs_scored = runs.train.assign(left=cycles_left(runs.train))
    found = pd.concat([_course(unit, runs.sensors) for _, unit in runs_scored.groupby("unit")])
    lost = 100 - found["health"]
    by_age = stats.spearmanr(lost, found["cycle"]).statistic
    return [
        Row(
            task=TASK,
            metric=f"average precision of (100 - health) for <= {SOON:g} cycles left",
            value=float(average_precision_score(found["left"] <= SOON, lost)),
            baseline=0.923,
            goal=0.90,
        ),
        Row(task=TASK, metric="abs Spearman with age", value=float(np.abs(by_age)), baseline=0.962),
    ]


def _course(unit: pd.DataFrame, sensors: list[str]) -> pd.DataFrame:
    """Health at every eighth cycle of one engine, of what was known then."""
    frame = unit[sensors].set_axis(pd.date_range("2000-01-01", periods=len(unit), freq="D", tz="UTC"))
    ends = np.arange(len(unit), 0, -EVERY)[::-1]
    values = [health.score(frame.iloc[:end], expected=health.HealthSpec()).value for end in ends]
    return unit[["cycle", "left"]].iloc[ends - 1].assign(health=values)
