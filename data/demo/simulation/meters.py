"""What sensors and meters could see, by place and quantity; counters count from midnight."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from data.demo.devices import AIR_HANDLER, SERVER_ROOM
from data.demo.simulation.clock import STEP_S, Array
from data.demo.simulation.enclosure import AHUS, Enclosure
from data.demo.simulation.heating import COOLING_COP
from data.demo.simulation.weather import humidity_pct

Values = dict[tuple[str, str], Array]

COUNTERS = frozenset(("energy",))
_STANDBY_W = 260.0  # lift, door and network, always


def values(enclosure: Enclosure, seen: Mapping[str, Array], outdoors: Mapping[str, Array]) -> Values:
    """Everything of one day.

    Args:
        enclosure: The rooms.
        seen: What the steps saw; each of shape (points, rooms or units).
        outdoors: What the weather station sees; each of shape (points,).
    """
    made: Values = {("weather", name): value for name, value in outdoors.items()}
    rooms = _of_rooms(seen)
    for column, room in enumerate(enclosure.rooms):
        made |= {(room.number, name): value[:, column] for name, value in rooms.items()}
    for column, unit in enumerate(AHUS):
        made |= {(unit, name): seen[name][:, column] for name in AIR_HANDLER}
    cooler_w = seen["cooling_w"].sum(axis=1) / COOLING_COP
    ventilation_w = seen["fan_power"].sum(axis=1)
    servers_w = seen["power"][:, enclosure.index(SERVER_ROOM)] + cooler_w
    all_w = seen["power"].sum(axis=1) + cooler_w + ventilation_w + _STANDBY_W
    heat_w = seen["radiator_w"].sum(axis=1) + seen["coil_w"].sum(axis=1)
    made |= _meter("electricity-main", all_w)
    made |= _meter("electricity-ventilation", ventilation_w)
    made |= _meter("electricity-server", servers_w)
    made |= _meter("heat-main", heat_w)
    return made | _heating_water(heat_w, outdoors["temperature"])


def _of_rooms(seen: Mapping[str, Array]) -> dict[str, Array]:
    return {
        "temperature": seen["temperature"],
        "humidity": humidity_pct(seen["temperature"], seen["water"]),
        "co2": seen["co2"],
        "illuminance": seen["illuminance"],
        "people": seen["people"],
        "occupancy": np.where(seen["people"] > 0, 1.0, 0.0),
        "power": seen["power"],
        "energy": _kwh(seen["power"]),
        "setpoint": seen["setpoint"],
        "valve": 100.0 * seen["valve"],
    }


def _meter(name: str, power_w: Array) -> Values:
    return {(name, "power"): power_w, (name, "energy"): _kwh(power_w)}


def _kwh(power_w: Array) -> Array:
    """Energy since the first point; the power of a point lasts until the next."""
    done = np.cumsum(power_w[:-1], axis=0) * STEP_S / 3.6e6
    kwh: Array = np.concatenate([np.zeros_like(power_w[:1]), done])
    return kwh


def _heating_water(heat_w: Array, outdoor_c: Array) -> Values:
    """Flow temperature by the heating curve, return temperature by the load at a constant flow."""
    flow_c = np.interp(outdoor_c, [-14.0, 15.0], [62.0, 34.0])
    return_c = flow_c - np.minimum(heat_w / (4186.0 * 0.9), flow_c - 22.0)
    return {("heat-main", "flow_temp"): flow_c, ("heat-main", "return_temp"): return_c}
