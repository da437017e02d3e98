"""What goes into a convention and what comes out of it.

What is made for every message is a struct, which is made several times faster than a dataclass.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Literal, Protocol, runtime_checkable

import msgspec

Value = float | bool | str

Kind = Literal[
    "telemetry", "event", "status", "discovery", "metadata", "command", "target", "log",
    "discovery-delete",
    "invalid-value", "empty", "undecoded", "unresolvable", "sequence-gap",
]  # fmt: skip


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One MQTT message."""

    topic: str  # without the tenant's prefix
    payload: bytes
    retain: bool  # replayed by the broker for a new subscription: of unknown age
    received_at: datetime  # aware


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """One value that a message states."""

    device: str
    metric: str
    value: Value
    unit: str | None = None
    at: datetime | None = None  # aware; None: the message states no time
    device_class: str | None = None  # what the device says it measures, in its convention's word


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a message says its device is, in degrees."""

    device: str
    longitude: float
    latitude: float


class DeviceInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What a message says of a device itself; None: it does not say."""

    device: str  # as in its readings
    label: str | None = None  # what people call it
    manufacturer: str | None = None
    model: str | None = None
    firmware: str | None = None
    area: str | None = None  # where it says it stands: a room's name, to be offered for binding
    online: bool | None = None
    with_parts: bool = False  # `online` holds for the devices below it too: `<device>/…`


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """A message to publish so that a device says what is missing to understand it."""

    topic: str  # without the tenant's prefix
    payload: bytes


class Decoded(msgspec.Struct, frozen=True, kw_only=True):
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
