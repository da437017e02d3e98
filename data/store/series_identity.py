"""Which series a value belongs to: a metric's values of one kind and one unit, never a mixture.

A unit that can be converted is; another unit or another kind makes another series of the metric, and the
change is flagged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analytics import quantities, units
from analytics.quantities import Quantity
from analytics.units import Conversion

Value = float | bool | str


@dataclass(frozen=True, slots=True)
class Variant:
    """One series of a device's metric, as the store has it."""

    id: int
    kind: str  # number, boolean or text
    quantity: str | None
    unit: str | None  # its values are kept in it
    stated_unit: str | None  # the device stated it last


@dataclass(frozen=True, slots=True)
class Flag:
    """A change that people should see."""

    flag: str  # unit or kind
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The series of a value; what differs from `variant` is to be written."""

    variant: Variant | None  # None: a new series
    quantity: str | None
    unit: str | None
    stated_unit: str | None
    conversion: Conversion | None = None  # None: values are kept as they are
    flag: Flag | None = None


_KINDS: dict[type, str] = {bool: "boolean", str: "text"}


def kind_of(value: Value) -> str:
    """The kind of series that a value belongs to."""
    return _KINDS.get(type(value), "number")


def choose(
    variants: Sequence[Variant], *, kind: str, metric: str, unit: str | None, device_class: str | None
) -> Choice:
    """The series of a metric for values of one kind, stated in one unit.

    Args:
        variants: The metric's series, the oldest first.
        kind: number, boolean or text; only numbers have a unit.
        metric: The metric's name, which tells what it measures when nothing better does.
        unit: As the message states it; None: it states none, and means the one it stated last.
        device_class: What the device says it measures, if it does.
    """
    same = [variant for variant in variants if variant.kind == kind]
    if kind != "number":
        unit = None
    known = [variant for variant in same if unit is None or variant.stated_unit == unit]
    if known:
        return _as_before(known[-1])
    guessed = quantities.guess(metric, unit, device_class)
    converted = _convert(unit, guessed)
    named_first = sorted(same, key=lambda variant: variant.unit is None)
    variant = next((one for one in named_first if _keeps(one, converted, guessed)), None)
    return Choice(
        variant=variant,
        quantity=_quantity(variant, guessed),
        unit=None if converted is None else converted.unit,
        stated_unit=unit,
        conversion=converted,
        flag=_flag(variant, same, variants, kind=kind, unit=unit, converted=converted, guessed=guessed),
    )


def _quantity(variant: Variant | None, guessed: Quantity | None) -> str | None:
    if variant is not None and variant.quantity is not None:
        return variant.quantity
    return None if guessed is None else guessed.name


def _as_before(variant: Variant) -> Choice:
    converted = _convert(variant.stated_unit, quantities.QUANTITIES.get(variant.quantity or ""))
    return Choice(
        variant=variant,
        quantity=variant.quantity,
        unit=variant.unit,
        stated_unit=variant.stated_unit,
        # Before there were conversions, values were kept in the unit that was stated.
        conversion=converted if converted and converted.unit == variant.unit else None,
    )


def _convert(unit: str | None, quantity: Quantity | None) -> Conversion | None:
    if unit is None:
        return None
    return units.canonical(unit, quantity) or Conversion(unit)


def _keeps(variant: Variant, converted: Conversion | None, quantity: Quantity | None) -> bool:
    """Whether a series' values are in that unit: so far unnamed, or by another spelling, too."""
    if converted is None:
        return variant.unit is None
    if variant.unit is None:
        return (converted.factor, converted.offset) == (1, 0)
    return variant.unit == converted.unit or _convert(variant.unit, quantity) == Conversion(converted.unit)


def _flag(
    variant: Variant | None,
    same: Sequence[Variant],
    variants: Sequence[Variant],
    *,
    kind: str,
    unit: str | None,
    converted: Conversion | None,
    guessed: Quantity | None,
) -> Flag | None:
    if not same:
        return Flag("kind", variants[-1].kind, kind) if variants else None
    before = (variant or same[-1]).stated_unit
    if variant is not None and (before is None or _convert(before, guessed) == converted):
        return None  # named at last, or spelled in another way
    return Flag("unit", before, unit)
