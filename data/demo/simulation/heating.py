"""Radiators with their valves, and the server room's cooler."""

from __future__ import annotations

from functools import cache

import numpy as np

from data.demo.office.fabric import heated_at
from data.demo.office.plan import Use
from data.demo.simulation.clock import STEP_S, Array
from data.demo.simulation.enclosure import Enclosure, office
from data.demo.simulation.thermal import AIR_J_M3K

BAND_K = 1.5  # proportional band of a radiator valve
COOLING_COP = 3.2
_LAG_S = 1200.0  # a radiator's time constant
_SERVER_C, _SERVER_BAND_K, _SERVER_W = 22.5, 2.0, 6_500.0


@cache
def radiator_w() -> Array:
    """Power of each room's radiators [W]: made for -14 °C outdoors, with a reserve to heat up."""
    enclosure = office()
    cracks = 0.3 / 3600.0 * enclosure.volume_m3 * AIR_J_M3K
    loss = enclosure.opaque_w_k + enclosure.window_w_k + enclosure.ground_w_k + cracks
    has_one = np.array([float(heated_at(room) is not None) for room in enclosure.rooms])
    power: Array = has_one * (1.15 * loss * 35.0 + 22.0 * enclosure.area_m2)
    return power


def valves(air_c: Array, setpoint_c: Array, heating: Array, stuck: Array) -> Array:
    """Positions of the valves, 0 to 1: open by the proportion that the room lacks; NaN is not stuck."""
    wanted = np.clip((setpoint_c + BAND_K / 2 - air_c) / BAND_K, 0.0, 1.0) * heating
    return np.where(np.isnan(stuck), wanted, stuck)


def radiators(given: Array, valve: Array, heating: Array) -> Array:
    """Share of its power that a radiator gives after a step; no warm water comes when nothing is heated."""
    share: Array = (given + (valve - given) * STEP_S / (_LAG_S + STEP_S)) * heating
    return share


def server_cooling_w(enclosure: Enclosure, air_c: Array) -> Array:
    """Heat that the server room's cooler takes away [W]."""
    share = np.clip((air_c - _SERVER_C) / _SERVER_BAND_K, 0.0, 1.0)
    heat: Array = share * _SERVER_W * enclosure.where(Use.SERVER)
    return heat
