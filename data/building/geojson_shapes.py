"""Outlines of a GeoJSON file: checked, put right where that is clear, and brought into metres."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely.errors import ShapelyError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from data.building.model import Georeference
from data.building.plain import number
from data.building.projection import Projection
from data.errors import BadInput

_LARGEST_M = 10_000.0  # across; no building is larger
_LARGEST_DEG = 0.1  # about as much
_LEAST_M = 0.5  # across; a plan in degrees is always less, one in metres always more
_METRES = ("m", "metre", "metres", "meter", "meters")  # what a file may say of its units
_DEGREES = ("deg", "degree", "degrees")
_WGS84 = re.compile(r"CRS:?84$|EPSG:+(?:[\d.]+:)?4326$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A valid outline in the file's own coordinates."""

    shape: BaseGeometry
    repaired: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """The outlines in metres, and where that is on earth."""

    shapes: list[BaseGeometry]
    georeference: Georeference
    unit: str  # that the file is in


def outline(said: Mapping[str, Any], where: str) -> Outline:
    """A Polygon or MultiPolygon; one that crosses itself is put right.

    Raises:
        BadInput: it is none, or nothing is left of it.
    """
    try:
        found = shapely.force_2d(shape(said))
        finite = bool(np.isfinite(shapely.get_coordinates(found)).all())
        valid = finite and found.is_valid
        right = found if valid else shapely.make_valid(found, method="structure", keep_collapsed=False)
    except (ShapelyError, ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise BadInput(f"{where} has an outline that cannot be read; draw it again.") from error
    if not finite or right.is_empty or right.geom_type not in ("Polygon", "MultiPolygon"):
        raise BadInput(f"{where} has an outline without an area; draw it again.")
    return Outline(shape=right, repaired=not valid)


def place(shapes: Sequence[BaseGeometry], collection: Mapping[str, Any], name: str) -> Placed:
    """The outlines in metres: as they are, or projected around the middle of what is in degrees.

    Raises:
        BadInput: it cannot be told what they are in, or they are larger than a building.
    """
    bounds = shapely.total_bounds(shapes)
    across = max(bounds[2] - bounds[0], bounds[3] - bounds[1])
    if not _in_degrees(collection, bounds.tolist(), name):
        if across > _LARGEST_M:
            raise BadInput(f"{name} is {across:,.0f} m across; give a plan of one building, in metres.")
        north = number(collection.get("true_north_deg"))
        nowhere = Georeference(source="none", confidence="none", true_north_deg=north)
        return Placed(shapes=list(shapes), georeference=nowhere, unit="METRE")
    if across > _LARGEST_DEG:
        raise BadInput(f"{name} is {across:.2f}° across; give a plan of one building.")
    middle = shapely.centroid(shapely.union_all(shapely.envelope(shapes)))
    projection = Projection(longitude=round(middle.x, 9), latitude=round(middle.y, 9))
    there = Georeference(
        source="GeoJSON",
        confidence="stated",
        latitude=projection.latitude,
        longitude=projection.longitude,
        true_north_deg=0.0,
    )
    metres = [projection.metres(one) for one in shapes]
    return Placed(shapes=metres, georeference=there, unit="DEGREE")


def _in_degrees(collection: Mapping[str, Any], bounds: Sequence[float], name: str) -> bool:
    """Whether coordinates are longitude and latitude: what the file says, else what their size tells."""
    left, bottom, right, top = bounds
    on_earth = left >= -180 and right <= 180 and bottom >= -90 and top <= 90
    system = _system(collection)
    if collection.get("units") in _METRES:
        return False
    if system is None and collection.get("units") not in _DEGREES:
        return on_earth and max(right - left, top - bottom) < _LEAST_M
    if system is not None and not _WGS84.search(system):
        raise BadInput(f"{name} is in {system[:60]}; export it in longitude and latitude (EPSG:4326).")
    if not on_earth:
        raise BadInput(f"{name} is said to be in degrees, but has coordinates beyond 180 and 90.")
    return True


def _system(collection: Mapping[str, Any]) -> str | None:
    """The reference system that files written before 2016 name; later ones are in degrees."""
    crs = collection.get("crs")
    properties = crs.get("properties") if isinstance(crs, dict) else None
    named = properties.get("name") if isinstance(properties, dict) else None
    return named if isinstance(named, str) else None
