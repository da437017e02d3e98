"""What the devices of the benchmark send: half of them objects of three values, half plain values.

Every message carries the instant it was sent: an object as its time, a plain message, which can state
none, as its value. So does every row that comes of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

DEVICES = 300
METRICS = ("temperature", "humidity", "co2")
COUNTER = "counter"
LAST = "last-one"  # the device whose single message closes a backlog

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STEP = 7  # shares no factor with DEVICES: each round visits every device once, not in order
_BETWEEN_US = 10_000_000  # a device in the backlog spoke every ten seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One message before it is sent, and what it comes to."""

    topic: str
    payload: bytes
    sent_us: int  # since 1970
    values: tuple[tuple[str, float], ...]  # by series, `<device>/<metric>`


def message(prefix: str, number: int, sent_us: int) -> Said:
    """The message of a number, sent at an instant [µs since 1970]."""
    device = number * _STEP % DEVICES
    if device % 2:
        topic = f"{prefix}/meter-{device}/{COUNTER}"
        payload = b"%d.%06d" % divmod(sent_us, 1_000_000)
        return Said(topic=topic, payload=payload, sent_us=sent_us, values=((topic, float(payload)),))
    return _object(f"{prefix}/room-{device}", number, sent_us)


def backlog(prefix: str, count: int, now_us: int) -> Iterator[Said]:
    """What `count` messages of the hours before now are, and the one of `LAST` behind them."""
    begin_us = now_us - (count // DEVICES + 1) * _BETWEEN_US
    for number in range(count):
        turn, place = divmod(number, DEVICES)
        yield message(prefix, number, begin_us + turn * _BETWEEN_US + place * 1_000)
    yield last(prefix, now_us)


def last(prefix: str, sent_us: int) -> Said:
    """A message of the device `LAST`: once its row is there, little else can be missing."""
    return _object(f"{prefix}/{LAST}", 0, sent_us)


def instant(sent_us: int) -> datetime:
    """The aware time of an instant [µs since 1970]."""
    return _EPOCH + timedelta(microseconds=sent_us)


def series(prefix: str) -> list[str]:
    """The name of every series, `<device>/<metric>`, in no particular order."""
    rooms = [f"{prefix}/room-{device}" for device in range(0, DEVICES, 2)] + [f"{prefix}/{LAST}"]
    meters = [f"{prefix}/meter-{device}/{COUNTER}" for device in range(1, DEVICES, 2)]
    return [f"{room}/{metric}" for room in rooms for metric in METRICS] + meters


def _object(topic: str, number: int, sent_us: int) -> Said:
    values = dict(
        zip(METRICS, (18 + number % 800 / 100, 30 + number % 400 / 10, 400 + number % 900), strict=True)
    )
    payload = json.dumps({"time": instant(sent_us).isoformat(), **values}).encode()
    named = tuple((f"{topic}/{metric}", value) for metric, value in values.items())
    return Said(topic=topic, payload=payload, sent_us=sent_us, values=named)
