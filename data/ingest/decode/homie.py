"""Homie 4 (`homie/<device>/<node>/<property>`) and 5 (`homie/5/<device>/<node>/<property>`).

Units and types of the properties are stated on topics of their own (4: `$unit`, `$datatype`) or in the
device's `$description` (5). Another root than `homie` is known once a device says its version there.

Source: https://homieiot.github.io/specification/
"""

from __future__ import annotations

import re

from data.errors import DecodeError
from data.ingest.decode.memory import Memory
from data.ingest.decode.message import Decoded, Kind, Message, Reading, Value
from data.ingest.decode.payload import Json, parse_object, parse_scalar, text, values

_ROOT_4 = re.compile(r"(?P<root>.+)/[a-z0-9][a-z0-9-]*/\$homie", re.DOTALL)
_ROOT_5 = re.compile(r"(?P<root>[^/]+)/5/[^/]+/\$(?:state|description)", re.DOTALL)
_MAX_ROOTS = 1_000

_KINDS: dict[str, Kind] = {
    "set": "command", "$target": "target", "$state": "status", "$stats": "status", "$alert": "status",
    "$log": "log", "$broadcast": "command",
}  # fmt: skip

_NUMBERS = frozenset(("integer", "float", "percent"))
_WORDS = frozenset(("string", "enum", "color", "datetime", "duration"))
_EMPTY = "\x00"  # how an empty text is sent, since an empty payload would delete the topic


class Homie:
    """Devices called by their id, metrics `<node>/<property>`."""

    name = "homie"

    def __init__(self) -> None:
        self._roots: Memory[str, None] = Memory(_MAX_ROOTS)
        self._described: Memory[tuple[str, str], str] = Memory()  # by property's topic, and unit or datatype

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
        for learned in (_ROOT_4, _ROOT_5):
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
        if about in ("$unit", "$datatype") and len(levels) == 4:
            self._described[base + "/".join(levels[:3]), about] = said
        elif about == "$description" and len(levels) == 2 and said:
            self._describe(f"{base}{levels[0]}", parse_object(said))
        return Decoded(convention=self.name, kind=_KINDS.get(about, "metadata"))

    def _describe(self, device: str, said: dict[str, Json]) -> None:
        for node, described in _members(said.get("nodes")):
            for name, stated in _members(described.get("properties")):
                for about in ("unit", "datatype"):
                    item = stated.get(about)
                    if isinstance(item, str):
                        self._described[f"{device}/{node}/{name}", f"${about}"] = item

    def _property(self, levels: list[str], message: Message) -> Decoded:
        said = text(message.payload)
        if not said:
            return Decoded(convention=self.name, kind="empty")
        device, metric = levels[0], "/".join(levels[1:])
        datatype = self._described.get((message.topic, "$datatype"))
        unit = self._described.get((message.topic, "$unit")) or None
        if datatype == "json":
            found = [(f"{metric}/{path}", value) for path, value in values(parse_object(said), texts=())]
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
