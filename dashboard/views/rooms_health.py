"""How the rooms of a building are, as its plan colours them, and which are unlike those around them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from analytics.quantities import QUANTITIES
from dashboard import format
from dashboard.views import health as views
from dashboard.views import past
from dashboard.views.building import Choice
from dashboard.views.health import Score
from dashboard.views.plan import HEALTH, Reading
from data.store import analysis, analysis_overview
from data.store.analysis_overview import PastScore
from data.store.analysis_rows import BuildingAnalysis, Health, OddRoom, Subject, TrendPoint, Verdict
from data.store.pool import Store

Scores = Mapping[int, float | None]  # by the id of the room

WORST = 6  # rooms that are listed
_KEPT_S = 60

_WHY: dict[Verdict, str] = {
    "sensor": "the sensor is the likely reason",
    "room": "something in the room itself is the likely reason",
    "weather": "the weather explains it",
}
_SEEN: dict[Verdict, str] = {
    "sensor": "It stands still, jumps about, or does at once what no room beside it follows.",
    "room": "It changes as air does, and rooms beside it follow where that can be told.",
    "weather": "It goes with the weather as the rooms around it do not.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Odd:
    """A room unlike those around it."""

    room: str
    sentence: str
    why: str
    computed: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Then:
    """How a building was; each storey and room with the address of its place on the plan of that time."""

    whole: Score
    storeys: tuple[tuple[Score, str], ...]  # the worst first
    worst: tuple[tuple[Score, str], ...]  # rooms
    judged: bool  # whether any room was


class Analyses:
    """What analytics found in buildings, each read once a minute for all viewers. Thread-safe."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept = lru_cache(maxsize=64)(self._read)
        self._kept_then = lru_cache(maxsize=256)(self._read_then)
        self._kept_trend = lru_cache(maxsize=256)(self._read_trend)

    def of(self, building: int, *, tenant: int, now: datetime) -> BuildingAnalysis:
        """What is known of a building.

        Raises:
            StoreUnavailable: the database is away.
            StoreBusy: too many wait for it.
        """
        return self._kept(tenant, building, int(now.timestamp()) // _KEPT_S)

    def scores(self, building: int, *, tenant: int, at: datetime | None, now: datetime) -> Scores:
        """The score of each room that has one, now or at a moment that is over. Raises what `of` does."""
        if at is not None:
            found = self.then(building, tenant=tenant, at=at)
            return {one.subject_id: one.score for one in found if one.subject == "space"}
        return {one.subject_id: one.score for one in self.of(building, tenant=tenant, now=now).rooms}

    def then(self, building: int, *, tenant: int, at: datetime) -> tuple[PastScore, ...]:
        """All scores that were known in a building at a moment that is over. Raises what `of` does."""
        return self._kept_then(tenant, building, hour_of(at))

    def trend(self, building: int, *, tenant: int, at: datetime) -> tuple[TrendPoint, ...]:
        """A building's scores of the time before a moment, oldest first. Raises what `of` does."""
        return self._kept_trend(tenant, building, hour_of(at))

    def _read_trend(self, tenant: int, building: int, hour: datetime) -> tuple[TrendPoint, ...]:
        return analysis.health_trend(
            self._store,
            tenant=tenant,
            subject="building",
            subject_id=building,
            since=hour - views.TREND,
            until=hour,
        )

    def _read_then(self, tenant: int, building: int, hour: datetime) -> tuple[PastScore, ...]:
        return analysis_overview.scores_at(self._store, tenant=tenant, building=building, at=hour)

    def _read(self, tenant: int, building: int, _minute: int) -> BuildingAnalysis:
        return analysis.of_building(self._store, tenant=tenant, building=building)


def hour_of(at: datetime) -> datetime:
    """The full hour before a moment: scores of the past are kept by hours."""
    return at.replace(minute=0, second=0, microsecond=0)


def readings(rooms: Iterable[int], scores: Scores) -> dict[int, Reading]:
    """The scores of rooms as a plan's readings."""
    return {room: _reading(scores.get(room)) for room in rooms}


def odd(found: Iterable[OddRoom]) -> dict[int, str]:
    """In words what is odd about each room that is."""
    return {one.space_id: _sentence(one) for one in found if one.verdict}


def odd_rooms(found: Iterable[OddRoom], *, building: int, zone: ZoneInfo) -> tuple[Odd, ...]:
    """The odd rooms of a building, the oddest first."""
    return tuple(
        Odd(
            room=one.space,
            sentence=_sentence(one),
            why=_SEEN[one.verdict],
            computed=views.made(one.computed_at, one.basis, zone=zone),
            href=address(building, storey=one.storey_id, room=one.space_id),
        )
        for one in found
        if one.verdict
    )


def worst(
    found: Sequence[Health], *, building: int, zone: ZoneInfo, now: datetime
) -> tuple[tuple[Score, str], ...]:
    """The rooms that lost points, the worst first, each with the address of its place on the plan."""
    rooms = [one for one in found if views.level_of(one.score) in ("watch", "ill")][:WORST]
    return tuple(
        (views.score(one, zone=zone, now=now), address(building, storey=None, room=one.subject_id))
        for one in rooms
    )


def storeys(
    found: Sequence[Health], *, building: int, zone: ZoneInfo, now: datetime
) -> tuple[tuple[Score, str], ...]:
    """The storeys, the worst first, each with the address of its plan."""
    return tuple(
        (views.score(one, zone=zone, now=now), address(building, storey=one.subject_id, room=None))
        for one in found
    )


def then(
    found: Sequence[PastScore], *, building: int, now: datetime, trend: Sequence[TrendPoint] = ()
) -> Then:
    """How a building, its storeys and its worst rooms were.

    Args:
        found: The scores of it and all in it, the worst first.
        building: Its id.
        now: The time that it then was.
        trend: The building's scores before, oldest first.
    """

    def of(subject: Subject) -> list[PastScore]:
        return [one for one in found if one.subject == subject]

    def row(one: PastScore) -> tuple[Score, str]:
        storey, room = (one.subject_id, None) if one.subject == "storey" else (None, one.subject_id)
        place = address(building, storey=storey, room=room, at=now)
        return views.then(one.score, now=now, name=one.name), place

    whole, rooms = next(iter(of("building")), None), of("space")
    worst = [one for one in rooms if views.level_of(one.score) in ("watch", "ill")][:WORST]
    return Then(
        whole=views.then(whole.score if whole else None, now=now, trend=trend),
        storeys=tuple(map(row, of("storey"))),
        worst=tuple(map(row, worst)),
        judged=bool(rooms),
    )


def address(building: int, *, storey: int | None, room: int | None, at: datetime | None = None) -> str:
    """Of a place on the plan of a building, coloured by health, as it is or at a moment that is over."""
    choice = Choice(
        storey=None if storey is None else str(storey),
        quantity=HEALTH,
        room=room,
        at=past.write(at) if at else None,
    )
    return f"/building/{building}{choice.search}"


def _reading(score: float | None) -> Reading:
    if score is None:
        return Reading(state="none", value=None, written="not judged", short="", age="")
    written = format.number(score, digits=0)
    return Reading(state="fresh", value=score, written=written, short=written, age="")


def _sentence(one: OddRoom) -> str:
    known = QUANTITIES.get(one.quantity)
    what = known.label if known else one.quantity.capitalize()
    reason = f"; {_WHY[one.verdict]}" if one.verdict else ""
    return f"{what} unlike that of the rooms around it{reason}"
