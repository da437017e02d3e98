"""Heat, carbon dioxide and water in the rooms: one step of the balances.

Each room has two temperatures, its air's and its mass's, as in ISO 13790's simple method: walls and
floors (165 kJ/K a m² of floor, medium weight) are coupled to the air by 9.1 W/(m²K) over 2.5 m² a m².
A step is implicit in the room's own value and takes the neighbours' as they were, which is stable at
any step.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.demo.simulation.clock import STEP_S, Array
from data.demo.simulation.enclosure import Enclosure

AIR_J_M3K = 1.2 * 1006.0
AIR_KG_M3 = 1.2
_FURNITURE = 5.0  # furniture takes part in the air's quick changes: times the air's own capacity
_MASS_J_M2K = 165e3
_COUPLING_W_M2K = 9.1 * 2.5
_CRACKS_1_H = 0.12  # air changes through the cracks
_GROUND_C = 11.0
_PERSON_W = 75.0  # dry heat, seated (EN ISO 7730)
_PERSON_CO2 = 5.2  # [ppm m³/s], 18.7 l/h seated (ASTM D6245)
_PERSON_G_S = 50.0 / 3600.0  # water
_BUFFER = 3.0  # walls and furniture take up and give back water: times the air's own
_SUN_TO_AIR = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomState:
    """Shapes (days, rooms)."""

    air_c: Array
    mass_c: Array
    co2_ppm: Array
    water_g_kg: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What acts on the rooms in a step; shapes (days, 1) outdoors, (days, rooms) indoors."""

    outdoor_c: Array
    outdoor_g_kg: Array
    outdoor_ppm: float
    people: Array
    gains_w: Array  # lamps, plugs, radiators, minus cooling
    sun_w: Array
    window_m3_s: Array
    supply_m3_s: Array
    supply_c: Array
    supply_g_kg: Array
    supply_ppm: Array


def step(state: RoomState, now: Surroundings, enclosure: Enclosure) -> RoomState:
    """The rooms after one step."""
    outside_m3_s = _CRACKS_1_H / 3600.0 * enclosure.volume_m3 + now.window_m3_s
    air_c, mass_c = _heat(state, now, enclosure, outside_m3_s)
    air_out_in = (outside_m3_s, enclosure.doors_m3_s, now.supply_m3_s)
    co2 = _mix(
        state.co2_ppm, _PERSON_CO2 * now.people, enclosure.volume_m3, air_out_in,
        (now.outdoor_ppm, now.supply_ppm),
    )  # fmt: skip
    water = _mix(
        state.water_g_kg, _PERSON_G_S / AIR_KG_M3 * now.people, _BUFFER * enclosure.volume_m3, air_out_in,
        (now.outdoor_g_kg, now.supply_g_kg),
    )  # fmt: skip
    return RoomState(air_c=air_c, mass_c=mass_c, co2_ppm=co2, water_g_kg=water)


def window_flow_m3_s(open_m2: Array, wind_m_s: Array, indoor_c: Array, outdoor_c: Array) -> Array:
    """Air through a window open on one side; de Gids and Phaff (1982), for one 1.4 m high."""
    speed = np.sqrt(0.001 * wind_m_s**2 + 0.0035 * 1.4 * np.abs(indoor_c - outdoor_c) + 0.01)
    flow: Array = 0.5 * open_m2 * speed
    return flow


def _heat(
    state: RoomState, now: Surroundings, enclosure: Enclosure, outside_m3_s: Array
) -> tuple[Array, Array]:
    outdoors = enclosure.window_w_k + AIR_J_M3K * outside_m3_s
    supply = AIR_J_M3K * now.supply_m3_s
    coupling = _COUPLING_W_M2K * enclosure.area_m2
    inertia = _FURNITURE * AIR_J_M3K * enclosure.volume_m3 / STEP_S
    gains = now.gains_w + _PERSON_W * now.people + _SUN_TO_AIR * now.sun_w
    links = enclosure.links_w_k
    air_c = (
        inertia * state.air_c + outdoors * now.outdoor_c + supply * now.supply_c
        + coupling * state.mass_c + state.air_c @ links + gains
    ) / (inertia + outdoors + supply + coupling + links.sum(axis=1))  # fmt: skip
    mass_inertia = _MASS_J_M2K * enclosure.area_m2 / STEP_S
    mass_c = (
        mass_inertia * state.mass_c + coupling * air_c + enclosure.opaque_w_k * now.outdoor_c
        + enclosure.ground_w_k * _GROUND_C + (1 - _SUN_TO_AIR) * now.sun_w
    ) / (mass_inertia + coupling + enclosure.opaque_w_k + enclosure.ground_w_k)  # fmt: skip
    return air_c, mass_c


def _mix(
    now: Array, source: Array, volume_m3: Array,
    air_m3_s: tuple[Array, Array, Array], incoming: tuple[Array | float, Array],
) -> Array:  # fmt: skip
    """What is mixed into the air of a room, after a step: V dx/dt = source + sum of q (x_in - x)."""
    outside, doors, supply = air_m3_s
    inertia = volume_m3 / STEP_S
    mixed: Array = (inertia * now + source + outside * incoming[0] + supply * incoming[1] + now @ doors) / (
        inertia + outside + supply + doors.sum(axis=1)
    )
    return mixed
