"""Homie 4 (`homie/<device>/<node>/<property>`) and 5 (`homie/5/<device>/<node>/<property>`).

Units and types of the properties are stated on topics of their own (4: `$unit`, `$datatype`) or in the
device's `$description` (5). Another root than `homie` is known once a device says its version there.
In version 5 a device can be a part of another: when that root is lost, so are its parts.

Source: https://homieiot.github.io/specification/
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from data.errors import DecodeError
from data.ingest.decode.memory import Memory
from data.ingest.decode.message import Decoded, DeviceInfo, Kind, Message, Reading, Value
from data.ingest.decode.payload import Json, every_value, parse_json, parse_object, parse_scalar, text

_ROOT_4 = re.compile(r"(?P<root>.+)/[a-z0-9][a-z0-9-]*/\$homie", re.DOTALL)
_ROOT_5 = re.compile(r"(?P<root>[^/]+)/5/[^/]+/\$(?:state|description)", re.DOTALL)
_MAX_ROOTS = 1_000
_MAX_PARTS = 1_000  # of one device

_KINDS: dict[str, Kind] = {
    "set": "command", "$target": "target", "$state": "status", "$stats": "status", "$alert": "status",
    "$log": "log", "$broadcast": "command",
}  # fmt: skip

# A sleeping device is neither: it cannot be reached, and nothing is wrong with it.
_ONLINE = {"init": True, "ready": True, "alert": True, "disconnected": False, "lost": False}

_NUMBERS = frozenset(("integer", "float", "percent"))
_WORDS = frozenset(("string", "enum", "color", "datetime", "duration"))
_EMPTY = "\x00"  # how an empty text is sent, since an empty payload would delete the topic


class Homie:
    """Devices called by their id, metrics `<node>/<property>`."""

    name = "homie"

    def __init__(self) -> None:
        self._roots: Memory[str, None] = Memory(_MAX_ROOTS)
        self._described: Memory[tuple[str, str], str] = Memory()  # by property's topic, and unit or datatype
        # By the device's topic.
        self._states: Memory[str, str] = Memory()
        self._above: Memory[str, str] = Memory()
        self._parts: Memory[str, frozenset[str]] = Memory()

    def decode(self, message: Message) -> Decoded | None:
        """What the message says; None when its topic is below no root of this convention.

        Raises:
            DecodeError: the payload is not what the property's type promises.
        """
        levels = self._below_root(message.topic)
        if levels is None:
            return None
        if levels[:1] == ["5"]:
            levels = levels[1:]
        base = message.topic.removesuffix("/".join(levels))
        about = next((level for level in levels if level.startswith("$") or level == "set"), None)
        if about is not None and (about != "set" or (levels[-1] == "set" and len(levels) > 3)):
            return self._about(base, levels, about, message)
        if len(levels) != 3:
            return None
        return self._property(levels, message)

    def _below_root(self, topic: str) -> list[str] | None:
        for learned in (_ROOT_4, _ROOT_5) if "$" in topic else ():
            if (match := learned.fullmatch(topic)) and match["root"] not in self._roots:
                self._roots[match["root"]] = None
        levels = topic.split("/")
        if levels[0] == "homie":
            return levels[1:]
        ends = range(1, min(len(levels), 8))
        found = next((end for end in ends if "/".join(levels[:end]) in self._roots), None)
        return None if found is None else levels[found:]

    def _about(self, base: str, levels: list[str], about: str, message: Message) -> Decoded:
        said = text(message.payload)
        told: tuple[DeviceInfo, ...] = ()
        match levels:
            case [_, _, _, "$unit" | "$datatype"]:
                self._described[base + "/".join(levels[:3]), about] = said
            case [device, "$description"] if said:
                told = self._describe(base, device, parse_object(said))
            case [device, "$state"]:
                told = tuple(self._state(base, device, said))
            case [device, "$name"]:
                told = (DeviceInfo(device=device, label=said),)
            case [device, "$implementation"]:
                told = (DeviceInfo(device=device, model=said),)
            case [device, "$fw", "version"]:
                told = (DeviceInfo(device=device, firmware=said),)
        return Decoded(convention=self.name, kind=_KINDS.get(about, "metadata"), devices=told)

    def _describe(self, base: str, device: str, said: dict[str, Json]) -> tuple[DeviceInfo, ...]:
        for node, described in _members(said.get("nodes")):
            for name, stated in _members(described.get("properties")):
                for about in ("unit", "datatype"):
                    item = stated.get(about)
                    if isinstance(item, str):
                        self._described[f"{base}{device}/{node}/{name}", f"${about}"] = item
        root, label = said.get("root"), said.get("name")
        self._above.pop(base + device)
        if isinstance(root, str):
            self._join(base, root, device)
        own = self._online(base, device) if isinstance(root, str) else None
        return (DeviceInfo(device=device, label=label if isinstance(label, str) else None, online=own),)

    def _join(self, base: str, root: str, part: str) -> None:
        self._above[base + part] = root
        parts = self._parts.get(base + root) or frozenset()
        if len(parts) < _MAX_PARTS:
            self._parts[base + root] = parts | {part}

    def _state(self, base: str, device: str, said: str) -> Iterator[DeviceInfo]:
        """Who is online after a device said how it is: itself, and its parts when it was or is lost."""
        before = self._states.get(base + device)
        self._states[base + device] = said
        yield DeviceInfo(device=device, online=self._online(base, device))
        if "lost" in (before, said):
            for part in sorted(self._parts.get(base + device) or ()):
                if self._above.get(base + part) == device:
                    yield DeviceInfo(device=part, online=self._online(base, part))

    def _online(self, base: str, device: str) -> bool | None:
        root = self._above.get(base + device)
        if root is not None and self._states.get(base + root) == "lost":
            return False
        return _ONLINE.get(self._states.get(base + device) or "")

    def _property(self, levels: list[str], message: Message) -> Decoded:
        said = text(message.payload)
        if not said:
            return Decoded(convention=self.name, kind="empty")
        device, metric = levels[0], "/".join(levels[1:])
        datatype = self._described.get((message.topic, "$datatype"))
        unit = self._described.get((message.topic, "$unit")) or None
        if datatype == "json":
            found = [(path, value) for path, value, _ in every_value(parse_json(said), metric)]
        else:
            value, stated = _value(said, datatype)
            unit = unit or stated
            found = [] if value is None else [(metric, value)]
        readings = tuple(Reading(device=device, metric=name, value=value, unit=unit) for name, value in found)
        return Decoded(
            convention=self.name, kind="telemetry" if found else "invalid-value", readings=readings
        )


def _members(value: Json) -> list[tuple[str, dict[str, Json]]]:
    if not isinstance(value, dict):
        return []
    return [(name, item) for name, item in value.items() if isinstance(item, dict)]


def _value(said: str, datatype: str | None) -> tuple[Value | None, str | None]:
    if said == _EMPTY:
        return None, None
    if datatype in _WORDS:
        return said, None
    value, unit = parse_scalar(said)
    if datatype in _NUMBERS and value is not None and not isinstance(value, float):
        raise DecodeError(f"The property is said to be a number ({datatype}) and is none.")
    return value, unit
