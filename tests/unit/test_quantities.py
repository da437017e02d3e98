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
        ("water", "L", "water"),
        ("water_leak", None, None),
        ("gas", "m3", "gas"),
        ("gas", None, None),
        ("flow", "L/min", "water_flow"),
        ("chw_flow", "m3/h", "water_flow"),
        ("airflow", "L/s", "air_flow"),
        ("flow", "CFM", "air_flow"),
        ("pressure", "bar", "medium_pressure"),
        ("pressure", "Pa", "pressure"),
        ("duct_static_pressure", "Pa", "differential_pressure"),
        ("x", "in w.c.", "differential_pressure"),
        ("ENERGY/ApparentPower", None, "apparent_power"),
        ("ENERGY/ReactivePower", "VAr", "reactive_power"),
        ("power", "kVA", "apparent_power"),
        ("heat_power", "kW", "thermal_power"),
        ("heat_pump/power", "kW", "power"),
        ("humidity", "-", "humidity"),
        ("power", "BTU/h", "thermal_power"),
        ("energy", "GJ", "thermal_energy"),
        ("energy", "MWh", "energy"),
        ("temperature", "F", "temperature"),
        ("temperature", "%", None),
        ("temperature", "no such unit", None),
        ("temperature", "", "temperature"),
        ("color_temp", "K", None),
        ("SCD40/DewPoint", "C", "dew_point"),
        ("feels_like", "°C", "apparent_temperature"),
        ("outdoor_temp", None, "outdoor_temperature"),
        ("ESP32/Temperature", "C", "device_temperature"),
        ("target_temperature", "°C", "setpoint"),
        ("delta_T", "K", "temperature_difference"),
        ("supply_return_temperature_difference", "K", "temperature_difference"),
        ("fan_speed", "rpm", "rotation"),
        ("wind_speed", "km/h", "wind_speed"),
        ("wind_direction", "°", "wind_direction"),
        ("rain_rate", "mm/h", "precipitation_intensity"),
        ("rain", "mm", "precipitation"),
        ("battery", "mV", "voltage"),
        ("rssi", "dB", "signal_strength"),
        ("snr", "dB", None),
        ("sound", "dB", "sound_level"),
        ("voc", "ppb", "voc_parts"),
        ("voc", "µg/m³", "voc"),
        ("ozone", "ppm", None),
        ("pm2.5", None, "pm25"),
        ("PM10", "ug/m3", "pm10"),
        ("uptime", "s", "run_time"),
        ("tank_level", "cm", "water_level"),
        ("grid_frequency", None, "frequency"),
    ],
)
def test_guess(metric: str, unit: str | None, quantity: str | None) -> None:
    found = guess(metric, unit)
    assert (found.name if found else None) == quantity


@pytest.mark.parametrize(
    ("metric", "unit", "device_class", "quantity"),
    [
        ("value", None, "carbon_dioxide", "co2"),
        ("sensor_3", "°C", "temperature", "temperature"),
        ("supply", "°C", "temperature", "medium_temperature"),
        ("value", "bar", "pressure", "medium_pressure"),
        ("value", "gal/min", "volume_flow_rate", "water_flow"),
        ("value", "m³/h", "volume_flow_rate", "air_flow"),
        ("total", "m³", "gas", "gas"),
        ("total", "m³", "water", "water"),
        ("level", "dB", "sound_pressure", "sound_level"),
        ("value", "ppb", "volatile_organic_compounds_parts", "voc_parts"),
        ("contact", None, "door", None),
        ("last_motion", None, "timestamp", None),
        ("detected", None, "motion", "occupancy"),
        ("value", None, "Zone_Air_Humidity_Sensor", "humidity"),
        ("power", None, "energy", "energy"),
        ("power", "W", "energy", "power"),  # the unit refutes the class
        ("power", "W", "no such class", "power"),
        ("value", "rpm", "speed", "rotation"),
    ],
)
def test_the_class_of_a_device_tells_first(
    metric: str, unit: str | None, device_class: str, quantity: str | None
) -> None:
    found = guess(metric, unit, device_class)
    assert (found.name if found else None) == quantity


def test_no_word_means_two_quantities() -> None:
    words = [word for quantity in QUANTITIES.values() for word in quantity.words]
    assert len(words) == len(set(words))
