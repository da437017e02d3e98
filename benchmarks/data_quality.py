"""`python -m benchmarks.data_quality`: how well faults in series are found, and how often others are."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd

from analytics.quality import Finding, findings
from tests.faults_in_series import KINDS, Injected, clean, injected

_DATA = Path(__file__).parents[2] / "shared" / "analytics"
_MONTH = pd.Timedelta(days=30)


def counted(seeds: Iterable[int]) -> dict[str, Counter[str]]:
    """For each kind: `injected` series, `found` ones, findings `said` in them, `false` ones."""
    counts = {kind: Counter[str]() for kind in KINDS}
    for seed in seeds:
        for kind in KINDS:
            made = injected(seed, kind)
            said = findings(made.values)
            right = [one for one in said if one.kind == kind and _overlaps(one, made)]
            counts[kind]["injected"] += 1
            counts[kind]["found"] += bool(right)
            counts[kind]["said"] += len(said)
            counts[kind]["false"] += sum(not _overlaps(one, made) for one in said)
    return counts


def _overlaps(one: Finding, made: Injected) -> bool:
    return made.start is not None and made.end is not None and one.start <= made.end and one.end >= made.start


def main() -> None:
    """Print recall and precision of each kind, and findings a month in series that are sound."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.data_quality", description=__doc__)
    parser.add_argument("--seeds", type=int, default=40, help="series for each kind")
    parser.add_argument("--data", type=Path, default=_DATA, help="the folder of the public data")
    chosen = parser.parse_args()
    print("| kind | series | precision | recall |\n|---|---|---|---|")
    for kind, one in counted(range(1000, 1000 + chosen.seeds)).items():
        precision = 1 - one["false"] / one["said"] if one["said"] else 1.0
        print(f"| {kind} | {one['injected']} | {precision:.3f} | {one['found'] / one['injected']:.3f} |")
    print("\n| sound series | series | findings a series and month | of which |\n|---|---|---|---|")
    _print_false("made up", ((str(seed), clean(seed)) for seed in range(2000, 2000 + chosen.seeds)))
    if chosen.data.is_dir():
        for name, series in _public(chosen.data):
            _print_false(name, series)


def _print_false(name: str, series: Iterable[tuple[str, pd.Series]]) -> None:
    said: Counter[str] = Counter()
    months, n = 0.0, 0
    for _, values in series:
        said.update(one.kind for one in findings(values))
        months += (values.index[-1] - values.index[0]) / _MONTH
        n += 1
    print(f"| {name} | {n} | {said.total() / months:.3f} | {dict(said) or '-'} |")


def _public(data: Path) -> Iterator[tuple[str, list[tuple[str, pd.Series]]]]:
    """What was really measured; some of its findings are true, as none of it is labelled."""
    demand = pd.read_parquet(data / "vic_electricity" / "vic.parquet").set_index("Time")
    yield "electricity and weather of a state", [(name, demand[name]) for name in ("Demand", "Temperature")]
    office = pd.read_parquet(data / "occupancy" / "datatraining.parquet").set_index("date")
    yield "office", [(name, office[name]) for name in ("Temperature", "Humidity", "CO2", "Light")]
    energy = pd.read_csv(data / "bdg2" / "bdg2_two_buildings_hourly.csv", index_col=0, parse_dates=True)
    yield "buildings' electricity", [(str(name), energy[name]) for name in energy]
    oil = pd.read_parquet(data / "ett" / "ETTh1.parquet")
    stamped = oil.set_index(pd.DatetimeIndex(oil[oil.columns[0]])).drop(columns=oil.columns[0])
    yield "transformer", [(str(name), stamped[name]) for name in stamped]
    rooms = pd.read_parquet(data / "sdh_rooms" / "rooms.parquet").set_index("timestamp")
    names = ("temperature", "humidity", "co2")
    yield "offices", [(f"{r} {name}", one[name]) for r, one in rooms.groupby("room") for name in names]


if __name__ == "__main__":
    main()
