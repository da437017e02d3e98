"""How a tenant's buildings and rooms are: the worst in one reading, and all of a building in the past."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import class_row, dict_row

from data.store import statements
from data.store.analysis_rows import Basis, Health, Reason, Subject, TrendPoint
from data.store.pool import Store

_SQL = statements.load("analysis_overview")


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildingScore:
    """A building's health with its course."""

    health: Health
    timezone: str
    trend: tuple[TrendPoint, ...]  # oldest first


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomScore:
    """A room's health, and the building that it is in."""

    health: Health
    building_id: int
    building: str
    timezone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PastScore:
    """The health that a building, a storey or a room had; why is not kept."""

    subject: Subject
    subject_id: int
    name: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """The worst of each, the worst first."""

    buildings: tuple[BuildingScore, ...]
    rooms: tuple[RoomScore, ...]


def scores(store: Store, *, tenant: int, since: datetime, buildings: int, rooms: int) -> Scores:
    """The worst buildings with their scores since a time, and the worst rooms.

    Args:
        store: Where they are.
        tenant: Whose they are.
        since: Where the courses begin, aware.
        buildings: At most so many.
        rooms: At most so many.

    Raises:
        StoreUnavailable: the database is away.
        StoreBusy: too many wait for it.
    """
    with store.transaction(tenant=tenant) as connection:
        cursor = connection.cursor(row_factory=dict_row)
        wanted = {"since": since, "buildings": buildings, "rooms": rooms}
        of_buildings = cursor.execute(_SQL["buildings"], wanted).fetchall()
        of_rooms = cursor.execute(_SQL["worst_rooms"], wanted).fetchall()
    return Scores(
        buildings=tuple(
            BuildingScore(
                health=_health(row),
                timezone=row["timezone"],
                trend=tuple(
                    TrendPoint(at=at, score=score, computed_at=made)
                    for at, score, made in zip(row["ats"], row["scores"], row["made"], strict=True)
                ),
            )
            for row in of_buildings
        ),
        rooms=tuple(
            RoomScore(
                health=_health(row),
                building_id=row["building_id"],
                building=row["building"],
                timezone=row["timezone"],
            )
            for row in of_rooms
        ),
    )


def scores_at(store: Store, *, tenant: int, building: int, at: datetime) -> tuple[PastScore, ...]:
    """The scores of a building, its storeys and its rooms that were known at a moment, the worst first.

    Each is the last one of the day before; what had none is left out. Raises what `scores` does.
    """
    with store.transaction(tenant=tenant) as connection:
        cursor = connection.cursor(row_factory=class_row(PastScore))
        return tuple(cursor.execute(_SQL["scores_at"], {"building": building, "at": at}).fetchall())


def _health(row: dict[str, Any]) -> Health:
    return Health(
        subject=row["subject"],
        subject_id=row["subject_id"],
        name=row["name"],
        score=row["score"],
        reasons=tuple(Reason(**one) for one in row["reasons"]),
        computed_at=row["computed_at"],
        basis=Basis.of(row["basis"]),
    )
