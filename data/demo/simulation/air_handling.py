"""The air-handling units: mixing box, filter, heating coil and fan; one step of them.

Return air and outdoor air are mixed, cleaned, heated and blown into the rooms. As much outdoor air is
taken as cools for nothing, never less than people need.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.demo.simulation.clock import STEP_S, Array, Mask
from data.demo.simulation.enclosure import Enclosure
from data.demo.simulation.thermal import AIR_J_M3K, RoomState

_COIL_S, _DUCT_S = 240.0, 600.0  # time constants of the valve and of a duct without flow
_COIL_RISE_K = 22.0  # what the coil is made for
_LEAST_FRESH = 0.35  # least share of outdoor air
_FAN_W_S_M3 = 1_400.0  # specific fan power at full flow
_FAN_RISE_K = 0.8
_CLEAN_PA, _DUST_PA = 70.0, 130.0  # over a filter at full flow: new, and what a filling adds
_PLANT_ROOM_C = 19.0


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitState:
    """What the sensors in the units see; shapes (days, units)."""

    coil: Array  # position of the heating valve
    supply_c: Array
    mixed_c: Array
    return_c: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What acts on the units in a step; shapes (days, 1) or (days, units)."""

    outdoor_c: Array
    outdoor_g_kg: Array
    outdoor_ppm: float
    ventilated: Array  # 1 while it is scheduled
    night: Array  # 1 while free cooling is allowed
    heating: Array  # 1 while it is cold enough to heat
    dust: Array  # fillings of the filter
    fan: Array  # 1 runs, 0 failed
    stuck_coil: Array  # NaN is not stuck


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """What the units do in a step; shapes (days, units)."""

    told: Array  # the fan's command, 0 or 1
    fresh: Array  # share of outdoor air
    flow_m3_s: Array
    filter_pa: Array
    coil_w: Array
    fan_w: Array
    temp_c: Array
    water_g_kg: Array
    co2_ppm: Array


def step(
    state: UnitState, now: Conditions, rooms: RoomState, enclosure: Enclosure
) -> tuple[UnitState, Supply]:
    """What the units do now, and what they see then."""
    design = enclosure.supply_m3_s @ enclosure.served
    share = enclosure.supply_m3_s[:, None] * enclosure.served / design  # of each room in the return air
    returns_c = rooms.air_c @ share
    told = _told(now, returns_c)
    flow, filter_pa = _flow(told, now, design)
    fresh = _fresh(told, now, returns_c)
    mixed_c = returns_c + fresh * (now.outdoor_c - returns_c)
    coil, coil_w = _coil(state.coil, now, flow, mixed_c, design)
    moving = flow > 0
    rise_k = np.where(moving, coil_w / (AIR_J_M3K * np.maximum(flow, 1e-6)) + _FAN_RISE_K, 0.0)
    supply_c = mixed_c + rise_k
    supply = Supply(
        told=told, fresh=fresh, flow_m3_s=flow, filter_pa=filter_pa, coil_w=coil_w * moving,
        fan_w=_fan_w(flow, design, filter_pa), temp_c=supply_c,
        water_g_kg=_blend(rooms.water_g_kg @ share, now.outdoor_g_kg, fresh),
        co2_ppm=_blend(rooms.co2_ppm @ share, now.outdoor_ppm, fresh),
    )  # fmt: skip
    seen = UnitState(
        coil=coil,
        supply_c=_seen(state.supply_c, supply_c, moving),
        mixed_c=_seen(state.mixed_c, mixed_c, moving),
        return_c=_seen(state.return_c, returns_c, moving),
    )
    return seen, supply


def supply_setpoint_c(outdoor_c: Array) -> Array:
    """Warmer when it is cold: 20.5 °C at 0 °C, 17 °C at 20 °C."""
    return np.interp(outdoor_c, [0.0, 20.0], [20.5, 17.0])


def _told(now: Conditions, returns_c: Array) -> Array:
    """Whether the fans are told to run: by schedule, or to cool a warm building in a mild night."""
    cools = (now.night > 0) & (returns_c > 23.5) & (now.outdoor_c < returns_c - 2.0) & (now.outdoor_c > 10.0)
    return np.maximum(now.ventilated, cools)


def _flow(told: Array, now: Conditions, design: Array) -> tuple[Array, Array]:
    """Flow and the filter's pressure drop; a filter more than full chokes the flow.

    The drop goes with the flow to the power of 1.3, between laminar and turbulent.
    """
    share = told * now.fan * np.clip(1.0 - 0.25 * (now.dust - 1.0), 0.3, 1.0)
    return share * design, (_CLEAN_PA + _DUST_PA * now.dust) * share**1.3


def _fresh(told: Array, now: Conditions, returns_c: Array) -> Array:
    span = returns_c - now.outdoor_c
    wanted = (returns_c - supply_setpoint_c(now.outdoor_c) + _FAN_RISE_K) / np.where(span > 0.5, span, 0.5)
    free: Array = told * np.where(span > 0.5, np.clip(wanted, _LEAST_FRESH, 1.0), _LEAST_FRESH)
    return free


def _coil(coil: Array, now: Conditions, flow: Array, mixed_c: Array, design: Array) -> tuple[Array, Array]:
    """Position of the heating valve and the heat it gives [W]."""
    most_w = AIR_J_M3K * design * _COIL_RISE_K
    lacking_k = supply_setpoint_c(now.outdoor_c) - _FAN_RISE_K - mixed_c
    wanted = np.clip(AIR_J_M3K * flow * lacking_k / most_w, 0.0, 1.0) * now.heating
    moved = coil + (wanted - coil) * STEP_S / (_COIL_S + STEP_S)
    valve = np.where(np.isnan(now.stuck_coil), moved, now.stuck_coil)
    return valve, valve * most_w * np.minimum(flow / design, 1.0) ** 0.6 * now.heating


def _fan_w(flow: Array, design: Array, filter_pa: Array) -> Array:
    """Power of a unit's two fans: about the cube of the flow, more against a full filter."""
    power: Array = _FAN_W_S_M3 * design * (flow / design) ** 2.6 * (0.9 + 0.1 * filter_pa / _CLEAN_PA)
    return power


def _blend(returns: Array, outdoors: Array | float, fresh: Array) -> Array:
    return returns + fresh * (outdoors - returns)


def _seen(before: Array, air: Array, moving: Mask) -> Array:
    """A sensor sees the air that moves; in a still duct it drifts to the plant room's temperature."""
    still = before + (_PLANT_ROOM_C - before) * STEP_S / (_DUCT_S + STEP_S)
    return np.where(moving, air, still)
