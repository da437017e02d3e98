"""`python -m benchmarks.health`: how long scoring devices takes on one core, and how it grows."""

from __future__ import annotations

import sys
import time

import numpy as np
import pandas as pd

from analytics.health import HealthSpec, SeriesSpec, roll_up, score

DEVICES = (10, 20, 40, 80)
DAYS = (7, 15, 30, 60)
SERIES = 3  # of a device
A_DAY = 288  # readings, one every five minutes
MANY, MONTH = 1_000, 30


def main() -> int:
    """Two tables: more devices of 30 days, more days of 20 devices; then what 1,000 devices come to."""
    # The first call imports what the others find.
    seconds(1, 7)
    print(f"{SERIES} series a device, one reading every five minutes, processor time\n")
    print("| devices | days | seconds | ms a device |\n|---|---|---|---|")
    for count in DEVICES:
        per_device = row(count, MONTH)
    for days in DAYS:
        row(20, days)
    print(f"\n{MANY} devices of {MONTH} days: {MANY * per_device:.0f} s on one core.")
    return 0


def row(count: int, days: int) -> float:
    """Print one row; seconds a device."""
    spent = seconds(count, days)
    print(f"| {count} | {days} | {spent:.2f} | {1_000 * spent / count:.1f} |", flush=True)
    return spent / count


def seconds(count: int, days: int) -> float:
    """Processor time of scoring so many devices and rolling them up."""
    devices = [device(seed, days) for seed in range(count)]
    began = time.process_time()
    roll_up([score(frame, expected=expected(frame)) for frame in devices])
    return time.process_time() - began


def device(seed: int, days: int) -> pd.DataFrame:
    """Readings with the rhythm of a day, some of them missing."""
    random = np.random.default_rng(seed)
    index = pd.date_range("2025-01-01", periods=days * A_DAY, freq="5min", tz="UTC")
    day = np.sin(np.arange(len(index)) * 2 * np.pi / A_DAY)[:, None]
    values = 21 + day + random.normal(0, 0.2, (len(index), SERIES))
    values[random.random(values.shape) < 0.02] = np.nan
    return pd.DataFrame(values, index, [f"series {place}" for place in range(SERIES)])


def expected(frame: pd.DataFrame) -> HealthSpec:
    """A range and a neighbour for each series."""
    neighbour = frame.iloc[:, [0]] + 0.5
    one = SeriesSpec(interval=pd.Timedelta(minutes=5), low=-60, high=150, neighbours=neighbour)
    return HealthSpec(
        series={str(name): one for name in frame.columns}, now=frame.index[-1], age=4, service_life=15
    )


if __name__ == "__main__":
    sys.exit(main())
