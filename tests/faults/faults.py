"""The faults: what is broken, how often, and what the devices say meanwhile."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.faults.devices import publish_oversized
from tests.faults.messages import Shape
from tests.faults.rig import Rig

_IN_HAND_S = 0.5  # longer than the ingest waits for a batch to fill


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much of everything."""

    rounds: int  # strikes of each fault that strikes again and again; long ones strike less often
    rate: float  # messages a second of all devices together
    gap_s: float  # at most between a strike and the next, once the ingest writes again
    pause_s: float
    away_s: float  # of a database that is stopped, and of an ingest whose messages wait in the broker
    readings: int  # of each device where these have an end
    topics: int  # of a cold start

    @property
    def few(self) -> int:
        """Strikes of a fault that takes long."""
        return max(1, self.rounds // 3)


FULL = Size(rounds=10, rate=1_200, gap_s=2, pause_s=15, away_s=120, readings=2_500, topics=10_000)
SHORT = Size(rounds=1, rate=600, gap_s=0.3, pause_s=1, away_s=1, readings=100, topics=1_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Strike:
    """One fault at work."""

    rig: Rig
    size: Size
    dice: random.Random

    def work(self) -> None:
        """Let the ingest write again, and then a moment more."""
        self.rig.wait_for_commit()
        time.sleep(self.dice.uniform(0.2, 1) * self.size.gap_s)

    @contextmanager
    def commit_held_up(self, number: int) -> Iterator[None]:
        """Every other time the database holds the commit up, so that the strike surely meets a batch."""
        if number % 2:
            yield
            return
        self.rig.database.pause()
        try:
            time.sleep(_IN_HAND_S)
            yield
        finally:
            self.rig.database.resume()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One line of the table. `strike` breaks things, makes them whole, and gives how often it did."""

    name: str
    title: str
    strike: Callable[[Strike], int]
    shape: Shape = "endless"


def _kill_ingest(at: Strike) -> int:
    for number in range(at.size.rounds):
        at.work()
        with at.commit_held_up(number):
            at.rig.ingest.restart(signal.SIGKILL)
    return at.size.rounds


def _restart_ingest_with_backlog(at: Strike) -> int:
    at.work()
    at.rig.ingest.stop()
    time.sleep(at.size.away_s / 2)
    for _ in range(at.size.few):
        at.rig.ingest.restart(signal.SIGKILL)
        time.sleep(at.dice.uniform(0.1, 0.5))  # too short to be through with the backlog
    return at.size.few


def _kill_database(at: Strike) -> int:
    for _ in range(at.size.rounds):
        at.work()
        at.rig.database.kill()
        time.sleep(at.dice.uniform(0, at.size.gap_s))
        at.rig.database.start()
    return at.size.rounds


def _stop_database(at: Strike) -> int:
    at.work()
    at.rig.database.stop()
    time.sleep(at.size.away_s)
    at.rig.database.start()
    return 1


def _pause_database(at: Strike) -> int:
    for _ in range(at.size.few):
        at.work()
        at.rig.database.pause()
        time.sleep(at.size.pause_s)
        at.rig.database.resume()
    return at.size.few


def _kill_broker(at: Strike) -> int:
    for _ in range(at.size.rounds):
        at.work()
        at.rig.kill_broker()
    return at.size.rounds


def _kill_broker_with_backlog(at: Strike) -> int:
    for _ in range(at.size.few):
        at.work()
        at.rig.ingest.stop()
        time.sleep(at.dice.uniform(0.5, 1) * at.size.pause_s)
        at.rig.kill_broker()
        at.rig.ingest.restart(signal.SIGTERM)
    return at.size.few


def _pause_broker(at: Strike) -> int:
    for _ in range(at.size.few):
        at.work()
        at.rig.broker.send(signal.SIGSTOP)
        time.sleep(at.size.pause_s)
        at.rig.broker.send(signal.SIGCONT)
    return at.size.few


def _cut_wire(at: Strike) -> int:
    for number in range(at.size.few):
        at.work()
        links = at.rig.ingest.links()
        with at.commit_held_up(number):
            at.rig.wire.cut()
            at.rig.ingest.wait_for_link(links)
    return at.size.few


def _start_cold(at: Strike) -> int:
    at.rig.ingest.restart(signal.SIGTERM)
    return 1


def _send_too_much(at: Strike) -> int:
    for _ in range(at.size.few):
        if publish_oversized(at.rig.devices_address):
            raise RuntimeError("the broker acknowledged a message that is larger than it may take")
    return at.size.few


def _nothing(_: Strike) -> int:
    return 1


def _load(at: Strike) -> int:
    at.work()
    time.sleep(at.size.pause_s)
    return 1


FAULTS = (
    Fault(name="ingest-killed", title="Ingest killed (SIGKILL)", strike=_kill_ingest),
    Fault(
        name="ingest-backlog",
        title="Ingest stopped, then killed while it takes the backlog",
        strike=_restart_ingest_with_backlog,
    ),
    Fault(name="database-killed", title="PostgreSQL killed (SIGKILL)", strike=_kill_database),
    Fault(name="database-stopped", title="PostgreSQL stopped for {away}", strike=_stop_database),
    Fault(name="database-paused", title="PostgreSQL paused for {pause} (SIGSTOP)", strike=_pause_database),
    Fault(name="broker-killed", title="Broker killed (SIGKILL)", strike=_kill_broker),
    Fault(
        name="broker-backlog",
        title="Broker killed while it holds a backlog",
        strike=_kill_broker_with_backlog,
    ),
    Fault(name="broker-paused", title="Broker paused for {pause} (SIGSTOP)", strike=_pause_broker),
    Fault(name="connection-cut", title="Connection to the broker cut", strike=_cut_wire),
    Fault(name="duplicates", title="Every message three times, shuffled", strike=_nothing, shape="thrice"),
    Fault(name="out-of-order", title="Messages out of order", strike=_nothing, shape="shuffled"),
    Fault(
        name="malformed", title="Malformed messages among good ones", strike=_send_too_much, shape="malformed"
    ),
    Fault(name="cold-start", title="Cold start on {topics:,} topics", strike=_start_cold, shape="one-each"),
    Fault(name="two-tenants", title="Two tenants, devices of the same names", strike=_load),
)
