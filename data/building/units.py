"""The units a file is written in."""

from __future__ import annotations

from dataclasses import dataclass

import ifcopenshell
import ifcopenshell.util.unit
from ifcopenshell import entity_instance

from data.building import plain

_DEPTH = 8  # of units converted from one another; a file may do so in a circle


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
    length_m, area_m2 = size(length), size(area)
    return Units(
        length=_name(length) if length else "METRE",
        length_m=length_m or 1.0,
        area_m2=area_m2 or (length_m or 1.0) ** 2,
        warnings=() if length_m else (_unknown(length),),
    )


def size(unit: entity_instance | None) -> float | None:
    """How large a unit is in SI units; None when the file does not say."""
    scale = 1.0
    for _ in range(_DEPTH):
        if unit is None:
            return None
        if unit.is_a("IfcSIUnit"):
            prefixed = float(ifcopenshell.util.unit.get_unit_scale(unit))
            return scale * prefixed if unit.Name else None
        factor = getattr(unit, "ConversionFactor", None)
        value = plain.number(getattr(getattr(factor, "ValueComponent", None), "wrappedValue", None))
        if factor is None or value is None or value <= 0:
            return None
        scale, unit = scale * value, factor.UnitComponent
    return None


def _stated(file: ifcopenshell.file, kind: str) -> entity_instance | None:
    (project, *_) = file.by_type("IfcProject")
    held = project.UnitsInContext
    units: tuple[entity_instance, ...] = (held.Units if held else None) or ()
    return next((unit for unit in units if getattr(unit, "UnitType", None) == kind), None)


def _unknown(unit: entity_instance | None) -> str:
    if unit is None:
        return "No length unit is stated; metres are taken."
    return f"The size of the length unit {_name(unit)} is not stated; metres are taken."


def _name(unit: entity_instance) -> str:
    said = plain.text(getattr(unit, "Name", None)) or "without a name"
    return f"{getattr(unit, 'Prefix', None) or ''}{said}"
