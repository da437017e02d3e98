"""Which records of a milling machine are failures, cross-validated."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score, f1_score
from sklearn.model_selection import StratifiedKFold

from analytics.failure import FailureClasses
from benchmarks.quality.row import Row

TASK = "Failure classification"
FOLDS = 5
_GRADES = {"L": 0.0, "M": 1.0, "H": 2.0}


def rows(data: Path) -> list[Row]:
    """AI4I 2020 (Matzka 2020, synthetic): what is known before a failure, and what physics makes of it."""
    records = pd.read_csv(data / "ai4i" / "ai4i.csv")
    truth, inputs = records["Machine failure"].astype(bool), physics(records)
    found = pd.DataFrame(0.0, index=records.index, columns=["probability", "failed"])
    for known, out in StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(inputs, truth):
        model = FailureClasses.fit(inputs.iloc[known], failed=truth.iloc[known])
        found.iloc[out] = model.predict(inputs.iloc[out]).astype(float)
    f1 = float(f1_score(truth, found["failed"] > 0))
    precision = float(average_precision_score(truth, found["probability"]))
    return [
        Row(task=TASK, metric="F1", value=f1, baseline=0.828, goal=0.88),
        Row(task=TASK, metric="average precision", value=precision),
    ]


def physics(records: pd.DataFrame) -> pd.DataFrame:
    """Measurements, power, strain of the tool, and the difference of temperatures that carries heat away."""
    torque, speed = records["Torque [Nm]"], records["Rotational speed [rpm]"]
    wear, air = records["Tool wear [min]"], records["Air temperature [K]"]
    process = records["Process temperature [K]"]
    return pd.DataFrame(
        {
            "grade": records["Type"].map(_GRADES),
            "torque_nm": torque,
            "speed_rpm": speed,
            "wear_min": wear,
            "air_k": air,
            "process_k": process,
            "power_w": torque * speed * 2 * np.pi / 60,
            "difference_k": process - air,
            "strain_nm_min": torque * wear,
        }
    )
