"""Home Assistant: values on the state topics that `homeassistant/<component>/…/config` announces.

Devices of other conventions announce themselves too. Those keep the names that their own convention gives
them, so that a series does not depend on whether its announcement was heard; they take the units.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from contextlib import suppress
from copy import deepcopy
from dataclasses import replace

from msgspec import structs

from data.errors import DecodeError
from data.ingest.decode.availability import Presence
from data.ingest.decode.discovery import Announced, Entity, announced
from data.ingest.decode.home_state import place, readings, stated_by, version
from data.ingest.decode.memory import Memory
from data.ingest.decode.message import Convention, Decoded, DeviceInfo, Kind, Message, Reading
from data.ingest.decode.payload import Json, is_json, parse_object, text
from data.ingest.decode.presence import says_something
from data.ingest.decode.streamed import Streamed

_COMPONENTS = (
    "alarm_control_panel|binary_sensor|button|camera|climate|cover|device|device_automation|device_tracker|event|"
    "fan|humidifier|image|lawn_mower|light|lock|notify|number|scene|select|sensor|siren|switch|tag|text|update|"
    "vacuum|valve|water_heater"
)
_CONFIG = re.compile(
    rf"(?P<prefix>.+?)/(?P<component>{_COMPONENTS})/(?:(?P<node>[\w-]+)/)?(?P<object>[\w-]+)/config"
)
_PREFIX = "homeassistant"
_BY_SHAPE = "esphome"  # takes any `…/status` for a node's
_SPEAKING = frozenset(("state", "event", "attributes", "version"))
_MAX_ON_TOPIC = 1_000
_MAX_WILD = 100  # each costs a comparison with every topic
_MAX_HEARD = 256  # characters


class HomeAssistant:
    """Devices called by the name in their announcement, else by what their topic names.

    Args:
        others: Conventions whose devices announce themselves here too.
    """

    name = "homeassistant"

    def __init__(self, others: Sequence[Convention] = ()) -> None:
        self._others = others
        self._namers = deepcopy(list(others))  # asked for names alone, so that no one remembers the question
        self._announced: Memory[str, Announced] = Memory()  # by topic of the announcement
        self._entities: Memory[str, tuple[Entity, ...]] = Memory()  # by state topic
        self._wild: tuple[Entity, ...] = ()  # of state topics with wildcards
        self._presence = Presence()
        self._places: Memory[tuple[str, str], str] = Memory()  # where a device says a metric
        self._called: Memory[str, str] = Memory()  # a device's name by its id
        self._owners: Memory[str, str] = Memory()  # and the id by the name
        self._streamed = Streamed(frozenset(_COMPONENTS.split("|")))

    def decode(self, message: Message) -> Decoded | None:
        """What the message says; None when its topic was not announced.

        Raises:
            DecodeError: the announcement or the state is broken.
        """
        config = _CONFIG.fullmatch(message.topic)
        if config is not None and (config["prefix"] == _PREFIX or is_json(text(message.payload))):
            return self._config(config, message)
        entities = self._announced_for(message.topic)
        tells_presence = message.topic in self._presence
        if entities or tells_presence:
            decoded = self._of_another(message, entities) or self._state(message, entities)
            return self._with_presence(decoded, message) if tells_presence else decoded
        if message.retain and len(message.payload) <= _MAX_HEARD:
            self._presence.remember(message.topic, message.payload.decode("utf-8", "replace").strip())
        if message.topic == f"{_PREFIX}/status":
            return Decoded(convention=self.name, kind="status")
        return self._streamed.decode(message)

    def _announced_for(self, topic: str) -> tuple[Entity, ...]:
        wild = tuple(entity for entity in self._wild if matches(entity.topic, topic))
        return (self._entities.get(topic) or ()) + wild

    def _config(self, config: re.Match[str], message: Message) -> Decoded:
        said = text(message.payload)
        self._forget(message.topic)
        if not said:
            return Decoded(convention=self.name, kind="discovery-delete")
        found = announced(config["component"], config["object"], parse_object(said))
        device = self._device(found)
        named = tuple(self._named(entity, device, message) for entity in found.entities)
        self._announced[message.topic] = replace(found, entities=named)
        for entity in named:
            if is_wild(entity.topic):
                self._wild = (*self._wild, entity)[-_MAX_WILD:]
            else:
                on_topic = (self._entities.get(entity.topic) or ()) + (entity,)
                self._entities[entity.topic] = on_topic[-_MAX_ON_TOPIC:]
        speaking = dict.fromkeys(entity.device for entity in named if entity.role in _SPEAKING)
        present = self._presence.announce(message.topic, speaking, found.availability)
        told = (structs.replace(found.about, device=name, online=present.get(name)) for name in speaking)
        return Decoded(convention=self.name, kind="discovery", devices=tuple(filter(says_something, told)))

    def _forget(self, announcement: str) -> None:
        self._presence.forget(announcement)
        old = self._announced.pop(announcement)
        for entity in old.entities if old else ():
            self._places.pop((entity.device, entity.metric))
            left = tuple(one for one in self._entities.get(entity.topic) or () if one != entity)
            if left:
                self._entities[entity.topic] = left
            else:
                self._entities.pop(entity.topic)
        if old:
            self._wild = tuple(one for one in self._wild if one not in old.entities)

    def _device(self, found: Announced) -> str | None:
        """The name of what announces itself, its own alone; None when it has none."""
        identity, name = found.device_id, found.about.label
        if identity is None:
            return name
        if name is None:  # only one of a device's announcements need state its name
            return self._called.get(identity) or identity
        if self._owners.get(name) not in (None, identity):
            name = f"{name} {identity}"
        self._called[identity], self._owners[name] = name, identity
        return name

    def _named(self, entity: Entity, device: str | None, message: Message) -> Entity:
        """The entity of the device that speaks on its topic, by a metric that it says nowhere else."""
        if entity.role in _SPEAKING and (other := self._name_by_another(entity, message)) is not None:
            return replace(entity, device=other)
        entity = replace(entity, device=device or entity.device)
        place = "/".join((entity.topic, *(entity.path or ())))
        if self._places.get((entity.device, entity.metric)) not in (None, place):
            entity = replace(entity, metric=f"{entity.object_id}/{entity.metric}")
        self._places[entity.device, entity.metric] = place
        return entity

    def _name_by_another(self, entity: Entity, message: Message) -> str | None:
        """What the convention of the entity's topic calls the device: the one of a value said there."""
        said: Json = 1
        for step in reversed(entity.path or ()):
            said = {step: said}
        if entity.is_object:
            said = {"state": 1} | (said if isinstance(said, dict) else {})
        probe = structs.replace(message, topic=entity.topic, payload=json.dumps(said).encode())
        for convention in self._namers:
            with suppress(DecodeError):
                decoded = convention.decode(probe)
                if decoded is not None and decoded.readings:
                    return decoded.readings[-1].device
        return None

    def _of_another(self, message: Message, entities: tuple[Entity, ...]) -> Decoded | None:
        by_path = {
            "/".join(one.path): one for one in entities if one.path is not None and one.role == "state"
        }
        for convention in self._others:
            decoded = convention.decode(message)
            if decoded is not None:
                alone = by_path.get("") if len(decoded.readings) == 1 else None
                found = (_with(reading, by_path.get(reading.metric) or alone) for reading in decoded.readings)
                return structs.replace(decoded, readings=tuple(found))
        return None

    def _state(self, message: Message, entities: tuple[Entity, ...]) -> Decoded:
        speaking = [one for one in entities if one.role in _SPEAKING]
        if not speaking:
            return Decoded(convention=self.name, kind=_kind_of_silent(entities))
        said = text(message.payload)
        if not said:
            return Decoded(convention=self.name, kind="empty")
        stated = stated_by(said)
        found = self._readings(speaking, stated, replayed=message.retain)
        reason = None
        if any(entity.path is None for entity in speaking):
            reason = "A value is announced with a template that is more than a path; it is left out."
        firmware = tuple(filter(None, (version(entity, stated) for entity in speaking)))
        where = next(filter(None, (place(entity, stated) for entity in speaking)), None)
        kind: Kind = "telemetry" if found or where else "undecoded" if reason else "invalid-value"
        roles = {entity.role for entity in speaking}
        if "event" in roles:
            kind = "event"
        elif not found and not where and roles <= {"attributes", "version"}:
            kind = "metadata"
        return Decoded(
            convention=self.name, kind=kind, readings=found, devices=firmware, place=where, reason=reason
        )

    def _readings(self, entities: list[Entity], stated: Json, *, replayed: bool) -> tuple[Reading, ...]:
        """Attributes first, so that what is announced as a value of its own stands in their place."""
        unique: dict[tuple[str, str], Reading] = {}
        taken = {(entity.device, "/".join(entity.path or ())) for entity in entities}
        unread = any(entity.path is None for entity in entities)
        for entity in sorted(entities, key=lambda one: one.role != "attributes"):
            if entity.role == "event" and replayed:  # it happened before
                continue
            for reading in readings(entity, stated):
                if entity.role == "attributes":
                    name = reading.metric.removeprefix(entity.metric)
                    if unread or (reading.device, name) in taken or self._is_told_elsewhere(entity, reading):
                        continue
                unique[reading.device, reading.metric] = reading
        return tuple(unique.values())

    def _is_told_elsewhere(self, entity: Entity, reading: Reading) -> bool:
        place = self._places.get((reading.device, reading.metric))
        return place is not None and not place.startswith(entity.topic)

    def _with_presence(self, decoded: Decoded, message: Message) -> Decoded:
        present = self._presence.hear(message.topic, text(message.payload))
        theirs = {info.device: info for info in decoded.devices}
        if decoded.convention == _BY_SHAPE and self._presence.devices(message.topic).isdisjoint(theirs):
            theirs = {}  # the topic only looks like one of a node
        told = {device: DeviceInfo(device=device, online=online) for device, online in present.items()}
        return structs.replace(decoded, devices=tuple((told | theirs).values()))


def _kind_of_silent(entities: tuple[Entity, ...]) -> Kind:
    """The kind of a message on a topic where no value is said."""
    if any(entity.role == "command" for entity in entities):
        return "command"
    return "metadata" if entities else "status"


def _with(reading: Reading, entity: Entity | None) -> Reading:
    if entity is None:
        return reading
    return structs.replace(
        reading, unit=reading.unit or entity.unit, device_class=reading.device_class or entity.device_class
    )


def is_wild(topic: str) -> bool:
    """Whether a topic holds the wildcards of a subscription."""
    return not {"+", "#"}.isdisjoint(topic.split("/"))


def matches(wanted: str, topic: str) -> bool:
    """Whether a topic is among those that a subscription with wildcards asks for."""
    asked, levels = wanted.split("/"), topic.split("/")
    if asked[-1] == "#":
        asked = asked[:-1]
        levels = levels[: len(asked)]
    return len(asked) == len(levels) and all(
        one in ("+", level) for one, level in zip(asked, levels, strict=True)
    )
