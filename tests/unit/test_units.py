"""Units in every spelling come to the same one, and values convert there and back."""

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import quantities, unit_table
from analytics.quantities import QUANTITIES, Quantity
from analytics.unit_table import Unit
from analytics.units import Conversion, Shown, canonical, conversion, shown

UNITS = tuple(dict.fromkeys(unit for _, unit in unit_table.table()))
PAIRS = [pair for pair in permutations(UNITS, 2) if pair[0].dimension == pair[1].dimension]


@pytest.mark.parametrize(
    ("spelling", "unit"),
    [
        ("C", "°C"), ("degC", "°C"), ("Cel", "°C"), ("CEL", "°C"), ("℃", "°C"), ("ºC", "°C"), ("° C", "°C"),
        ("degrees-celsius", "°C"), ("FAH", "°F"), ("Fahrenheit", "°F"), ("℉", "°F"),
        ("%RH", "%"), ("P1", "%"), ("percent", "%"), ("％", "%"), ("/", ""), ("#", ""),
        ("m3/h", "m³/h"), ("m^3/h", "m³/h"), ("m**3/h", "m³/h"), ("m³ / h", "m³/h"), ("㎥/h", "m³/h"),
        ("MQH", "m³/h"), ("CFM", "ft³/min"), ("ft3/min", "ft³/min"), ("GPM", "gal/min"), ("l/s", "L/s"),
        ("µg/m³", "µg/m³"), ("μg/m3", "µg/m³"), ("ug/m^3", "µg/m³"),
        ("inHg", "inHg"), ("inH₂O", "in H₂O"), ("in w.c.", "in H₂O"), ("mBar", "mbar"), ("PSIG", "psi"),
        ("KWH", "kWh"), ("kwh", "kWh"), ("kW·h", "kWh"), ("kW h", "kWh"), ("kilowatt-hours", "kWh"),
        ("WTT", "W"), ("watts", "W"), ("BTU/hr", "BTU/h"), ("MBH", "kBTU/h"), ("tons of refrigeration", "RT"),
        ("mW", "mW"), ("MW", "MW"), ("mV", "mV"), ("lux", "lx"), ("ftc", "fc"), ("dBA", "dB(A)"),
        ("hr", "h"), ("Minutes", "min"), ("l", "L"), ("ft^3", "ft³"), ("kVAr", "kvar"), ("RPM", "rpm"),
    ],
)  # fmt: skip
def test_a_spelling_comes_to_its_usual_one(spelling: str, unit: str) -> None:
    assert canonical(spelling, None) == Conversion(unit)


@pytest.mark.parametrize(
    "text", ["MV", "mwH ", "furlong", "None", "9**9**9**9", "__import__('os')", "kW" * 20]
)
def test_what_names_no_unit_has_no_conversion(text: str) -> None:
    assert canonical(text, None) is None


@pytest.mark.parametrize(
    ("quantity", "value", "unit", "own"),
    [
        ("temperature", 212, "°F", 100),
        ("temperature", 293.15, "K", 20),
        ("temperature_difference", 9, "°F", 5),
        ("temperature_difference", 3, "°C", 3),
        ("humidity", 0.45, "/", 45),
        ("power", 1.5, "kW", 1500),
        ("energy", 3.6, "MJ", 1),
        ("thermal_energy", 1, "therm", 29.3071),
        ("thermal_power", 1, "RT", 3516.85),
        ("pressure", 29.92, "inHg", 1013.21),
        ("pressure", 760, "mmHg", 1013.25),
        ("differential_pressure", 1, "inH2O", 249.089),
        ("air_flow", 100, "cfm", 169.901),
        ("water_flow", 1, "gpm", 3.78541),
        ("wind_speed", 100, "km/h", 27.7778),
        ("wind_speed", 10, "mph", 4.4704),
        ("illuminance", 50, "fc", 538.196),
        ("voc", 0.3, "mg/m³", 300),
        ("co2", 800_000, "ppb", 800),
        ("power_factor", 97, "%", 0.97),
        ("reactive_power", 2, "kvar", 2000),
        ("run_time", 90, "min", 1.5),
        ("precipitation", 1, "in", 25.4),
        ("gas", 1, "CCF", 2.83168),
        ("radon", 4, "pCi/L", 148),
    ],
)
def test_a_value_is_kept_in_the_unit_of_its_quantity(
    quantity: str, value: float, unit: str, own: float
) -> None:
    found = canonical(unit, QUANTITIES[quantity])
    assert found is not None
    assert found.unit == QUANTITIES[quantity].unit
    assert value * found.factor + found.offset == pytest.approx(own, rel=1e-5)


@pytest.mark.parametrize(
    ("quantity", "unit"),
    [
        ("temperature", "%"),
        ("power", "kVA"),
        ("reactive_power", "W"),
        ("humidity", "ppm"),
        ("occupancy", "%"),
        ("voc", "ppb"),
        ("power", "kWh"),
        ("temperature", "no such unit"),
    ],
)
def test_a_unit_of_another_dimension_does_not_convert(quantity: str, unit: str) -> None:
    assert canonical(unit, QUANTITIES[quantity]) is None


@pytest.mark.parametrize("text", ["", " ", "-", "–"])
def test_no_unit_leaves_a_value_what_it_is(text: str) -> None:
    assert canonical(text, QUANTITIES["humidity"]) == Conversion("%")


@pytest.mark.parametrize("quantity", QUANTITIES.values(), ids=QUANTITIES)
def test_the_own_unit_of_a_quantity_converts_to_itself(quantity: Quantity) -> None:
    assert canonical(quantity.unit, quantity) == Conversion(quantity.unit)


@pytest.mark.parametrize("quantity", QUANTITIES.values(), ids=QUANTITIES)
def test_units_that_tell_a_quantity_convert_to_its_own(quantity: Quantity) -> None:
    assert all(canonical(unit, quantity) for unit in quantity.units)


def test_no_unit_tells_two_quantities() -> None:
    units = [unit for quantity in QUANTITIES.values() for unit in quantity.units]
    assert len(units) == len(set(units))


@settings(deadline=None)
@given(pair=st.sampled_from(PAIRS), value=st.floats(min_value=-1e9, max_value=1e9))
def test_there_and_back_gives_the_number(pair: tuple[Unit, Unit], value: float) -> None:
    one, other = pair
    there, back = conversion(one, other), conversion(other, one)
    again = (value * there.factor + there.offset) * back.factor + back.offset
    assert again == pytest.approx(value, rel=1e-9, abs=1e-9 * max(1, abs(back.offset)))


@settings(deadline=None)
@given(text=st.text(), quantity=st.sampled_from([None, *QUANTITIES.values()]))
def test_any_text_is_answered(text: str, quantity: Quantity | None) -> None:
    found = canonical(text, quantity)
    assert found is None or quantity is None or found.unit == quantity.unit


@settings(deadline=None)
@given(text=st.text(alphabet="0123456789*^()/.eE+-_ mkKWhJ°", min_size=1, max_size=5000))
def test_an_expression_is_looked_up_and_not_evaluated(text: str) -> None:
    assert canonical(text, None) is None or len(text) <= 32


def test_a_million_spellings_are_not_remembered() -> None:
    for number in range(3_000):
        canonical(f"u{number}", QUANTITIES["power"])
    assert unit_table._unit.cache_info().currsize <= 1024


@settings(deadline=None)
@given(metric=st.text(), unit=st.none() | st.text(), device_class=st.none() | st.text())
def test_whatever_is_guessed_can_have_the_unit(
    metric: str, unit: str | None, device_class: str | None
) -> None:
    found = quantities.guess(metric, unit, device_class)
    assert found is None or canonical(unit or "", found) is not None


@pytest.mark.parametrize(
    ("quantity", "value", "unit", "read"),
    [
        ("temperature", 20, "°F", 68),
        ("temperature_difference", 5, "°F", 9),
        ("air_flow", 1000, "ft³/min", 588.578),
        ("differential_pressure", 250, "in H₂O", 1.00366),
        ("pressure", 1013.25, "inHg", 29.9212),
        ("medium_pressure", 2, "psi", 29.0075),
        ("water", 1, "gal", 264.172),
        ("gas", 1, "ft³", 35.3147),
        ("thermal_power", 1000, "kBTU/h", 3.41214),
        ("wind_speed", 10, "mph", 22.3694),
        ("energy", 5, "kWh", 5),
        ("power", 5, "W", 5),
        ("co2", 800, "ppm", 800),
    ],
)
def test_us_customary_units_are_those_of_the_trade(
    quantity: str, value: float, unit: str, read: float
) -> None:
    found = shown(QUANTITIES[quantity], "us").conversion
    assert found.unit == unit
    assert found.of(value) == pytest.approx(read, rel=1e-5)


@pytest.mark.parametrize("quantity", QUANTITIES.values(), ids=QUANTITIES)
def test_metric_readers_read_what_is_kept(quantity: Quantity) -> None:
    assert shown(quantity, "metric") == Shown(Conversion(quantity.unit), quantity.digits)
