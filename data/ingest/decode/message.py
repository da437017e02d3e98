"""What goes into a convention and what comes out of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, runtime_checkable

Value = float | bool | str

Kind = Literal[
    "telemetry", "event", "status", "discovery", "metadata", "command", "target", "log",
    "discovery-delete",
    "invalid-value", "empty", "undecoded", "unresolvable", "sequence-gap",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One MQTT message."""

    topic: str  # without the tenant's prefix
    payload: bytes
    retain: bool  # replayed by the broker for a new subscription: of unknown age
    received_at: datetime  # aware


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One value that a message states."""

    device: str
    metric: str
    value: Value
    unit: str | None = None
    at: datetime | None = None  # aware; None: the message states no time
    device_class: str | None = None  # what the device says it measures, in its convention's word


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a message says its device is, in degrees."""

    device: str
    longitude: float
    latitude: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceInfo:
    """What a message says of a device itself; None: it does not say."""

    device: str  # as in its readings
    label: str | None = None  # what people call it
    manufacturer: str | None = None
    model: str | None = None
    firmware: str | None = None
    area: str | None = None  # where it says it stands: a room's name, to be offered for binding
    online: bool | None = None
    with_parts: bool = False  # `online` holds for the devices below it too: `<device>/…`


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A message to publish so that a device says what is missing to understand it."""

    topic: str  # without the tenant's prefix
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """A message that was understood; it need not hold a reading."""

    convention: str
    kind: Kind = "telemetry"
    readings: tuple[Reading, ...] = ()
    devices: tuple[DeviceInfo, ...] = ()
    place: Place | None = None
    reason: str | None = None  # why something it states is not among the readings
    request: Request | None = None  # what to answer


class Convention(Protocol):
    """One way in which devices speak. It may remember earlier messages; it does no input or output."""

    name: str

    def decode(self, message: Message) -> Decoded | None:
        """What the message says; None when it is not of this convention.

        Raises:
            DecodeError: it is of this convention, and cannot be understood.
        """


@runtime_checkable
class ByTopic(Convention, Protocol):
    """A convention that can say by the topic alone that a message is not of it."""

    topics: tuple[re.Pattern[str], ...]  # a message on any other topic is not
