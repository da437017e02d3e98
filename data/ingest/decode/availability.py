"""Availability in Home Assistant discovery: which topics say whether what is announced is there, and how.

Source: https://www.home-assistant.io/integrations/mqtt/#using-availability-topics
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from data.ingest.decode.memory import Memory
from data.ingest.decode.payload import Json, is_json, parse_json
from data.ingest.decode.presence import described
from data.ingest.decode.template import Path, follow, read_template

_MOST = 20  # topics of one entity
_MOST_OF_ONE = 1_000  # announcements of a device, devices of a topic
_MEMBERS = ("state", "status", "availability")


@dataclass(frozen=True, slots=True)
class Heard:
    """The latest message on an availability topic."""

    order: int  # greater: later
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AvailabilityTopic:
    """A topic and what it says."""

    topic: str
    path: Path | None  # None: by a template that is not read
    available: str
    not_available: str

    def says(self, said: str) -> bool | None:
        """Whether it says available; None when it says neither.

        Raises:
            DecodeError: the payload begins like JSON and is none.
        """
        stated: Json = parse_json(said) if is_json(said) else said
        found = None if self.path is None else follow(self.path, stated)
        if isinstance(found, dict):  # announced without a template, as some devices do
            found = next((found[name] for name in _MEMBERS if name in found), None)
        if found is None or isinstance(found, list):
            return None
        word = str(found).strip().lower()  # a template gives `True` for a JSON `true`
        return {self.not_available.lower(): False, self.available.lower(): True}.get(word)


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """All topics of an entity; `mode` says how they count: `all`, `any` or the `latest`."""

    topics: tuple[AvailabilityTopic, ...]
    mode: str

    def state(self, heard: Memory[str, Heard]) -> bool | None:
        """Whether the entity is there by the latest messages of its topics; None when they do not tell yet.

        Raises:
            DecodeError: a payload begins like JSON and is none.
        """
        said = {
            latest.order: state
            for one in self.topics
            if (latest := heard.get(one.topic)) is not None and (state := one.says(latest.said)) is not None
        }
        if not said:
            return None
        if self.mode == "all":
            return False if not all(said.values()) else True if len(said) == len(self.topics) else None
        return any(said.values()) if self.mode == "any" else said[max(said)]


def availability(config: Mapping[str, Json]) -> Availability | None:
    """The availability that a configuration, its keys in full, announces; None when it announces none."""
    topics = tuple(islice(_topics(config), _MOST))
    mode = described(config.get("availability_mode")) or "latest"
    return Availability(topics=topics, mode=mode) if topics else None


def _topics(config: Mapping[str, Json]) -> Iterator[AvailabilityTopic]:
    several = config.get("availability")
    alone = {
        "topic": config.get("availability_topic"), "value_template": config.get("availability_template"),
        "payload_available": config.get("payload_available"),
        "payload_not_available": config.get("payload_not_available"),
    }  # fmt: skip
    for stated in (alone, *(several if isinstance(several, list) else [several])):
        topic = stated.get("topic") if isinstance(stated, dict) else None
        if isinstance(stated, dict) and isinstance(topic, str) and topic:
            template = stated.get("value_template")
            yield AvailabilityTopic(
                topic=topic, path=read_template(template) if isinstance(template, str) else (),
                available=_word(stated.get("payload_available"), "online"),
                not_available=_word(stated.get("payload_not_available"), "offline"),
            )  # fmt: skip


def _word(stated: Json, default: str) -> str:
    return str(stated) if isinstance(stated, (str, int, float)) else default


class Presence:
    """Which devices are there, by the availability that their announcements state and by what was heard."""

    def __init__(self) -> None:
        self._announced: Memory[str, tuple[Availability, ...]] = Memory()  # by topic of the announcement
        self._announcements: Memory[str, dict[str, None]] = Memory()  # their topics, by device
        self._devices: Memory[str, dict[str, None]] = Memory()  # by topic that says whether they are there
        self._heard: Memory[str, Heard] = Memory()
        self._order = 0

    def __contains__(self, topic: str) -> bool:
        return topic in self._devices

    def announce(
        self, announcement: str, devices: Iterable[str], stated: tuple[Availability, ...]
    ) -> dict[str, bool]:
        """Take what an announcement says of some devices; return which of them are there, where known.

        Raises:
            DecodeError: what was heard begins like JSON and is none.
        """
        self._announced[announcement] = stated
        for device in devices:
            _add(self._announcements, device, announcement)
            for topic in dict.fromkeys(one.topic for availability in stated for one in availability.topics):
                _add(self._devices, topic, device)
        return self._states(devices)

    def forget(self, announcement: str) -> None:
        """Take an announcement back."""
        self._announced.pop(announcement)

    def remember(self, topic: str, said: str) -> None:
        """Keep a message: an announcement may come later that tells what it means."""
        self._order += 1
        self._heard[topic] = Heard(self._order, said)

    def devices(self, topic: str) -> frozenset[str]:
        """The devices that announced the topic."""
        return frozenset(self._devices.get(topic) or ())

    def hear(self, topic: str, said: str) -> dict[str, bool]:
        """Which devices are there or not, of those that the topic is for.

        Raises:
            DecodeError: the payload begins like JSON and is none.
        """
        self.remember(topic, said)
        return self._states(self._devices.get(topic) or ())

    def _states(self, devices: Iterable[str]) -> dict[str, bool]:
        states = {device: self._state(device) for device in devices}
        return {device: state for device, state in states.items() if state is not None}

    def _state(self, device: str) -> bool | None:
        """A device is there while any of what it announced is."""
        stated = dict.fromkeys(
            availability
            for announcement in self._announcements.get(device) or ()
            for availability in self._announced.get(announcement) or ()
        )
        states = [state for one in stated if (state := one.state(self._heard)) is not None]
        return any(states) if states else None


def _add(memory: Memory[str, dict[str, None]], key: str, item: str) -> None:
    items = memory.get(key) or {}
    if item in items or len(items) < _MOST_OF_ONE:
        memory[key] = items | {item: None}
