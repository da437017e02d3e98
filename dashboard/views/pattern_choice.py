"""What patterns are looked at: a building, a room of it and a series of that."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from analytics.quantities import QUANTITIES
from dashboard.views.building import is_id
from dashboard.views.devices import natural
from data.store.devices import SeriesRow
from data.store.places import PlacedSeries

NOWHERE = 0  # instead of a room's id: devices that stand in no room

_RANK = {name: rank for rank, name in enumerate(QUANTITIES)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a person looks at; None: they have not said."""

    building: int | None = None
    room: int | None = None
    series: int | None = None

    @classmethod
    def of(cls, building: object, room: object, series: object) -> Choice:
        """What controls say."""
        return cls(building=_id(building), room=_id(room), series=_id(series))

    @classmethod
    def parse(cls, search: str) -> Choice:
        """The choice that the query of an address says."""
        said = dict(parse_qsl(search.removeprefix("?")))
        return cls.of(said.get("building"), said.get("room"), said.get("series"))

    @property
    def search(self) -> str:
        """The query of an address that says this choice."""
        parts = {"building": self.building, "room": self.room, "series": self.series}
        return "?" + urlencode({name: value for name, value in parts.items() if value is not None})


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A series of numbers to choose."""

    id: int
    device_id: int
    device: str
    room: int
    what: str  # it measures
    label: str  # that tells it from all others
    quantity: str | None
    unit: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What can be chosen of a building."""

    rooms: dict[int, str]  # by id, in order
    series: tuple[Series, ...]  # of all rooms, in each the most telling first

    def of_room(self, room: int | None) -> tuple[Series, ...]:
        """The series of a room."""
        return tuple(one for one in self.series if one.room == room)

    def settled(self, choice: Choice) -> Choice:
        """The choice with what it leaves open, or what is not there, chosen for it."""
        known = next((one for one in self.series if one.id == choice.series), None)
        room = choice.room if choice.room in self.rooms else None
        if room is None:  # a series alone says where it is
            room = known.room if known else next(iter(self.rooms), None)
        there = [one.id for one in self.of_room(room)]
        series = choice.series if choice.series in there else next(iter(there), None)
        return Choice(building=choice.building, room=room, series=series)


def options(placed: Iterable[PlacedSeries], others: Iterable[SeriesRow]) -> Options:
    """What can be chosen: numbers of rooms, and those of devices that stand in no room."""
    rooms = [one for one in placed if one.kind == "number"]
    free = [one for one in others if one.kind == "number" and one.space is None]
    names = {one.space_id: one.space for one in rooms}
    ordered = dict(sorted(names.items(), key=lambda item: natural(item[1])))
    inside = [_series(one, one.space_id) for one in rooms]
    outside = [_series(one, NOWHERE) for one in free]
    return Options(
        rooms=ordered | ({NOWHERE: "In no room"} if free else {}),
        series=tuple(sorted([*inside, *outside], key=_importance)),
    )


def _series(one: PlacedSeries | SeriesRow, room: int) -> Series:
    known = QUANTITIES.get(one.quantity or "")
    what = known.label if known else one.metric
    words = [what, one.device]
    return Series(
        id=one.series_id,
        device_id=one.device_id,
        device=one.device,
        room=room,
        what=what,
        label=" · ".join([*words, one.metric] if known else words),
        quantity=one.quantity,
        unit=one.unit,
    )


def _importance(one: Series) -> tuple[bool, int, list[tuple[int, int, str]]]:
    return one.room == NOWHERE, _RANK.get(one.quantity or "", len(_RANK)), natural(one.label)


def _id(said: object) -> int | None:
    text = str(said) if said is not None else ""
    return int(text) if is_id(text) else None
