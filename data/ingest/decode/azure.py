"""Azure IoT Hub and IoT Central: telemetry as devices send it, and in the cloud's envelopes.

`devices/<device>/[modules/<module>/]messages/events/<properties>` holds the device's own body; envelopes
may come on any topic. What OPC Publisher sends in them is OPC UA, and read as that. Connections and twins
in envelopes say how a device is and what it is. A twin on the topics of a device's own connection
(`$iothub/twin/…`) does not say whose it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from urllib.parse import parse_qs

from msgspec.structs import replace

from data.errors import DecodeError
from data.ingest.decode.azure_envelopes import Sent, opened
from data.ingest.decode.describing import described
from data.ingest.decode.memory import Memory
from data.ingest.decode.message import Decoded, DeviceInfo, Kind, Message, Reading
from data.ingest.decode.opcua import OpcUa
from data.ingest.decode.payload import (
    TIME_NAMES,
    Json,
    believable_time,
    every_value,
    is_json,
    parse_json,
    parse_scalar,
    text,
    time_of,
)

_EVENTS = re.compile(
    r"devices/(?P<device>[^/]+)(?:/modules/(?P<module>[^/]+))?/messages/"
    r"(?P<way>events|devicebound)(?:/(?P<properties>.*))?"
)
_HUB = re.compile(r"\$iothub/(?P<what>[^/]+)/(?P<rest>.*)")
_NOTHING = "The body holds no number, text or state."
# Properties of a twin that describe the device, as in the interface DeviceInformation.
_DESCRIBING = {
    "manufacturer": "manufacturer", "model": "model",
    "swVersion": "firmware", "fwVersion": "firmware", "firmwareVersion": "firmware",
}  # fmt: skip


class Azure:
    """Bodies of messages, in or out of their envelopes."""

    name = "azure-iot"

    def __init__(self) -> None:
        self._opcua = OpcUa()
        self._connections: Memory[str, int] = Memory()  # by device: the order of the last one

    def decode(self, message: Message) -> Decoded | None:
        """What the message says; None when neither topic nor payload is Azure's.

        Raises:
            DecodeError: an envelope or body is broken.
        """
        if match := _HUB.fullmatch(message.topic):
            return Decoded(convention=self.name, kind=_hub_kind(match["what"], match["rest"]))
        match = _EVENTS.fullmatch(message.topic)
        if match and match["way"] == "devicebound":
            return Decoded(convention=self.name, kind="command")
        sent = opened(message.payload)
        if sent is None:
            if match is None:
                return None
            sent = [_direct(match, message.payload)]
        return self._joined([self._decoded(one, message) for one in sent])

    def _joined(self, parts: list[Decoded]) -> Decoded:
        """What several envelopes say; the kind is that of the one that has most to say."""
        kind = min((part.kind for part in parts), key=lambda kind: (kind != "telemetry", kind != "undecoded"))
        return Decoded(
            convention=self.name, kind=kind, reason=_NOTHING if kind == "undecoded" else None,
            readings=tuple(reading for part in parts for reading in part.readings),
            devices=tuple(info for part in parts for info in part.devices),
        )  # fmt: skip

    def _decoded(self, sent: Sent, message: Message) -> Decoded:
        if not sent.telemetry:
            return Decoded(convention=self.name, kind="status", devices=tuple(self._told(sent)))
        if not sent.device:
            raise DecodeError("The envelope does not say which device sent its body.")
        body = sent.body if isinstance(sent.body, bytes) else json.dumps(sent.body).encode()
        inner = self._opcua.decode(replace(message, topic=sent.device, payload=body))
        if inner is not None:
            timed = (one if one.at else replace(one, at=sent.at) for one in inner.readings)
            return replace(inner, readings=tuple(timed))
        found = tuple(_readings(sent))
        return Decoded(convention=self.name, kind="telemetry" if found else "undecoded", readings=found)

    def _told(self, event: Sent) -> Iterator[DeviceInfo]:
        """What an event of the cloud says of its device; an old connection, nothing."""
        if event.device and event.online is not None:
            if event.order >= (self._connections.get(event.device) or 0):
                self._connections[event.device] = event.order
                yield DeviceInfo(device=event.device, online=event.online)
        elif event.device:
            yield described(event.device, _properties(event.reported), _DESCRIBING)


def _direct(match: re.Match[str], payload: bytes) -> Sent:
    """A message as the device sent it; its properties are the last level of the topic."""
    properties = parse_qs(match["properties"] or "")
    [made_at], [component] = (properties.get(name, [""])[:1] for name in ("$.ctime", "$.sub"))
    device = "/".join(filter(None, match.group("device", "module")))
    return Sent(device=device, body=payload, component=component, at=believable_time(made_at))


def _hub_kind(what: str, rest: str) -> Kind:
    if what == "methods":
        return "command"
    return "target" if "properties/desired" in rest else "metadata"


def _readings(sent: Sent) -> Iterator[Reading]:
    prefix, body = f"{sent.component}/" if sent.component else "", sent.body
    if isinstance(body, bytes):
        said = text(body)
        if not is_json(said):
            value, unit = parse_scalar(said)
            if value is not None:
                yield Reading(device=sent.device, metric=f"{prefix}value", value=value, unit=unit, at=sent.at)
            return
        body = parse_json(said)
    for entry in body if isinstance(body, list) else [body]:
        at = time_of(entry) if isinstance(entry, dict) else None
        for metric, value, unit in every_value(_without_times(entry)):
            yield Reading(
                device=sent.device, metric=prefix + (metric or "value"), value=value, unit=unit,
                at=at or sent.at,
            )  # fmt: skip


def _without_times(entry: Json) -> Json:
    if not isinstance(entry, dict):
        return entry
    return {name: item for name, item in entry.items() if name.lower() not in TIME_NAMES}


def _properties(reported: Json) -> Iterator[tuple[str, Json]]:
    """The reported properties of a twin, and those of its components."""
    own = reported if isinstance(reported, dict) else {}
    yield from own.items()
    for part in own.values():
        yield from part.items() if isinstance(part, dict) else ()
