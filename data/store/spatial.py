"""Spatial questions: what is in a room, near a point, next door, nearest, in view.

Plans are in metres in the axes of a building's model, places on earth in degrees. Where the server has
PostGIS it answers by itself, elsewhere shapely does from the GeoJSON that is kept; the answers are the
same to the millimetre (`spatial_answers`). A room that its newest model no longer has is nowhere.

Every function raises StoreUnavailable when the database is away and StoreBusy when too many wait for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from psycopg.rows import class_row

from data.store import spatial_answers, statements
from data.store.pool import Connection, Store
from data.store.spatial_answers import Answers, Box
from data.store.spatial_rows import (
    EarthPoint,
    NearRoom,
    NearSensor,
    Neighbour,
    Pin,
    PlacedDevice,
    PlanPoint,
    RoomRow,
    Sensor,
    View,
)

__all__ = [
    "EarthPoint", "NearRoom", "NearSensor", "Neighbour", "Pin", "PlacedDevice", "PlanPoint", "RoomRow",
    "Sensor", "View", "devices_in", "in_viewport", "nearest_sensor", "neighbours", "room_at", "rooms_near",
]  # fmt: skip

_SQL = statements.load("spatial")

WALL_M = 0.6  # as thick as a wall between two rooms may be
_LEAST_WALL_M = 0.1  # rooms that share less of a wall are not beside each other
_LEAST_OVERLAP_M2 = 0.1  # nor on top of each other
_ON_M = 5e-4  # outlines are kept to the millimetre
_LEVEL_M = 1.0  # storeys closer than this are wings of one level
_DIGITS = 4  # of metres that are told; below, the last bits of a number would decide an order
_AROUND_M = 10_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a room is."""

    building_id: int
    storey_id: int | None
    x: float | None  # of its label
    y: float | None


def devices_in(store: Store, *, tenant: int, room: int) -> list[PlacedDevice]:
    """The devices in a room, those on its equipment among them, by name."""
    with store.transaction(tenant=tenant) as connection:
        cursor = connection.cursor(row_factory=class_row(PlacedDevice))
        return cursor.execute(_SQL["devices_in"], {"room": room}).fetchall()


def rooms_near(
    store: Store,
    *,
    tenant: int,
    building: int,
    storey: int | None,
    point: tuple[float, float],
    radius_m: float,
) -> list[NearRoom]:
    """The rooms whose outline is within a radius of a point of the plan, the nearest first.

    Args:
        store: The store.
        tenant: Whose building it is.
        building: Its id.
        storey: The storey's id; None: all of them.
        point: x and y [m].
        radius_m: How far.
    """
    with store.transaction(tenant=tenant) as connection:
        return near(connection, spatial_answers.of(connection), building, storey, point, radius_m)


def near(
    connection: Connection,
    answers: Answers,
    building: int,
    storey: int | None,
    point: tuple[float, float],
    radius_m: float,
) -> list[NearRoom]:
    """`rooms_near` by one way of answering, inside a transaction."""
    storeys = None if storey is None else [storey]
    found = answers.distances(building=building, storeys=storeys, point=point, radius_m=radius_m)
    rooms = _rooms(connection, found)
    told = [NearRoom(room=one, distance_m=round(found[key], _DIGITS)) for key, one in rooms.items()]
    return sorted(told, key=lambda one: (one.distance_m, one.room.area_m2 or 0.0, one.room.id))


def room_at(
    store: Store, *, tenant: int, building: int, storey: int, point: tuple[float, float]
) -> RoomRow | None:
    """The room around a point of a plan; the smallest where several overlap, None where there is none."""
    found = rooms_near(store, tenant=tenant, building=building, storey=storey, point=point, radius_m=_ON_M)
    return found[0].room if found else None


def neighbours(store: Store, *, tenant: int, room: int) -> list[Neighbour]:
    """The rooms next to a room: through doors, walls, its ceiling and its floor.

    Those behind doors come first, then those along the longest walls, then above and below.
    """
    with store.transaction(tenant=tenant) as connection:
        return beside(connection, spatial_answers.of(connection), room)


def beside(connection: Connection, answers: Answers, room: int) -> list[Neighbour]:
    """`neighbours` by one way of answering, inside a transaction."""
    doors = dict(connection.execute(_SQL["doors"], {"room": room}).fetchall())
    same, above, below = _levels(connection, room)
    walls = _at_least(_LEAST_WALL_M, answers.shared_walls(room=room, storeys=same, wall_m=WALL_M))
    over = _at_least(_LEAST_OVERLAP_M2, answers.overlaps(room=room, storeys=above))
    under = _at_least(_LEAST_OVERLAP_M2, answers.overlaps(room=room, storeys=below))
    rooms = _rooms(connection, {*doors, *walls, *over, *under})
    found = [
        Neighbour(
            room=one,
            doors=tuple(doors.get(key, ())),
            wall_m=walls.get(key, 0.0),
            above_m2=over.get(key, 0.0),
            below_m2=under.get(key, 0.0),
        )
        for key, one in rooms.items()
    ]
    return sorted(
        found, key=lambda one: (not one.doors, -one.wall_m, -one.above_m2, -one.below_m2, one.room.id)
    )


def _at_least(least: float, found: dict[int, float]) -> dict[int, float]:
    return {key: round(size, _DIGITS) for key, size in found.items() if size >= least}


def _levels(connection: Connection, room: int) -> tuple[list[int], list[int], list[int]]:
    """The storeys level with a room's, those of the next level above, and of the next below."""
    place = _place(connection, room)
    if place is None or place.storey_id is None:
        return [], [], []
    heights = dict(connection.execute(_SQL["storeys"], {"building": place.building_id}).fetchall())
    own = heights.get(place.storey_id)
    if own is None:
        return [place.storey_id], [], []
    steps = {key: height - own for key, height in heights.items() if height is not None}
    up = min((step for step in steps.values() if step >= _LEVEL_M), default=0.0)
    down = max((step for step in steps.values() if step <= -_LEVEL_M), default=0.0)
    same = [key for key, step in steps.items() if abs(step) < _LEVEL_M]
    above = [key for key, step in steps.items() if up and up <= step < up + _LEVEL_M]
    below = [key for key, step in steps.items() if down and down - _LEVEL_M < step <= down]
    return same, above, below


def nearest_sensor(
    store: Store, *, tenant: int, at: int | PlanPoint | EarthPoint, quantity: str | None
) -> NearSensor | None:
    """The sensor nearest to a place; None when there is none, or the place has no point.

    In a building, one in the room itself comes before all others, and one on the same storey before those
    of others. Outdoors, devices count that say where they are, within 10 km.

    Args:
        store: The store.
        tenant: Whose sensors they are.
        at: A room's id, a point of a plan, or a place on earth.
        quantity: What it measures; None: anything.
    """
    with store.transaction(tenant=tenant) as connection:
        return nearest(connection, spatial_answers.of(connection), at, quantity)


def nearest(
    connection: Connection, answers: Answers, at: int | PlanPoint | EarthPoint, quantity: str | None
) -> NearSensor | None:
    """`nearest_sensor` by one way of answering, inside a transaction."""
    room = storey = None
    if isinstance(at, EarthPoint):
        found = answers.outdoors(
            longitude=at.longitude, latitude=at.latitude, radius_m=_AROUND_M, quantity=quantity
        )
    else:
        room = at if isinstance(at, int) else None
        point = _point_of(connection, at) if isinstance(at, int) else at
        if point is None:
            return None
        storey = point.storey
        found = answers.sensors(building=point.building, point=(point.x, point.y), quantity=quantity)
    cursor = connection.cursor(row_factory=class_row(Sensor))
    sensors = cursor.execute(_SQL["sensors"], {"ids": list(found)}).fetchall()
    told = [NearSensor(sensor=one, distance_m=round(found[one.series_id], _DIGITS)) for one in sensors]
    return min(told, key=lambda one: _preference(one, room, storey), default=None)


def _point_of(connection: Connection, room: int) -> PlanPoint | None:
    """The point of a room's label."""
    place = _place(connection, room)
    if place is None or place.x is None or place.y is None:
        return None
    return PlanPoint(building=place.building_id, storey=place.storey_id, x=place.x, y=place.y)


def _preference(one: NearSensor, room: int | None, storey: int | None) -> tuple[Any, ...]:
    sensor = one.sensor
    return (
        sensor.space_id != room,
        sensor.storey_id != storey,
        one.distance_m,
        sensor.device,
        sensor.series_id,
    )


def in_viewport(store: Store, *, tenant: int, west: float, south: float, east: float, north: float) -> View:
    """The buildings and devices in a box of longitudes and latitudes, its border included.

    A box whose west is greater than its east goes across the 180th meridian.
    """
    with store.transaction(tenant=tenant) as connection:
        return seen(connection, spatial_answers.of(connection), Box(west, south, east, north))


def seen(connection: Connection, answers: Answers, box: Box) -> View:
    """`in_viewport` by one way of answering, inside a transaction."""
    cursor = connection.cursor(row_factory=class_row(Pin))
    found = [
        tuple(cursor.execute(_SQL[kind], {"ids": sorted(ids)}).fetchall())
        for kind, ids in (("buildings", answers.buildings(box)), ("devices", answers.devices(box)))
    ]
    return View(buildings=found[0], devices=found[1])


def _rooms(connection: Connection, ids: Iterable[int]) -> dict[int, RoomRow]:
    cursor = connection.cursor(row_factory=class_row(RoomRow))
    return {one.id: one for one in cursor.execute(_SQL["rooms"], {"ids": list(ids)}).fetchall()}


def _place(connection: Connection, room: int) -> _Place | None:
    cursor = connection.cursor(row_factory=class_row(_Place))
    return cursor.execute(_SQL["place"], {"room": room}).fetchone()
