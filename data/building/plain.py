"""What a file says as text and JSON that any database and page can take."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import ifcopenshell.util.element
from ifcopenshell import entity_instance

from data.building.model import Properties

_Attributes = tuple[tuple[str, str], ...]  # of a property -> what they are called here
_BOUNDS: _Attributes = (
    ("LowerBoundValue", "from"),
    ("UpperBoundValue", "to"),
    ("SetPointValue", "set point"),
)
_DEPTH = 8  # of properties inside properties; a file may nest them in a circle


def text(value: object) -> str | None:
    """The words of an attribute; None when there are none. What no database can hold is left out."""
    if not isinstance(value, str):
        return None
    return value.replace("\0", "").encode("utf-8", "replace").decode("utf-8").strip() or None


def number(value: object) -> float | None:
    """A finite number, else None."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def attribute(entity: entity_instance | None, name: str) -> Any:
    """An attribute of an instance; None where there is none of the name.

    `getattr` gives the same, but searches the rules of the schema for one that derives what is missing: many
    times as slow, and the first time it loads them all.
    """
    return getattr(entity, name, None) if entity is not None and entity.get_attribute_category(name) else None


def properties(entity: entity_instance) -> Properties:
    """The property sets and quantities of an instance, those of its type included, by name.

    A property with bounds is `{"from": ..., "to": ...}`, a table a list of pairs, a complex one what is
    in it; one that refers to something else than values is left out.
    """
    found: Properties = {}
    for definition in _definitions(entity):
        held = attribute(definition, "HasProperties") or attribute(definition, "Quantities")
        values = _values(held, _DEPTH) if held is not None else _predefined(definition)
        if values:
            found.setdefault(text(definition.Name) or "-", {}).update(values)
    return found


def unit_of(entity: entity_instance, group: str, name: str) -> entity_instance | None:
    """The unit that a property or a quantity states for itself, which then counts instead of the file's."""
    for definition in _definitions(entity):
        if (text(definition.Name) or "-") == group:
            held = attribute(definition, "HasProperties") or attribute(definition, "Quantities")
            for one in held or ():
                if one is not None and text(one.Name) == name:
                    unit: entity_instance | None = attribute(one, "Unit")
                    return unit
    return None


def _definitions(entity: entity_instance) -> Iterator[entity_instance]:
    """Property sets and quantities: those of the type first, so that an instance's own replace them."""
    type_ = ifcopenshell.util.element.get_type(entity)
    if type_ is not None and type_ != entity:
        yield from (one for one in type_.HasPropertySets or () if one is not None)
    for relation in attribute(entity, "IsDefinedBy") or ():
        stated = attribute(relation, "RelatingPropertyDefinition")
        # IFC4 allows several at once.
        several = attribute(stated, "wrappedValue") or (stated,)
        yield from (one for one in several if isinstance(one, entity_instance) and hasattr(one, "Name"))


def _predefined(definition: entity_instance) -> dict[str, Any]:
    """The attributes of a set that the schema itself describes, as of a door's lining."""
    if not definition.is_a("IfcPropertySetDefinition"):
        return {}
    stated = list(definition.get_info(recursive=False).items())[6:]  # after those that every root has
    return {name: _plain(value) for name, value in stated if not isinstance(value, entity_instance | None)}


def _values(held: Iterable[entity_instance], depth: int) -> dict[str, Any]:
    found = {}
    for one in held if depth else ():
        if one is not None:
            value = _value(one, depth)
            if value is not _ABSENT:
                found[text(one.Name) or "-"] = value
    return found


_ABSENT = object()


def _value(one: entity_instance, depth: int) -> Any:
    """What a property or a quantity states."""
    kind = one.is_a()
    if kind == "IfcPropertySingleValue":
        return _plain(one.NominalValue)
    if kind == "IfcPropertyEnumeratedValue":
        return _plain(one.EnumerationValues)
    if kind == "IfcPropertyListValue":
        return _plain(one.ListValues)
    if kind == "IfcPropertyBoundedValue":
        stated = {said: _plain(attribute(one, name)) for name, said in _BOUNDS}
        return {said: value for said, value in stated.items() if value is not None} or None
    if kind == "IfcPropertyTableValue":
        pairs = zip(one.DefiningValues or (), one.DefinedValues or (), strict=False)
        return [[_plain(left), _plain(right)] for left, right in pairs]
    if kind in ("IfcComplexProperty", "IfcPhysicalComplexQuantity"):
        inside = attribute(one, "HasProperties") or attribute(one, "HasQuantities") or ()
        return _values(inside, depth - 1)
    if one.is_a("IfcPhysicalSimpleQuantity"):
        return _plain(one[3])  # after its name, description and unit
    return _ABSENT


def _plain(value: object) -> Any:
    """A value of a measure, several of them, or what is no measure at all, as JSON."""
    if isinstance(value, entity_instance):
        return _json(value.wrappedValue) if not value.id() else None
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return _json(value)


def _json(value: object) -> Any:
    if isinstance(value, str):
        return text(value)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {text(name) or "-": _json(one) for name, one in value.items()}
    if isinstance(value, Iterable):
        return [_json(item) for item in value]
    return text(str(value))
