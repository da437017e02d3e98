"""What one transaction of the ingest writes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import msgspec


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """One value that one device said of one metric."""

    tenant: str
    device: str
    metric: str
    convention: str
    at: datetime  # aware: the device's own time, else that of arrival
    received_at: datetime  # aware
    value: float | bool | str  # a number in its unit, a state that is on or off, or a text
    unit: str | None = None  # as the message states it
    device_class: str | None = None  # what it measures, as the message states it
    by_own_clock: bool = False  # `at` is the device's own time, and it said so just now


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where a device says it is, in degrees."""

    tenant: str
    device: str
    longitude: float
    latitude: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """What is said of a device itself; None: nothing new."""

    tenant: str
    device: str
    convention: str
    at: datetime  # aware: of arrival
    label: str | None = None
    manufacturer: str | None = None
    model: str | None = None
    firmware: str | None = None
    area: str | None = None
    online: bool | None = None
    with_parts: bool = False  # `online` holds for the devices below it too: `<device>/…`


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A message that gave no reading though it should have, and why."""

    tenant: str
    topic: str
    payload: bytes
    received_at: datetime
    reason: str
    retained: bool = False  # it comes again with every connection, and is kept once


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What one transaction writes."""

    samples: list[Sample] = field(default_factory=list)
    positions: list[Position] = field(default_factory=list)  # of devices that have a sample in the batch
    announcements: list[Announcement] = field(default_factory=list)  # in the order of arrival
    dead_letters: list[DeadLetter] = field(default_factory=list)
    redriven: list[int] = field(default_factory=list)  # ids of dead letters that this makes good


@dataclass(frozen=True, slots=True)
class Written:
    """What a batch came to."""

    fresh: int  # numbers that were really new
    repeated: int  # numbers whose series and time were there already
    conflicts: int  # of those, the ones with another value; the first is kept
    texts: int = 0  # states and events that are texts
