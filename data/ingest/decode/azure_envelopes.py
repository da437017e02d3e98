"""The envelopes in which Azure passes on what devices send, and what it has to say of them itself.

Event Grid (`eventType`, or CloudEvents' `type`), message routing of an IoT Hub (`SystemProperties`, `Body`)
and the export of IoT Central (`messageSource`), alone or in lists.

Source: https://learn.microsoft.com/azure/iot-hub/iot-hub-non-telemetry-event-schema,
https://learn.microsoft.com/azure/event-grid/event-schema-iot-hub and
https://learn.microsoft.com/azure/iot-central/core/howto-export-data
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime

from data.errors import DecodeError
from data.ingest.decode.payload import Json, believable_time, is_json, member, parse_json, text

_Object = dict[str, Json]

_EVENT_TYPE = "Microsoft.Devices."
_ROUTED = ("SystemProperties", "Body")
_EXPORTED = ("applicationId", "messageSource", "deviceId")
# One of these is in every envelope; looking for them is cheaper than parsing.
_MARKS = ((f'"{_EVENT_TYPE}'.encode(),), *(tuple(f'"{n}"'.encode() for n in s) for s in (_ROUTED, _EXPORTED)))
_ONLINE = {
    "deviceconnected": True, "devicedisconnected": False, "moduleconnected": True,
    "moduledisconnected": False, "connected": True, "disconnected": False,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What an envelope holds: telemetry of a device, or an event of the cloud's own about it."""

    device: str  # empty when it is not said
    telemetry: bool = True
    body: Json | bytes = None
    component: str = ""  # the part of the device that measured
    at: datetime | None = None  # when the message was made, else when the cloud had it
    online: bool | None = None
    order: int = 0  # of connections: a smaller one is an earlier one, whenever it comes
    reported: Json = None  # the properties of its twin


def opened(payload: bytes) -> list[Sent] | None:
    """What the envelopes that a payload consists of hold; None when it is something else.

    Raises:
        DecodeError: an envelope or its body is broken.
    """
    if b"{" not in payload or not _is_marked(payload):
        return None
    said = parse_json(text(payload))
    items = said if isinstance(said, list) else [said]
    found = [one for item in items if isinstance(item, dict) and (one := _open(item)) is not None]
    return found if found and len(found) == len(items) else None


def _is_marked(payload: bytes) -> bool:
    """Whether a payload holds the words of an envelope; asked of all that no other convention knows."""
    for first, *others in _MARKS:  # noqa: SIM110 - twice as fast as any()
        if first in payload and all(mark in payload for mark in others):
            return True
    return False


def _open(envelope: _Object) -> Sent | None:
    event = envelope.get("eventType", envelope.get("type"))
    if isinstance(event, str) and event.startswith(_EVENT_TYPE):
        return _of_event_grid(envelope, event.removeprefix(_EVENT_TYPE))
    if all(name in envelope for name in _ROUTED):
        return _of_routing(envelope)
    if all(name in envelope for name in _EXPORTED):
        return _of_central(envelope)
    return None


def _of_event_grid(envelope: _Object, event: str) -> Sent:
    data = envelope.get("data")
    if event != "DeviceTelemetry":
        return Sent(
            device=_named(member(data, "deviceId"), member(data, "moduleId")),
            telemetry=False,
            online=_ONLINE.get(event.lower()),
            order=_order(member(data, "deviceConnectionStateEventInfo.sequenceNumber")),
            reported=member(data, "twin.properties.reported"),
        )
    system = member(data, "systemProperties")
    device, module = (member(system, f"iothub-connection-{part}-id") for part in ("device", "module"))
    return Sent(
        device=_named(device, module),
        body=_unpacked(member(data, "body")),
        component=_word(member(system, "dt-subject")),
        at=_first_time(
            member(data, "properties.iothub-creation-time-utc"),
            member(system, "iothub-enqueuedtime"),
            envelope.get("eventTime", envelope.get("time")),
        ),
    )


def _of_routing(envelope: _Object) -> Sent:
    system, about, body = envelope["SystemProperties"], envelope.get("Properties"), envelope["Body"]
    event = member(about, "opType")
    # A device can name its own properties as it likes, but an event says all three.
    if isinstance(event, str) and member(about, "hubName") and member(about, "deviceId"):
        told = _parsed(body)
        return Sent(
            device=_named(member(about, "deviceId"), member(about, "moduleId")),
            telemetry=False,
            online=_ONLINE.get(event.lower()),
            order=_order(member(told, "sequenceNumber")),
            reported=member(told, "properties.reported"),
        )
    return Sent(
        device=_named(member(system, "connectionDeviceId"), member(system, "connectionModuleId")),
        body=_unpacked(body),
        component=_word(member(system, "dt-subject")),
        at=_first_time(
            member(about, "iothub-creation-time-utc"),
            envelope.get("EnqueuedTimeUtc"),
            member(system, "enqueuedTime"),
        ),
    )


def _of_central(envelope: _Object) -> Sent:
    source, module = envelope["messageSource"], envelope.get("module")
    device = _named(envelope["deviceId"], module)
    if source != "telemetry":
        kind = _word(envelope.get("messageType"))
        online = _ONLINE.get(kind) if source == "deviceConnectivity" else None
        properties = envelope.get("properties") if kind == "devicePropertyReportedChange" else None
        return Sent(device=device, telemetry=False, online=online, reported=_reported(properties))
    return Sent(
        device=device,
        body=envelope.get("telemetry"),
        component=_word(envelope.get("component")),
        at=_first_time(
            member(envelope, "messageProperties.iothub-creation-time-utc"), envelope.get("enqueuedTime")
        ),
    )


def _reported(properties: Json) -> Json:
    """The properties of an export, listed with their names, as an object."""
    listed = properties if isinstance(properties, list) else []
    return {_word(member(one, "name")): member(one, "value") for one in listed}


def _unpacked(body: Json) -> Json | bytes:
    """The body; the hub encodes one as Base64 that does not say it is JSON."""
    if not isinstance(body, str) or is_json(body.strip()):
        return body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError) as error:
        raise DecodeError("The body in the envelope is neither JSON nor Base64.") from error


def _parsed(body: Json) -> Json:
    raw = _unpacked(body)
    return parse_json(text(raw)) if isinstance(raw, bytes) else raw


def _named(device: Json, module: Json) -> str:
    return f"{device}/{module}" if _word(device) and _word(module) else _word(device)


def _word(stated: Json) -> str:
    return stated if isinstance(stated, str) else ""


def _order(stated: Json) -> int:
    try:
        return int(_word(stated)[:64], 16)
    except ValueError:
        return 0


def _first_time(*stated: Json) -> datetime | None:
    return next(filter(None, map(believable_time, stated)), None)
