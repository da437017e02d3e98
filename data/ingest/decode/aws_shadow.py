"""AWS IoT device shadows: what a thing reports of itself.

`$aws/things/<thing>/shadow/[name/<shadow>/]<verb>`. A reported value is a reading, at the time that the
metadata gives it; what is desired of the thing is none. A named shadow is in front of the metric's name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from data.errors import DecodeError
from data.ingest.decode.message import Decoded, Kind, Message, Reading, Value
from data.ingest.decode.payload import Json, believable_time, every_value, member, parse_json, text

_TOPIC = re.compile(
    r"(?:.+/)?\$aws/things?/(?P<thing>[^/]+)/shadow(?:/name/(?P<shadow>[^/]+))?/(?P<verb>[a-z/]+)"
)
_DOCUMENTS = {"update": "", "update/accepted": "", "get/accepted": "", "update/documents": "current"}
_KINDS: dict[str, Kind] = {"update/delta": "target", "get": "command", "delete": "command"}


class AwsShadow:
    """Reported state of classic and named shadows."""

    name = "aws-shadow"

    def decode(self, message: Message) -> Decoded | None:
        """What the message says; None when its topic is not a shadow's.

        Raises:
            DecodeError: the payload is not a JSON object.
        """
        match = _TOPIC.fullmatch(message.topic)
        if match is None:
            return None
        verb = match["verb"]
        if verb not in _DOCUMENTS:
            return Decoded(convention=self.name, kind=_KINDS.get(verb, "status"))
        said = parse_json(text(message.payload))
        document = member(said, _DOCUMENTS[verb]) if _DOCUMENTS[verb] else said
        if not isinstance(document, dict):
            raise DecodeError("A shadow's document is a JSON object; this one is none.")
        otherwise = believable_time(document.get("timestamp"))
        reported = _leaves(member(document, "state.reported"), member(document, "metadata.reported"))
        prefix = f"{match['shadow']}/" if match["shadow"] else ""
        found = tuple(
            Reading(device=match["thing"], metric=prefix + metric, value=value, unit=unit, at=at or otherwise)
            for metric, value, unit, at in reported
            if metric
        )
        return Decoded(convention=self.name, kind="telemetry" if found else "target", readings=found)


def _leaves(
    item: Json, about: Json, path: str = ""
) -> Iterator[tuple[str, Value, str | None, datetime | None]]:
    """The values with their times; the metadata have the shape of the state."""
    if isinstance(item, (dict, list)):
        for name, inner in item.items() if isinstance(item, dict) else enumerate(item):
            below = about.get(str(name)) if isinstance(about, dict) else member(about, str(name))
            yield from _leaves(inner, below, f"{path}/{name}" if path else str(name))
        return
    for metric, value, unit in every_value(item, path):
        yield metric, value, unit, believable_time(member(about, "timestamp"))
