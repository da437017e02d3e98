"""`python -m tests.faults`: the campaign, its table, and exit code 1 when the promise was broken."""

from __future__ import annotations

import argparse
import os
import platform
import signal
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime

from data import log_setup
from data.errors import BrokerError
from tests.faults import report
from tests.faults.campaign import Result, run
from tests.faults.faults import FAULTS, FULL, Fault, Size
from tests.faults.rig import Rig, rig
from tests.store_sources import Unavailable


def main(arguments: list[str]) -> int:
    """The command line; 1 when the promise was broken, 3 when there are no servers, 130 on Ctrl-C."""
    asked = _parse(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # cleans up as Ctrl-C does
    log_setup.configure("error")  # what the campaign breaks is no news
    size = replace(FULL, rounds=asked.rounds)
    chosen = [fault for fault in FAULTS if not asked.only or fault.name in asked.only]
    try:
        with rig() as broken:
            print(f"On {_servers(broken)}.", flush=True)
            results = [_run(fault, broken, size, asked.seed) for fault in chosen]
            text = _head(broken, asked.seed, size) + report.table(results, size)
    except (BrokerError, Unavailable) as reason:
        print(reason, file=sys.stderr)
        return 3
    except RuntimeError as reason:  # no verdict: something ended that was not to be broken
        print(f"The campaign ends: {reason}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped; nothing is left running.", file=sys.stderr)
        return 130
    print(f"\n{text}")
    if not all(result.kept for result in results):
        return 1
    if asked.write:
        report.write(text)
    return 0


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.faults",
        description="Break things while devices publish, and count what is lost.",
    )
    parser.add_argument("--seed", type=int, default=1, help="of pauses and orders (1)")
    parser.add_argument("--rounds", type=int, default=FULL.rounds, help=f"strikes a fault ({FULL.rounds})")
    names = [fault.name for fault in FAULTS]
    parser.add_argument(
        "--only",
        action="append",
        choices=names,
        metavar="NAME",
        help=f"one fault; again for more: {', '.join(names)}",
    )
    written = f"put the table into {report.DOCUMENT.name} if the promise was kept"
    parser.add_argument("--write", action="store_true", help=written)
    asked = parser.parse_args(arguments)
    if asked.rounds < 1:
        parser.error("--rounds must be 1 or more")
    if asked.write and asked.only:
        parser.error("--write wants the whole campaign, without --only")
    return asked


def _run(fault: Fault, broken: Rig, size: Size, seed: int) -> Result:
    began = time.monotonic()
    result = run(fault, broken, size=size, seed=seed, say=lambda said: print(f"  {said}", flush=True))
    took_s = time.monotonic() - began
    print(f"{fault.name}: {report.summary(result)}; {took_s:.0f} s in all", flush=True)
    if not result.kept:
        print(f"PROMISE BROKEN\n{report.complaint(result)}", flush=True)
    return result


def _head(broken: Rig, seed: int, size: Size) -> str:
    day = datetime.now(UTC).date()
    return (
        f"{day}, seed {seed}, {size.rounds} rounds, {_servers(broken)}, "
        f"Python {platform.python_version()}, {os.cpu_count()} processors under a load of "
        f"{os.getloadavg()[2]:.0f} (15-minute average, the campaign's own included):\n\n"
    )


def _servers(broken: Rig) -> str:
    return f"{broken.versions()}, {broken.broker.version()}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
