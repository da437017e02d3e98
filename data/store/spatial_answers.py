"""The two ways to answer spatial questions: by PostGIS in the server, or by shapely outside it.

Both give sizes by id, metres and square metres; what they mean is said in `Answers`.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, LiteralString, Protocol

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from data.store import statements
from data.store.pool import Connection

_SQL = statements.load("spatial")

_AGAINST = -math.cos(math.radians(10))  # sides that face each other may be this much out of parallel
_EARTH_M = 6371008.7714150598  # radius of the sphere that PostGIS takes
_DEGREE_M = _EARTH_M * math.pi / 180

Sizes = dict[int, float]


@dataclass(frozen=True, slots=True)
class Box:
    """A box of longitudes and latitudes; one whose west is greater than its east crosses 180°."""

    west: float
    south: float
    east: float
    north: float

    def spans(self) -> list[tuple[float, float]]:
        """Its longitudes from west to east, cut at 180°."""
        whole = self.east - self.west >= 360
        west, east = (-180.0, 180.0) if whole else (_wrapped(self.west), _wrapped(self.east))
        return [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]


def _wrapped(longitude: float) -> float:
    return longitude if -180 <= longitude <= 180 else (longitude + 180) % 360 - 180


def _around(longitude: float, latitude: float, radius_m: float) -> Box:
    """A box that holds all that is within a radius."""
    reach = radius_m / _DEGREE_M * 1.001
    south, north = latitude - reach, latitude + reach
    widest = math.cos(math.radians(min(90.0, max(abs(south), abs(north)))))
    across = min(180.0, reach / widest) if widest > 1e-9 else 180.0
    return Box(longitude - across, south, longitude + across, north)


class Answers(Protocol):
    """What can be asked inside a transaction of one tenant."""

    def distances(
        self, *, building: int, storeys: list[int] | None, point: tuple[float, float], radius_m: float
    ) -> Sizes:
        """The rooms within a radius of a point of the plan, and how far their outlines are."""

    def shared_walls(self, *, room: int, storeys: list[int], wall_m: float) -> Sizes:
        """The rooms beside a room, and how much of its outline faces theirs within a wall's thickness."""

    def overlaps(self, *, room: int, storeys: list[int]) -> Sizes:
        """The rooms of some storeys, and how much of a room's area they lie over."""

    def sensors(self, *, building: int, point: tuple[float, float], quantity: str | None) -> Sizes:
        """The series that measure a quantity in the rooms of a building, and how far from a point."""

    def outdoors(self, *, longitude: float, latitude: float, radius_m: float, quantity: str | None) -> Sizes:
        """The series of devices that say where they are, within a radius, and how far they are."""

    def buildings(self, box: Box) -> set[int]:
        """The buildings in a box."""

    def devices(self, box: Box) -> set[int]:
        """The devices in a box."""


def of(connection: Connection) -> Answers:
    """The answers that the server can give: PostGIS's where it has it."""
    return PostGis(connection) if has_postgis(connection) else Outlines(connection)


def has_postgis(connection: Connection) -> bool:
    """Whether the server answers from geometry; what is asked next in the transaction is not compiled."""
    row = connection.execute(_SQL["has_postgis"]).fetchone()
    return bool(row and row[0])


@dataclass(frozen=True, slots=True)
class PostGis:
    """Answers from the server's geometry columns and their indexes."""

    connection: Connection

    def distances(
        self, *, building: int, storeys: list[int] | None, point: tuple[float, float], radius_m: float
    ) -> Sizes:
        """See `Answers`."""
        wanted = {"building": building, "storeys": storeys, "radius_m": radius_m}
        return self._sizes(_SQL["postgis_distances"], wanted | _xy(point))

    def shared_walls(self, *, room: int, storeys: list[int], wall_m: float) -> Sizes:
        """See `Answers`."""
        wanted = {"room": room, "storeys": storeys, "wall_m": wall_m, "against": _AGAINST}
        return self._sizes(_SQL["postgis_shared_walls"], wanted)

    def overlaps(self, *, room: int, storeys: list[int]) -> Sizes:
        """See `Answers`."""
        return self._sizes(_SQL["postgis_overlaps"], {"room": room, "storeys": storeys})

    def sensors(self, *, building: int, point: tuple[float, float], quantity: str | None) -> Sizes:
        """See `Answers`."""
        wanted = {"building": building, "quantity": quantity} | _xy(point)
        return self._sizes(_SQL["postgis_sensors"], wanted)

    def outdoors(self, *, longitude: float, latitude: float, radius_m: float, quantity: str | None) -> Sizes:
        """See `Answers`."""
        here = {"longitude": longitude, "latitude": latitude, "radius_m": radius_m, "quantity": quantity}
        return self._sizes(_SQL["postgis_outdoors"], here | _edges(_around(longitude, latitude, radius_m)))

    def buildings(self, box: Box) -> set[int]:
        """See `Answers`."""
        return self._ids(_SQL["postgis_buildings"], box)

    def devices(self, box: Box) -> set[int]:
        """See `Answers`."""
        return self._ids(_SQL["postgis_devices"], box)

    def _sizes(self, statement: LiteralString, wanted: dict[str, Any]) -> Sizes:
        return dict(self.connection.execute(statement, wanted).fetchall())

    def _ids(self, statement: LiteralString, box: Box) -> set[int]:
        return {number for (number,) in self.connection.execute(statement, _edges(box))}


def _xy(point: tuple[float, float]) -> dict[str, float]:
    return {"x": point[0], "y": point[1]}


def _edges(box: Box) -> dict[str, Any]:
    wests, easts = zip(*box.spans(), strict=True)
    return {"wests": list(wests), "easts": list(easts), "south": box.south, "north": box.north}


@dataclass(frozen=True, slots=True)
class Outlines:
    """Answers by shapely from the GeoJSON columns; what is no geometry is left out."""

    connection: Connection

    def distances(
        self, *, building: int, storeys: list[int] | None, point: tuple[float, float], radius_m: float
    ) -> Sizes:
        """See `Answers`."""
        ids, shapes = self._rooms(building, storeys)
        far = shapely.distance(shapes, shapely.Point(point))
        return {number: float(one) for number, one in zip(ids, far, strict=True) if one <= radius_m}

    def shared_walls(self, *, room: int, storeys: list[int], wall_m: float) -> Sizes:
        """See `Answers`."""
        own, ids, shapes = self._around_room(room, storeys)
        beside = np.flatnonzero(shapely.dwithin(shapes, own, wall_m))
        return {ids[at]: _shared_m(own, shapes[at], wall_m) for at in beside if ids[at] != room}

    def overlaps(self, *, room: int, storeys: list[int]) -> Sizes:
        """See `Answers`."""
        own, ids, shapes = self._around_room(room, storeys)
        areas = shapely.area(shapely.intersection(shapely.make_valid(own), shapely.make_valid(shapes)))
        return {number: float(area) for number, area in zip(ids, areas, strict=True)}

    def sensors(self, *, building: int, point: tuple[float, float], quantity: str | None) -> Sizes:
        """See `Answers`."""
        rows = self._points("outlines_sensors", {"building": building, "quantity": quantity})
        return {number: math.dist(point, place) for number, *place in rows}

    def outdoors(self, *, longitude: float, latitude: float, radius_m: float, quantity: str | None) -> Sizes:
        """See `Answers`."""
        rows = self._points("outlines_outdoors", {"quantity": quantity})
        far = {number: _on_sphere_m((longitude, latitude), place) for number, *place in rows}
        return {number: one for number, one in far.items() if one <= radius_m}

    def buildings(self, box: Box) -> set[int]:
        """See `Answers`."""
        return _inside(self._points("outlines_buildings", {}), box)

    def devices(self, box: Box) -> set[int]:
        """See `Answers`."""
        return _inside(self._points("outlines_devices", {}), box)

    def _points(self, statement: str, wanted: dict[str, Any]) -> list[tuple[int, float, float]]:
        return self.connection.execute(_SQL[statement], wanted).fetchall()

    def _rooms(self, building: int, storeys: list[int] | None) -> tuple[list[int], NDArray[np.object_]]:
        wanted = {"building": building, "storeys": storeys}
        rows = self.connection.execute(_SQL["outlines_rooms"], wanted).fetchall()
        shapes = _shapes(text for _, text in rows)
        there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
        return [number for (number, _), one in zip(rows, there, strict=True) if one], shapes[there]

    def _around_room(
        self, room: int, storeys: list[int]
    ) -> tuple[BaseGeometry | None, list[int], NDArray[np.object_]]:
        row = self.connection.execute(_SQL["outlines_own"], {"room": room}).fetchone()
        if row is None:
            return None, [], _shapes([])
        building, text = row
        return _shapes([text])[0], *self._rooms(building, storeys)


def _shapes(texts: Iterable[str]) -> NDArray[np.object_]:
    return np.asarray(shapely.from_geojson(np.array([*texts], dtype=object), on_invalid="ignore"))


def _shared_m(own: BaseGeometry, other: BaseGeometry, wall_m: float) -> float:
    """How much of an outline faces another one: side by side, as `postgis_shared_walls` says it."""
    sides, others = _sides(own), _sides(other)
    if not len(sides) or not len(others):
        return 0.0
    along, opposite = _directions(sides), _directions(others)
    against = along @ opposite.T < _AGAINST  # never true of a side without a length
    facing: dict[int, list[int]] = defaultdict(list)
    for one, two in np.argwhere(against):
        facing[int(one)].append(int(two))
    strips = shapely.buffer(others, wall_m, cap_style="flat")
    pieces = [shapely.intersection(sides[one], shapely.union_all(strips[two])) for one, two in facing.items()]
    return float(np.sum(shapely.length(pieces)))


def _sides(shape: BaseGeometry) -> NDArray[np.object_]:
    """The sides of all rings as lines; outer rings run against the clock, holes with it.

    An outline that crosses itself has no way round and is mended first.
    """
    parts = shapely.get_parts(shapely.orient_polygons(shapely.make_valid(shape)))
    areas = [part for one in parts for part in shapely.get_parts(one) if part.geom_type == "Polygon"]
    corners = [shapely.get_coordinates(ring) for ring in shapely.get_rings(areas)]
    ends = [np.stack([ring[:-1], ring[1:]], axis=1) for ring in corners]
    return np.asarray(shapely.linestrings(np.concatenate(ends))) if ends else np.array([])


def _directions(sides: NDArray[np.object_]) -> NDArray[np.float64]:
    ends = shapely.get_coordinates(sides).reshape(-1, 2, 2)
    steps = ends[:, 1] - ends[:, 0]
    lengths = np.hypot(*steps.T)[:, None]
    return np.asarray(np.divide(steps, lengths, out=np.zeros_like(steps), where=lengths > 0))


def _on_sphere_m(here: Iterable[float], there: Iterable[float]) -> float:
    (east, north), (other_east, other_north) = (map(math.radians, place) for place in (here, there))
    across = math.sin((other_east - east) / 2) ** 2 * math.cos(north) * math.cos(other_north)
    return 2 * _EARTH_M * math.asin(min(1.0, math.sqrt(math.sin((other_north - north) / 2) ** 2 + across)))


def _inside(points: Iterable[tuple[int, float, float]], box: Box) -> set[int]:
    return {
        number
        for number, east, north in points
        if box.south <= north <= box.north and any(first <= east <= last for first, last in box.spans())
    }
