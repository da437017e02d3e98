"""The units a file is written in."""

from __future__ import annotations

from dataclasses import dataclass

import ifcopenshell
import ifcopenshell.util.unit
from ifcopenshell import entity_instance


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """Scales to metres and square metres; an area's unit need not be the square of the length's."""

    length: str
    length_m: float
    area_m2: float
    warnings: tuple[str, ...]


def read(file: ifcopenshell.file) -> Units:
    """The units of a file that has an IfcProject; metres where it states none."""
    length, area = _stated(file, "LENGTHUNIT"), _stated(file, "AREAUNIT")
    length_m = _scale(length) if length else 1.0
    return Units(
        length=_name(length) if length else "METRE",
        length_m=length_m,
        area_m2=_scale(area) if area else length_m**2,
        warnings=() if length else ("No length unit is stated; metres are taken.",),
    )


def _stated(file: ifcopenshell.file, kind: str) -> entity_instance | None:
    (project, *_) = file.by_type("IfcProject")
    units: tuple[entity_instance, ...] = project.UnitsInContext.Units if project.UnitsInContext else ()
    return next((unit for unit in units if getattr(unit, "UnitType", None) == kind), None)


def _scale(unit: entity_instance) -> float:
    return float(ifcopenshell.util.unit.get_unit_scale(unit))


def _name(unit: entity_instance) -> str:
    return f"{getattr(unit, 'Prefix', None) or ''}{unit.Name}"
