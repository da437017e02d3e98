"""The rooms of a building as bodies: outline, floor and height."""

from __future__ import annotations

from dataclasses import dataclass

from psycopg.rows import class_row

from data.building.model import GeoJson
from data.store import statements
from data.store.pool import Store

_SQL = statements.load("bodies")


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomBody:
    """A room that has an outline; all in metres in the model's axes."""

    id: int
    name: str
    long_name: str | None
    storey_id: int
    footprint: GeoJson  # Polygon or MultiPolygon
    height_m: float | None  # the mean one under a sloping roof; None: the model does not say, as below
    floor_m: float | None  # of its floor in the model; where only its storey has one, that one


def of_building(store: Store, *, tenant: int, building: int) -> list[RoomBody]:
    """The rooms of a building that have an outline, the lowest storey first; none: no such building.

    Raises:
        StoreUnavailable: the database is away.
        StoreBusy: too many wait for it.
    """
    with store.transaction(tenant=tenant) as connection:
        cursor = connection.cursor(row_factory=class_row(RoomBody))
        return cursor.execute(_SQL["of_building"], {"building_id": building}).fetchall()
