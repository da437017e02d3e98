"""Who is in an office, told by its air without a word of training, against photos."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from sklearn.metrics import accuracy_score, f1_score

from analytics import patterns
from benchmarks.quality.row import Row

_AIR = ["Temperature", "Humidity", "CO2"]


def rows(data: Path) -> list[Row]:
    """Accuracy and F1 of each file by itself, without and with light; no file is learned from."""
    found: list[Row] = []
    for name in ("datatest", "datatraining"):
        frame = pd.read_parquet(data / "occupancy" / f"{name}.parquet").set_index("date")
        truth = frame["Occupancy"].to_numpy(bool)
        air = patterns.occupancy(frame[_AIR]).to_numpy(float) >= 0.5
        lit = patterns.occupancy(frame[[*_AIR, "Light"]]).to_numpy(float) >= 0.5
        for metric, value, baseline, goal in (
            ("accuracy without light", accuracy_score(truth, air), 0.937, 0.88),
            ("F1 without light", f1_score(truth, air), None, None),
            ("accuracy with light", accuracy_score(truth, lit), 0.977, None),
        ):
            row = Row(task="Occupancy", metric=f"{metric}, {name}", value=value, baseline=baseline, goal=goal)
            found.append(row)
    return found
