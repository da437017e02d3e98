"""ESPHome: `<node>/<component>/<object>/state`, one value a topic, lights as a JSON object.

Source: https://esphome.io/components/mqtt/
"""

from __future__ import annotations

import re

from data.ingest.decode.message import Decoded, Kind, Message, Reading
from data.ingest.decode.payload import is_json, parse_object, parse_state, switched, text, values

_COMPONENTS = (
    "alarm_control_panel|binary_sensor|button|climate|cover|date|datetime|event|fan|light|lock|media_player|"
    "number|select|sensor|speaker|switch|text|text_sensor|time|update|valve|water_heater"
)
_TOPIC = re.compile(
    rf"/*(?!homeassistant/)(?P<node>.+?)/(?P<component>{_COMPONENTS})/(?P<object>[^/]+)(?:/(?P<part>[^/]+))?/(?P<what>state|command)",
    re.DOTALL,
)
_TEXTS = frozenset(("state", "effect", "color_mode"))

# A node's own topics say this alone, so that others' topics of the same name are not taken.
_AVAILABILITY = frozenset(("online", "offline"))


class EspHome:
    """Nodes called by their topic prefix, their entities by object id."""

    name = "esphome"

    def decode(self, message: Message) -> Decoded | None:
        """What the message says; None when its topic is not of this shape.

        Raises:
            DecodeError: the payload is broken.
        """
        match = _TOPIC.fullmatch(message.topic)
        if match is None:
            return self._availability(message)
        if match["what"] == "command":
            return Decoded(convention=self.name, kind="command")
        said = text(message.payload)
        metric = f"{match['object']}/{match['part']}" if match["part"] else match["object"]
        if is_json(said) and match["component"] != "text_sensor":
            return self._object(match["node"], metric, said)
        value, unit = parse_state(said, name=match["part"] or "")
        if value is None:
            return Decoded(convention=self.name, kind="invalid-value" if said else "empty")
        kind: Kind = "event" if match["component"] == "event" else "telemetry"
        reading = Reading(device=match["node"], metric=metric, value=value, unit=unit)
        return Decoded(convention=self.name, kind=kind, readings=(reading,))

    def _object(self, node: str, metric: str, said: str) -> Decoded:
        found = tuple(
            Reading(
                device=node,
                metric=f"{metric}/{path}",
                value=switched(value) if isinstance(value, str) else value,
            )
            for path, value in values(parse_object(said), texts=_TEXTS)
        )
        return Decoded(convention=self.name, kind="telemetry" if found else "undecoded", readings=found)

    def _availability(self, message: Message) -> Decoded | None:
        if message.topic.endswith("/status") and message.payload.decode("utf-8", "replace") in _AVAILABILITY:
            return Decoded(convention=self.name, kind="status")
        return None
