"""AWS IoT: the device shadow that a thing reports, and whether it is connected.

`$aws/things/<thing>/shadow/[name/<shadow>/]<verb>`. A reported value is a reading; what is desired of the
thing is none. A named shadow is in front of the metric's name. An update is read as the thing publishes it,
as the service's answers know whole seconds only, in which several values would be one. What an answer
repeats of an update is left out; what it adds is a reading, at the time that its metadata give.

`$aws/events/presence/<connected or disconnected>/<client>`: a thing's client is called as the thing is, by
AWS's own advice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from msgspec.structs import replace

from data.errors import DecodeError
from data.ingest.decode.memory import Memory
from data.ingest.decode.message import Decoded, DeviceInfo, Kind, Message, Reading, Value
from data.ingest.decode.payload import (
    Json,
    believable_time,
    every_value,
    member,
    parse_json,
    parse_object,
    text,
)

_TOPIC = re.compile(
    r"(?:.+/)?\$aws/things?/(?P<thing>[^/]+)/shadow(?:/name/(?P<shadow>[^/]+))?/(?P<verb>[a-z/]+)"
)
_PRESENCE = re.compile(r"(?:.+/)?\$aws/events/presence/(?P<event>connected|disconnected)/(?P<client>[^/]+)")
_DOCUMENTS = {"update": "", "update/accepted": "", "get/accepted": "", "update/documents": "current"}
_KINDS: dict[str, Kind] = {"update/delta": "target", "get": "command", "delete": "command"}


class AwsShadow:
    """Reported state of classic and named shadows, and presence."""

    name = "aws-shadow"
    topics = (_TOPIC, _PRESENCE)

    def __init__(self) -> None:
        self._updated: Memory[tuple[str, str], Value] = Memory()  # by device and metric
        self._connected: Memory[str, str] = Memory()  # by client: the session it connected with last

    def decode(self, message: Message) -> Decoded | None:
        """What the message says; None when its topic is neither a shadow's nor of presence.

        Raises:
            DecodeError: the payload is not a JSON object.
        """
        if match := _PRESENCE.fullmatch(message.topic):
            return self._presence(match["event"], match["client"], parse_object(text(message.payload)))
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
        reported = tuple(_reported(match["thing"], match["shadow"], document))
        if verb == "update":
            found = reported
            for one in found:
                self._updated[one.device, one.metric] = one.value
        else:
            found = tuple(one for one in reported if self._updated.get((one.device, one.metric)) != one.value)
        kind: Kind = "telemetry" if found else "status" if reported else "target"
        return Decoded(convention=self.name, kind=kind, readings=found)

    def _presence(self, event: str, client: str, said: dict[str, Json]) -> Decoded:
        session, thing = said.get("sessionIdentifier"), said.get("thingName")
        device = thing if isinstance(thing, str) and thing else client
        status = Decoded(convention=self.name, kind="status")
        if isinstance(session, str) and event == "connected":
            self._connected[client] = session
        elif event == "disconnected" and self._connected.get(client) not in (None, session):
            return status  # the end of an earlier connection, heard after the next one has begun
        online = DeviceInfo(device=device, online=event == "connected")
        return replace(status, devices=(online,))


def _reported(thing: str, shadow: str | None, document: dict[str, Json]) -> Iterator[Reading]:
    otherwise = believable_time(document.get("timestamp"))
    prefix = f"{shadow}/" if shadow else ""
    reported = _leaves(member(document, "state.reported"), member(document, "metadata.reported"))
    for metric, value, unit, at in reported:
        if metric:
            yield Reading(device=thing, metric=prefix + metric, value=value, unit=unit, at=at or otherwise)


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
