"""The property sets of the office's rooms: requirements, occupancy, quantities."""

from __future__ import annotations

from typing import Any

from shapely import Polygon

from data.demo.office.fabric import clear_outline
from data.demo.office.plan import CLEAR_HEIGHT_M, Room, Use

Sets = dict[str, dict[str, Any]]

# Setpoints [°C] in use: least in winter, most in summer.
COMFORT_C: dict[Use, tuple[float, float]] = {
    Use.LOBBY: (19.0, 27.0),
    Use.CORRIDOR: (18.0, 28.0),
    Use.STAIR: (18.0, 28.0),
    Use.WC: (19.0, 28.0),
    Use.STORAGE: (18.0, 28.0),
    Use.PLANT: (12.0, 32.0),
    Use.SERVER: (18.0, 26.0),
}
ORDINARY_C = (21.0, 26.0)

_DAILY_USE_S = {Use.MEETING: 4 * 3600.0, Use.KITCHENETTE: 2 * 3600.0}
_LABELS = {
    Use.OFFICE: "Office", Use.OPEN_PLAN: "Office", Use.MEETING: "Conference", Use.LOBBY: "Entrance hall",
}  # fmt: skip


def air_change_m3h(room: Room) -> float:
    """Supply air that the room is made for [m³/h]: EN 16798-1 category II, by people and by floor area."""
    if room.ahu is None:
        return 0.0
    per_person, per_m2 = 25.2, 1.26
    extra = 60.0 if room.use is Use.WC else 0.0
    area_m2: float = clear_outline(room).area
    return round(room.seats * per_person + area_m2 * per_m2 + extra, 1)


def property_sets(room: Room) -> Sets:
    """What the model says of a room beside its shape; temperatures in °C, times in seconds."""
    least, most = COMFORT_C.get(room.use, ORDINARY_C)
    outline = clear_outline(room)
    sets: Sets = {
        "Pset_SpaceCommon": {
            "Reference": f"{room.use.value} {room.seats}",
            "IsExternal": False,
            "PubliclyAccessible": room.use is Use.LOBBY,
            "HandicapAccessible": room.use is not Use.PLANT,
        },
        "Pset_SpaceThermalRequirements": {
            "SpaceTemperatureMin": least,
            "SpaceTemperatureMax": most,
            "SpaceTemperatureWinterMin": least,
            "SpaceTemperatureWinterMax": least + 3.0,
            "SpaceTemperatureSummerMin": least + 1.0,
            "SpaceTemperatureSummerMax": most,
            "SpaceHumidityMin": 30.0,
            "SpaceHumidityMax": 65.0,
            "DiscontinuedHeating": room.use not in (Use.SERVER, Use.PLANT),
            "NaturalVentilation": room.use in (Use.OFFICE, Use.OPEN_PLAN, Use.STAIR),
            "MechanicalVentilationRate": air_change_m3h(room),
            "AirConditioning": room.use is Use.SERVER,
        },
    }
    if room.seats:
        sets["Pset_SpaceOccupancyRequirements"] = {
            "OccupancyType": _LABELS.get(room.use, room.use.value.capitalize()),
            "OccupancyNumber": room.seats,
            "OccupancyNumberPeak": room.seats + room.seats // 4,
            "OccupancyTimePerDay": _DAILY_USE_S.get(room.use, 9 * 3600.0),
            "AreaPerOccupant": round(outline.area / room.seats, 2),
        }
    return sets


def quantities(room: Room) -> dict[str, float]:
    """Qto_SpaceBaseQuantities of a room [m, m², m³]."""
    clear, gross = clear_outline(room), Polygon(room.outline)
    return {
        "Height": CLEAR_HEIGHT_M,
        "FinishCeilingHeight": CLEAR_HEIGHT_M,
        "NetPerimeter": round(clear.length, 3),
        "GrossFloorArea": round(gross.area, 3),
        "NetFloorArea": round(clear.area, 3),
        "NetVolume": round(clear.area * CLEAR_HEIGHT_M, 3),
    }
