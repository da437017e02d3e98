"""The one table of quantities: what is measured, in which unit, how far it can be believed.

Names follow Brick's and Home Assistant's device classes where they agree.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
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


QUANTITIES: dict[str, Quantity] = {
    quantity.name: quantity
    for quantity in (
        Quantity(
            name="temperature",
            label="Temperature",
            unit="°C",
            digits=1,
            low=-60,
            high=150,
            words=("temperature", "temp", "tc", "t"),
            units=("C", "degC", "Cel", "celsius"),
        ),
        Quantity(
            name="humidity",
            label="Relative humidity",
            unit="%",
            digits=0,
            low=0,
            high=100,
            words=("humidity", "rh", "hum"),
            units=("%RH",),
        ),
        Quantity(
            name="co2",
            label="CO₂",
            unit="ppm",
            digits=0,
            low=250,
            high=10_000,
            words=("co2", "carbondioxide"),
            units=("ppm",),
        ),
        Quantity(
            name="illuminance",
            label="Illuminance",
            unit="lx",
            digits=0,
            low=0,
            high=200_000,
            words=("illuminance", "lux", "light", "brightness"),
            units=("lx", "lux"),
        ),
        Quantity(
            name="occupancy",
            label="Occupancy",
            unit="",
            digits=0,
            low=0,
            words=("occupancy", "motion", "pir", "presence", "people"),
        ),
        Quantity(
            name="pressure",
            label="Pressure",
            unit="hPa",
            digits=1,
            low=300,
            high=1_200,
            words=("pressure", "barometer"),
            units=("hPa", "mbar"),
        ),
        Quantity(
            name="power", label="Power", unit="W", digits=0, words=("power", "watts"), units=("W", "watt")
        ),
        Quantity(
            name="energy", label="Energy", unit="kWh", digits=1, words=("energy", "kwh"), units=("kWh",)
        ),
        Quantity(
            name="voltage",
            label="Voltage",
            unit="V",
            digits=1,
            words=("voltage", "volt"),
            units=("V", "volt"),
        ),
        Quantity(
            name="current",
            label="Current",
            unit="A",
            digits=2,
            words=("current", "ampere", "amps"),
            units=("A", "ampere"),
        ),
        Quantity(
            name="load", label="Processor load", unit="%", digits=0, low=0, high=100, words=("load", "cpu")
        ),
        Quantity(name="share", label="Share used", unit="%", digits=0, low=0, high=100, words=("used",)),
        Quantity(
            name="battery", label="Battery", unit="%", digits=0, low=0, high=100, words=("battery", "soc")
        ),
    )
}

_WORD = re.compile(r"[A-Z]?[a-z]+\d*|[A-Z]+\d*(?![a-z])|\d+")


def guess(metric: str, unit: str | None) -> Quantity | None:
    """The quantity that a series most likely measures; None when nothing tells.

    Args:
        metric: The metric's name, e.g. `zone/temperature` or `tC`.
        unit: Its unit as the message states it; a unit that fits no candidate refutes it.
    """
    words = {word.lower() for word in _WORD.findall(metric)} | {metric.rsplit("/", 1)[-1].lower()}
    named = (quantity for quantity in QUANTITIES.values() if words & set(quantity.words))
    if unit is None:
        return next(named, None)
    fits = next((quantity for quantity in named if unit in (quantity.unit, *quantity.units)), None)
    return fits or _only(quantity for quantity in QUANTITIES.values() if unit in quantity.units)


def _only(found: Iterable[Quantity]) -> Quantity | None:
    candidates = list(found)
    return candidates[0] if len(candidates) == 1 else None
