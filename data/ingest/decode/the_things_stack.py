"""The Things Stack 3 (The Things Network): LoRaWAN events as JSON.

`v3/<application>@<tenant>/devices/<device>/<event>`. Values are what the payload formatter made of an
uplink; what the gateways tell of the radio is no measurement.
"""

from __future__ import annotations

import re
from datetime import datetime

from data.errors import DecodeError
from data.ingest.decode.message import Decoded, Kind, Message, Place, Reading
from data.ingest.decode.payload import Json, believable_time, every_value, member, parse_json, text
from data.ingest.decode.places import place_of

_TOPIC = re.compile(r"(?:.+/)?v3/[^/]+/devices/(?P<device>[^/]+)/(?P<event>.+)")
_COMMANDS = frozenset(("down/push", "down/replace"))
_LOGS = frozenset(("down/failed", "service/data"))
_MEASURED = {
    "up": ("uplink_message.decoded_payload", "uplink_message.normalized_payload"),
    "location/solved": ("location_solved.location",),
}


class TheThingsStack:
    """Uplinks and solved locations."""

    name = "the-things-stack"

    def decode(self, message: Message) -> Decoded | None:
        """What the message says; None when its topic is not The Things Stack's.

        Raises:
            DecodeError: the payload is not a JSON object.
        """
        match = _TOPIC.fullmatch(message.topic)
        if match is None:
            return None
        event = match["event"]
        if event not in _MEASURED:
            kind: Kind = "command" if event in _COMMANDS else "log" if event in _LOGS else "event"
            return Decoded(convention=self.name, kind=kind)
        said = parse_json(text(message.payload))
        if not isinstance(said, dict):
            raise DecodeError("An event of The Things Stack is a JSON object; this one is none.")
        device = match["device"]
        measured = next((item for path in _MEASURED[event] if (item := member(said, path))), None)
        found = tuple(
            Reading(device=device, metric=metric, value=value, unit=unit, at=_time(said))
            for metric, value, unit in every_value(measured)
            if metric
        )
        if not found:
            reason = "The uplink has no decoded values; give the device a payload formatter."
            return Decoded(convention=self.name, kind="undecoded", reason=reason)
        return Decoded(convention=self.name, readings=found, place=_place(device, said))


def _time(said: dict[str, Json]) -> datetime | None:
    stated = (member(said, path) for path in ("uplink_message.received_at", "received_at"))
    return next(filter(None, map(believable_time, stated)), None)


def _place(device: str, said: dict[str, Json]) -> Place | None:
    """Where the network knows the device to be: solved, from its own payload or from the registry."""
    known = member(said, "uplink_message.locations")
    stated = [
        member(said, "location_solved.location"),
        *(known.values() if isinstance(known, dict) else ()),
    ]
    return next(filter(None, (place_of(device, item) for item in stated)), None)
