"""A model that is not current yet, as the storeys and plans that the Building page would show."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.units import UnitSystem
from dashboard import format
from dashboard.views.plan import Reading
from data.building.model import Model, Space
from data.store.buildings import PlanDoor, PlanElement, PlanRoom, StoreyPlan

_NO_STOREY = 0  # the key of what lies on none


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewStorey:
    """One storey to choose."""

    key: int
    name: str
    rooms: int
    drawn: int  # rooms with an outline


def storeys(model: Model) -> list[PreviewStorey]:
    """The storeys of a model, the lowest first; rooms that lie on none have one of their own."""
    by_height = sorted(
        model.storeys, key=lambda one: (one.elevation_m is None, one.elevation_m or 0.0, one.key)
    )
    found = [(one.key, one.name) for one in by_height]
    if any(space.storey is None for space in model.spaces):
        found.append((_NO_STOREY, "On no storey"))
    return [_storey(model, key, name) for key, name in found]


def _storey(model: Model, key: int, name: str) -> PreviewStorey:
    rooms = _rooms(model, key)
    drawn = sum(space.footprint is not None for space in rooms)
    return PreviewStorey(key=key, name=name, rooms=len(rooms), drawn=drawn)


def first(found: list[PreviewStorey]) -> int | None:
    """The storey to show at first: the lowest with a room that is drawn."""
    return next((one.key for one in found if one.drawn), found[0].key if found else None)


def plan(model: Model, storey: int) -> StoreyPlan:
    """All that is drawn of one storey; ids are the keys of the file."""
    name = next((one.name for one in model.storeys if one.key == storey), "")
    return StoreyPlan(
        id=storey,
        building_id=0,
        name=name,
        elevation_m=None,
        true_north_deg=model.georeference.north_deg,
        rooms=tuple(_room(space) for space in _rooms(model, storey)),
        doors=tuple(
            PlanDoor(id=door.key, name=door.name, outline=door.outline, spaces=door.spaces)
            for door in model.doors
            if door.storey == storey
        ),
        elements=tuple(
            PlanElement(kind=one.kind, outline=one.outline) for one in model.elements if one.storey == storey
        ),
    )


def _rooms(model: Model, storey: int) -> list[Space]:
    return [space for space in model.spaces if (space.storey or _NO_STOREY) == storey]


def _room(space: Space) -> PlanRoom:
    return PlanRoom(
        id=space.key,
        name=space.name,
        long_name=space.long_name,
        use=space.use,
        footprint=space.footprint,
        label_point=space.label_point,
        area_m2=space.area_m2,
        height_m=space.height_m,
    )


def areas(found: StoreyPlan, *, units: UnitSystem = "metric") -> dict[int, Reading]:
    """What a plan without readings tells of each room: its area, where it is known."""
    return {
        room.id: Reading(
            state="none",
            value=None,
            written="" if room.area_m2 is None else format.area(room.area_m2, units=units, digits=1),
            short="",
            age="",
        )
        for room in found.rooms
    }
