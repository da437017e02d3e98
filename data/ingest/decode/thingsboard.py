"""ThingsBoard's device and gateway API.

`v1/devices/me/telemetry` names no device, as ThingsBoard knows it from the connection, which other clients
of a broker cannot see: it is what stands before the topic, as a bridge can put it there, else `me`.
`v1/gateway/telemetry` has the devices in its payload, and a gateway says which of them are connected.
Attributes are metadata.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from data.errors import DecodeError
from data.ingest.decode.describing import described
from data.ingest.decode.message import Decoded, DeviceInfo, Kind, Message, Reading
from data.ingest.decode.payload import Json, believable_time, every_value, parse_json, parse_object, text

_TOPIC = re.compile(
    r"(?:(?P<device>.+)/)?(?:v1/(?P<api>devices/me|gateway)/(?P<verb>.+)|v2/(?P<short>[tar](?:/.+)?|[fs]w/.+))"
)
_TELEMETRY = frozenset(("t", "t/j"))  # the short topics of version 2
_KINDS: dict[str, Kind] = {
    "attributes": "metadata", "a": "metadata", "claim": "metadata",
    "connect": "status", "disconnect": "status", "rpc": "command", "r": "command",
    "fw": "event", "sw": "event",  # pieces of an update
}  # fmt: skip

# Attributes that describe a device, without their `_` and capitals.
_DESCRIBING = {
    "manufacturer": "manufacturer", "vendor": "manufacturer", "model": "model", "devicemodel": "model",
    "fwversion": "firmware", "firmwareversion": "firmware", "currentfwversion": "firmware",
    "name": "label", "label": "label", "devicename": "label",
}  # fmt: skip


class ThingsBoard:
    """Telemetry with or without times, of one device or many."""

    name = "thingsboard"
    topics = (_TOPIC,)

    def decode(self, message: Message) -> Decoded | None:
        """What the message says; None when its topic is not ThingsBoard's.

        Raises:
            DecodeError: the payload is not JSON of this shape.
        """
        match = _TOPIC.fullmatch(message.topic)
        if match is None or (match["short"] and match["device"]):
            return None
        verb = match["verb"] or match["short"]
        gateway, device = match["api"] == "gateway", match["device"] or "me"
        if verb != "telemetry" and verb not in _TELEMETRY:
            kind = _KINDS.get(verb.partition("/")[0])
            devices = tuple(_told(verb, message.payload, None if gateway else device))
            return Decoded(convention=self.name, kind=kind, devices=devices) if kind else None
        said = parse_json(text(message.payload))
        if gateway:
            if not isinstance(said, dict):
                raise DecodeError("A gateway's telemetry is a JSON object of devices; this is none.")
            found = tuple(one for name, item in said.items() for one in _readings(name, item))
        else:
            found = tuple(_readings(device, said))
        return Decoded(convention=self.name, kind="telemetry" if found else "invalid-value", readings=found)


def _readings(device: str, said: Json) -> Iterator[Reading]:
    for entry in said if isinstance(said, list) else [said]:
        if not isinstance(entry, dict):
            raise DecodeError("ThingsBoard's telemetry is a JSON object or a list of them; this is neither.")
        held, at = _held(entry)
        for metric, value, unit in every_value(held):
            yield Reading(device=device, metric=metric, value=value, unit=unit, at=at)


def _held(entry: dict[str, Json]) -> tuple[Json, datetime | None]:
    """The values of an entry and their time."""
    if isinstance(entry.get("values"), dict):
        return entry["values"], believable_time(entry.get("ts"))
    return entry, None


def _told(verb: str, payload: bytes, device: str | None) -> Iterator[DeviceInfo]:
    """What devices say of themselves; without a device it is a gateway that says it of several."""
    if verb in ("attributes", "a"):
        stated = parse_object(text(payload))
        for name, attributes in stated.items() if device is None else [(device, stated)]:
            if isinstance(attributes, dict):
                plain = ((key.replace("_", "").lower(), item) for key, item in attributes.items())
                yield described(name, plain, _DESCRIBING)
    elif device is None and verb in ("connect", "disconnect"):
        about = parse_object(text(payload))
        connected, profile = about.get("device"), about.get("type")
        if isinstance(connected, str):
            model = profile if isinstance(profile, str) and profile != "default" else None
            yield DeviceInfo(device=connected, model=model, online=verb == "connect")
