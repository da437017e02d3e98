"""Zigbee2MQTT: all that is known of a device as one JSON object on `zigbee2mqtt/<friendly name>`.

A friendly name may hold slashes. With `output: attribute` each value has a topic of its own. The bridge
tells what its devices are on `bridge/devices`. `last_seen` is no time of the values: a switch that is told
to go on is published again with the time at which it was last heard.

Source: https://www.zigbee2mqtt.io/guide/usage/mqtt_topics_and_messages.html
"""

from __future__ import annotations

import re

from msgspec.structs import replace

from data.errors import DecodeError
from data.ingest.decode.message import Decoded, DeviceInfo, Kind, Message, Reading
from data.ingest.decode.payload import (
    believable_time,
    is_json,
    parse_json,
    parse_object,
    parse_state,
    text,
    values,
)
from data.ingest.decode.presence import is_present
from data.ingest.decode.zigbee_bridge import Bridges

_TOPIC = re.compile(r"(?P<base>(?:.+?/)??zigbee2mqtt[^/]*)/(?P<name>.+)", re.DOTALL)
_COMMAND = re.compile(r".+/(?:set|get)(?:/.+)?", re.DOTALL)

_BRIDGE: dict[str, Kind] = {
    "request": "command", "devices": "metadata", "groups": "metadata", "info": "metadata",
    "config": "metadata", "definitions": "metadata", "extensions": "metadata", "converters": "metadata",
    "logging": "log", "log": "log",
}  # fmt: skip

_NO_VALUES = frozenset(("last_seen", "time", "device", "update", "update_available", "elapsed"))

# Members whose texts are names, not states.
_NAMES = frozenset(("type", "friendly_name", "ieee_address", "color_mode"))


class _States:
    """Which members are values as text: all but names."""

    def __contains__(self, name: object) -> bool:
        return name not in _NAMES


class Zigbee2Mqtt:
    """Zigbee devices behind their bridge, called by their friendly names."""

    name = "zigbee2mqtt"
    topics = (_TOPIC,)

    def __init__(self) -> None:
        self._bridges = Bridges()

    def decode(self, message: Message) -> Decoded | None:
        """What the message says; None when its topic is not below `zigbee2mqtt`.

        Raises:
            DecodeError: the object is broken.
        """
        match = _TOPIC.fullmatch(message.topic)
        if match is None:
            return None
        base, name = match["base"], match["name"]
        if name.startswith("bridge/"):
            return self._bridge(base, name.split("/")[1], message)
        if _COMMAND.fullmatch(name):
            return Decoded(convention=self.name, kind="command")
        if name.endswith("/availability"):
            return self._availability(base, name.removesuffix("/availability"), text(message.payload))
        said = text(message.payload)
        if not said:
            return Decoded(convention=self.name, kind="empty")
        return self._object(base, name, said) if is_json(said) else self._attribute(base, name, said)

    def _object(self, base: str, device: str, said: str) -> Decoded:
        stated = parse_object(said)
        at = believable_time(stated.get("time"))
        readings = tuple(
            self._reading(base, Reading(device=device, metric=metric, value=value, at=at))
            for metric, value in values(stated, texts=_States(), leave=_NO_VALUES)
        )
        only_event = readings and all(reading.metric.startswith("action") for reading in readings)
        return Decoded(
            convention=self.name, kind="event" if only_event else "telemetry" if readings else "undecoded",
            readings=readings, reason=None if readings else "The object holds no number and no state.",
        )  # fmt: skip

    def _attribute(self, base: str, name: str, said: str) -> Decoded:
        device, _, metric = name.rpartition("/")
        if not device:
            raise DecodeError("The payload is no JSON object.")
        if metric in _NO_VALUES:
            return Decoded(convention=self.name, kind="metadata")
        value, unit = parse_state(said, name=metric)
        if value is None:
            return Decoded(convention=self.name, kind="invalid-value")
        reading = self._reading(base, Reading(device=device, metric=metric, value=value, unit=unit))
        kind: Kind = "event" if metric.startswith("action") else "telemetry"
        return Decoded(convention=self.name, kind=kind, readings=(reading,))

    def _reading(self, base: str, reading: Reading) -> Reading:
        """The reading with what its bridge knows of the property."""
        exposed = self._bridges.exposed(base, reading.device, reading.metric)
        if exposed is None:
            return reading
        return replace(reading, unit=reading.unit or exposed.unit, device_class=exposed.name)

    def _availability(self, base: str, device: str, said: str) -> Decoded:
        online = is_present(said)
        told = () if online is None else (self._bridges.presence(base, device, online=online),)
        return Decoded(convention=self.name, kind="status", devices=told)

    def _bridge(self, base: str, part: str, message: Message) -> Decoded:
        kind = _BRIDGE.get(part, "status")
        said = text(message.payload) if part in ("devices", "event", "state") else ""
        told: tuple[DeviceInfo, ...] = ()
        if said and part == "devices":
            told = self._bridges.devices(base, parse_json(said))
        elif is_json(said) and part == "event":
            told = self._bridges.event(base, parse_json(said))
        elif said and (online := is_present(said)) is not None:
            told = self._bridges.bridge(base, online=online)
        return Decoded(convention=self.name, kind=kind, devices=told)
