"""ESPHome: `<node>/<component>/<object>/state`, one value a topic, lights and events as a JSON object.

A node says on `<node>/status` whether it is there, and on `esphome/discover/<node>` what it is.

Source: https://esphome.io/components/mqtt/
"""

from __future__ import annotations

import re

from data.ingest.decode.message import Decoded, DeviceInfo, Kind, Message, Reading, Value
from data.ingest.decode.payload import (
    is_json,
    parse_object,
    parse_scalar,
    parse_state,
    switched,
    text,
    values,
)
from data.ingest.decode.presence import described

_COMPONENTS = (
    "alarm_control_panel|binary_sensor|button|climate|cover|date|datetime|event|fan|light|lock|media_player|"
    "number|select|sensor|speaker|switch|text|text_sensor|time|update|valve|water_heater"
)
_TOPIC = re.compile(
    rf"/*(?!homeassistant/)(?P<node>.+?)/(?P<component>{_COMPONENTS})/(?P<object>[^/]+)(?:/(?P<part>[^/]+))?/(?P<what>state|command)",
    re.DOTALL,
)
_OWN = re.compile(r"esphome/(?P<what>discover|ping)(?:/(?P<node>[^/]+))?")
_OF_NODE = re.compile(r".*/(?:debug|status)/*", re.DOTALL)
_TEXTS = frozenset(("state", "effect", "color_mode", "event_type"))

# Components whose state is one of words, were it `off`.
_WORDED = frozenset(("select", "text", "alarm_control_panel"))

_WORDS = {"oscillate_on": True, "oscillate_off": False}

# A line of a log, with the colours of a terminal or without.
_LOG = re.compile(rb"(?:\x1b\[[0-9;]*m)*(?:\[[0-9:.]+\])?\[[A-Z]{1,2}\]\[")

# A node's own topics say this alone, so that others' topics of the same name are not taken.
_PRESENT = {b"online": True, b"offline": False}


class EspHome:
    """Nodes called by their topic prefix, their entities by object id."""

    name = "esphome"
    topics = (_TOPIC, _OWN, _OF_NODE)

    def decode(self, message: Message) -> Decoded | None:
        """What the message says; None when its topic is not of this shape.

        Raises:
            DecodeError: the payload is broken.
        """
        match = _TOPIC.fullmatch(message.topic)
        if match is None:
            own = _OWN.fullmatch(message.topic)
            return self._of_node(message) if own is None else self._own(own, text(message.payload))
        if match["what"] == "command":
            return Decoded(convention=self.name, kind="command")
        said = text(message.payload)
        metric = f"{match['object']}/{match['part']}" if match["part"] else match["object"]
        if is_json(said) and match["component"] != "text_sensor":
            return self._object(match["node"], match["component"], metric, said)
        value, unit = _value(match["component"], match["part"] or "", said)
        if value is None:
            return Decoded(convention=self.name, kind="invalid-value" if said else "empty")
        kind: Kind = "event" if match["component"] == "event" else "telemetry"
        reading = Reading(device=match["node"], metric=metric, value=value, unit=unit)
        return Decoded(convention=self.name, kind=kind, readings=(reading,))

    def _object(self, node: str, component: str, metric: str, said: str) -> Decoded:
        stated = parse_object(said)
        if component == "update":
            installed = described(stated.get("installed_version"), stated.get("current_version"))
            told = (DeviceInfo(device=node, firmware=installed),) if installed else ()
            return Decoded(convention=self.name, kind="metadata", devices=told)
        found = tuple(
            Reading(
                device=node,
                metric=f"{metric}/{path}",
                value=switched(value) if isinstance(value, str) else value,
            )
            for path, value in values(stated, texts=_TEXTS)
        )
        kind: Kind = "event" if component == "event" else "telemetry"
        return Decoded(convention=self.name, kind=kind if found else "undecoded", readings=found)

    def _own(self, own: re.Match[str], said: str) -> Decoded:
        """What a node says when it starts or is asked to; without a node's name it is the question."""
        if own["node"] is None or own["what"] == "ping":
            return Decoded(convention=self.name, kind="command")
        if not said:
            return Decoded(convention=self.name, kind="discovery-delete")
        stated = parse_object(said)
        vendor, _, product = (described(stated.get("project_name")) or "").partition(".")
        told = DeviceInfo(
            device=described(stated.get("name")) or own["node"], label=described(stated.get("friendly_name")),
            manufacturer=vendor or None, model=product or described(stated.get("board")),
            firmware=described(stated.get("project_version"), stated.get("version")),
        )  # fmt: skip
        return Decoded(convention=self.name, kind="discovery", devices=(told,))

    def _of_node(self, message: Message) -> Decoded | None:
        """What a node says of itself on a topic that others may use too; None when it is not of its form."""
        node, _, last = message.topic.strip("/").rpartition("/")
        online = _PRESENT.get(message.payload)
        if last == "debug" and _LOG.match(message.payload):
            return Decoded(convention=self.name, kind="log")
        if last != "status" or not node or online is None:
            return None
        return Decoded(convention=self.name, kind="status", devices=(DeviceInfo(device=node, online=online),))


def _value(component: str, part: str, said: str) -> tuple[Value | None, str | None]:
    if component in _WORDED:
        return (None if parse_scalar(said)[0] is None else said), None
    return (_WORDS[said], None) if said in _WORDS else parse_state(said, name=part)
