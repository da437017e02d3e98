"""Kinds of days of a state's electricity demand, against its calendar of work and holidays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import adjusted_rand_score

from analytics import patterns
from benchmarks.quality.row import Row


def rows(data: Path) -> list[Row]:
    """Adjusted Rand index of the kinds, as many as the code finds, with workday or day off."""
    frame = pd.read_parquet(data / "vic_electricity" / "vic.parquet")
    index = pd.DatetimeIndex(frame["Time"]).tz_convert("Australia/Melbourne")
    kinds = patterns.daily_profiles(pd.Series(frame["Demand"].to_numpy(float), index)).set_index("date")[
        "cluster"
    ]
    days = pd.Index(index.date)
    holidays = frame["Holiday"].groupby(days.to_numpy()).any()
    off = np.array([day.weekday() >= 5 or bool(holidays[day]) for day in kinds.index])
    agreement = float(adjusted_rand_score(off, kinds))
    return [
        Row(task="Daily profiles", metric="adjusted Rand index", value=agreement, baseline=0.909, goal=0.93),
        Row(task="Daily profiles", metric="kinds found", value=float(kinds.nunique()), within=(2, 2)),
    ]
