"""Values of one unit in another: from what a message states to what is stored, and to what people read.

pint knows what the units come to. It is never given what a device says: see the table of units.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from analytics import quantities, unit_table
from analytics.quantities import Quantity
from analytics.unit_table import Unit

if TYPE_CHECKING:
    import pint

UnitSystem = Literal["metric", "us"]
SYSTEMS: dict[UnitSystem, str] = {"metric": "Metric", "us": "US customary"}

# The US customary unit of a quantity, else of whatever is kept in a unit, and its digits after the decimal
# point. Electricity is metered in W and kWh there too.
_US_OF_QUANTITY = {"gas": ("ft³", 1), "thermal_power": ("kBTU/h", 1), "thermal_energy": ("kBTU", 0)}
_US_OF_UNIT = {
    "°C": ("°F", 1), "K": ("°F", 1),
    "hPa": ("inHg", 2), "Pa": ("in H₂O", 3), "bar": ("psi", 1),
    "m³/h": ("ft³/min", 0), "L/min": ("gal/min", 1), "m³": ("gal", 0), "L": ("gal", 1),
    "m/s": ("mph", 1), "mm/h": ("in/h", 2), "mm": ("in", 2), "m": ("ft", 1), "kg": ("lb", 1),
}  # fmt: skip

# What pint's own table of units lacks.
_DEFINITIONS = ("ppb = 1e-9", "ccf = 100 * foot ** 3", "mmH2O = 0.1 * cmH2O")


@dataclass(frozen=True, slots=True)
class Conversion:
    """How values stated in one unit become values in another: value * factor + offset."""

    unit: str  # canonical, as it is shown
    factor: float = 1.0
    offset: float = 0.0

    def of(self, value: float) -> float:
        """A value in `unit`."""
        return value * self.factor + self.offset


@dataclass(frozen=True, slots=True)
class Shown:
    """How values of a quantity are shown."""

    conversion: Conversion
    digits: int  # after the decimal point


@cache
def shown(quantity: Quantity, system: UnitSystem) -> Shown:
    """How values in the quantity's own unit are shown to people who read a system of units."""
    found = _US_OF_QUANTITY.get(quantity.name) or _US_OF_UNIT.get(quantity.unit)
    target = unit_table.unit(found[0]) if found and system == "us" else None
    if found is None or target is None:
        return Shown(Conversion(quantity.unit), quantity.digits)
    own = quantities.own_unit(quantity)
    return Shown(conversion(own, target, difference=quantity.unit == "K"), found[1])


def canonical(unit: str, quantity: Quantity | None) -> Conversion | None:
    """From a unit as a message states it to the quantity's own unit.

    Args:
        unit: In any spelling; empty or a dash: the values are taken to be in the quantity's unit.
        quantity: None: the conversion is to the unit's usual spelling and leaves values what they are.

    Returns:
        None: the unit is unknown or of another dimension, so values cannot be converted.
    """
    stated = unit_table.unit(unit)
    if stated is None:
        return None
    if quantity is None:
        return Conversion(stated.name)
    if unit_table.states_none(unit) or stated.name == quantity.unit:
        return Conversion(quantity.unit)
    own = quantities.own_unit(quantity)
    if stated.dimension != own.dimension:
        return None
    return conversion(stated, own, difference=quantity.unit == "K")


@cache  # bounded by the table of units
def conversion(unit: Unit, other: Unit, *, difference: bool = False) -> Conversion:
    """From one unit to another of its dimension.

    Args:
        unit: What values are in.
        other: What they are wanted in.
        difference: Of temperatures: only the degrees' size counts, not where their scales begin.
    """
    if unit == other:
        return Conversion(other.name)
    offset = 0.0 if difference else _converted(0, unit.expression, other.expression)
    return Conversion(other.name, _converted(1, _step(unit), _step(other)), offset)


def _step(unit: Unit) -> str:
    """A degree of a temperature's scale as a difference; any other unit as it is."""
    return {"degC": "delta_degC", "degF": "delta_degF"}.get(unit.expression, unit.expression)


def _converted(value: int, expression: str, other: str) -> float:
    registry = _registry()
    quantity = registry.Quantity(Decimal(value), registry.Unit(expression))
    return float(quantity.to(registry.Unit(other)).magnitude)


@cache
def _registry() -> pint.UnitRegistry[Any]:
    # Half a second that a start need not take, and a twin whose devices speak SI never.
    import pint

    # Decimals: a foot is 0.3048 m, not 0.30479999999999996.
    registry: pint.UnitRegistry[Any] = pint.UnitRegistry(non_int_type=Decimal)
    for definition in _DEFINITIONS:
        registry.define(definition)
    return registry
