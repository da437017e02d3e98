"""Replay a file of readings through the broker, as the devices it was recorded from would speak."""

from __future__ import annotations

import json
import math
import re
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd

from data import mqtt
from data.demo import placement, readings_file
from data.demo.placement import Placer
from data.demo.publisher import Publisher
from data.errors import BadInput, BrokerError
from data.store import Store, buildings

_LAST_LEVEL = "/telemetry"
_PLACING_S = 60.0  # how long devices may take from their first message to the store
_PROGRESS_EVERY_S = 1.0 if sys.stderr.isatty() else 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What to replay and how."""

    path: Path
    speed: float = math.inf  # seconds of the file a second; infinite: as fast as the broker takes them
    keep_time: bool = False  # else all times are moved so that the last one is now
    topic_prefix: str | None = None  # default: replay/<name of the file>
    device: str | None = None  # the device's name where the file has none, else the only one to replay
    building: str | None = None  # whose rooms the devices are placed in
    rooms: tuple[tuple[str, str], ...] = ()  # pairs of a device and its room, where names do not tell


@dataclass(frozen=True, slots=True)
class Said:
    """One message to publish."""

    at: datetime  # aware
    topic: str
    payload: str


def messages(replay: Replay, file: readings_file.ReadingsFile, *, now: datetime) -> Iterator[Said]:
    """The messages of a file in the order of time: one JSON object a row, with its time.

    Raises:
        BadInput: the file has no such device.
    """
    frame = _of_device(replay, file.frame)
    shift = timedelta(0) if replay.keep_time else now - frame["at"].iloc[-1].to_pydatetime()
    topics = {name: _topic(_prefix(replay), name) for name in frame["device"].unique()}
    metrics = [name for name in frame.columns if name not in ("at", "device")]
    for at, device, *values in frame[["at", "device", *metrics]].itertuples(index=False, name=None):
        moved = at.to_pydatetime() + shift
        said = {name: value for name, value in zip(metrics, values, strict=True) if value == value}
        if said:
            yield Said(moved, topics[device], json.dumps({"time": moved.isoformat()} | said))


def run(replay: Replay, address: mqtt.Address, stop: threading.Event, *, store: Store | None = None) -> None:
    """Publish a file's messages until all are acknowledged by the broker, or `stop` is set.

    Args:
        replay: What and how.
        address: The broker.
        stop: Set it to end early.
        store: As the worker role; needed to place the devices in a building's rooms.

    Raises:
        BadInput: the file cannot be used.
        BrokerError: the broker does not let this account publish.
    """
    file = readings_file.load(replay.path)
    for note in file.notes:
        _tell(f"{replay.path.name}: {note}")
    placer = _placer(replay, file, store, stop) if store is not None and replay.building is not None else None
    publisher = Publisher(address, client_id=f"clerestory-replay-{time.time_ns()}")
    publisher.start()
    try:
        if placer is not None:
            placer.start()
        sent = _publish(replay, file, publisher, stop)
        done = publisher.drain(stop)
    finally:
        publisher.stop()
    if publisher.refused:
        raise BrokerError(f"The broker refuses what is published: {publisher.refused}.")
    _tell(f"{replay.path.name}: {sent:,} messages published" + ("." if done else ", then stopped."))
    if placer is not None:
        placer.join(_PLACING_S)
        if placer.is_alive():
            _tell(
                f"{replay.path.name}: some devices have not appeared and are in no room; is ingest running?"
            )


def _placer(replay: Replay, file: readings_file.ReadingsFile, store: Store, stop: threading.Event) -> Placer:
    """Who puts the file's devices into the building's rooms as soon as they have spoken."""
    names = sorted(_of_device(replay, file.frame)["device"].unique())
    tenant = buildings.find_tenant(store, "main")
    free = placement.rooms_of(store, tenant=tenant, building=replay.building or "")
    rooms = placement.assign(names, free, dict(replay.rooms))
    devices = {name: _topic(_prefix(replay), name).removesuffix(_LAST_LEVEL) for name in names}
    for name, room in rooms.items():
        label = f"{room.name} {room.long_name or ''}".strip()
        _tell(f"{replay.path.name}: {name or devices[name]} stands in room {label}")
    places = {devices[name]: room.id for name, room in rooms.items()}
    return Placer(store, tenant=tenant, places=places, actor="replay", stop=stop)


def _publish(
    replay: Replay, file: readings_file.ReadingsFile, publisher: Publisher, stop: threading.Event
) -> int:
    while not publisher.wait_connected(0.2):
        if stop.is_set():
            return 0
    pace, sent = _Pace(replay, total=len(file.frame)), 0
    for said in messages(replay, file, now=datetime.now(UTC)):
        if not pace.wait(said.at, stop) or not publisher.publish(said.topic, said.payload, stop):
            break
        if publisher.refused:
            break
        sent += 1
        pace.tell(sent)
    return sent


class _Pace:
    """When a message is due, and how far the replay is."""

    def __init__(self, replay: Replay, *, total: int) -> None:
        self._speed = replay.speed
        self._name = replay.path.name
        self._total = total
        self._begun = self._told = time.monotonic()
        self._first_at: datetime | None = None

    def wait(self, at: datetime, stop: threading.Event) -> bool:
        """Wait until a message of this time is due; False when `stop` was set first."""
        self._first_at = self._first_at or at
        due = self._begun + (at - self._first_at).total_seconds() / self._speed
        delay = due - time.monotonic()
        return not (stop.wait(delay) if delay > 0 else stop.is_set())

    def tell(self, sent: int) -> None:
        """Say how far it is, not too often."""
        now = time.monotonic()
        if now - self._told >= _PROGRESS_EVERY_S:
            self._told = now
            _tell(f"{self._name}: {sent:,} of {self._total:,}, {sent / (now - self._begun):,.0f} a second")


def _of_device(replay: Replay, frame: pd.DataFrame) -> pd.DataFrame:
    if replay.device is None:
        return frame
    if not frame["device"].any():
        return frame.assign(device=replay.device)
    chosen = frame[frame["device"] == replay.device]
    if chosen.empty:
        known = ", ".join(sorted(frame["device"].unique())[:20])
        raise BadInput(f"{replay.path.name} has no device {replay.device!r}; it has {known}.")
    return chosen


def _prefix(replay: Replay) -> str:
    return replay.topic_prefix or f"replay/{replay.path.stem}"


def _topic(prefix: str, device: str) -> str:
    # No level may be a wildcard; one that begins with $ would be taken for a broker's own.
    levels = (re.sub(r"[+#$\x00]", "-", level) for level in f"{prefix}/{device}".split("/"))
    return "/".join(filter(None, levels)) + _LAST_LEVEL


def _tell(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)
