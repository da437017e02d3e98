"""`python -m benchmarks.ifc`: floor plans and shells beside the default kernel and web-ifc, in one run."""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from benchmarks.ifc import web_ifc
from benchmarks.ifc.measured import CONTENDERS, Measured
from benchmarks.ingest.figures import Spread, ratio
from benchmarks.ingest.report import machine
from data.building import opening
from data.building.shell import with_bodies
from data.errors import BadInput
from tests.store_sources import Unavailable, say

WEB_IFC = "web-ifc"

_ROOT = Path(__file__).parents[2]
_SHARED = _ROOT.parent / "shared" / "ifc"
_HEAD = ("model", "contender", "s", "(least-most)", "processor s", "elements", "triangles",
         "of default", "of web-ifc")  # fmt: skip

Found = dict[str, list[Measured]]  # of one model, by contender


def main(arguments: list[str]) -> int:
    """The command line; 3 when there are no models or a contender cannot be had."""
    chosen = _parser().parse_args(arguments)
    try:
        models = {path: wanted for path in chosen.models or _shared() if (wanted := _elements(path))}
        web_ifc.install()
    except Unavailable as reason:
        say(str(reason))
        return 3
    print(", ".join(f"{name} {value}" for name, value in (machine() | {WEB_IFC: web_ifc.version()}).items()))
    print("| " + " | ".join(_HEAD) + " |\n|" + "---|" * len(_HEAD))
    for model, wanted in models.items():
        for row in _rows(model.stem, _measure(model, chosen.rounds), wanted):
            print("| " + " | ".join(row) + " |", flush=True)
    return 0


def _shared() -> list[Path]:
    if not _SHARED.is_dir():
        raise Unavailable(f"There are no models at {_SHARED}; name files to measure.")
    return sorted(_SHARED.glob("*.ifc"))


def _elements(model: Path) -> set[int]:
    """What has a body; nothing, and a word about it, of a file that is refused."""
    try:
        return {one.id() for one in with_bodies(opening.open_model(model).file)}
    except BadInput as refusal:
        say(f"Left out: {refusal}")
        return set()


def _measure(model: Path, rounds: int) -> Found:
    """Every contender once a round, each round in another order: others may use the machine too."""
    found: Found = defaultdict(list)
    names = [*CONTENDERS, WEB_IFC]
    for number in range(1, rounds + 1):
        for name in random.sample(names, len(names)):
            say(f"{model.name}, round {number}: {name}")
            found[name].append(_once(name, model))
    return found


def _once(name: str, model: Path) -> Measured:
    ours = [sys.executable, "-m", "benchmarks.ifc.measured", name, str(model)]
    command = web_ifc.command(model) if name == WEB_IFC else ours
    ended = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=True)
    return Measured(**json.loads(ended.stdout.splitlines()[-1]))


def _rows(model: str, found: Found, wanted: set[int]) -> Iterator[list[str]]:
    used = {name: Spread.of([one.processor_s for one in several]).median for name, several in found.items()}
    for name in (*CONTENDERS, WEB_IFC):
        first, seconds = found[name][0], Spread.of([one.seconds for one in found[name]])
        drawn = len(wanted & set(first.elements))
        yield [
            model,
            name,
            f"{seconds.median:.2f}",
            f"{seconds.least:.2f}-{seconds.most:.2f}",
            f"{used[name]:.2f}",
            f"{len(first.elements)} rooms" if name == "floor plan" else f"{drawn} of {len(wanted)}",
            f"{first.triangles:,}" if first.triangles else "",
            f"{ratio(used[name], used['default kernel']):.3f}",
            f"{ratio(used[name], used[WEB_IFC]):.1f}",
        ]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ifc", description=__doc__)
    parser.add_argument("models", nargs="*", type=Path, help="files to measure; else the shared ones")
    parser.add_argument("--rounds", type=int, default=5, help="how often each contender runs")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
