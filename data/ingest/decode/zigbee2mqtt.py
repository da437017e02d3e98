"""Zigbee2MQTT: all that is known of a device as one JSON object on `zigbee2mqtt/<friendly name>`.

A friendly name may hold slashes. With `output: attribute` each value has a topic of its own. The bridge
tells its devices' units on `bridge/devices`. `last_seen` is no time of the values: a switch that is told
to go on is published again with the time at which it was last heard.

Source: https://www.zigbee2mqtt.io/guide/usage/mqtt_topics_and_messages.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from data.errors import DecodeError
from data.ingest.decode.memory import Memory
from data.ingest.decode.message import Decoded, Kind, Message, Reading
from data.ingest.decode.payload import (
    Json,
    believable_time,
    is_json,
    parse_json,
    parse_object,
    parse_scalar,
    text,
    values,
)

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

    def __init__(self) -> None:
        self._units: Memory[tuple[str, str, str], str] = Memory()  # by base topic, device and property

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
            return Decoded(convention=self.name, kind="status")
        said = text(message.payload)
        if not said:
            return Decoded(convention=self.name, kind="empty")
        return self._object(base, name, said) if is_json(said) else self._attribute(base, name, said)

    def _object(self, base: str, device: str, said: str) -> Decoded:
        stated = parse_object(said)
        at = believable_time(stated.get("time"))
        readings = tuple(
            Reading(
                device=device, metric=metric, value=value, unit=self._units.get((base, device, metric)), at=at
            )
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
        value, unit = parse_scalar(said)
        if value is None:
            return Decoded(convention=self.name, kind="invalid-value")
        unit = unit or self._units.get((base, device, metric))
        return Decoded(
            convention=self.name, readings=(Reading(device=device, metric=metric, value=value, unit=unit),)
        )

    def _bridge(self, base: str, part: str, message: Message) -> Decoded:
        if part == "devices" and message.payload:
            for device, metric, unit in _units(parse_json(text(message.payload))):
                self._units[base, device, metric] = unit
        return Decoded(convention=self.name, kind=_BRIDGE.get(part, "status"))


def _units(devices: Json) -> Iterator[tuple[str, str, str]]:
    """Device, property and unit of all that the bridge's devices expose."""
    for device in devices if isinstance(devices, list) else ():
        if isinstance(device, dict) and isinstance(device.get("definition"), dict):
            for metric, unit in _exposed(device["definition"], ""):
                yield str(device.get("friendly_name")), metric, unit


def _exposed(described: Json, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(described, list):
        for item in described:
            yield from _exposed(item, path)
    if isinstance(described, dict):
        name, unit = described.get("property"), described.get("unit")
        path = path if not isinstance(name, str) else f"{path}/{name}" if path else name
        if path and isinstance(unit, str) and unit:
            yield path, unit
        for part in ("exposes", "features"):
            yield from _exposed(described.get(part), path)
