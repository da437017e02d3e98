"""Which room a device may mean by what it is called: names are compared as people read them.

Case, accents, punctuation, leading zeros and words like `room` do not count: `Büro 2.07`, `buro-2-7` and
`Room BÜRO 2.7` are one name. A match is a suggestion; whoever asks decides.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# Said before a room's number in the languages of the devices we met; they name no room by themselves.
FILLERS = frozenset(
    {"room", "rm", "raum", "zimmer", "salle", "sala", "stanza", "kamer", "rum", "huone", "pokoj", "space"}
)

_WORD = re.compile(r"[^\W_]+")
_FILLER_BEFORE_NUMBER = re.compile(rf"({'|'.join(sorted(FILLERS))})(\d.*)")

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A room that can take a device."""

    id: int
    name: str
    long_name: str | None
    storey: str | None
    building_id: int
    building: str


def words(text: str) -> Words:
    """The words of a text that count, in order: `Room 007 (Büro)` gives `room`, `7`, `buro`."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return tuple(_plain_number(part) for word in _WORD.findall(bare) for part in _apart(word))


def name(text: str) -> Words:
    """The words of a room's name without those like `room`; all of them when nothing else is left."""
    said = words(text)
    return tuple(word for word in said if word not in FILLERS) or said


class RoomNames:
    """Rooms by what they are called. Immutable, so that threads can share it."""

    def __init__(self, rooms: Iterable[Room]) -> None:
        self.rooms = tuple(rooms)
        self._by_name: dict[Words, list[Room]] = defaultdict(list)
        for room in self.rooms:
            called = {name(said) for said in (room.name, room.long_name) if said}
            for one in called - {()}:
                self._by_name[one].append(room)
        self._longest = max(map(len, self._by_name), default=0)

    def suggest(self, *, area: str | None, texts: Sequence[str | None]) -> tuple[Room, ...]:
        """The rooms that a device may stand in, in the order of the rooms; none when nothing tells.

        An area that is a room's name or long name decides. Otherwise the longest name that stands in the
        area or the texts as whole words does. Where rooms of several buildings are called so, the ones
        whose building is named too are meant.

        Args:
            area: Where the device says it stands.
            texts: What else it is called.
        """
        said = [text for text in (area, *texts) if text]
        found = self._by_name.get(name(area), []) if area else []
        return self._of_named_building(found or self._within(said), said)

    def _within(self, texts: Sequence[str]) -> list[Room]:
        for length in range(self._longest, 0, -1):
            met = {
                room.id
                for text in texts
                for part in _parts(words(text), length)
                for room in self._by_name.get(part, ())
            }
            if met:
                return [room for room in self.rooms if room.id in met]
        return []

    def _of_named_building(self, found: list[Room], texts: Sequence[str]) -> tuple[Room, ...]:
        said = [words(text) for text in texts]
        named = [room for room in found if any(_contains(text, words(room.building)) for text in said)]
        return tuple(named or found)


def _parts(said: Words, length: int) -> Iterable[Words]:
    """The runs of so many words, those like `room` left out; one character alone must follow such a word."""
    kept = [(word, before in FILLERS) for before, word in zip(("", *said), said, strict=False)]
    told = [(word, introduced) for word, introduced in kept if word not in FILLERS]
    for start in range(len(told) - length + 1):
        run = told[start : start + length]
        if len(run) > 1 or len(run[0][0]) > 1 or run[0][1]:
            yield tuple(word for word, _ in run)


def _contains(text: Words, part: Words) -> bool:
    return bool(part) and any(text[at : at + len(part)] == part for at in range(len(text)))


def _apart(word: str) -> Sequence[str]:
    """`room101` is two words, `co2` is one."""
    found = _FILLER_BEFORE_NUMBER.fullmatch(word)
    return found.groups() if found else (word,)


def _plain_number(word: str) -> str:
    return word.lstrip("0") or "0" if word.isdecimal() else word
