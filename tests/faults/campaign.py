"""One fault after the other on one rig, each judged when the ingest has caught up."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg

from data.ingest.link import WINDOW
from tests.faults.devices import UNDER_WAY, Fleet
from tests.faults.faults import Fault, Size, Strike
from tests.faults.messages import TENANTS, UNTIMED, Plan, begin
from tests.faults.oracle import Oracle, Verdict
from tests.faults.rig import Rig

# What mosquitto has acknowledged it saves every 2 s: it waits until more than autosave_interval, 1 s, of
# whole seconds have passed. Twice that, as a busy machine lets it wait; the table says what it was.
AUTOSAVE_S = 4.0
_PROCESSES, _DEVICES = 2, 2
_BURST = 1_000_000.0
_PATIENCE_S, _STILL_S = 300.0, 3.0

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One fault and what came of it."""

    fault: Fault
    times: int
    verdict: Verdict
    most_repeated: int  # the bound of the repeats
    catch_up_s: float  # from when all runs again and all is said until all is stored

    @property
    def kept(self) -> bool:
        """Whether the promise was."""
        return not self.verdict.broken and self.verdict.repeated <= self.most_repeated


def run(fault: Fault, rig: Rig, *, size: Size, seed: int, say: Say) -> Result:
    """Run one fault from a healthy rig to a healthy rig.

    Raises:
        RuntimeError: a device or the ingest failed in a way that is no verdict.
    """
    kills, links = len(rig.broker_kills), rig.ingest.links()
    strike = Strike(rig=rig, size=size, dice=random.Random(f"{seed} {fault.name}"))
    with fleet_of(fault, rig, size=size, seed=seed) as fleet:
        times = fault.strike(strike)
        fleet.finish()
    say(f"{fault.name}: struck {times}×, all is said")
    healed_at = time.monotonic()
    with oracle_of(fault, rig, fleet, broker_kills=rig.broker_kills[kills:]) as oracle:
        caught_up_at = wait_until_caught_up(fault, rig, oracle)
        verdict = oracle.judge()
    struck = len(rig.broker_kills) - kills
    return Result(
        fault=fault,
        times=times,
        verdict=verdict,
        most_repeated=_most_repeated(verdict, links=rig.ingest.links() - links, broker_kills=struck),
        catch_up_s=caught_up_at - healed_at,
    )


@contextmanager
def fleet_of(fault: Fault, rig: Rig, *, size: Size, seed: int) -> Iterator[Fleet]:
    """The devices of a fault, publishing."""
    fleet = Fleet(rig.devices_address, _plans(fault, size, seed), rig.folder)
    try:
        fleet.start()
        yield fleet
    finally:
        fleet.close()


@contextmanager
def oracle_of(
    fault: Fault, rig: Rig, fleet: Fleet, *, broker_kills: Sequence[float] = ()
) -> Iterator[Oracle]:
    """The judge of what a fleet said."""
    with psycopg.connect(rig.owner_url, autocommit=True) as connection:
        oracle = Oracle(connection, fault=fault.name, autosave_s=AUTOSAVE_S)
        oracle.load(fleet.ledgers)
        oracle.excuse(broker_kills)
        yield oracle


def wait_until_caught_up(fault: Fault, rig: Rig, oracle: Oracle) -> float:
    """Wait until nothing more comes; gives when that was, on the monotonic clock.

    The broker keeps the order, so what was said before the last message is there with it, or lost. An
    ingest may still put the message of a quiet device before those of a busy one: hence the second wait.
    """
    end = time.monotonic() + _PATIENCE_S
    rig.say(f"{TENANTS[0]}/{fault.name}/end/{UNTIMED}", "0")
    while not rig.has_stored(f"{fault.name}/end") and time.monotonic() < end:
        rig.ingest.check()
        time.sleep(0.1)
    at, lost = time.monotonic(), len(oracle.lost())
    while lost and time.monotonic() < at + _STILL_S:
        time.sleep(0.5)
        if (now_lost := len(oracle.lost())) < lost:
            at, lost = time.monotonic(), now_lost
    return at


def _plans(fault: Fault, size: Size, seed: int) -> list[Plan]:
    started = begin()
    return [
        Plan(
            fault=fault.name,
            shape=fault.shape,
            part=part,
            parts=_PROCESSES,
            seed=seed,
            begin=started,
            rate=size.rate / _PROCESSES if fault.shape == "endless" else _BURST,
            devices=_DEVICES,
            count=size.topics if fault.shape == "one-each" else size.readings,
        )
        for part in range(_PROCESSES)
    ]


def _most_repeated(verdict: Verdict, *, links: int, broker_kills: int) -> int:
    """The bound of readings that are there again though they were stamped on arrival.

    Each new connection may bring the window again. A killed broker may besides deliver again what it
    forgot to be acknowledged, and devices send again what it had not acknowledged to them.
    """
    connections = _PROCESSES * _DEVICES * len(TENANTS)
    return WINDOW * links + verdict.repeatable + broker_kills * connections * UNDER_WAY
