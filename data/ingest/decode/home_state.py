"""Values on topics that a Home Assistant discovery message announced, by what it said of them."""

from __future__ import annotations

from collections.abc import Iterator

from data.ingest.decode.discovery import Entity
from data.ingest.decode.message import DeviceInfo, Place, Reading, Value
from data.ingest.decode.payload import (
    Json,
    is_choice,
    is_json,
    parse_json,
    parse_scalar,
    parse_state,
    switched,
    value_of,
    values,
)
from data.ingest.decode.places import place_of
from data.ingest.decode.presence import described
from data.ingest.decode.template import follow

_TEXTS = frozenset(("state", "effect", "color_mode", "event_type", "mode", "fan_speed", "activity"))

# Attributes that are no measurements: where the device is comes out as its place.
_NO_VALUES = frozenset(("latitude", "longitude", "gps_accuracy", "altitude", "last_seen", "timestamp"))


def stated_by(said: str) -> Json:
    """A payload's JSON, or the text that it is.

    Raises:
        DecodeError: it begins like JSON and is none.
    """
    return parse_json(said) if is_json(said) else said


def readings(entity: Entity, stated: Json) -> Iterator[Reading]:
    """What a payload says of an entity; nothing when the entity's template is not read."""
    if entity.path is None or entity.role in ("version", "picture"):
        return
    found = follow(entity.path, stated)
    if entity.role == "attributes":
        yield from _attributes(entity, found)
    elif isinstance(found, (dict, list)):
        if not entity.path or entity.role == "event":
            for name, item in values(found, texts=_TEXTS):
                state = switched(item) if isinstance(item, str) and name == "state" else item
                yield Reading(device=entity.device, metric=f"{entity.metric}/{name}", value=state)
    else:
        value, unit = _value(entity, found)
        if value is not None and not (entity.unit and isinstance(value, (str, bool))):  # with a unit: number
            yield Reading(
                device=entity.device, metric=entity.metric, value=value, unit=entity.unit or unit,
                device_class=entity.device_class,
            )  # fmt: skip


def place(entity: Entity, stated: Json) -> Place | None:
    """Where the attributes of an entity, or its state, say that it is."""
    if entity.path is None:
        return None
    found = follow(entity.path, stated)
    return place_of(entity.device, found) if isinstance(found, dict) else None


def version(entity: Entity, stated: Json) -> DeviceInfo | None:
    """The firmware that an update entity says its device runs."""
    if entity.role != "version" or entity.path is None or entity.device_class != "firmware":
        return None
    found = follow(entity.path, stated)
    installed = described(found.get("installed_version") if isinstance(found, dict) else found)
    return DeviceInfo(device=entity.device, firmware=installed) if installed else None


def _attributes(entity: Entity, found: Json) -> Iterator[Reading]:
    if isinstance(found, dict):
        for name, item in values(found, texts=_TEXTS, leave=_NO_VALUES):
            yield Reading(device=entity.device, metric=f"{entity.metric}{name}", value=item)


def _value(entity: Entity, stated: Json) -> tuple[Value | None, str | None]:
    # An entity may call its states what it likes: "1", "motion", "open".
    if isinstance(stated, str):
        if len(stated) > 2 and stated[0] == stated[-1] == '"':
            stated = stated[1:-1]
        stated = stated.strip()
    if isinstance(stated, str) and entity.is_word:
        return (None if parse_scalar(stated)[0] is None else stated), None
    if isinstance(stated, str) and is_choice(entity.metric):
        return parse_state(stated, name=entity.metric)
    words = dict(entity.words)
    if (isinstance(stated, str) or entity.unit is None) and str(stated).lower() in words:
        return words[str(stated).lower()], None
    return parse_state(stated) if isinstance(stated, str) else value_of(stated)
