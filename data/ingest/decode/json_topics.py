"""JSON messages whose shape the settings describe: a topic template and the paths of the values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from data.errors import BadSettings, DecodeError
from data.ingest.decode.message import Decoded, Message, Place, Reading, Value
from data.ingest.decode.payload import (
    Json,
    is_json,
    leaves,
    member,
    parse_json,
    parse_time,
    text,
    value_of,
)
from data.ingest.decode.places import place_at
from data.settings import JsonTopic

_SETTING = "CLERESTORY_JSON_TOPICS"
_PIECES = {"+": "[^/]+", "{device}": "(?P<device>[^/]+)", "{metric}": "(?P<metric>[^/]+)"}


class JsonTopics:
    """The shapes of one installation, tried in the order of the setting.

    A shape whose template has `{metric}` names its values after that level: the value called `value`
    is the metric itself, any other is `<metric>/<name>`. Without `{device}` the rest of the topic is the
    device.
    """

    name = "json-topics"

    def __init__(self, shapes: Sequence[JsonTopic]) -> None:
        self._shapes = [_Shape(shape, _compile(shape.topic)) for shape in shapes]

    def decode(self, message: Message) -> Decoded | None:
        """What the message says; None when its topic fits no template or its payload is no JSON.

        Raises:
            DecodeError: the payload is broken, or holds none of the values that the setting names.
        """
        for shape in self._shapes:
            match = shape.pattern.fullmatch(message.topic)
            if match:
                said = text(message.payload)
                return shape.decode(match, parse_json(said)) if is_json(said) else None
        return None


@dataclass(frozen=True, slots=True)
class _Shape:
    setting: JsonTopic
    pattern: re.Pattern[str]

    def decode(self, match: re.Match[str], said: Json) -> Decoded:
        named = match.groupdict()
        device = named.get("device") or _without_metric(match)
        stated = member(said, self.setting.time) if self.setting.time else None
        at = None if stated is None else parse_time(stated)
        found = [
            Reading(
                device=device, metric=_metric(named.get("metric"), name), value=value,
                unit=self.setting.units.get(name, unit), at=at,
            )
            for name, value, unit in self._values(said)
        ]  # fmt: skip
        if not found:
            raise DecodeError(f"The message holds none of the values that {_SETTING} names.")
        place, reason = self._place(device, said)
        return Decoded(convention=JsonTopics.name, readings=tuple(found), place=place, reason=reason)

    def _values(self, said: Json) -> Iterator[tuple[str, Value, str | None]]:
        if not self.setting.values:
            taken = {path.replace(".", "/") for path in self._described()}
            yield from ((path, value, None) for path, value in leaves(said) if path not in taken)
        for name, path in self.setting.values.items():
            value, unit = value_of(member(said, path))
            if value is not None:
                yield name, value, unit

    def _described(self) -> Iterator[str]:
        yield from filter(None, (self.setting.time, self.setting.latitude, self.setting.longitude))

    def _place(self, device: str, said: Json) -> tuple[Place | None, str | None]:
        if self.setting.latitude is None or self.setting.longitude is None:
            return None, None
        latitude, _ = value_of(member(said, self.setting.latitude))
        longitude, _ = value_of(member(said, self.setting.longitude))
        if latitude is None or longitude is None:
            return None, None
        place = place_at(device, latitude, longitude)
        if place is None:  # the other values are still good
            return None, f"The position {str(latitude)[:40]}/{str(longitude)[:40]} is not on earth."
        return place, None


def _without_metric(match: re.Match[str]) -> str:
    start, end = match.span("metric") if "metric" in match.re.groupindex else (0, 0)
    levels = (match[0][:start] + match[0][end:]).split("/")
    return "/".join(filter(None, levels))


def _metric(level: str | None, name: str) -> str:
    if level is None:
        return name
    return level if name == "value" else f"{level}/{name}"


def _compile(template: str) -> re.Pattern[str]:
    """The template as a pattern of whole topics.

    Raises:
        BadSettings: the template is none.
    """
    levels, tail = template.split("/"), ""
    if levels[-1] == "#":
        levels.pop()
        tail = "(?:/.*)?" if levels else ".*"
    for level in levels:
        if level not in _PIECES and any(sign in level for sign in "+#{}"):
            raise BadSettings(
                f"{_SETTING}: topic {template!r}: a level is text, +, {{device}} or {{metric}}; "
                "# may only be the last."
            )
    for name in ("{device}", "{metric}"):
        if levels.count(name) > 1:
            raise BadSettings(f"{_SETTING}: topic {template!r}: {name} may stand only once.")
    return re.compile("/".join(_PIECES.get(level, re.escape(level)) for level in levels) + tail, re.DOTALL)
