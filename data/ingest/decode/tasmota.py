"""Tasmota: JSON objects of a device on `tele/<topic>/SENSOR` and its like, wherever the prefix stands.

Units stand beside what they are for (`TempUnit`, `PressureUnit`). `Time` is local and has a zone only when
told to; `Epoch`, where there is one, is exact. A Zigbee gateway speaks for its devices.

Source: https://tasmota.github.io/docs/MQTT/
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from msgspec.structs import replace

from data.ingest.decode.memory import Memory
from data.ingest.decode.message import Decoded, DeviceInfo, Kind, Message, Reading, Value
from data.ingest.decode.payload import (
    Json,
    believable_time,
    is_json,
    parse_object,
    parse_scalar,
    text,
    values,
)
from data.ingest.decode.presence import says_something
from data.ingest.decode.tasmota_about import Discovered, about, discovered

_PREFIXES = ("tele", "stat", "cmnd")
_TOPIC = re.compile(r"(?:.*/)?(?:tele|stat|cmnd)/.*|/*tasmota/+discovery(?:/.*)?", re.DOTALL)
_LAST = re.compile(r"[A-Z][A-Z0-9_]*")

_KINDS: dict[str, Kind] = {
    "INFO1": "metadata",
    "INFO2": "metadata",
    "INFO3": "metadata",
    "HASS_STATE": "metadata",
    "UPTIME": "metadata",
    "LOGGING": "log",
}

# What an answer to a command may hold that is a state; all else is the device's configuration.
_STATE = re.compile(
    r"POWER\d*|Dimmer\d*|CT|Channel\d*|FanSpeed|Shutter\d+|Switch\d+|Button\d+|RfReceived|IrReceived|"
    r"ZbReceived|StatusSNS|StatusSTS|Counter\d+"
)

_NO_VALUES = frozenset(
    (
        "Time", "Epoch", "Id", "UID", "Sleep", "SleepMode", "AP", "BSSId", "SSId", "Channel",
        "TotalStartTime", "Endpoint", "Group", "Cluster", "Device", "Name", "BatteryLastSeenEpoch",
        "LastSeenEpoch",
    )
)  # fmt: skip
_TEXTS = frozenset(("Action", "ACTION", "STATE"))

# Objects that hold the names of their values; in any other the topic is part of the name.
_NAMING = re.compile(r"SENSOR|STATE|RESULT|STATUS\d*")
_ANSWER = re.compile(r"RESULT|STATUS\d*")

_ABOUT = re.compile(r"INFO1|STATUS[02]?")

_ZIGBEE = "ZbReceived"

# Which members a unit is for that stands beside them or around them.
_UNIT_OF = {
    "TempUnit": re.compile(r".*(Temperature|DewPoint|HeatIndex|Temp)\d*"),
    "PressureUnit": re.compile(r".*Pressure\d*"),
    "SpeedUnit": re.compile(r".*Speed\d*"),
}

# What a sensor without a probe, or a bus without an answer, states as a temperature.
_NO_PROBE = frozenset((327.67, -127.0, -327.68))


class Tasmota:
    """Devices called by their topic, what a Zigbee gateway heard by the name it gave the device."""

    name = "tasmota"
    topics = (_TOPIC,)

    def __init__(self) -> None:
        self._discovered: Memory[str, Discovered] = Memory()  # by device

    def decode(self, message: Message) -> Decoded | None:
        """What the message says; None when its topic has no `tele`, `stat` or `cmnd` in the right place.

        Raises:
            DecodeError: the object is broken.
        """
        levels = [level for level in message.topic.split("/") if level]
        if levels[:2] == ["tasmota", "discovery"]:
            return self._discovery(levels[-1], text(message.payload))
        prefix = next((level for level in levels[:-1] if level in _PREFIXES), None)
        if prefix is None or len(levels) < 3:
            return None
        if prefix == "cmnd":
            return Decoded(convention=self.name, kind="command")
        last = levels.pop()
        if _LAST.fullmatch(last) is None:
            return None
        levels.remove(prefix)
        device, said = "/".join(levels), text(message.payload)
        if last == "LWT":
            return self._last_will(device, said)
        stated = parse_object(said) if is_json(said) else None
        told = about(device, stated) if stated and _ABOUT.fullmatch(last) else None
        if last in _KINDS:
            decoded = Decoded(convention=self.name, kind=_KINDS[last])
        elif stated is not None:
            decoded = self._object(device, last, stated)
        else:
            decoded = self._value(device, last, said)
        return replace(decoded, devices=(told,)) if told and says_something(told) else decoded

    def _discovery(self, part: str, said: str) -> Decoded:
        if not said:
            return Decoded(convention=self.name, kind="discovery-delete")
        found = discovered(parse_object(said)) if part == "config" else None
        if found is None:
            return Decoded(convention=self.name, kind="discovery")
        self._discovered[found.about.device] = found
        return Decoded(convention=self.name, kind="discovery", devices=(found.about,))

    def _last_will(self, device: str, said: str) -> Decoded:
        known = self._discovered.get(device)
        words = {"online": True, "offline": False} | (known.words if known else {})
        online = words.get(said.lower())
        told = () if online is None else (DeviceInfo(device=device, online=online),)
        return Decoded(convention=self.name, kind="status", devices=told)

    def _value(self, device: str, metric: str, said: str) -> Decoded:
        value, unit = parse_scalar(said)
        if value is None:
            return Decoded(convention=self.name, kind="invalid-value" if said else "empty")
        return Decoded(
            convention=self.name, readings=(Reading(device=device, metric=metric, value=value, unit=unit),)
        )

    def _object(self, device: str, last: str, said: dict[str, Json]) -> Decoded:
        stated: dict[str, Json] = dict(said) if _NAMING.fullmatch(last) else {last: said}
        if _ANSWER.fullmatch(last):
            stated = {name: item for name, item in said.items() if _STATE.fullmatch(name)}
            if not stated:
                return Decoded(convention=self.name, kind="metadata")
        for wrapped in ("StatusSNS", "StatusSTS"):
            inner = stated.pop(wrapped, None)
            stated |= inner if isinstance(inner, dict) else {}
        at = _time(said) or _time(stated)
        zigbee = stated.pop(_ZIGBEE, None)
        readings = tuple(_readings(device, stated, at)) + tuple(_heard(zigbee, at))
        only_event = readings and all(reading.metric.lower().endswith("/action") for reading in readings)
        return Decoded(
            convention=self.name, readings=readings,
            kind="event" if only_event else "telemetry" if readings else "invalid-value",
            reason=None if readings else "The object holds no value.",
        )  # fmt: skip


def _heard(zigbee: Json, at: datetime | None) -> Iterator[Reading]:
    """What a gateway heard, by device."""
    for address, stated in zigbee.items() if isinstance(zigbee, dict) else ():
        if isinstance(stated, dict):
            name = stated.get("Name")
            yield from _readings(name if isinstance(name, str) and name else address, stated, at)


def _readings(device: str, stated: dict[str, Json], at: datetime | None) -> Iterator[Reading]:
    for metric, value in values(stated, texts=_TEXTS, leave=_NO_VALUES):
        unit = _unit(stated, metric)
        if not _is_missing(metric, value):
            yield Reading(device=device, metric=metric, value=value, unit=unit, at=at)


def _unit(stated: dict[str, Json], metric: str) -> str | None:
    """The unit stated nearest to a member, for whose name it is meant."""
    names = [name for name in metric.split("/") if not name.isdigit()] or [metric]
    found, inside = None, stated
    for level in names:
        for member, meant in _UNIT_OF.items():
            unit = inside.get(member)
            if isinstance(unit, str) and unit and meant.fullmatch(names[-1]):
                found = unit
        further = inside.get(level)
        inside = further if isinstance(further, dict) else {}
    return found


def _is_missing(metric: str, value: Value) -> bool:
    return value in _NO_PROBE and "Temp" in metric


def _time(said: dict[str, Json]) -> datetime | None:
    return believable_time(said.get("Epoch")) or believable_time(said.get("Time"))
