"""What the map shows: buildings at their place, and devices outdoors by viewport.

A device is outdoors when it says where on earth it is and stands in no room.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from psycopg.rows import class_row

from data.building.model import GeoJson
from data.store import spatial_answers, statements
from data.store.pool import Connection, Store

Way = Literal["postgis", "outlines"]  # of answering

CELLS = 8  # of a tile, along each side: of 512 pixels, a cluster has 64

_SQL = statements.load("map")
_EDGE = 1e-6  # of a cell: what is on a border is in the one cell, however its place is rounded
_AROUND_M = 2 * math.pi * 6_378_137  # along a side of the web's square map
_RADII_M = (100.0, 2_000.0, 50_000.0, 1_000_000.0)  # a near answer costs a small look-up


@dataclass(frozen=True, slots=True, kw_only=True)
class MapBuilding:
    """One building; in metres in its model's axes, whose origin is at `location`."""

    id: int
    name: str
    location: GeoJson | None  # Point, longitude and latitude; None: nobody knows its place yet
    true_north_deg: float | None  # clockwise from the plans' y axis
    footprints: list[GeoJson] | None  # of the rooms on its ground floor; None: of no room
    bottom_m: float | None  # of the lowest floor
    top_m: float | None  # of the highest room


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Devices that are too near to one another to be shown one by one; or a single one."""

    devices: int
    longitude: float  # of their middle
    latitude: float
    device_id: int  # of the first
    device: str  # the name of the first
    last_seen: datetime  # aware: of the newest
    silent: int  # how many of them were not heard since the time that was asked with


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A device outdoors and how far it is from a place."""

    device_id: int
    device: str
    last_seen: datetime  # aware
    longitude: float
    latitude: float
    distance_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """Where on earth all devices outdoors are."""

    west: float
    south: float
    east: float
    north: float


def buildings(store: Store, *, tenant: int) -> list[MapBuilding]:
    """The tenant's buildings, by name. Raises what every query here does.

    Raises:
        StoreUnavailable: the database is away.
        StoreBusy: too many wait for it.
    """
    with store.transaction(tenant=tenant) as connection:
        return connection.cursor(row_factory=class_row(MapBuilding)).execute(_SQL["buildings"]).fetchall()


def clusters(store: Store, *, tenant: int, z: int, x: int, y: int, silent_before: datetime) -> list[Cluster]:
    """The devices outdoors in one tile, put together where they are near to one another.

    Args:
        store: The store, as the web or worker role.
        tenant: Whose they are.
        z: The tile's zoom, 0 for the whole earth.
        x: Its column from the west, from 0.
        y: Its row from the north, from 0.
        silent_before: A device that was heard last before it is counted as silent, aware.
    """
    with store.transaction(tenant=tenant) as connection:
        way: Way = "postgis" if spatial_answers.has_postgis(connection) else "outlines"
        return clustered(connection, way, z, x, y, silent_before)


def clustered(
    connection: Connection, way: Way, z: int, x: int, y: int, silent_before: datetime
) -> list[Cluster]:
    """`clusters` by one way of answering, inside a transaction."""
    cell_m = _AROUND_M / (CELLS << z)
    more = 360 / (CELLS << z) * _EDGE + 1e-9  # which cell a device on the edge is in says the statement
    asked = {
        "west": _longitude(x, z) - more, "east": _longitude(x + 1, z) + more,
        "north": _latitude(y, z) + more, "south": _latitude(y + 1, z) - more,
        "z": z, "x": x, "y": y, "edge": _EDGE, "silent_before": silent_before,
        "cell_m": cell_m, "cell_from_m": _AROUND_M / 2 - (0.5 - _EDGE) * cell_m, "cells_around": CELLS << z,
        "first_column": x * CELLS, "last_column": (x + 1) * CELLS - 1,
        "first_row": y * CELLS, "last_row": (y + 1) * CELLS - 1,
    }  # fmt: skip
    cursor = connection.cursor(row_factory=class_row(Cluster))
    return cursor.execute(_SQL[f"{way}_clusters"], asked).fetchall()


def nearest(store: Store, *, tenant: int, longitude: float, latitude: float, limit: int = 5) -> list[Near]:
    """The devices outdoors nearest to a place, at most 1,000 km away."""
    asked = {"longitude": longitude, "latitude": latitude, "limit": limit}
    found: list[Near] = []
    with store.transaction(tenant=tenant) as connection:
        cursor = connection.cursor(row_factory=class_row(Near))
        for radius_m in _RADII_M:
            found = cursor.execute(_SQL["nearest"], asked | {"radius_m": radius_m}).fetchall()
            if found:
                break
    return found


def extent(store: Store, *, tenant: int) -> Extent | None:
    """The box about the tenant's devices outdoors; None without any."""
    with store.transaction(tenant=tenant) as connection:
        return connection.cursor(row_factory=class_row(Extent)).execute(_SQL["extent"]).fetchone()


def _longitude(column: int, z: int) -> float:
    return column / (1 << z) * 360 - 180


def _latitude(row: int, z: int) -> float:
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * row / (1 << z)))))
