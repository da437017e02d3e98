from __future__ import annotations

from datetime import UTC, datetime

import pytest

from data.errors import DecodeError
from tests.unit.decoding import hear, rows


@pytest.mark.parametrize("topic", ["tele/plug/SENSOR", "plug/tele/SENSOR"])
def test_the_topic_names_the_device_wherever_the_prefix_stands(topic: str) -> None:
    assert rows(topic, '{"ENERGY": {"Power": 12}}') == [("plug", "ENERGY/Power", 12, None)]


def test_a_topic_of_several_levels_is_one_name() -> None:
    assert rows("site/tele/hall/plug/SENSOR", '{"ENERGY": {"Power": 12}}')[0][0] == "site/hall/plug"


def test_a_unit_beside_the_chips_is_for_what_it_names_alone() -> None:
    said = '{"SHT3X": {"Temperature": 70.5, "Humidity": 40, "DewPoint": 45}, "BMP280": {"Pressure": 750},'
    said += ' "TempUnit": "F", "PressureUnit": "mmHg"}'
    assert [(metric, unit) for _, metric, _, unit in rows("tele/x/SENSOR", said)] == [
        ("SHT3X/Temperature", "F"),
        ("SHT3X/Humidity", None),
        ("SHT3X/DewPoint", "F"),
        ("BMP280/Pressure", "mmHg"),
    ]


@pytest.mark.parametrize(
    "stated", ['"Time": "2026-03-01T11:00:00"', '"Time": "2026-03-01T12:30:00", "Epoch": 1772362800']
)
def test_a_time_without_a_zone_is_utc_and_an_epoch_is_exact(stated: str) -> None:
    (reading,) = hear("tele/x/SENSOR", f'{{{stated}, "A": {{"B": 1}}}}').readings
    assert reading.at == datetime(2026, 3, 1, 11, tzinfo=UTC)


def test_the_time_of_a_clock_that_was_not_set_is_none() -> None:
    (reading,) = hear("tele/x/SENSOR", '{"Time": "1970-01-01T00:00:09", "A": {"B": 1}}').readings
    assert reading.at is None


@pytest.mark.parametrize("missing", ["null", "327.67", "-127.0"])
def test_a_sensor_without_a_probe_gives_no_reading(missing: str) -> None:
    assert hear("tele/x/SENSOR", f'{{"DS18B20": {{"Temperature": {missing}}}}}').kind == "invalid-value"


def test_an_address_of_digits_is_no_value() -> None:
    assert rows("tele/x/SENSOR", '{"DS18B20": {"Id": "00112233", "Temperature": 5}}') == [
        ("x", "DS18B20/Temperature", 5, None)
    ]


def test_a_gateway_speaks_for_its_devices_by_the_names_it_gave_them() -> None:
    said = (
        '{"ZbReceived": {"0x01AB": {"Name": "Hall", "Endpoint": 1, "Humidity": 40}, "0x02CD": {"Power": 1}}}'
    )
    assert rows("tele/gateway/SENSOR", said) == [("Hall", "Humidity", 40, None), ("0x02CD", "Power", 1, None)]


def test_a_state_is_the_same_metric_wherever_it_is_said() -> None:
    found = {
        rows("stat/x/POWER1", "ON")[0],
        rows("stat/x/RESULT", '{"POWER1": "ON"}')[0],
        rows("tele/x/STATE", '{"POWER1": "ON"}')[0],
    }
    assert found == {("x", "POWER1", True, None)}


def test_an_answer_with_the_sensors_is_telemetry() -> None:
    said = '{"StatusSNS": {"Time": "2026-03-01T11:00:00", "AM2301": {"Temperature": 20}, "TempUnit": "C"}}'
    decoded = hear("stat/x/STATUS10", said)
    assert rows("stat/x/STATUS10", said) == [("x", "AM2301/Temperature", 20, "C")]
    assert decoded.readings[0].at == datetime(2026, 3, 1, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("topic", "payload", "kind"),
    [
        ("tele/x/LWT", "Online", "status"),
        ("tele/x/INFO1", '{"Info1": {"Version": "14"}}', "metadata"),
        ("stat/x/RESULT", '{"TelePeriod": 60}', "metadata"),
        ("stat/x/STATUS", '{"Status": {"Power": 1}}', "metadata"),
        ("cmnd/x/POWER", "ON", "command"),
        ("tasmota/discovery/AABB/sensors", '{"sn": {"A": {"B": 1}}}', "discovery"),
    ],
)
def test_a_message_that_is_not_telemetry_gives_no_reading(topic: str, payload: str, kind: str) -> None:
    decoded = hear(topic, payload)
    assert (decoded.kind, decoded.readings) == (kind, ())


def test_broken_json_is_refused() -> None:
    with pytest.raises(DecodeError, match="not valid JSON"):
        hear("tele/x/SENSOR", '{"A": {"B": 1}')
