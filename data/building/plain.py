"""What a file says as text and JSON that any database and page can take."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import ifcopenshell.util.element
from ifcopenshell import entity_instance

from data.building.model import Properties


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


def properties(entity: entity_instance) -> Properties:
    """The property sets and quantities of an instance, those of its type included, by name."""
    found = ifcopenshell.util.element.get_psets(entity)
    return {text(name) or "-": _mapping(values) for name, values in found.items()}


def _mapping(values: Mapping[str, Any]) -> dict[str, Any]:
    # The helper adds the number of each set's instance to what the set states.
    return {text(name) or "-": _json(value) for name, value in values.items() if name != "id"}


def _json(value: object) -> Any:
    if isinstance(value, str):
        return text(value)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return _mapping(value)
    if isinstance(value, Iterable):
        return [_json(item) for item in value]
    return text(str(value))
