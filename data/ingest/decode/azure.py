"""Azure IoT Hub: telemetry as devices send it, as the hub routes it and as Event Grid delivers it.

`devices/<device>/[modules/<module>/]messages/events/<properties>` holds the device's own body. On any topic,
the envelopes of Event Grid (`eventType` or CloudEvents' `type`) and of routing (`SystemProperties`, `Body`)
hold it as JSON or as Base64 and say which device sent it.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from data.errors import DecodeError
from data.ingest.decode.message import Decoded, Kind, Message, Reading
from data.ingest.decode.payload import (
    TIME_NAMES,
    Json,
    believable_time,
    every_value,
    is_json,
    member,
    parse_json,
    parse_scalar,
    text,
    time_of,
)

_EVENTS = re.compile(
    r"devices/(?P<device>[^/]+)(?:/modules/(?P<module>[^/]+))?/messages/(?P<way>events|devicebound)(?:/.*)?"
)
_HUB = re.compile(r"\$iothub/(?P<what>[^/]+)/(?P<rest>.*)")
_EVENT_TYPE = "Microsoft.Devices."
_TELEMETRY = "Microsoft.Devices.DeviceTelemetry"
_ROUTED = ("SystemProperties", "Body")


class Azure:
    """Bodies of IoT Hub messages, in or out of their envelopes."""

    name = "azure-iot"

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
        envelopes = _envelopes(message.payload)
        if not envelopes:
            if match is None:
                return None
            sent = _Sent("/".join(filter(None, match.group("device", "module"))), message.payload, None)
            return self._decoded(list(_readings(sent)))
        found = [one for envelope in envelopes if (out := _open(envelope)) for one in _readings(out)]
        if not found and not any(_is_telemetry(envelope) for envelope in envelopes):
            return Decoded(convention=self.name, kind="status")
        return self._decoded(found)

    def _decoded(self, found: list[Reading]) -> Decoded:
        if found:
            return Decoded(convention=self.name, readings=tuple(found))
        reason = "The body holds no number, text or state."
        return Decoded(convention=self.name, kind="undecoded", reason=reason)


@dataclass(frozen=True, slots=True)
class _Sent:
    """What a device sent."""

    device: str
    body: Json | bytes
    at: datetime | None  # when the hub had it


def _hub_kind(what: str, rest: str) -> Kind:
    if what == "methods":
        return "command"
    return "target" if "properties/desired" in rest else "metadata"


def _envelopes(payload: bytes) -> list[dict[str, Json]]:
    """The envelopes that a payload consists of; none when it is something else."""
    if b'"Microsoft.Devices.' not in payload and not all(name.encode() in payload for name in _ROUTED):
        return []
    said = parse_json(text(payload))
    items = said if isinstance(said, list) else [said]
    found = [item for item in items if isinstance(item, dict) and (_event(item) or _is_routed(item))]
    return found if len(found) == len(items) else []


def _event(envelope: Mapping[str, Json]) -> str | None:
    stated = envelope.get("eventType", envelope.get("type"))
    return stated if isinstance(stated, str) and stated.startswith(_EVENT_TYPE) else None


def _is_routed(envelope: Mapping[str, Json]) -> bool:
    return all(name in envelope for name in _ROUTED)


def _is_telemetry(envelope: Mapping[str, Json]) -> bool:
    return _event(envelope) in (None, _TELEMETRY)


def _open(envelope: dict[str, Json]) -> _Sent | None:
    """What the device sent; None for an event of the hub's own."""
    if not _is_telemetry(envelope):
        return None
    if _is_routed(envelope):
        system, body = envelope["SystemProperties"], envelope["Body"]
        device, module = member(system, "connectionDeviceId"), member(system, "connectionModuleId")
        stated = (envelope.get("EnqueuedTimeUtc"), member(system, "enqueuedTime"))
    else:
        data = envelope.get("data")
        system, body = member(data, "systemProperties"), member(data, "body")
        device = member(system, "iothub-connection-device-id")
        module = member(system, "iothub-connection-module-id")
        times = envelope.get("eventTime", envelope.get("time"))
        stated = (member(system, "iothub-enqueuedtime"), times)
    if not isinstance(device, str):
        raise DecodeError("The envelope does not say which device sent its body.")
    at = next(filter(None, map(believable_time, stated)), None)
    return _Sent(f"{device}/{module}" if isinstance(module, str) else device, _unpacked(body), at)


def _unpacked(body: Json) -> Json | bytes:
    """The body; the hub encodes one as Base64 that does not say it is JSON."""
    if not isinstance(body, str) or is_json(body.strip()):
        return body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError) as error:
        raise DecodeError("The body in the envelope is neither JSON nor Base64.") from error


def _readings(sent: _Sent) -> Iterator[Reading]:
    body = sent.body
    if isinstance(body, bytes):
        said = text(body)
        if not is_json(said):
            value, unit = parse_scalar(said)
            if value is not None:
                yield Reading(device=sent.device, metric="value", value=value, unit=unit, at=sent.at)
            return
        body = parse_json(said)
    for entry in body if isinstance(body, list) else [body]:
        at = time_of(entry) if isinstance(entry, dict) else None
        kept = (
            {name: item for name, item in entry.items() if name.lower() not in TIME_NAMES}
            if isinstance(entry, dict)
            else entry
        )
        for metric, value, unit in every_value(kept):
            yield Reading(
                device=sent.device, metric=metric or "value", value=value, unit=unit, at=at or sent.at
            )
