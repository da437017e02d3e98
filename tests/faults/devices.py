"""Processes full of devices; every message that the broker acknowledged is a line of their ledger."""

from __future__ import annotations

import multiprocessing
import os
import queue
import signal
import threading
import time
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import TextIO

import paho.mqtt.client as paho
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from data import mqtt
from tests.faults.messages import OVERSIZED, Plan, Said, messages

UNDER_WAY = 100  # messages of one connection that the broker has not acknowledged yet
_SESSION_S = 3_600
_ANSWER_S, _DRAIN_S = 30.0, 120.0
_spawn = multiprocessing.get_context("spawn")


class Device:
    """One connection at QoS 1. What is under way when it breaks is sent again on the next one."""

    def __init__(self, address: mqtt.Address, name: str, ledger: TextIO) -> None:
        self._ledger = ledger
        self._under_way: dict[int, Said] = {}
        # Filled by the network thread, which may be faster than `publish` returns the number it answers.
        self._answers: deque[tuple[int, float, ReasonCode]] = deque()
        self._client = mqtt.new_client(address, name)
        self._client.max_inflight_messages_set(UNDER_WAY)
        self._client.on_publish = self._on_publish
        mqtt.connect(self._client, address, session_s=_SESSION_S, receive_maximum=1)

    def say(self, said: Said) -> None:
        """Publish, as soon as there is room."""
        while self.settle() >= UNDER_WAY:
            time.sleep(0.005)
        self._under_way[self._client.publish(said.topic, said.payload, qos=1).mid] = said

    def settle(self) -> int:
        """Write what was acknowledged into the ledger; gives how many messages are still under way.

        Raises:
            RuntimeError: the broker refused one.
        """
        while self._answers:
            mid, acknowledged_at, reason = self._answers.popleft()
            if reason.is_failure:
                raise RuntimeError(f"the broker refuses {self._under_way[mid].topic}: {reason}")
            self._ledger.write(_line(self._under_way.pop(mid), acknowledged_at))
        return len(self._under_way)

    def close(self) -> None:
        """Disconnect."""
        self._client.disconnect()
        self._client.loop_stop()

    def _on_publish(
        self, _client: paho.Client, _userdata: object, mid: int, reason: ReasonCode, _: Properties | None
    ) -> None:
        self._answers.append((mid, time.time(), reason))


@dataclass(slots=True)
class Fleet:
    """Devices in processes of their own, so that they do not wait for the campaign or for each other."""

    address: mqtt.Address
    plans: Sequence[Plan]
    folder: Path
    _stop: Event = field(default_factory=_spawn.Event)
    _processes: list[multiprocessing.process.BaseProcess] = field(default_factory=list)

    @property
    def ledgers(self) -> list[Path]:
        """One file a process, in the form that COPY reads."""
        return [self.folder / f"{plan.fault}-{plan.part}.ledger" for plan in self.plans]

    def start(self) -> None:
        """Begin to publish."""
        for plan, ledger in zip(self.plans, self.ledgers, strict=True):
            process = _spawn.Process(
                target=publish, args=(self.address, plan, ledger, self._stop), daemon=True
            )
            process.start()
            self._processes.append(process)

    def finish(self) -> None:
        """Wait until all is said and acknowledged; devices that would go on for ever are stopped first.

        Raises:
            RuntimeError: a process failed; standard error says why.
        """
        if any(plan.shape == "endless" for plan in self.plans):
            self._stop.set()
        for process in self._processes:
            process.join()
            if process.exitcode:
                raise RuntimeError("a process of devices failed")

    def close(self) -> None:
        """End what still runs."""
        for process in self._processes:
            process.kill()
            process.join()
            process.close()
        self._processes.clear()


def publish(address: mqtt.Address, plan: Plan, ledger: Path, stop: Event) -> None:
    """Say what is planned until it is all said or `stop` is set, and wait for the acknowledgements."""
    _end_with_the_campaign()
    # Where each device says one thing, a connection for each would be a test of the broker.
    shared = 8 if plan.shape == "one-each" else None
    devices: dict[str, Device] = {}
    with ledger.open("w", encoding="utf-8") as file:
        for number, said in enumerate(_paced(messages(plan), plan.rate)):
            if stop.is_set():
                break
            name = said.sender if shared is None else str(number % shared)
            if name not in devices:
                devices[name] = Device(address, f"{plan.fault} {plan.part} {name}", file)
            devices[name].say(said)
        _drain(devices.values())
    for device in devices.values():
        device.close()


def publish_oversized(address: mqtt.Address) -> bool:
    """Publish 5 MB; whether the broker acknowledged it. It ends the connection instead."""
    client, acknowledged = mqtt.new_client(address, "oversized"), queue.SimpleQueue[bool]()

    def publish_it(*_: object) -> None:
        client.publish("north/oversized/t", OVERSIZED, qos=1)

    client.on_connect = publish_it
    client.on_publish = lambda *_: acknowledged.put(True)
    client.on_disconnect = lambda *_: acknowledged.put(False)
    mqtt.connect(client, address, session_s=0, receive_maximum=1)
    try:
        return acknowledged.get(timeout=_ANSWER_S)
    finally:
        client.disconnect()
        client.loop_stop()


def _end_with_the_campaign() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal's Ctrl-C is for the campaign, which ends us
    campaign = multiprocessing.parent_process()
    assert campaign is not None

    def follow() -> None:
        campaign.join()
        os._exit(1)

    threading.Thread(target=follow, daemon=True).start()


def _paced(said: Iterable[Said], rate: float) -> Iterable[Said]:
    """The messages no faster than `rate` a second; time lost to an outage is not made up for."""
    due = time.monotonic()
    for one in said:
        due = max(due + 1 / rate, time.monotonic() - 0.1)
        if (early := due - time.monotonic()) > 0.01:
            time.sleep(early)
        yield one


def _drain(devices: Iterable[Device]) -> None:
    end = time.monotonic() + _DRAIN_S
    while under_way := sum(device.settle() for device in devices):
        if time.monotonic() > end:
            raise RuntimeError(f"the broker leaves {under_way} messages without an answer")
        time.sleep(0.02)


def _line(said: Said, acknowledged_at: float) -> str:
    at = datetime.fromtimestamp(acknowledged_at, UTC)
    columns = (said.tenant, said.topic, said.fate, said.device, said.metric, said.value, said.at, at)
    return "\t".join("\\N" if column is None else str(column) for column in columns) + "\n"
