"""What a metric measures is guessed from its name and unit, and not guessed when nothing tells."""

import pytest

from analytics.quantities import QUANTITIES, guess


@pytest.mark.parametrize(
    ("metric", "unit", "quantity"),
    [
        ("temperature", None, "temperature"),
        ("ext_temperature/1", None, "temperature"),
        ("tC", None, "temperature"),
        ("zoneTemperature", "°C", "temperature"),
        ("co2", None, "co2"),
        ("CO2", "ppm", "co2"),
        ("level", "ppm", "co2"),
        ("humidity", "%", "humidity"),
        ("relay/0/power", "W", "power"),
        ("total_kwh", "kWh", "energy"),
        ("foo", None, None),
        ("foo", "%", None),
        ("temperature", "V", "voltage"),
        ("ENERGY/Voltage", None, "voltage"),
        ("fan_power", None, "power"),
        ("power_factor", None, "power_factor"),
        ("fan_speed", None, "position"),
        ("flow_temp", None, "medium_temperature"),
        ("supplyTemperature", "°C", "medium_temperature"),
        ("filter_dp_pa", None, "differential_pressure"),
        ("wind_speed", None, "wind_speed"),
        ("air_flow_m3h", None, "air_flow"),
    ],
)
def test_guess(metric: str, unit: str | None, quantity: str | None) -> None:
    found = guess(metric, unit)
    assert (found.name if found else None) == quantity


def test_no_word_means_two_quantities() -> None:
    words = [word for quantity in QUANTITIES.values() for word in quantity.words]
    assert len(words) == len(set(words))
