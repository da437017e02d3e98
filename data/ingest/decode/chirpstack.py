"""ChirpStack 3 and 4: LoRaWAN events as JSON.

`application/<id>/device/<EUI>/event/<event>`, before 3.11 `application/<id>/device/<EUI>/rx` and the like; a
prefix may stand before it. Values are what the device profile's codec made of the payload: `object`, in
version 3 also JSON in the text `objectJSON`. What the gateways tell of the radio is no measurement. A device
has no connection that could be lost, so nothing says whether it is online; its profile's name is its model.
"""

from __future__ import annotations

import re
from datetime import datetime

from data.errors import DecodeError
from data.ingest.decode.message import Decoded, DeviceInfo, Kind, Message, Reading
from data.ingest.decode.payload import Json, believable_time, every_value, member, parse_json, text
from data.ingest.decode.places import place_of

_TOPIC = re.compile(
    r"(?:.+/)?application/[^/]+/(?:device|node)/(?P<eui>[^/]+)/(?:(?P<command>command/.+|tx)|"
    r"(?:event/)?(?P<event>up|rx|status|join|ack|txack|error|log|location|integration))"
)
_OTHER: dict[str, Kind] = {"log": "log", "error": "log", "integration": "event", "txack": "event"}
_STATUS = ("margin", "batteryLevel", "battery")
_NO_LEVEL = (0, 255)  # of `battery`, which version 3 sends as LoRaWAN does: powered otherwise, not known


class ChirpStack:
    """Uplinks, battery and margin of the status event, and locations."""

    name = "chirpstack"
    topics = (_TOPIC,)

    def decode(self, message: Message) -> Decoded | None:
        """What the message says; None when its topic is not ChirpStack's.

        Raises:
            DecodeError: the payload is not a JSON object.
        """
        match = _TOPIC.fullmatch(message.topic)
        if match is None:
            return None
        if match["command"]:
            return Decoded(convention=self.name, kind="command")
        event = match["event"]
        if event not in ("up", "rx", "status", "location", "join"):
            return Decoded(convention=self.name, kind=_OTHER.get(event, "event"))
        said = parse_json(text(message.payload))
        if not isinstance(said, dict):
            raise DecodeError("A ChirpStack event is a JSON object; this one is none.")
        device = _first_text(said, "deviceInfo.deviceName", "deviceName") or match["eui"]
        devices = (_described(device, said),)
        if event == "join":
            return Decoded(convention=self.name, kind="event", devices=devices)
        found = tuple(
            Reading(device=device, metric=metric, value=value, unit=unit, at=_time(said))
            for metric, value, unit in every_value(_measured(event, said))
            if metric
        )
        reason = None if found else "The event has no decoded values; give the device profile a codec."
        return Decoded(
            convention=self.name, kind="telemetry" if found else "undecoded", readings=found, devices=devices,
            place=place_of(device, said.get("location")) if event == "location" else None, reason=reason,
        )  # fmt: skip


def _measured(event: str, said: dict[str, Json]) -> Json:
    if event == "location":
        place = member(said, "location")
        return {name: member(place, name) for name in ("latitude", "longitude", "altitude")}
    if event == "status":
        # These flags stand for a level that is not known or not a battery's.
        no_level = said.get("batteryLevelUnavailable") is True or said.get("externalPowerSource") is True
        no_level = no_level or ("batteryLevel" not in said and said.get("battery") in _NO_LEVEL)
        unknown = ("batteryLevel", "battery") if no_level else ()
        return {name: said[name] for name in _STATUS if name in said and name not in unknown}
    decoded = said.get("object")
    as_text = said.get("objectJSON")
    if decoded is None and isinstance(as_text, str) and as_text.strip():
        decoded = parse_json(as_text)
    return decoded


def _described(device: str, said: dict[str, Json]) -> DeviceInfo:
    return DeviceInfo(
        device=device,
        label=_first_text(said, "deviceInfo.deviceName", "deviceName"),
        model=_first_text(said, "deviceInfo.deviceProfileName", "deviceProfileName"),
    )


def _first_text(said: dict[str, Json], *paths: str) -> str | None:
    stated = (member(said, path) for path in paths)
    return next((word.strip() for word in stated if isinstance(word, str) and word.strip()), None)


def _time(said: dict[str, Json]) -> datetime | None:
    # Version 3 leaves the time to the gateways, whose clocks are not always set.
    stated = (member(said, path) for path in ("time", "rxInfo.0.time", "publishedAt"))
    return next(filter(None, map(believable_time, stated)), None)
