"""The demo's devices at work: what is missing is handed over, newest day first, while they speak live."""

from __future__ import annotations

import heapq
import sys
import threading
import time
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import structlog

from data import mqtt
from data.demo import fault_file, progress
from data.demo.devices import Device, devices
from data.demo.payloads import Said, messages
from data.demo.publisher import Publisher
from data.demo.sensing import Sensing
from data.demo.simulation.faults import Fault
from data.errors import BadInput, BrokerError
from data.settings import Settings

log = structlog.get_logger(__name__)

LIVE_S = 60  # between two messages of a device
HISTORY_S = 900  # between two of its older readings
_FINE_S = 300  # and of the last day's
# Below what the ingest takes on two cores beside all else: what is live must not queue behind what is old.
_MESSAGES_A_SECOND = 2_500
_CHUNK = 250
_SAVE_EVERY_S = 30.0
_FOLLOW_EVERY_S = 2.0


def folder(settings: Settings) -> Path:
    """Where the demo keeps its state."""
    return settings.state / "demo"


def faults_path(settings: Settings) -> Path:
    """The faults that were asked for."""
    return folder(settings) / "faults.jsonl"


def progress_path(settings: Settings) -> Path:
    """How far the simulator is."""
    return folder(settings) / "simulator.json"


def run(settings: Settings, address: mqtt.Address, stop: threading.Event) -> None:
    """Simulate until `stop` is set.

    Raises:
        BadInput: a file of its state cannot be used.
        BrokerError: the broker does not let this account publish.
    """
    publisher = Publisher(address, client_id="clerestory-simulator")
    simulator = _Simulator(settings, publisher, stop)
    publisher.start()
    try:
        while not publisher.wait_connected(0.2):
            if stop.is_set():
                return
        simulator.run()
    finally:
        publisher.stop()


class _Simulator:
    def __init__(self, settings: Settings, publisher: Publisher, stop: threading.Event) -> None:
        now = datetime.now(UTC)
        self._publisher = publisher
        self._stop = stop
        self._progress_path, self._faults_path = progress_path(settings), faults_path(settings)
        self._progress = progress.load(self._progress_path) or progress.begin(now)
        self._faults = _FaultsFile(self._faults_path)
        self._sensing = self._new_sensing(self._faults.load())
        self._live = _Schedule(now)
        self._history: Iterator[Said] = iter(())
        self._filling = _Filling()
        self._saved_at = self._followed_at = time.monotonic()

    def run(self) -> None:
        """Publish until stopped."""
        self._progress.resume(datetime.now(UTC))
        self._sensing.prepare(self._progress.missing_days())
        try:
            while not self._stop.is_set():
                self._follow_faults()
                if self._publisher.wait_connected(0.0):
                    self._work()
                else:
                    self._stop.wait(0.5)
                self._save(_SAVE_EVERY_S)
        finally:
            self._save(0.0)

    def _work(self) -> None:
        now = datetime.now(UTC)
        self._note_silence(now)
        for device in self._live.due(now):
            self._say(self._live_messages(device, now))
        if self._publisher.refused:
            raise BrokerError(f"The broker refuses what is published: {self._publisher.refused}.")
        if not self._fill():
            self._stop.wait(min(self._live.wait_s(datetime.now(UTC)), _FOLLOW_EVERY_S))

    def _note_silence(self, now: datetime) -> None:
        """What the broker's absence kept from being said is missing, and handed over like any gap."""
        last = self._progress.published_until
        if last and now - last > timedelta(seconds=LIVE_S):
            self._progress.resume(now)
        self._progress.published_until = now

    def _live_messages(self, device: Device, now: datetime) -> Iterator[Said]:
        if self._sensing.is_heard(device, now):
            [values] = self._sensing.read(device, [now])
            yield from messages(device, values, now, late=False)

    def _say(self, said: Iterator[Said]) -> int:
        sent = 0
        for message in said:
            if not self._publisher.publish(message.topic, message.payload, self._stop):
                break
            sent += 1
        return sent

    def _fill(self) -> bool:
        """Hand over a little of what is missing; False when nothing is."""
        stretch = self._progress.newest_gap()
        if stretch is None:
            self._filling.end()
            return False
        begun = time.monotonic()
        sent = self._say(islice(self._history, _CHUNK))
        if sent:
            self._filling.sent += sent
            self._stop.wait(max(0.0, begun + sent / _MESSAGES_A_SECOND - time.monotonic()))
        elif self._filling.stretch is None:
            self._filling.begin(stretch, days=len(set(self._progress.missing_days())))
            self._history = _history(self._sensing, *stretch)
        elif self._publisher.drain(self._stop):
            self._progress.filled(*self._filling.stretch)
            self._filling.tell()
            self._save(0.0)
        return True

    def _follow_faults(self) -> None:
        if time.monotonic() - self._followed_at < _FOLLOW_EVERY_S:
            return
        self._followed_at = time.monotonic()
        if not self._faults.changed():
            return
        try:
            faults = self._faults.load()
        except BadInput as error:  # said once a change; the faults known before stay
            log.warning("faults", reason=str(error))
        else:
            log.info("faults", known=len(faults))
            self._sensing = self._new_sensing(faults)

    def _new_sensing(self, faults: tuple[Fault, ...]) -> Sensing:
        return Sensing(origin=self._progress.origin, faults=faults, ledger=self._progress.ledger)

    def _save(self, every_s: float) -> None:
        if time.monotonic() - self._saved_at >= every_s:
            self._saved_at = time.monotonic()
            progress.save(self._progress_path, self._progress)
            if not self._progress.gaps:
                self._sensing.forget(before=datetime.now(UTC).date())


def _history(sensing: Sensing, since: datetime, until: datetime) -> Iterator[Said]:
    """What the devices would have said from `since` to `until`, within one UTC day, in the order of time."""
    recent = datetime.now(UTC) - until < timedelta(days=1)
    every = timedelta(seconds=_FINE_S if recent else HISTORY_S)
    said: list[tuple[datetime, Said]] = []
    for device in devices():
        times = [at for at in _times(device, since, until, every) if sensing.is_heard(device, at)]
        if times:
            for at, values in zip(times, sensing.read(device, times), strict=True):
                said += ((at, message) for message in messages(device, values, at, late=True))
    said.sort(key=lambda pair: pair[0])
    return (message for _, message in said)


def _times(device: Device, since: datetime, until: datetime, every: timedelta) -> Iterator[datetime]:
    epoch = datetime(2000, 1, 1, tzinfo=UTC) + timedelta(seconds=_phase_s(device))
    at = epoch + -((epoch - since) // every) * every
    while at < until:
        if at >= since:
            yield at
        at += every


def _phase_s(device: Device) -> int:
    """Devices do not all speak at once."""
    return zlib.crc32(device.name.encode()) % LIVE_S


class _Schedule:
    """Which device speaks when."""

    def __init__(self, now: datetime) -> None:
        first = now.timestamp() // LIVE_S * LIVE_S
        # All speak at once at first: a page that has just opened shows every room.
        self._due = [(first + _phase_s(device) - LIVE_S, device.name, device) for device in devices()]
        heapq.heapify(self._due)

    def due(self, now: datetime) -> Iterator[Device]:
        """The devices whose time has come; each once, however late it is."""
        stamp = now.timestamp()
        while self._due[0][0] <= stamp:
            at, name, device = heapq.heappop(self._due)
            heapq.heappush(self._due, (at + (stamp - at) // LIVE_S * LIVE_S + LIVE_S, name, device))
            yield device

    def wait_s(self, now: datetime) -> float:
        """How long until the next one."""
        return max(0.0, self._due[0][0] - now.timestamp())


class _Filling:
    """How far the handing over is, told once a day of it."""

    def __init__(self) -> None:
        self.stretch: tuple[datetime, datetime] | None = None
        self.sent = 0
        self._done = self._days = 0
        self._begun = 0.0

    def begin(self, stretch: tuple[datetime, datetime], *, days: int) -> None:
        """A stretch is about to be handed over; `days` are missing, with this one."""
        if not self._begun:
            self._begun = time.monotonic()
        self.stretch, self._days = stretch, self._done + days

    def tell(self) -> None:
        """The stretch is done."""
        assert self.stretch is not None
        self._done += 1
        took = time.monotonic() - self._begun
        print(
            f"history: {self._done} of {self._days} days back to {self.stretch[0]:%Y-%m-%d}, "
            f"{self.sent:,} messages in {took:.0f} s",
            file=sys.stderr, flush=True,
        )  # fmt: skip
        self.stretch = None

    def end(self) -> None:
        """Nothing is missing any more."""
        if self._begun:
            log.info("history complete", days=self._done, messages=self.sent)
            self._done = self.sent = 0
            self._begun = 0.0


class _FaultsFile:
    """The file of faults, read again when it has changed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen = self._state()

    def load(self) -> tuple[Fault, ...]:
        """The faults; raises BadInput as fault_file.load does."""
        return fault_file.load(self._path)

    def changed(self) -> bool:
        """Whether it is another than before."""
        now = self._state()
        changed, self._seen = now != self._seen, now
        return changed

    def _state(self) -> tuple[int, int] | None:
        try:
            about = self._path.stat()
        except FileNotFoundError:
            return None
        return about.st_mtime_ns, about.st_size
