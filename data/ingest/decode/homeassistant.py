"""Home Assistant: values on the state topics that `homeassistant/<component>/…/config` announces.

Devices of other conventions announce themselves too. Those keep the names that their own convention gives
them, so that a series does not depend on whether its announcement was heard; they take the units.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from data.ingest.decode.discovery import Announced, Entity, announced
from data.ingest.decode.memory import Memory
from data.ingest.decode.message import Convention, Decoded, Kind, Message, Reading, Value
from data.ingest.decode.payload import (
    Json,
    is_choice,
    is_json,
    parse_json,
    parse_object,
    parse_state,
    switched,
    text,
    value_of,
    values,
)

_COMPONENTS = (
    "alarm_control_panel|binary_sensor|button|camera|climate|cover|device|device_automation|device_tracker|event|"
    "fan|humidifier|image|lawn_mower|light|lock|notify|number|scene|select|sensor|siren|switch|tag|text|update|"
    "vacuum|valve|water_heater"
)
_CONFIG = re.compile(
    rf"(?P<prefix>.+?)/(?P<component>{_COMPONENTS})/(?:(?P<node>[\w-]+)/)?(?P<object>[\w-]+)/config"
)
_STATE = re.compile(rf"homeassistant/(?:{_COMPONENTS})/(?P<device>.+)/(?P<attribute>[^/]+)", re.DOTALL)
_PREFIX = "homeassistant"
_TEXTS = frozenset(("state", "effect", "color_mode"))
_COMMANDS = frozenset(("set", "command", "cmd"))
_MAX_ON_TOPIC = 1_000


class HomeAssistant:
    """Devices called by the name in their announcement, else by what their topic names.

    Args:
        others: Conventions whose devices announce themselves here too.
    """

    name = "homeassistant"

    def __init__(self, others: Sequence[Convention] = ()) -> None:
        self._others = others
        self._announced: Memory[str, Announced] = Memory()  # by topic of the announcement
        self._entities: Memory[str, tuple[Entity, ...]] = Memory()  # by state topic
        self._availability: Memory[str, None] = Memory()
        self._places: Memory[tuple[str, str], str] = Memory()  # where a device says a metric
        self._called: Memory[str, str] = Memory()  # a device's name by its id
        self._owners: Memory[str, str] = Memory()  # and the id by the name
        self._units: Memory[str, str] = Memory()  # by device, of states that are streamed

    def decode(self, message: Message) -> Decoded | None:
        """What the message says; None when its topic was not announced.

        Raises:
            DecodeError: the announcement or the state is broken.
        """
        config = _CONFIG.fullmatch(message.topic)
        if config is not None and (config["prefix"] == _PREFIX or is_json(text(message.payload))):
            return self._config(config, message)
        if (entities := self._entities.get(message.topic)) is not None:
            return self._of_another(message, entities) or self._state(entities, text(message.payload))
        if message.topic in self._availability and not is_json(text(message.payload)):
            return Decoded(convention=self.name, kind="status")
        if message.topic == f"{_PREFIX}/status":
            return Decoded(convention=self.name, kind="status")
        state = _STATE.fullmatch(message.topic)
        return None if state is None else self._unannounced(state["device"], state["attribute"], message)

    def _config(self, config: re.Match[str], message: Message) -> Decoded:
        said = text(message.payload)
        self._forget(message.topic)
        if not said:
            return Decoded(convention=self.name, kind="discovery-delete")
        found = announced(config["component"], config["object"], parse_object(said))
        device = self._device(found)
        named = replace(found, entities=tuple(self._named(entity, device) for entity in found.entities))
        self._announced[message.topic] = named
        for entity in named.entities:
            on_topic = (self._entities.get(entity.topic) or ()) + (entity,)
            self._entities[entity.topic] = on_topic[-_MAX_ON_TOPIC:]
        for topic in named.availability:
            self._availability[topic] = None
        return Decoded(convention=self.name, kind="discovery")

    def _forget(self, topic: str) -> None:
        old = self._announced.pop(topic)
        for entity in old.entities if old else ():
            left = tuple(one for one in self._entities.get(entity.topic) or () if one != entity)
            self._places.pop((entity.device, entity.metric))
            if left:
                self._entities[entity.topic] = left
            else:
                self._entities.pop(entity.topic)

    def _device(self, found: Announced) -> str | None:
        """The name of what announces itself, its own alone; None when it has none."""
        identity, name = found.device_id, found.device_name
        if identity is None:
            return name
        if name is None:  # only one of a device's announcements need state its name
            return self._called.get(identity) or identity
        if self._owners.get(name) not in (None, identity):
            name = f"{name} {identity}"
        self._called[identity], self._owners[name] = name, identity
        return name

    def _named(self, entity: Entity, device: str | None) -> Entity:
        """The entity of that device, by a metric that the device says nowhere else."""
        entity = replace(entity, device=device or entity.device)
        place = "/".join((entity.topic, *(entity.path or ())))
        if self._places.get((entity.device, entity.metric)) not in (None, place):
            entity = replace(entity, metric=f"{entity.object_id}/{entity.metric}")
        self._places[entity.device, entity.metric] = place
        return entity

    def _of_another(self, message: Message, entities: tuple[Entity, ...]) -> Decoded | None:
        units = {"/".join(entity.path): entity.unit for entity in entities if entity.path is not None}
        for convention in self._others:
            decoded = convention.decode(message)
            if decoded is not None:
                alone = units.get("") if len(decoded.readings) == 1 else None
                readings = tuple(
                    replace(reading, unit=reading.unit or units.get(reading.metric) or alone)
                    for reading in decoded.readings
                )
                return replace(decoded, readings=readings)
        return None

    def _state(self, entities: tuple[Entity, ...], said: str) -> Decoded:
        if not said:
            return Decoded(convention=self.name, kind="empty")
        stated = parse_json(said) if is_json(said) else said
        readings = tuple(reading for entity in entities for reading in _readings(entity, stated))
        reason = None
        if any(entity.path is None for entity in entities):
            reason = "A value is announced with a template that is more than a path; it is left out."
        kind: Kind = "telemetry" if readings else "undecoded" if reason else "invalid-value"
        unique = {(reading.device, reading.metric): reading for reading in readings}
        return Decoded(convention=self.name, kind=kind, readings=tuple(unique.values()), reason=reason)

    def _unannounced(self, device: str, attribute: str, message: Message) -> Decoded | None:
        """States on Home Assistant's own topics, as it streams them."""
        said = text(message.payload)
        if attribute in _COMMANDS:
            return Decoded(convention=self.name, kind="command")
        if attribute == "unit_of_measurement":
            self._units[device] = said.strip('"')
        if attribute != "state":
            return Decoded(convention=self.name, kind="metadata")
        entity = Entity(
            topic=message.topic, device=device, metric=attribute, object_id="", unit=self._units.get(device)
        )
        stated = parse_json(said) if is_json(said) else said
        readings = tuple(_readings(entity, stated))
        return Decoded(
            convention=self.name, kind="telemetry" if readings else "invalid-value",
            readings=tuple(replace(one, metric=one.metric.removeprefix("state/")) for one in readings),
        )  # fmt: skip


def _readings(entity: Entity, stated: Json) -> Iterator[Reading]:
    """What a payload says of an entity; `stated` is the text that it is, or its JSON."""
    if entity.path is None:
        return
    found = stated
    for step in entity.path:
        found = _step(found, step)
    if isinstance(found, (dict, list)):
        if not entity.path:
            for name, item in values(found, texts=_TEXTS):
                state = switched(item) if isinstance(item, str) else item
                yield Reading(device=entity.device, metric=f"{entity.metric}/{name}", value=state)
        return
    value, unit = _value(entity, found)
    if value is not None:
        yield Reading(device=entity.device, metric=entity.metric, value=value, unit=entity.unit or unit)


def _step(value: Json, step: str) -> Json:
    if isinstance(value, dict):
        return value.get(step)
    if isinstance(value, list) and step.isascii() and step.isdigit() and int(step[:6]) < len(value):
        return value[int(step[:6])]
    return None


def _value(entity: Entity, stated: Json) -> tuple[Value | None, str | None]:
    # An entity may call its states what it likes: "1", "motion", "open".
    if isinstance(stated, str) and is_choice(entity.metric):
        return parse_state(stated, name=entity.metric)
    words = {entity.on.lower(): True, entity.off.lower(): False}
    if (isinstance(stated, str) or entity.unit is None) and str(stated).lower() in words:
        return words[str(stated).lower()], None
    if isinstance(stated, str):
        if len(stated) > 2 and stated[0] == stated[-1] == '"':
            stated = stated[1:-1]
        return parse_state(stated.strip())
    return value_of(stated)
