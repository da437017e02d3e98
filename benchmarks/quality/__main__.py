"""`python -m benchmarks.quality`: how good the analytics are on public data, beside their baselines.

Fails when a row is worse by more than 3 % than in the committed table.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import time
from pathlib import Path

from benchmarks.quality.row import Row

TASKS = (
    "streaming_anomalies", "machine_anomalies", "air_handling_units", "forecasts", "remaining_life",
    "failure_classes", "health", "change_points", "daily_profiles", "occupancy",
)  # fmt: skip
WORSE_BY = 0.03

_DATA = Path(__file__).parents[3] / "shared" / "analytics"
_COMMITTED = Path(__file__).with_name("committed.json")
_HEAD = ("task", "metric", "baseline", "ours", "goal", "before")


def main(arguments: list[str]) -> int:
    """The command line; 1 when a row is worse than before, 3 when there is no data."""
    chosen = _parser().parse_args(arguments)
    if not chosen.data.is_dir():
        print(f"There is no data at {chosen.data}; name its folder with --data.", file=sys.stderr)
        return 3
    before: dict[str, float] = json.loads(_COMMITTED.read_text()) if _COMMITTED.exists() else {}
    print("| " + " | ".join(_HEAD) + " |\n|" + "---|" * len(_HEAD))
    found: dict[str, float] = {}
    worse: list[Row] = []
    for task in chosen.only or TASKS:
        began = time.monotonic()
        for row in importlib.import_module(f"benchmarks.quality.{task}").rows(chosen.data):
            found[row.key] = round(row.value, 4)
            print("| " + " | ".join(_cells(row, before.get(row.key))) + " |", flush=True)
            if row.key in before and row.is_worse_than(before[row.key], share=WORSE_BY):
                worse.append(row)
        print(f"{task}: {time.monotonic() - began:.0f} s", file=sys.stderr)
    if chosen.write:
        _COMMITTED.write_text(json.dumps(dict(sorted((before | found).items())), indent=2) + "\n")
        return 0
    for row in worse:
        print(f"{row.key} is {row.value:.4g}, and was {before[row.key]:.4g}.", file=sys.stderr)
    return 1 if worse else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality", description=__doc__)
    parser.add_argument("--data", type=Path, default=_DATA, help="the folder of the public data")
    parser.add_argument("--only", nargs="+", choices=TASKS, help="these tasks alone")
    parser.add_argument("--write", action="store_true", help="keep the results as the committed table")
    return parser


def _cells(row: Row, before: float | None) -> tuple[str, ...]:
    return (
        row.task,
        row.metric,
        _number(row.baseline),
        f"{row.value:.3f}{_mark(row)}",
        _goal(row),
        _number(before),
    )


def _mark(row: Row) -> str:
    return {True: " ✓", False: " ✗", None: ""}[row.reached]


def _goal(row: Row) -> str:
    if row.within is not None:
        return f"{row.within[0]:g}-{row.within[1]:g}"
    if row.goal is None:
        return ""
    return f"{'≥' if row.higher_is_better else '≤'} {row.goal:g}"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
