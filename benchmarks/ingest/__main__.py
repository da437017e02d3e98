"""`python -m benchmarks.ingest`: the comparison, in one run on one broker and one store."""

from __future__ import annotations

import argparse
import logging
import random
import sys
from collections.abc import Callable
from pathlib import Path

import structlog

from benchmarks.ingest import contenders, drain, killed, live, node_red, report
from benchmarks.ingest.contenders import Contender
from benchmarks.ingest.report import Report
from benchmarks.ingest.stand import Stand, stand
from data.errors import BrokerError
from tests.store_sources import Unavailable, say

_PARTS = ("drain", "live", "kill")
_LIMITS: dict[str, Callable[[Stand, int], drain.Drained]] = {
    "mosquitto_sub": drain.mosquitto_sub,
    "COPY": drain.copy,
}
_KILL_MESSAGES = 100_000


def main(arguments: list[str]) -> int:
    """The command line; 3 when a server or a contender cannot be had."""
    chosen = _parser().parse_args(arguments)
    chosen.part = chosen.part or _PARTS
    # The servers' own progress would stand between the figures.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    taking_part = [one for one in contenders.CONTENDERS if not chosen.only or one.name in chosen.only]
    try:
        if any(isinstance(one, contenders.NodeRed) for one in taking_part):
            node_red.install()
        with stand(chosen.store) as servers:
            found = Report(report.machine() | servers.versions() | node_red.versions())
            try:
                _measure(servers, taking_part, chosen, found)
            except KeyboardInterrupt:
                say("Interrupted; this is what was measured.")
    except (Unavailable, BrokerError) as reason:
        say(str(reason))
        return 3
    print(found.as_text())
    if chosen.json is not None:
        chosen.json.write_text(found.as_json())
    return 0


def _measure(servers: Stand, taking_part: list[Contender], chosen: argparse.Namespace, found: Report) -> None:
    """Every part; contenders in another order each round, as the machine is not always as busy."""
    for number in range(1, chosen.rounds + 1):
        shuffled = random.sample(taking_part, len(taking_part))
        if "drain" in chosen.part:
            for name, limit in _LIMITS.items():
                if not chosen.only or name in chosen.only:
                    found.note_load()
                    found.drained.append(limit(servers, chosen.backlog))
            for one in shuffled:
                say(f"Round {number}: {one.name} drains a backlog")
                found.note_load()
                found.drained.append(drain.drain(servers, one, chosen.backlog))
        if "live" in chosen.part:
            for one in shuffled:
                say(f"Round {number}: {one.name} lives")
                found.note_load()
                found.lived += live.live(servers, one, chosen.rates, chosen.seconds)
    if "kill" in chosen.part:
        for one in taking_part:
            say(f"{one.name} is killed")
            found.killed.append(killed.kill(servers, one, _KILL_MESSAGES))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ingest", description=__doc__)
    names = [one.name for one in contenders.CONTENDERS] + list(_LIMITS)
    parser.add_argument("--backlog", type=int, default=300_000, help="messages queued before a drain")
    parser.add_argument(
        "--rates", type=_rates, default=[500, 1_000, 2_000, 5_000], help="live messages a second"
    )
    parser.add_argument("--seconds", type=float, default=10.0, help="how long each rate is held")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of drain and live")
    parser.add_argument("--part", action="append", choices=_PARTS, help="measure only this; may be repeated")
    parser.add_argument("--only", action="append", choices=names, help="only this one; may be repeated")
    parser.add_argument("--store", choices=("embedded", "real"), default="embedded", help="which PostgreSQL")
    parser.add_argument("--json", type=Path, help="file for every single measurement")
    return parser


def _rates(text: str) -> list[int]:
    return [int(rate) for rate in text.split(",")]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
