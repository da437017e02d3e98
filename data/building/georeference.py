"""Where on earth a model says it is, and whether that can be believed."""

from __future__ import annotations

import math

import ifcopenshell
import ifcopenshell.util.element
from ifcopenshell import entity_instance

from data.building import plain
from data.building.model import Georeference

# Where authoring tools put a building until somebody says better, to within about a kilometre.
_DEFAULTS = {
    "Boston": (42.358, -71.058),
    "London": (51.500, -0.126),
    "Abu Dhabi": (24.467, 54.367),
    "latitude and longitude 0": (0.0, 0.0),
}
_NEAR_DEG = 0.01


def read(file: ifcopenshell.file) -> Georeference:
    """The georeference: from a map conversion, else the site's latitude and longitude, else none."""
    latitude, longitude = _site(file)
    north = _true_north(file)
    conversion = _conversion(file) or _property_sets(file)
    if conversion is not None:
        source, values, crs = conversion
        doubt = None if crs else "the map conversion names no coordinate reference system"
        if source == "ePSet_MapConversion" and latitude is not None:
            doubt = doubt or "the site states a latitude and longitude too, which may differ"
        return Georeference(
            source="IfcMapConversion" if source == "IfcMapConversion" else "ePSet_MapConversion",
            confidence="doubtful" if doubt else "stated",
            doubt=doubt, latitude=latitude, longitude=longitude, true_north_deg=north, crs=crs,
            eastings=plain.number(values.get("Eastings")), northings=plain.number(values.get("Northings")),
            height=plain.number(values.get("OrthogonalHeight")), scale=plain.number(values.get("Scale")),
            rotation_deg=_rotation(values),
        )  # fmt: skip
    if latitude is None or longitude is None:
        return Georeference(source="none", confidence="none", true_north_deg=north)
    doubt = _default(latitude, longitude)
    return Georeference(
        source="IfcSite",
        confidence="doubtful" if doubt else "stated",
        doubt=doubt,
        latitude=latitude,
        longitude=longitude,
        true_north_deg=north,
    )


def _default(latitude: float, longitude: float) -> str | None:
    for name, (north, east) in _DEFAULTS.items():
        if abs(latitude - north) < _NEAR_DEG and abs(longitude - east) < _NEAR_DEG:
            return f"an authoring tool's default place ({name})"
    return None


def _site(file: ifcopenshell.file) -> tuple[float | None, float | None]:
    for site in file.by_type("IfcSite"):
        latitude, longitude = _degrees(site.RefLatitude, 90), _degrees(site.RefLongitude, 180)
        if latitude is not None and longitude is not None:
            return latitude, longitude
    return None, None


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


_Conversion = tuple[str, dict[str, object], str | None]


def _conversion(file: ifcopenshell.file) -> _Conversion | None:
    if file.schema == "IFC2X3":
        return None
    for one in file.by_type("IfcMapConversion"):
        return "IfcMapConversion", one.get_info(), _crs(one.TargetCRS)
    return None


def _crs(target: entity_instance | None) -> str | None:
    return plain.text(target.Name) if target is not None else None


def _property_sets(file: ifcopenshell.file) -> _Conversion | None:
    """IFC2X3 has no map conversion; property sets of this name on the project or site stand for it."""
    for holder in (*file.by_type("IfcSite"), *file.by_type("IfcProject")):
        sets = {name.lower(): values for name, values in plain.properties(holder).items()}
        if "epset_mapconversion" in sets:
            crs = sets.get("epset_projectedcrs", {}).get("Name")
            return "ePSet_MapConversion", sets["epset_mapconversion"], plain.text(crs)
    return None


def _rotation(values: dict[str, object]) -> float | None:
    x, y = plain.number(values.get("XAxisAbscissa")), plain.number(values.get("XAxisOrdinate"))
    return None if x is None or y is None else round(math.degrees(math.atan2(y, x)), 4)
