"""Which device stands where in the office, and which convention it speaks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from data.demo.office.identity import space_id
from data.demo.office.plan import Room, Use, rooms

PLANT_ROOM = "0.18"
SERVER_ROOM = "0.15"

# Rooms beside the ones that a rule names.
_CO2_ROOMS = frozenset(("0.01", "1.01", "1.14", "2.07", "2.13"))
_METERED_ROOMS = frozenset((SERVER_ROOM, "0.16", "1.13", "1.15", "1.17", "2.14", "2.17"))

AIR_HANDLER = (
    "supply_temp", "return_temp", "mixed_temp", "outdoor_air_damper", "heating_valve",
    "fan_speed", "fan_power", "air_flow_m3h", "filter_dp_pa",
)  # fmt: skip
WEATHER = ("temperature", "humidity", "pressure", "wind_speed", "irradiance", "illuminance")


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One device: what it measures and how it says so."""

    name: str
    convention: str  # a key of data.demo.payloads.CONVENTIONS
    gateway: str  # what it reaches the broker through
    place: str  # whose values it measures: a room's number, AHU-1, heat-main, weather
    room: str | None  # number of the room it stands in; None: outdoors
    metrics: tuple[str, ...]


@cache
def devices() -> tuple[Device, ...]:
    """Every device, sorted by name."""
    found = [device for room in rooms() for device in _room_devices(room)]
    found += _plant_devices()
    return tuple(sorted(found, key=lambda device: device.name))


def placements() -> list[tuple[str, str]]:
    """Each indoor device, by the name under which ingest knows it, and its room's GlobalId."""
    from data.demo.payloads import known_as  # imports the decoders, which only this needs

    return [(known_as(device), space_id(device.room)) for device in devices() if device.room]


def _room_devices(room: Room) -> Iterator[Device]:
    name = f"room-{room.number}"
    if room.use in (Use.OFFICE, Use.LOBBY):
        yield _zigbee(room, name, "temperature", "humidity", "illuminance", "occupancy", "battery")
    if room.use in (Use.MEETING, Use.OPEN_PLAN):
        yield _device(room, name, "tasmota-air", "wifi", "co2", "temperature", "humidity")
        yield _zigbee(room, f"{name}-presence", "occupancy", "illuminance", "battery")
    if room.use in (Use.CORRIDOR, Use.KITCHENETTE, Use.SERVER) or room.name == "WC women":
        yield _device(room, f"shellyht-{room.number}", "shelly", "wifi", "temperature", "humidity")
    if room.number in _CO2_ROOMS:
        yield _device(room, f"{name}-co2", "plain", "bus-gateway", "co2")
    if room.storey and (room.use is Use.MEETING or (room.use is Use.OFFICE and room.seats <= 2)):
        yield _zigbee(room, f"{name}-valve", "temperature", "setpoint", "valve", "battery")
    if room.number in _METERED_ROOMS:
        yield _device(room, f"plug-{room.number}", "tasmota-energy", "wifi", "power", "energy")


def _plant_devices() -> Iterator[Device]:
    for unit in ("AHU-1", "AHU-2"):
        yield _technical(unit.lower(), "telemetry", unit, PLANT_ROOM, AIR_HANDLER)
    for meter, room in (
        ("electricity-main", PLANT_ROOM),
        ("electricity-ventilation", PLANT_ROOM),
        ("electricity-server", SERVER_ROOM),
    ):
        yield _technical(meter, "meter", meter, room, ("energy", "power"))
    heat = ("energy", "power", "flow_temp", "return_temp")
    yield _technical("heat-main", "meter", "heat-main", PLANT_ROOM, heat)
    yield _technical("weather", "plain", "weather", None, WEATHER)


def _zigbee(room: Room, name: str, *metrics: str) -> Device:
    convention = "zigbee-valve" if "valve" in metrics else "zigbee"
    return _device(room, name, convention, f"zigbee-{room.storey}", *metrics)


def _device(room: Room, name: str, convention: str, gateway: str, *metrics: str) -> Device:
    return Device(
        name=name, convention=convention, gateway=gateway,
        place=room.number, room=room.number, metrics=metrics,
    )  # fmt: skip


def _technical(name: str, convention: str, place: str, room: str | None, metrics: tuple[str, ...]) -> Device:
    return Device(
        name=name, convention=convention, gateway="bus-gateway", place=place, room=room, metrics=metrics
    )
