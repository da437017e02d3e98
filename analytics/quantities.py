"""The one table of quantities: what is measured, in which unit, how far it can be believed.

Names follow Brick's and Home Assistant's device classes where they agree.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quantity:
    """One kind of thing that devices measure."""

    name: str
    label: str
    unit: str  # canonical, as it is shown; "" is a pure number
    digits: int  # after the decimal point
    low: float | None = None  # believable range [unit]
    high: float | None = None
    words: tuple[str, ...] = ()  # whole words of a metric's name that mean this quantity
    units: tuple[str, ...] = ()  # other spellings of units that only this quantity has


def _table(*quantities: Quantity) -> dict[str, Quantity]:
    return {quantity.name: quantity for quantity in quantities}


# One row a quantity: name, label, canonical unit, digits; its believable range, words and units.
# fmt: off
QUANTITIES = _table(
    Quantity("temperature", "Temperature", "°C", 1, low=-60, high=150,
             words=("temperature", "temp", "tc", "t"), units=("C", "degC", "Cel", "celsius")),
    # Of air or water in ducts and pipes: what a room has is another quantity.
    Quantity("medium_temperature", "Medium temperature", "°C", 1, low=-60, high=150),
    Quantity("setpoint", "Set-point", "°C", 1, low=-60, high=150, words=("setpoint",)),
    Quantity("humidity", "Relative humidity", "%", 0, low=0, high=100,
             words=("humidity", "rh", "hum"), units=("%RH",)),
    Quantity("co2", "CO₂", "ppm", 0, low=250, high=10_000, words=("co2", "carbondioxide"), units=("ppm",)),
    Quantity("illuminance", "Illuminance", "lx", 0, low=0, high=200_000,
             words=("illuminance", "lux", "light", "brightness"), units=("lx", "lux")),
    Quantity("irradiance", "Solar irradiance", "W/m²", 0, low=0, high=1_500,
             words=("irradiance", "solar"), units=("W/m²", "W/m2")),
    Quantity("occupancy", "Occupancy", "", 0, low=0,
             words=("occupancy", "motion", "pir", "presence", "people")),
    Quantity("pressure", "Air pressure", "hPa", 1, low=300, high=1_200,
             words=("pressure", "barometer"), units=("hPa", "mbar")),
    Quantity("differential_pressure", "Differential pressure", "Pa", 0, words=("dp", "differentialpressure"),
             units=("Pa",)),
    Quantity("air_flow", "Air flow", "m³/h", 0, low=0, words=("airflow", "flow"), units=("m³/h", "m3/h")),
    Quantity("wind_speed", "Wind speed", "m/s", 1, low=0, high=120,
             words=("wind", "windspeed"), units=("m/s",)),
    Quantity("position", "Position", "%", 0, low=0, high=100, words=("position", "valve", "damper", "fan")),
    Quantity("power", "Power", "W", 0, words=("power", "watts"), units=("W", "watt")),
    Quantity("power_factor", "Power factor", "", 2, low=-1, high=1, words=("factor", "powerfactor")),
    Quantity("energy", "Energy", "kWh", 1, words=("energy", "kwh"), units=("kWh",)),
    Quantity("voltage", "Voltage", "V", 1, words=("voltage", "volt"), units=("V", "volt")),
    Quantity("current", "Current", "A", 2, words=("current", "ampere", "amps"), units=("A", "ampere")),
    Quantity("load", "Processor load", "%", 0, low=0, high=100, words=("load", "cpu")),
    Quantity("share", "Share used", "%", 0, low=0, high=100, words=("used",)),
    Quantity("battery", "Battery", "%", 0, low=0, high=100, words=("battery", "soc")),
)
# fmt: on

_MEDIUM = {"supply", "return", "mixed", "exhaust", "discharge", "flow", "inlet", "outlet"}
_WORD = re.compile(r"[A-Z]?[a-z]+\d*|[A-Z]+\d*(?![a-z])|\d+")


def guess(metric: str, unit: str | None) -> Quantity | None:
    """The quantity that a series most likely measures; None when nothing tells.

    The last telling word of the name counts: `fan_power` is a power, `ENERGY/Voltage` a voltage.

    Args:
        metric: The metric's name, e.g. `zone/temperature` or `tC`.
        unit: Its unit as the message states it; a unit that fits no candidate refutes it.
    """
    found = _guess(metric, unit)
    in_plant = found is not None and found.name == "temperature" and _MEDIUM & set(_words(metric))
    return QUANTITIES["medium_temperature"] if in_plant else found


def _words(metric: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(metric)] + [metric.rsplit("/", 1)[-1].lower()]


def _guess(metric: str, unit: str | None) -> Quantity | None:
    words = _words(metric)
    named = [
        quantity for word in reversed(words) for quantity in QUANTITIES.values() if word in quantity.words
    ]
    if unit is not None:
        named = [quantity for quantity in named if unit in (quantity.unit, *quantity.units)]
    if not named and unit is not None:
        of_unit = [quantity for quantity in QUANTITIES.values() if unit in quantity.units]
        named = of_unit if len(of_unit) == 1 else []
    return named[0] if named else None
