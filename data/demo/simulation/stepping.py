"""One step of the whole building: weather and people act on plant and rooms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.demo.simulation import air_handling, heating, thermal
from data.demo.simulation.air_handling import Conditions, Supply, UnitState
from data.demo.simulation.clock import Array, Days
from data.demo.simulation.drives import Drives
from data.demo.simulation.enclosure import Enclosure
from data.demo.simulation.faults import Damage
from data.demo.simulation.thermal import RoomState, Surroundings
from data.demo.simulation.weather import CO2_PPM, Weather

Rows = NDArray[np.int64]

_AIRING_C = 24.5  # people open windows above this, when it is cooler outdoors
_AIRING_M2 = 0.15  # each


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """Everything that is known before the rooms are."""

    days: Days
    enclosure: Enclosure
    weather: Weather
    outdoor_g_kg: Array
    drives: Drives
    damage: Damage


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The building between two steps."""

    rooms: RoomState
    units: UnitState
    radiators: Array  # share of their power that they give


def step(inputs: Inputs, rows: Rows, at: int, state: State) -> tuple[State, dict[str, Array]]:
    """Step some days, of which `rows` are the places in the inputs.

    Gives the state after, and what is to be seen now: the state before and the powers in the step.
    """
    drives, damage, enclosure, rooms = inputs.drives, inputs.damage, inputs.enclosure, state.rooms
    heats = drives.heating[rows, at][:, None]
    units, supply = air_handling.step(state.units, _conditions(inputs, rows, at, heats), rooms, enclosure)
    setpoint_c = drives.setpoint_c[rows, at]
    valve = heating.valves(rooms.air_c, setpoint_c, heats, damage.radiator[rows, at])
    given = heating.radiators(state.radiators, valve, heats)
    seen = {
        "temperature": rooms.air_c,
        "water": rooms.water_g_kg,
        "co2": rooms.co2_ppm,
        "illuminance": drives.lux[rows, at],
        "people": drives.people[rows, at],
        "power": drives.lamps_w[rows, at] + drives.plugs_w[rows, at],
        "setpoint": setpoint_c,
        "valve": valve,
        "radiator_w": given * heating.radiator_w(),
        "cooling_w": heating.server_cooling_w(enclosure, rooms.air_c),
    }
    after = thermal.step(rooms, _surroundings(inputs, rows, at, rooms, supply, seen), enclosure)
    return State(rooms=after, units=units, radiators=given), seen | _seen_in_units(supply, units)


def _conditions(inputs: Inputs, rows: Rows, at: int, heats: Array) -> Conditions:
    drives, damage = inputs.drives, inputs.damage
    return Conditions(
        outdoor_c=inputs.weather.temp_c[rows, at][:, None],
        outdoor_g_kg=inputs.outdoor_g_kg[rows, at][:, None],
        outdoor_ppm=CO2_PPM,
        ventilated=drives.ventilated[rows, at][:, None],
        night=drives.night[rows, at][:, None],
        heating=heats,
        dust=drives.dust[rows, at] + damage.dust[rows, at],
        fan=damage.fan[rows, at],
        stuck_coil=damage.coil[rows, at],
    )


def _surroundings(
    inputs: Inputs, rows: Rows, at: int, rooms: RoomState, supply: Supply, seen: dict[str, Array]
) -> Surroundings:
    enclosure = inputs.enclosure
    outdoor_c = inputs.weather.temp_c[rows, at][:, None]
    share = enclosure.supply_m3_s * enclosure.served.T / (enclosure.supply_m3_s @ enclosure.served)[:, None]
    return Surroundings(
        outdoor_c=outdoor_c,
        outdoor_g_kg=inputs.outdoor_g_kg[rows, at][:, None],
        outdoor_ppm=CO2_PPM,
        people=seen["people"],
        gains_w=seen["power"] + seen["radiator_w"] - seen["cooling_w"],
        sun_w=inputs.drives.sun_w[rows, at],
        window_m3_s=thermal.window_flow_m3_s(
            inputs.damage.window_m2[rows, at] + _airing_m2(enclosure, rooms, seen["people"], outdoor_c),
            inputs.weather.wind_m_s[rows, at][:, None], rooms.air_c, outdoor_c,
        ),
        supply_m3_s=supply.flow_m3_s @ share,
        supply_c=supply.temp_c @ enclosure.served.T,
        supply_g_kg=supply.water_g_kg @ enclosure.served.T,
        supply_ppm=supply.co2_ppm @ enclosure.served.T,
    )  # fmt: skip


def _airing_m2(enclosure: Enclosure, rooms: RoomState, people: Array, outdoor_c: Array) -> Array:
    """Windows that people open because they are warm."""
    warm = (rooms.air_c > _AIRING_C) & (outdoor_c < rooms.air_c - 1.0) & (outdoor_c > 8.0)
    most = 0.3 * enclosure.window_m2.sum(axis=1)
    opened: Array = np.minimum(warm * people * _AIRING_M2, most)
    return opened


def _seen_in_units(supply: Supply, units: UnitState) -> dict[str, Array]:
    return {
        "supply_temp": units.supply_c,
        "return_temp": units.return_c,
        "mixed_temp": units.mixed_c,
        "outdoor_air_damper": 100.0 * supply.fresh,
        "heating_valve": 100.0 * units.coil,
        "fan_speed": 100.0 * supply.told,
        "fan_power": supply.fan_w,
        "air_flow_m3h": 3600.0 * supply.flow_m3_s,
        "filter_dp_pa": supply.filter_pa,
        "coil_w": supply.coil_w,
    }
