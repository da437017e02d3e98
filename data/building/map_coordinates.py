"""From the coordinates of a map to latitude and longitude, and from the map's north to the true one."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyproj
from pyproj.exceptions import CRSError, ProjError

Place = tuple[float, float]  # latitude and longitude [°, WGS84]

_BEYOND_DEG = 0.5  # how far outside the area of its system a map may be used
_SAME_SHARE = 0.01  # scale factors of projections and of height above the sea are well within

_EPSG = re.compile(r"EPSG\W*(\d{4,6})\b", re.IGNORECASE)
_CODE = re.compile(r"\s*(\d{4,6})\s*")
_NAME = re.compile(r"[\w /().,:°-]{3,80}")  # and so no recipe for a system of one's own
_GRID = re.compile(r"(?:UTM|MGA)\D{0,16}?(\d{1,2})\s*-?([NS])?(?![A-Z0-9])", re.IGNORECASE)
_WGS84, _WGS84_SOUTH = 32600, 32700
_DATUMS = (  # in names of grids, with the code of what would be zone 0 and the zones there are
    ("ETRS", 25800, range(28, 39)),
    ("NAD83", 26900, range(1, 24)),
    ("NAD27", 26700, range(1, 23)),
    ("GDA2020", 7800, range(46, 60)),
    ("GDA94", 28300, range(48, 59)),
)


@dataclass(frozen=True, slots=True)
class Point:
    """Where map coordinates lead."""

    latitude: float
    longitude: float
    convergence_deg: float  # how far east of true north the map's north points there
    unit_m: float  # of the coordinates
    inside: bool  # whether the system is meant for that place


def system(name: str | None, about: Iterable[str | None]) -> pyproj.CRS | None:
    """The coordinate reference system of a name in any of its spellings.

    Args:
        name: Such as "EPSG:25832", "urn:ogc:def:crs:EPSG::25832", "25832", "ETRS89 / UTM zone 32N".
        about: What else is said of it: description, datum, projection, zone; for grids of UTM.

    Returns:
        None when there is no such system, or it is no map's.
    """
    said = " ".join(text for text in (name, *about) if text)
    for code in _codes(name or "", said):
        try:
            found = pyproj.CRS.from_user_input(code)
        except CRSError:
            continue
        if found.is_projected:
            return found
    return None


def _codes(name: str, said: str) -> Iterator[int | str]:
    stated = _EPSG.search(name) or _CODE.fullmatch(name) or _EPSG.search(said)
    if stated:
        yield int(stated[1])
    elif _NAME.fullmatch(name):
        yield name
    if grid := _GRID.search(said):
        yield from _grid(said.upper(), int(grid[1]), south=(grid[2] or "").upper() == "S")


def _grid(said: str, zone: int, *, south: bool) -> Iterator[int]:
    """The code of a zone of UTM; of WGS 84 where no other datum is named."""
    for datum, base, zones in _DATUMS:
        if datum in said:
            if zone in zones:
                yield base + zone
            return
    if 1 <= zone <= 60:
        yield (_WGS84_SOUTH if south else _WGS84) + zone


def locate(
    crs: pyproj.CRS, east: float, north: float, *, units_m: Iterable[float], near: Place | None
) -> Point | None:
    """Where a point of a map is on earth; None when it is nowhere.

    Args:
        crs: The map's.
        east: In one of the units, as `north`.
        north: See there.
        units_m: What a unit may be [m], the likeliest first; a place inside the system's area is preferred.
        near: A place known from elsewhere, which decides between several units.
    """
    found = [point for unit in units_m if (point := _locate(crs, east, north, unit)) is not None]
    inside = [point for point in found if point.inside] or found[:1]
    if near is None or len(inside) < 2:
        return inside[0] if inside else None
    return min(inside, key=lambda point: apart_m((point.latitude, point.longitude), near))


def _locate(crs: pyproj.CRS, east: float, north: float, unit_m: float) -> Point | None:
    scale = unit_m / crs.axis_info[0].unit_conversion_factor
    try:
        to_earth = pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
        longitude, latitude = to_earth.transform(east * scale, north * scale)[:2]
        if not (math.isfinite(latitude) and math.isfinite(longitude)):
            return None
        convergence = pyproj.Proj(crs).get_factors(longitude, latitude).meridian_convergence
    except ProjError:
        return None
    return Point(
        latitude=round(latitude, 8),
        longitude=round(longitude, 8),
        convergence_deg=convergence if math.isfinite(convergence) else 0.0,
        unit_m=unit_m,
        inside=_is_inside(crs, latitude, longitude),
    )


def _is_inside(crs: pyproj.CRS, latitude: float, longitude: float) -> bool:
    area = crs.area_of_use
    if area is None or area.west > area.east:  # unknown, or across the date line
        return True
    return (
        area.west - _BEYOND_DEG <= longitude <= area.east + _BEYOND_DEG
        and area.south - _BEYOND_DEG <= latitude <= area.north + _BEYOND_DEG
    )


def apart_m(one: Place, other: Place) -> float:
    """How far two places are from each other."""
    return float(pyproj.Geod(ellps="WGS84").inv(one[1], one[0], other[1], other[0])[2])


def odd_scale(scale: float, *, length_m: float, map_m: float) -> str | None:
    """What is odd about a map conversion's scale, as the end of a sentence; None: nothing.

    It turns lengths of the model into those of the map: 0.001 from millimetres to metres. Authors write
    its reciprocal too, or 1 whatever the units, and both are understood.
    """
    expected = length_m / map_m
    if _is_same(scale, expected):
        return None
    if _is_same(scale, 1 / expected) or _is_same(scale, 1.0):
        return f"{scale:g}, understood as {expected:g}"
    return f"{scale:g}, where its units ask for {expected:g}"


def is_understood(scale: float, *, length_m: float, map_m: float) -> bool:
    """Whether a scale is what the units ask for, or one of its usual misspellings."""
    expected = length_m / map_m
    return any(_is_same(scale, one) for one in (expected, 1 / expected, 1.0))


def _is_same(one: float, other: float) -> bool:
    return abs(one - other) <= _SAME_SHARE * abs(other)
