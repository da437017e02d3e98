"""Where on earth a model says it is, and whether that can be believed.

A map conversion counts most, then property sets that stand for one in IFC2X3, then the latitude and
longitude of the site. What contradicts itself, is the default of an authoring tool, or leads nowhere is
doubtful: it is told, and put on no map before somebody agrees.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

import ifcopenshell
import ifcopenshell.util.element
import ifcopenshell.util.unit
from ifcopenshell import entity_instance

from data.building import hierarchy, map_coordinates, plain
from data.building.map_coordinates import Place, Point
from data.building.model import Georeference
from data.building.units import Units

# Where authoring tools put a building until somebody says better, to within about a kilometre.
_DEFAULTS = {
    "Boston": (42.358, -71.058),
    "Boston, the weather station": (42.213, -71.033),
    "Waltham": (42.415, -71.258),
    "London": (51.500, -0.126),
    "Tokyo": (35.685, 139.751),
    "Tokyo, the main station": (35.700, 139.767),
    "Beijing": (39.916, 116.433),
    "Berlin": (52.517, 13.400),
    "Budapest, the maker of ArchiCAD": (47.560, 19.055),
    "Abu Dhabi": (24.467, 54.417),
    "Abu Dhabi, the city's centre": (24.467, 54.367),
    "latitude and longitude 0": (0.0, 0.0),
}
_NEAR_DEG = 0.01
_APART_M, _APART_DEG = 1000.0, 1.0  # sources farther from each other contradict one another
_ABOUT = ("Description", "GeodeticDatum", "MapProjection", "MapZone")

_Source = Literal["IfcMapConversion", "IfcRigidOperation", "ePSet_MapConversion"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Conversion:
    """A map conversion as it is stated."""

    source: _Source
    east: float | None
    north: float | None
    height: float | None
    scale: float | None
    rotation_deg: float | None  # of the model's x axis, anticlockwise from the map's east
    crs: str | None
    about: tuple[str | None, ...]
    unit_m: float | None  # of the map


def read(file: ifcopenshell.file, units: Units) -> Georeference:
    """The georeference of a whole model; one of source "none" where nothing is stated."""
    site, north = _site(file), _true_north(file)
    stated = next(_conversions(file), None)
    if stated is not None:
        return _of_map(stated, site, north, units)
    if site is None:
        return Georeference(source="none", confidence="none", true_north_deg=north)
    doubt = _default(site) or _away(file, units)
    return Georeference(
        source="IfcSite",
        confidence="doubtful" if doubt else "stated",
        doubt=doubt,
        latitude=site[0],
        longitude=site[1],
        true_north_deg=north,
    )


def _of_map(stated: _Conversion, site: Place | None, north: float | None, units: Units) -> Georeference:
    default = _default(site) if site else None
    known = None if default else site
    point = _point(stated, known, units)
    doubt = _doubt(stated, point, known, north, units)
    said = known if doubt or point is None else (point.latitude, point.longitude)
    shown = said or site or ((point.latitude, point.longitude) if point else None)
    place = Georeference(
        source=stated.source, confidence="doubtful" if doubt else "stated", doubt=doubt,
        notes=tuple(_notes(stated, point, default, units)),
        latitude=shown[0] if shown else None, longitude=shown[1] if shown else None,
        true_north_deg=north,
        crs=stated.crs, eastings=stated.east, northings=stated.north,
        height=stated.height, scale=stated.scale, rotation_deg=stated.rotation_deg,
    )  # fmt: skip
    if point is None:
        return place
    place = replace(place, map_latitude=point.latitude, map_longitude=point.longitude)
    return place if doubt else replace(place, map_north_deg=_map_north(stated, point))


def _point(stated: _Conversion, near: Place | None, units: Units) -> Point | None:
    crs = map_coordinates.system(stated.crs, stated.about)
    if crs is None or stated.east is None or stated.north is None:
        return None
    own = crs.axis_info[0].unit_conversion_factor
    wanted = (own, units.length_m) if stated.unit_m is None else (stated.unit_m, own)
    return map_coordinates.locate(crs, stated.east, stated.north, units_m=dict.fromkeys(wanted), near=near)


def _doubt(
    stated: _Conversion, point: Point | None, site: Place | None, north: float | None, units: Units
) -> str | None:
    """Why a map conversion is not to be believed."""
    if not stated.crs and not any(stated.about):
        return "the map conversion names no coordinate reference system"
    if stated.east is None or stated.north is None:
        return "the map conversion states no eastings and northings"
    if stated.east == 0 and stated.north == 0:
        return "the map conversion states the eastings and northings 0 and 0"
    if point is None:
        return (
            f"{stated.crs or 'its coordinate reference system'} is no map's, or the conversion leads nowhere"
        )
    if not point.inside:
        return (
            f"the map conversion leads to {_words((point.latitude, point.longitude))}, "
            f"which is outside the area of {stated.crs}"
        )
    if site is not None:
        return _contradiction((point.latitude, point.longitude), site) or _turned(stated, point, north)
    return _turned(stated, point, north) or _misscaled(stated, point, units)


def _contradiction(by_map: Place, site: Place) -> str | None:
    apart = map_coordinates.apart_m(by_map, site)
    if apart <= _APART_M:
        return None
    return (
        f"the map conversion says {_words(by_map)} and the site {_words(site)}, "
        f"which are {apart / 1000:,.0f} km apart"
    )


def _turned(stated: _Conversion, point: Point, north: float | None) -> str | None:
    if north is None:
        return None
    # Authors state the map's north as the true one, too; where these are far apart both are met.
    meant = (_map_north(stated, point), stated.rotation_deg or 0.0)
    if min(abs(math.remainder(north - one, 360)) for one in meant) <= _APART_DEG:
        return None
    return f"true north is stated at {north:.1f}° but is {meant[0]:.1f}° by the map conversion"


def _misscaled(stated: _Conversion, point: Point, units: Units) -> str | None:
    if stated.scale is None or map_coordinates.is_understood(
        stated.scale, length_m=units.length_m, map_m=point.unit_m
    ):
        return None
    odd = map_coordinates.odd_scale(stated.scale, length_m=units.length_m, map_m=point.unit_m)
    return f"the scale of the map conversion is {odd}"


def _notes(stated: _Conversion, point: Point | None, default: str | None, units: Units) -> Iterator[str]:
    if default:
        yield f"The site's latitude and longitude are {default}, so the map conversion counts alone."
    if point is not None and stated.scale is not None:
        odd = map_coordinates.odd_scale(stated.scale, length_m=units.length_m, map_m=point.unit_m)
        if odd:
            yield f"The scale of the map conversion is {odd}."
    if point is not None and stated.unit_m not in (None, point.unit_m):
        yield "The map's stated unit leads outside its area, so the unit of its reference system is taken."


def _map_north(stated: _Conversion, point: Point) -> float:
    """True north, clockwise from the model's y axis."""
    return round(math.remainder((stated.rotation_deg or 0.0) - point.convergence_deg, 360), 4)


def _words(place: Place) -> str:
    return f"{place[0]:.4f}, {place[1]:.4f}"


def _default(place: Place) -> str | None:
    for name, (north, east) in _DEFAULTS.items():
        if abs(place[0] - north) < _NEAR_DEG and abs(place[1] - east) < _NEAR_DEG:
            return f"an authoring tool's default place ({name})"
    return None


def _away(file: ifcopenshell.file, units: Units) -> str | None:
    """A site's latitude and longitude are those of its own placement, which plans must not lie far from."""
    for site in file.by_type("IfcSite"):
        placed = hierarchy.position(site, units)
        if placed is not None and math.hypot(*placed[:2]) > _APART_M:
            return f"the site stands {math.hypot(*placed[:2]) / 1000:,.0f} km from the model's origin"
    return None


def _site(file: ifcopenshell.file) -> Place | None:
    for site in file.by_type("IfcSite"):
        latitude, longitude = _degrees(site.RefLatitude, 90), _degrees(site.RefLongitude, 180)
        if latitude is not None and longitude is not None:
            return latitude, longitude
    return None


def _degrees(parts: tuple[int, ...] | None, limit: float) -> float | None:
    """Degrees, minutes, seconds and millionths; some write the sign at the first of them alone."""
    if not parts:
        return None
    size = sum(abs(part) / scale for part, scale in zip(parts, (1, 60, 3600, 3.6e9), strict=False))
    value = round(-size if min(parts) < 0 else size, 8)
    return value if abs(value) <= limit else None


def _true_north(file: ifcopenshell.file) -> float | None:
    for context in file.by_type("IfcGeometricRepresentationContext", include_subtypes=False):
        if context.TrueNorth is not None and context.ContextType != "Plan":
            x, y = context.TrueNorth.DirectionRatios[:2]
            return round(math.degrees(math.atan2(x, y)), 4)
    return None


def _conversions(file: ifcopenshell.file) -> Iterator[_Conversion]:
    if file.schema != "IFC2X3":
        for one in file.by_type("IfcMapConversion"):
            yield _stated(
                "IfcMapConversion", one.get_info(), one.TargetCRS.get_info() if one.TargetCRS else {}
            )
    if file.schema == "IFC4X3":
        for one in file.by_type("IfcRigidOperation"):
            moved = {"Eastings": _value(one.FirstCoordinate), "Northings": _value(one.SecondCoordinate)}
            crs = one.TargetCRS.get_info() if one.TargetCRS else {}
            yield _stated("IfcRigidOperation", moved | {"OrthogonalHeight": one.Height}, crs)
    # IFC2X3 has no map conversion; property sets of this name on the project or site stand for it.
    for holder in (*file.by_type("IfcSite"), *file.by_type("IfcProject")):
        sets = {name.lower(): values for name, values in plain.properties(holder).items()}
        if "epset_mapconversion" in sets:
            crs = sets.get("epset_projectedcrs", {})
            yield _stated("ePSet_MapConversion", sets["epset_mapconversion"], crs)


def _value(measure: object) -> object:
    return measure.wrappedValue if isinstance(measure, entity_instance) else measure


def _stated(source: _Source, values: dict[str, Any], crs: dict[str, Any]) -> _Conversion:
    return _Conversion(
        source=source,
        east=plain.number(values.get("Eastings")),
        north=plain.number(values.get("Northings")),
        height=plain.number(values.get("OrthogonalHeight")),
        scale=plain.number(values.get("Scale")),
        rotation_deg=_rotation(values),
        crs=plain.text(crs.get("Name")),
        about=tuple(plain.text(crs.get(name)) for name in _ABOUT),
        unit_m=_unit(crs.get("MapUnit")),
    )


def _unit(stated: object) -> float | None:
    if isinstance(stated, entity_instance):
        try:
            return float(ifcopenshell.util.unit.get_unit_scale(stated))
        except (AttributeError, TypeError):  # of a unit that does not say what it is
            return None
    words = (plain.text(stated) or "").upper()
    known = {"METRE": 1.0, "METER": 1.0, "M": 1.0, "MILLIMETRE": 0.001, "MILLIMETER": 0.001, "MM": 0.001}
    return known.get(words)


def _rotation(values: dict[str, Any]) -> float | None:
    x, y = plain.number(values.get("XAxisAbscissa")), plain.number(values.get("XAxisOrdinate"))
    if x is None or y is None or (x == 0 and y == 0):
        return None
    return round(math.degrees(math.atan2(y, x)), 4)
