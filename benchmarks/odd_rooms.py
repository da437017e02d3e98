"""`python -m benchmarks.odd_rooms`: how well odd rooms are found in buildings made up at random, and why."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterable

from analytics.spatial import odd_room_out
from tests.plants import FAULTS, VERDICTS, Building, Fault, building

Make = Callable[[int, Fault], Building]


def counted(make: Make, seeds: Iterable[int]) -> dict[str, Counter[str]]:
    """For each fault, and for all of them, how often the room and the reason were right.

    Returns:
        Counts of `odd` (rooms that are), `found` (with whatever verdict), `right` (with the right one),
        `said` (rooms that were said to be odd).
    """
    counts: dict[str, Counter[str]] = {}
    for seed in seeds:
        for fault in FAULTS:
            made = make(seed, fault)
            table = odd_room_out(made.rooms, made.neighbours, made.readings).set_index("room")["verdict"]
            said = table[table != ""]
            one = counts.setdefault(fault, Counter())
            one["said"] += len(said)
            one["odd"] += made.odd is not None
            one["found"] += made.odd in said.index
            one["right"] += made.odd is not None and table[made.odd] == VERDICTS[fault]
    total: Counter[str] = Counter()
    for one in counts.values():
        total += one
    return counts | {"all": total}


def main() -> None:
    """Print precision and recall, of finding the room and of the reason."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.odd_rooms", description=__doc__)
    parser.add_argument("--seeds", type=int, default=30, help="buildings for each fault")
    parser.add_argument("--first", type=int, default=1000, help="the first of the seeds")
    chosen = parser.parse_args()
    counts = counted(building, range(chosen.first, chosen.first + chosen.seeds))
    print("| fault | buildings | precision | recall | with the right reason |\n|---|---|---|---|---|")
    for fault, one in counts.items():
        n = chosen.seeds if fault != "all" else chosen.seeds * len(FAULTS)
        cells = (
            _share(one["found"], one["said"]),
            _share(one["found"], one["odd"]),
            _share(one["right"], one["odd"]),
        )
        print(f"| {fault} | {n} | " + " | ".join(cells) + " |")
    print(f"Rooms called odd in {chosen.seeds} sound buildings: {counts['none']['said']}")


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "-"


if __name__ == "__main__":
    main()
