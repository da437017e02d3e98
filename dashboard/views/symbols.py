"""What stands on a storey: equipment where its model has it, and devices in their rooms."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from data.store.buildings import PlanEquipment, StoreyPlan
from data.store.places import PlacedSeries

Group = Literal["device", "sensing", "air", "heat", "electric", "water", "other"]
GROUPS: dict[Group, str] = {
    "device": "devices",
    "sensing": "sensors and controls",
    "air": "air",
    "heat": "heating and cooling",
    "electric": "electricity",
    "water": "water",
    "other": "other equipment",
}

# Parts of kinds' names, the first that fits; what only leads from one thing to another is not shown.
_WAYS = ("Segment", "Fitting", "CableCarrier", "Connection", "Chamber")
_PARTS: dict[Group, tuple[str, ...]] = {
    "sensing": ("Sensor", "Controller", "Actuator", "Meter", "Alarm", "ProtectiveDevice", "Instrument"),
    "air": ("Air", "Fan", "Damper", "Duct", "Humidifier", "UnitaryEquipment", "Filter"),
    "heat": (
        *("Heat", "Boiler", "Chiller", "Coil", "Cool", "Condenser", "Evaporator", "Burner"),
        *("Pump", "Valve", "Compressor"),
    ),
    "electric": (
        *("Electric", "Light", "Lamp", "Outlet", "Switch", "Junction", "Motor", "Transformer"),
        *("Audio", "Communication", "Solar"),
    ),
    "water": ("Sanitary", "Waste", "Fire", "Tank", "Interceptor", "StackTerminal"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Symbol:
    """One thing on a plan."""

    group: Group
    title: str
    at: tuple[float, float] | None  # [m]; None: somewhere in its room
    room: int | None


def of(plan: StoreyPlan, series: Iterable[PlacedSeries]) -> tuple[Symbol, ...]:
    """What a plan has symbols for, the devices first.

    Args:
        plan: Of the storey.
        series: What stands in the rooms of the building.
    """
    rooms = {room.id for room in plan.rooms}
    devices = {one.device_id: one for one in series if one.space_id in rooms}
    return (
        *(Symbol(group="device", title=one.device, at=None, room=one.space_id) for one in devices.values()),
        *(
            Symbol(group=group, title=_title(one), at=one.position, room=one.space_id)
            for one in plan.equipment
            if (group := _group(one.kind or "")) is not None
        ),
    )


def _group(kind: str) -> Group | None:
    if any(part in kind for part in _WAYS):
        return None
    return next((group for group, parts in _PARTS.items() if any(part in kind for part in parts)), "other")


def _title(one: PlanEquipment) -> str:
    """Its name with what it is: `Radiator 0.01 · space heater`."""
    kind = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in one.kind or "").strip()
    return f"{one.name} · {kind}" if kind else one.name
