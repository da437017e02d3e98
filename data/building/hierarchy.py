"""Where things hang: storeys, and the storey or room that holds an instance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import ifcopenshell
import ifcopenshell.util.element
import ifcopenshell.util.placement
import numpy as np
from ifcopenshell import entity_instance
from numpy.typing import NDArray

from data.building import plain
from data.building.model import Place, Storey
from data.building.units import Units

CONTAINS = "IfcRelContainedInSpatialStructure"
_SAME_LEVEL_M = 0.01
_BELOW_M = 0.5  # a floor may lie this much below the level of its storey


def above(entity: entity_instance) -> Iterator[entity_instance]:
    """What holds an instance, from the nearest on, however it hangs: contained, part of, filling."""
    seen = {entity.id()}
    parent = _parent(entity)
    while parent is not None and parent.id() not in seen:
        yield parent
        seen.add(parent.id())
        parent = _parent(parent)


def _parent(entity: entity_instance) -> entity_instance | None:
    if not entity.is_a("IfcSpace"):
        return ifcopenshell.util.element.get_parent(entity)
    # What else `get_parent` looks for a space does not have, and asking for that is slow: `plain.attribute`.
    whole = ifcopenshell.util.element.get_aggregate(entity)
    parent = whole or ifcopenshell.util.element.get_nest(entity)
    if parent is None:
        # Containing a space is legal, but a space has no attribute that leads back.
        relations = [one for one in entity.file.get_inverse(entity) if one.is_a(CONTAINS)]
        parent = relations[0].RelatingStructure if relations else None
    return parent


def holder(entity: entity_instance, kind: str) -> int | None:
    """The key of the nearest instance of a class that holds this one."""
    return next((parent.id() for parent in above(entity) if parent.is_a(kind)), None)


def axes(product: entity_instance, units: Units) -> NDArray[np.float64] | None:
    """Axes (columns x, y, z) and origin of a placed product in the model's axes; (4, 4) in metres."""
    if not _is_whole(product.ObjectPlacement):
        return None
    matrix = ifcopenshell.util.placement.get_local_placement(product.ObjectPlacement)
    return np.asarray(matrix * [1, 1, 1, units.length_m])


def _is_whole(placement: entity_instance | None) -> bool:
    """Whether a placement leads to the model's origin: by axes alone, each step stated, in no circle."""
    seen: set[int] = set()
    while placement is not None:
        step = getattr(placement, "RelativePlacement", None)
        if placement.id() in seen or step is None or step.Location is None:
            return False
        seen.add(placement.id())
        placement = placement.PlacementRelTo
    return bool(seen)


def stands_in_its_parent(product: entity_instance) -> bool:
    """Whether a product with a shape has no place of its own: it is placed exactly where what holds it is."""
    placement = product.ObjectPlacement
    if product.Representation is None or not _is_whole(placement):
        return False
    step = ifcopenshell.util.placement.get_axis2placement(placement.RelativePlacement)
    return bool(np.allclose(step, np.eye(4)))


def position(product: entity_instance, units: Units) -> tuple[float, float, float] | None:
    """Where a product is placed in the model's axes, in metres; None without a placement."""
    matrix = axes(product, units)
    if matrix is None:
        return None
    x, y, z = (plain.number(float(part)) for part in matrix[:3, 3])
    return None if x is None or y is None or z is None else (round(x, 4), round(y, 4), round(z, 4))


def places(file: ifcopenshell.file, kind: str) -> tuple[Place, ...]:
    """All instances of IfcSite or IfcBuilding."""
    return tuple(
        Place(key=one.id(), name=name(one), global_id=plain.text(one.GlobalId)) for one in file.by_type(kind)
    )


def name(entity: entity_instance) -> str | None:
    """The name of an instance, else its long one."""
    return plain.text(entity.Name) or plain.text(getattr(entity, "LongName", None))


def storeys(file: ifcopenshell.file, units: Units) -> list[Storey]:
    """All storeys, the lowest first."""
    found = [_storey(one, units) for one in file.by_type("IfcBuildingStorey")]
    return sorted(found, key=lambda one: (one.elevation_m is None, one.elevation_m or 0.0, one.key))


def _storey(entity: entity_instance, units: Units) -> Storey:
    placed, stated = position(entity, units), plain.number(entity.Elevation)
    base_m = placed[2] if placed else None
    return Storey(
        key=entity.id(),
        name=name(entity) or f"Storey {entity.id()}",
        global_id=plain.text(entity.GlobalId),
        elevation_m=base_m if stated is None else round(stated * units.length_m, 4),
        base_m=base_m,
    )


def storey_warnings(storeys: Iterable[Storey]) -> list[str]:
    """Storeys whose stated elevation is not where they are placed."""
    return [
        f"Storey {one.name} states the elevation {one.elevation_m:.2f} m but is placed at {one.base_m:.2f} m."
        for one in storeys
        if one.elevation_m is not None and one.base_m is not None
        and abs(one.elevation_m - one.base_m) > _SAME_LEVEL_M
    ]  # fmt: skip


def level_of(storeys: Iterable[Storey], height_m: float | None) -> int | None:
    """The key of the highest storey that is not above a height: for what hangs on none."""
    if height_m is None:
        return None
    below = [one for one in storeys if one.base_m is not None and one.base_m - _BELOW_M <= height_m]
    return max(below, key=lambda one: one.base_m or 0.0).key if below else None
