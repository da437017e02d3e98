"""The one table of quantities: what is measured, in which unit, how far it can be believed.

Names follow Brick's and Home Assistant's device classes where they agree.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache

from analytics import unit_table
from analytics.unit_table import Unit


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
    hints: tuple[str, ...] = ()  # words that mean it only beside a unit that fits
    units: tuple[str, ...] = ()  # units that tell it without a word, as they are shown
    dimension: str = ""  # of its units, where `unit` is "" and counts something


def _table(*quantities: Quantity) -> dict[str, Quantity]:
    return {quantity.name: quantity for quantity in quantities}


# One row a quantity: name, label, canonical unit, digits; its believable range, words and units.
# fmt: off
QUANTITIES = _table(
    # Of the air in rooms and outdoors
    Quantity("temperature", "Temperature", "°C", 1, low=-60, high=150,
             words=("temperature", "temp", "tc", "t"), units=("°C", "°F")),
    # Of air or water in ducts and pipes: what a room has is another quantity.
    Quantity("medium_temperature", "Medium temperature", "°C", 1, low=-60, high=150),
    # What else has degrees and is not what a room has either.
    Quantity("dew_point", "Dew point", "°C", 1, low=-80, high=60, words=("dewpoint", "dew_point")),
    Quantity("apparent_temperature", "Apparent temperature", "°C", 1, low=-80, high=80),
    Quantity("outdoor_temperature", "Outdoor temperature", "°C", 1, low=-60, high=60),
    Quantity("device_temperature", "Device temperature", "°C", 1, low=-60, high=150),
    Quantity("temperature_difference", "Temperature difference", "K", 1, low=-150, high=150,
             words=("temperaturedifference", "deltat", "delta_t")),
    Quantity("setpoint", "Set-point", "°C", 1, low=-60, high=150, words=("setpoint",)),
    Quantity("humidity", "Relative humidity", "%", 0, low=0, high=100, words=("humidity", "rh", "hum")),
    Quantity("moisture", "Moisture", "%", 0, low=0, high=100, words=("moisture",)),
    Quantity("co2", "CO₂", "ppm", 0, low=250, high=10_000, words=("co2", "carbondioxide", "carbon_dioxide"),
             units=("ppm",)),
    Quantity("co", "CO", "ppm", 0, low=0, high=1_000, hints=("co", "carbonmonoxide", "carbon_monoxide")),
    Quantity("voc", "Volatile organic compounds", "µg/m³", 0, low=0, high=100_000, words=("voc", "tvoc")),
    Quantity("voc_parts", "Volatile organic compounds", "ppb", 0, low=0, high=100_000, hints=("voc", "tvoc"),
             units=("ppb",)),
    Quantity("pm1", "PM1", "µg/m³", 0, low=0, high=10_000, words=("pm1", "pm01")),
    Quantity("pm25", "PM2.5", "µg/m³", 0, low=0, high=10_000, words=("pm25", "pm2_5", "pm2.5")),
    Quantity("pm10", "PM10", "µg/m³", 0, low=0, high=10_000, words=("pm10",)),
    Quantity("radon", "Radon", "Bq/m³", 0, low=0, high=100_000, words=("radon",), units=("Bq/m³", "pCi/L")),
    Quantity("aqi", "Air quality index", "AQI", 0, low=0, high=500, words=("aqi", "iaq")),
    Quantity("illuminance", "Illuminance", "lx", 0, low=0, high=200_000,
             words=("illuminance", "lux", "light", "brightness"), units=("lx", "klx", "fc")),
    Quantity("sound_level", "Sound level", "dB", 0, low=0, high=194, words=("noise", "spl"), hints=("sound",),
             units=("dB(A)",)),
    Quantity("occupancy", "Occupancy", "", 0, low=0, dimension="count",
             words=("occupancy", "motion", "pir", "presence", "people")),

    # Of the weather
    Quantity("irradiance", "Solar irradiance", "W/m²", 0, low=0, high=1_500,
             words=("irradiance", "solar"), units=("W/m²", "kW/m²", "BTU/(h·ft²)")),
    Quantity("uv_index", "UV index", "", 1, low=0, high=20, words=("uv", "uvi", "uvindex", "uv_index"),
             units=("UV index",), dimension="count"),
    Quantity("pressure", "Air pressure", "hPa", 1, low=300, high=1_200,
             words=("pressure", "barometer"), units=("hPa", "mbar", "mmHg", "inHg")),
    Quantity("wind_speed", "Wind speed", "m/s", 1, low=0, high=120,
             words=("wind", "windspeed", "gust"), units=("m/s", "km/h", "mph", "kn")),
    Quantity("wind_direction", "Wind direction", "°", 0, low=0, high=360,
             words=("winddirection", "wind_direction", "windbearing", "wind_bearing")),
    Quantity("precipitation", "Precipitation", "mm", 1, low=0, words=("precipitation", "rainfall"),
             hints=("rain", "snow")),
    Quantity("precipitation_intensity", "Precipitation intensity", "mm/h", 1, low=0, high=500,
             words=("rainrate", "rain_rate"), units=("mm/h", "mm/d", "in/h", "in/d")),

    # Of air and water in ducts and pipes
    Quantity("differential_pressure", "Differential pressure", "Pa", 0, words=("dp", "differentialpressure"),
             units=("Pa", "in H₂O", "mm H₂O")),
    Quantity("medium_pressure", "Medium pressure", "bar", 2, low=-1, high=100, hints=("pressure",),
             units=("bar", "psi", "MPa")),
    Quantity("air_flow", "Air flow", "m³/h", 0, low=0, words=("airflow", "flow"),
             units=("m³/h", "m³/s", "ft³/min")),
    Quantity("water_flow", "Water flow", "L/min", 1, low=0, words=("waterflow",), hints=("flow",),
             units=("L/min", "L/h", "gal/min", "gal/h")),
    Quantity("speed", "Speed", "m/s", 1, hints=("speed", "velocity"), units=("ft/min",)),
    Quantity("position", "Position", "%", 0, low=0, high=100, words=("position", "valve", "damper", "fan")),
    Quantity("rotation", "Rotational speed", "rpm", 0, low=0, words=("rpm",), hints=("speed", "fan"),
             units=("rpm",)),

    # Of electricity, heat and fuel
    Quantity("power", "Power", "W", 0, words=("power", "watts"), units=("W", "mW", "kW", "MW", "hp")),
    Quantity("thermal_power", "Thermal power", "W", 0, words=("heatflow",), hints=("heat", "power"),
             units=("BTU/h", "kBTU/h", "RT")),
    Quantity("apparent_power", "Apparent power", "VA", 0, units=("VA", "kVA", "MVA")),
    Quantity("reactive_power", "Reactive power", "var", 0,
             units=("var", "kvar", "Mvar")),
    Quantity("power_factor", "Power factor", "", 2, low=-1, high=1, words=("factor", "powerfactor", "pf")),
    Quantity("energy", "Energy", "kWh", 1, words=("energy", "kwh"),
             units=("Wh", "kWh", "MWh", "GWh", "J", "kJ")),
    Quantity("thermal_energy", "Thermal energy", "kWh", 1, hints=("heat", "energy"),
             units=("MJ", "GJ", "BTU", "kBTU", "MMBTU", "therm", "ton·h", "kcal")),
    Quantity("apparent_energy", "Apparent energy", "kVAh", 1, units=("VAh", "kVAh")),
    Quantity("reactive_energy", "Reactive energy", "kvarh", 1, units=("varh", "kvarh", "Mvarh")),
    Quantity("voltage", "Voltage", "V", 1, words=("voltage", "volt"), units=("V", "mV", "kV")),
    Quantity("current", "Current", "A", 2, words=("current", "ampere", "amps"), units=("A", "mA", "kA")),
    Quantity("frequency", "Frequency", "Hz", 2, low=0, words=("frequency", "freq", "hertz"), units=("Hz",)),
    Quantity("water", "Water", "m³", 3, low=0, hints=("water",)),
    Quantity("gas", "Gas", "m³", 3, low=0, hints=("gas",)),
    Quantity("volume", "Volume", "L", 1, low=0, hints=("volume",)),

    # Of things
    Quantity("distance", "Distance", "m", 2, low=0, hints=("distance",)),
    Quantity("water_level", "Water level", "m", 2, hints=("level", "depth", "waterlevel", "water_level")),
    Quantity("weight", "Weight", "kg", 1, hints=("weight", "mass"), units=("kg", "lb")),
    Quantity("duration", "Duration", "s", 0, low=0, hints=("duration", "time")),
    Quantity("run_time", "Run time", "h", 1, low=0, hints=("runtime", "uptime")),
    Quantity("ph", "pH", "pH", 2, low=0, high=14, hints=("ph",), units=("pH",)),
    Quantity("conductivity", "Conductivity", "µS/cm", 0, low=0, words=("conductivity",),
             units=("µS/cm", "mS/cm")),

    # Of devices themselves
    Quantity("load", "Processor load", "%", 0, low=0, high=100, words=("load", "cpu")),
    Quantity("share", "Share used", "%", 0, low=0, high=100, words=("used",)),
    Quantity("battery", "Battery", "%", 0, low=0, high=100, words=("battery", "soc")),
    Quantity("signal_strength", "Signal strength", "dBm", 0, low=-200, high=50, words=("rssi",),
             units=("dBm",)),
    Quantity("link_quality", "Link quality", "lqi", 0, low=0, high=255, words=("linkquality", "lqi"),
             units=("lqi",)),
)
# fmt: on

# What a word beside it tells of a quantity; None: it is no such quantity at all.
_BESIDE: dict[str, tuple[tuple[str | None, frozenset[str]], ...]] = {
    "temperature": (
        ("setpoint", frozenset(("setpoint", "target", "desired"))),
        ("temperature_difference", frozenset(("delta", "difference", "diff"))),
        (None, frozenset(("color", "colour"))),
        ("dew_point", frozenset(("dew", "dewpoint", "dew_point"))),
        ("apparent_temperature", frozenset(("apparent", "feels", "index", "humidex", "chill"))),
        ("outdoor_temperature", frozenset(("outdoor", "outside", "oat"))),
        (
            "device_temperature",
            frozenset(("device", "chip", "cpu", "processor", "internal", "board", "esp32")),
        ),
        (
            "medium_temperature",
            frozenset(
                ("supply", "return", "mixed", "exhaust", "discharge", "flow", "inlet", "outlet", "water")
            ),
        ),
    ),
    "pressure": (
        ("differential_pressure", frozenset(("differential", "static", "duct", "filter", "delta", "diff"))),
    ),
    "air_flow": (("water_flow", frozenset(("water", "hydronic", "chw", "hhw", "dhw"))),),
    "speed": (("wind_speed", frozenset(("wind", "gust"))),),
    "precipitation": (("precipitation_intensity", frozenset(("rate", "intensity"))),),
    "power": (
        ("apparent_power", frozenset(("apparent",))),
        ("reactive_power", frozenset(("reactive",))),
        ("thermal_power", frozenset(("thermal", "heat_power"))),
    ),
    "energy": (
        ("apparent_energy", frozenset(("apparent",))),
        ("reactive_energy", frozenset(("reactive",))),
        ("thermal_energy", frozenset(("thermal", "heat_energy"))),
    ),
}

# Home Assistant's device classes that are not the name of one quantity alone; () is none of these.
_OF_CLASS: dict[str, tuple[str, ...]] = {
    "atmospheric_pressure": ("pressure",),
    "carbon_dioxide": ("co2",),
    "carbon_monoxide": ("co",),
    "duration": ("duration", "run_time"),
    "energy": ("energy", "thermal_energy"),
    "energy_storage": ("energy",),
    "motion": ("occupancy",),
    "moving": ("occupancy",),
    "power": ("power", "thermal_power"),
    "presence": ("occupancy",),
    "pressure": ("pressure", "differential_pressure", "medium_pressure"),
    "sound_pressure": ("sound_level",),
    "speed": ("speed", "wind_speed", "rotation"),
    "temperature": ("temperature", "medium_temperature", "setpoint"),
    "temperature_delta": ("temperature_difference",),
    "volatile_organic_compounds": ("voc",),
    "volatile_organic_compounds_parts": ("voc_parts",),
    "volume_flow_rate": ("air_flow", "water_flow"),
    "volume_storage": ("volume",),
} | dict.fromkeys(
    (
        "absolute_humidity", "area", "battery_charging", "blood_glucose_concentration", "cold",
        "connectivity", "data_rate", "data_size", "date", "door", "energy_distance", "enum", "garage_door",
        "heat", "lock", "monetary", "nitrogen_dioxide", "nitrogen_monoxide", "nitrous_oxide", "opening",
        "ozone", "plug", "problem", "running", "safety", "smoke", "sulphur_dioxide", "tamper", "timestamp",
        "update", "vibration", "window",
    ), (),
)  # fmt: skip

# Gases that a unit alone must not pass off as carbon dioxide.
_OTHER_GASES = frozenset(
    ("o3", "ozone", "no", "no2", "nox", "so2", "nh3", "h2s", "ch4", "hcho", "lpg", "co", "h2")
)

_LONGEST = 256  # characters of a name, from its end: a device may send any number of them
_WORD = re.compile(r"[A-Z]?[a-z]+\d*|[A-Z]+\d*(?![a-z])|\d+")


def guess(metric: str, unit: str | None, device_class: str | None = None) -> Quantity | None:
    """The quantity that a series most likely measures; None when nothing tells.

    The device's own class counts first, then the last telling word of the name (`fan_power` is a power,
    `ENERGY/Voltage` a voltage), then the unit alone. A unit refutes what it cannot be a unit of.

    Args:
        metric: The metric's name, e.g. `zone/temperature` or `tC`.
        unit: Its unit as the message states it; None or empty: it states none.
        device_class: What the device says it measures, in its convention's word: `carbon_dioxide`.
    """
    states_unit = unit is not None and not unit_table.states_none(unit)
    stated = unit_table.unit(unit) if unit is not None and states_unit else None
    if states_unit and stated is None:
        return None
    words = _words(metric)
    found = _of_words(words, stated)
    if device_class is not None:
        if _OF_CLASS.get(device_class.lower()) == ():
            return None
        candidates = _of_class(device_class.lower(), stated)
        if candidates and found not in candidates:
            found = _best(candidates, stated)
    found = found or _of_unit(words, stated)
    return _told_apart(found, words, stated) if found else None


@cache
def own_unit(quantity: Quantity) -> Unit:
    """The canonical unit of a quantity."""
    found = unit_table.unit(quantity.unit)
    assert found is not None, f"{quantity.unit} is in no row of the table of units"
    return replace(found, dimension=quantity.dimension or found.dimension)


def _fits(quantity: Quantity, stated: Unit | None) -> bool:
    return stated is None or stated.dimension == own_unit(quantity).dimension


def _words(text: str) -> list[str]:
    text = text[-_LONGEST:]
    return [word.lower() for word in _WORD.findall(text)] + [text.rsplit("/", 1)[-1].lower()]


def _of_words(words: list[str], stated: Unit | None) -> Quantity | None:
    for word in reversed(words):
        named = [one for one in QUANTITIES.values() if word in one.words or (stated and word in one.hints)]
        if fitting := [one for one in named if _fits(one, stated)]:
            return _best(fitting, stated)
    return None


def _of_class(device_class: str, stated: Unit | None) -> list[Quantity]:
    own = (device_class,) if device_class in QUANTITIES else ()
    names: Iterable[str] = _OF_CLASS.get(device_class, own)
    found = [QUANTITIES[name] for name in names]
    if not found and (said := _of_words(_words(device_class), stated)):
        found = [said]
    return [one for one in found if _fits(one, stated)]


def _of_unit(words: list[str], stated: Unit | None) -> Quantity | None:
    if stated is None or (stated.dimension == "concentration" and _OTHER_GASES & set(words)):
        return None
    return next((one for one in QUANTITIES.values() if stated.name in one.units), None)


def _best(fitting: list[Quantity], stated: Unit | None) -> Quantity:
    """Of several, the one whose own the unit is."""
    return next((one for one in fitting if stated and stated.name in one.units), fitting[0])


def _told_apart(found: Quantity, words: list[str], stated: Unit | None) -> Quantity | None:
    for name, beside in _BESIDE.get(found.name, ()):
        if beside & set(words):
            other = QUANTITIES[name] if name else None
            if other is None or _fits(other, stated):
                return other
    return found
