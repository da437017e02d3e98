"""The Things Stack 3 (The Things Network): LoRaWAN events as JSON.

`v3/<application>@<tenant>/devices/<device>/<event>`. Values are what the payload formatter made of an
uplink, or the device repository's normalised form of it where there is no other; what the gateways tell of
the radio is no measurement.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from data.errors import DecodeError
from data.ingest.decode.describing import described
from data.ingest.decode.message import Decoded, Kind, Message, Place, Reading, Value
from data.ingest.decode.payload import Json, believable_time, every_value, member, parse_json, text
from data.ingest.decode.places import place_of

_TOPIC = re.compile(r"(?:.+/)?v3/[^/]+/devices/(?P<device>[^/]+)/(?P<event>.+)")
_COMMANDS = frozenset(("down/push", "down/replace"))
_LOGS = frozenset(("down/failed", "service/data"))
_MEASURED = frozenset(("up", "location/solved"))
_DESCRIBING = {"brand_id": "manufacturer", "model_id": "model", "firmware_version": "firmware"}
_Measured = tuple[str, Value, str | None, datetime | None]


class TheThingsStack:
    """Uplinks and solved locations."""

    name = "the-things-stack"
    topics = (_TOPIC,)

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
        otherwise = _time(said)
        found = tuple(
            Reading(device=device, metric=metric, value=value, unit=unit, at=at or otherwise)
            for metric, value, unit, at in _measured(said)
            if metric
        )
        reason = None if found else "The uplink has no decoded values; give the device a payload formatter."
        return Decoded(
            convention=self.name, kind="telemetry" if found else "undecoded", readings=found,
            devices=(described(device, _known(said), _DESCRIBING),), place=_place(device, said),
            reason=reason,
        )  # fmt: skip


def _measured(said: dict[str, Json]) -> Iterator[_Measured]:
    paths = ("location_solved.location", "uplink_message.decoded_payload")
    plain = next((item for path in paths if (item := member(said, path))), None)
    normalized = member(said, "uplink_message.normalized_payload")
    if plain is None and isinstance(normalized, list):
        yield from _normalized(normalized)
        return
    for metric, value, unit in every_value(normalized if plain is None else plain):
        yield metric, value, unit, None


def _normalized(entries: list[Json]) -> Iterator[_Measured]:
    """Measurements, each with its time if it has one: else only their position tells several apart."""
    for position, entry in enumerate(entries):
        at = believable_time(member(entry, "time"))
        kept = (
            {name: item for name, item in entry.items() if name != "time"}
            if isinstance(entry, dict)
            else entry
        )
        path = "" if at or len(entries) == 1 else str(position)
        for metric, value, unit in every_value(kept, path):
            yield metric, value, unit, at


def _known(said: dict[str, Json]) -> Iterable[tuple[str, Json]]:
    """What the device repository knows of the device."""
    known = member(said, "uplink_message.version_ids")
    return known.items() if isinstance(known, dict) else ()


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
