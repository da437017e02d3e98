"""The one table of units: how each is shown, which others it converts to, and how devices spell it.

A spelling is looked up, never evaluated: it comes from a device.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_LONGEST = 32  # characters of a spelling; the longest below has fewer


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit."""

    name: str  # as it is shown; "" is a pure number
    dimension: str  # units of the same one convert to each other
    expression: str  # in pint's words


# By dimension, one row a unit: as it is shown, in pint's words, and its other spellings: UNECE's codes (as
# in OPC UA and Sparkplug), BACnet's and SenML's, and what bridges and people write. A power that is apparent
# or reactive is no active one, and a count or a level is no ratio: they never convert.
# fmt: off
_ROWS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "temperature": (
        ("°C", "degC", "C degC deg.C celsius degCelsius degreesCelsius Cel CEL"),
        ("°F", "degF", "F degF deg.F fahrenheit degFahrenheit degreesFahrenheit FAH"),
        ("K", "kelvin", "KEL kelvin degK °K"),
    ),
    "ratio": (
        ("%", "percent", "%RH RH% %rH percent pct percentRelativeHumidity %EL P1"),
        ("‰", "permille", "permille NX"),
        ("", "dimensionless", "/ 1"),
    ),
    "count": (
        ("", "dimensionless", "# C62 H87 count counts people persons person occupants pulses EA"),
        ("lqi", "dimensionless", "LQI"),
        ("pH", "dimensionless", ""),
        ("AQI", "dimensionless", "IAQ"),
        ("UV index", "dimensionless", "UVI"),
    ),
    "concentration": (
        ("ppm", "ppm", "partsPerMillion ppmv 59"),
        ("ppb", "ppb", "partsPerBillion ppbv 61"),
    ),
    "density": (
        ("µg/m³", "microgram/m**3", "ug/m3 GQ"),
        ("mg/m³", "milligram/m**3", "GP"),
        ("g/m³", "gram/m**3", "A93"),
    ),
    "radioactivity": (
        ("Bq/m³", "becquerel/m**3", "A19"),
        ("pCi/L", "picocurie/liter", "pCi/l"),
    ),
    "level": (
        ("dB", "dimensionless", "decibel decibels 2N"),
        ("dB(A)", "dimensionless", "dBA db(A)"),
        ("dBm", "dimensionless", ""),
    ),
    "illuminance": (
        ("lx", "lux", "lux luxes LUX"),
        ("klx", "kilolux", "klux KLX"),
        ("fc", "lumen/foot**2", "ftc footcandle footcandles lm/ft2 P27"),
    ),
    "luminous flux": (("lm", "lumen", "lumen lumens LUM"),),
    "irradiance": (
        ("W/m²", "watt/m**2", "wattsPerSquareMeter Wm-2 D54"),
        ("kW/m²", "kilowatt/m**2", ""),
        ("BTU/(h·ft²)", "Btu/hour/foot**2", "BTU/(h*ft2) BTU/h/ft2"),
    ),
    "pressure": (
        ("Pa", "pascal", "pascal pascals PAL"),
        ("hPa", "hectopascal", "hectopascal hectopascals A97"),
        ("kPa", "kilopascal", "kilopascal kilopascals KPA"),
        ("MPa", "megapascal", "MPA"),
        ("mbar", "millibar", "millibar mb MBR MBAR"),
        ("bar", "bar", "bars bara barg BAR"),
        ("psi", "psi", "psig psia lb/in2 lbf/in2 poundsForcePerSquareInch PS"),
        ("mmHg", "mmHg", "MMHG torr HN"),
        ("inHg", "inHg", "\"Hg inchHg in.Hg inchesOfMercury F79"),
        ("in H₂O", "inH2O", "inWC inW.C. in.w.c. inWG inw.g. in.wg \"wc \"wg \"H2O iwc inchesOfWater F78"),
        ("mm H₂O", "mmH2O", "mmH2O mmWC mmwg"),
        ("ft H₂O", "ftH2O", "ftH2O ftWC fthd"),
    ),
    "volume flow": (
        ("m³/h", "m**3/hour", "m3/hr cbm/h cmh cubicMetersPerHour MQH M3/H"),
        ("m³/s", "m**3/second", "m3/sec cubicMetersPerSecond MQS"),
        ("m³/min", "m**3/minute", "m3/minute"),
        ("L/s", "liter/second", "l/sec lps litersPerSecond G51"),
        ("L/min", "liter/minute", "lpm litersPerMinute L2"),
        ("mL/s", "milliliter/second", "40"),
        ("L/h", "liter/hour", "l/hr lph litersPerHour E32"),
        ("ft³/min", "foot**3/minute", "cfm scfm cu.ft/min cubicFeetPerMinute 2L"),
        ("ft³/h", "foot**3/hour", "cfh ft3/hr cubicFeetPerHour 2K"),
        ("gal/min", "gallon/minute", "gpm usgpm usGallonsPerMinute G2"),
        ("gal/h", "gallon/hour", "gph gal/hr usGallonsPerHour"),
    ),
    "volume": (
        ("m³", "m**3", "cbm cubicMeters MTQ M3"),
        ("L", "liter", "litre litres liter liters LTR"),
        ("mL", "milliliter", "MLT"),
        ("ft³", "foot**3", "cf cuft cu.ft cubicFeet FTQ"),
        ("CCF", "ccf", "ccf HCF"),
        ("gal", "gallon", "gallon gallons usgal usGallons GLL"),
    ),
    "mass flow": (
        ("kg/h", "kilogram/hour", "kg/hr E93"),
        ("kg/s", "kilogram/second", "KGS"),
        ("lb/h", "pound/hour", "lb/hr lbs/h"),
    ),
    "mass": (
        ("kg", "kilogram", "kilogram kilograms KGM"),
        ("g", "gram", "gram grams GRM"),
        ("t", "metric_ton", "tonne tonnes TNE"),
        ("lb", "pound", "lbs pound pounds LBR"),
        ("oz", "ounce", "ounce ONZ"),
    ),
    "speed": (  # wind and rain
        ("m/s", "meter/second", "mps m/sec metersPerSecond MTS"),
        ("km/h", "kilometer/hour", "kph kmh km/hr KMH"),
        ("mph", "mile/hour", "mi/h MPH HM"),
        ("kn", "knot", "kt kts knot knots KNT"),
        ("ft/min", "foot/minute", "fpm feetPerMinute"),
        ("ft/s", "foot/second", "fps"),
        ("mm/s", "millimeter/second", ""),
        ("mm/h", "millimeter/hour", "mm/hr"),
        ("mm/d", "millimeter/day", "mm/day"),
        ("in/h", "inch/hour", "in/hr inch/h iph"),
        ("in/d", "inch/day", "in/day"),
    ),
    "length": (
        ("m", "meter", "meter metre meters metres MTR"),
        ("cm", "centimeter", "CMT"),
        ("mm", "millimeter", "MMT"),
        ("km", "kilometer", "KMT"),
        ("in", "inch", "inch inches \" INH"),
        ("ft", "foot", "foot feet FOT"),
        ("mi", "mile", "mile miles SMI"),
    ),
    "area": (
        ("m²", "m**2", "sqm MTK"),
        ("ft²", "foot**2", "sqft sq.ft FTK"),
    ),
    "angle": (
        ("°", "degree", "deg degree degrees DD"),
        ("rad", "radian", "C81"),
    ),
    "power": (
        ("W", "watt", "watt watts WTT"),
        ("mW", "milliwatt", "C31"),
        ("kW", "kilowatt", "kilowatt kilowatts kWel kWth KWT"),
        ("MW", "megawatt", "MAW"),
        ("GW", "gigawatt", "A90"),
        ("BTU/h", "Btu/hour", "btuh Btu/hr btusPerHour 2I"),
        ("kBTU/h", "kBtu/hour", "MBH kBtuh kBtu/hr"),
        ("RT", "ton_of_refrigeration", "TR tonsOfRefrigeration tonsRefrigeration tons"),
        ("hp", "horsepower", "HP BHP"),
    ),
    "apparent power": (
        ("VA", "volt*ampere", "voltampere voltamperes D46"),
        ("kVA", "kilovolt*ampere", "kilovoltAmperes"),
        ("MVA", "megavolt*ampere", ""),
    ),
    "reactive power": (
        ("var", "volt*ampere", "vars voltAmperesReactive D44"),
        ("kvar", "kilovolt*ampere", "kilovoltAmperesReactive KVR"),
        ("Mvar", "megavolt*ampere", "MAR"),
    ),
    "energy": (
        ("Wh", "watt*hour", "WHR watthour watthours"),
        ("kWh", "kilowatt*hour", "kilowatthour kilowatthours kWhel kWhth KWH"),
        ("MWh", "megawatt*hour", "MWH"),
        ("GWh", "gigawatt*hour", "GWH"),
        ("J", "joule", "joule joules JOU"),
        ("kJ", "kilojoule", "KJO"),
        ("MJ", "megajoule", "3B"),
        ("GJ", "gigajoule", "GV"),
        ("BTU", "Btu", ""),
        ("kBTU", "kBtu", ""),
        ("MMBTU", "megaBtu", "MMBtu BZ"),
        ("therm", "therm", "therms thm"),
        ("ton·h", "ton_of_refrigeration*hour", "RTh tonhour tonhours"),
        ("kcal", "kilocalorie", "E14"),
    ),
    "apparent energy": (
        ("VAh", "volt*ampere*hour", ""),
        ("kVAh", "kilovolt*ampere*hour", "C79"),
    ),
    "reactive energy": (
        ("varh", "volt*ampere*hour", ""),
        ("kvarh", "kilovolt*ampere*hour", "K3"),
        ("Mvarh", "megavolt*ampere*hour", "MVH"),
    ),
    "voltage": (
        ("V", "volt", "volt volts VLT Vac Vdc"),
        ("mV", "millivolt", "2Z"),
        ("kV", "kilovolt", "KVT"),
    ),
    "current": (
        ("A", "ampere", "amp amps ampere amperes AMP Aac Adc"),
        ("mA", "milliampere", "4K"),
        ("kA", "kiloampere", "B22"),
    ),
    "resistance": (
        ("Ω", "ohm", "ohm ohms OHM"),
        ("kΩ", "kiloohm", "kohm"),
    ),
    "frequency": (
        ("Hz", "hertz", "hertz HTZ"),
        ("kHz", "kilohertz", "KHZ"),
        ("MHz", "megahertz", "MHZ"),
    ),
    "rotation": (
        ("rpm", "rpm", "revolutionsPerMinute 1/min r/min rev/min U/min"),
    ),
    "time": (
        ("s", "second", "sec secs second seconds SEC"),
        ("ms", "millisecond", "msec C26"),
        ("µs", "microsecond", "us B98"),
        ("min", "minute", "mins minute minutes MIN"),
        ("h", "hour", "hr hrs hour hours HUR"),
        ("d", "day", "day days DAY"),
    ),
    "conductivity": (
        ("µS/cm", "microsiemens/centimeter", "uS/cm G42"),
        ("mS/cm", "millisiemens/centimeter", "H61"),
    ),
    "enthalpy": (
        ("kJ/kg", "kilojoule/kilogram", "B42"),
        ("BTU/lb", "Btu/pound", "AZ"),
    ),
    "moisture": (
        ("g/kg", "gram/kilogram", "GK"),
    ),
}
# fmt: on


def unit(text: str) -> Unit | None:
    """The unit that a text names in whatever spelling; None: it is in no row of the table.

    Case tells `mW` from `MW` and is otherwise forgiven; so are spaces, dashes and other signs for a letter.
    """
    return _unit(text) if len(text) <= _LONGEST else None


def states_none(text: str) -> bool:
    """Whether what stands for a unit says that there is none: nothing, or a dash."""
    return not text.strip(" \t\n\u00a0-–")


def spellings(name: str) -> tuple[str, ...]:
    """Every spelling of a unit that the table has, as it is shown first; of an unknown one its name alone."""
    found = unit(name)
    return tuple(text for text, one in _TABLE if one == found) if found else (name,)


@lru_cache(maxsize=1024)  # bounded: texts are what devices say
def _unit(text: str) -> Unit | None:
    if states_none(text):
        return _BY_KEY[""]
    key = _key(text)
    if key in _BY_KEY:
        return _BY_KEY[key] if key else None  # signs that mean nothing alone
    found = _BY_FOLDED.get(key.casefold())
    # In a symbol, mega is never taken for milli, nor milli for mega.
    return found if found and (len(key) > 4 or key[:1] + found.name[:1] not in ("mM", "Mm")) else None


def _key(text: str) -> str:
    """A spelling without what does not tell units apart."""
    # These are letters of their own to Unicode, and are typed for the sign of a degree.
    plain = unicodedata.normalize("NFKC", text.translate({ord("º"): "°", ord("˚"): "°"}))
    # What is left of a micro sign is a Greek letter.
    return "".join(plain.replace("μ", "u").replace("**", "").split()).translate(_DROPPED)


_DROPPED = {ord(sign): None for sign in "^·⋅-_"}


def table() -> Iterator[tuple[str, Unit]]:
    """Every spelling and the unit it names; of each unit the one that is shown comes first."""
    for dimension, rows in _ROWS.items():
        for name, expression, others in rows:
            for text in (name, *others.split()):
                yield text, Unit(name, dimension, expression)


_TABLE = tuple(table())
# Of two rows with one spelling the first counts: "" is a ratio before it is a count.
_BY_KEY = {_key(text): one for text, one in reversed(_TABLE)}
_folded: dict[str, set[Unit]] = {}
for _text, _one in _TABLE:
    _folded.setdefault(_key(_text).casefold(), set()).add(_one)
_BY_FOLDED = {text: units.pop() for text, units in _folded.items() if len(units) == 1}
