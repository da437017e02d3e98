from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from data.errors import DecodeError
from data.ingest.decode import DeviceInfo
from tests.unit.decoding import Listener, hear, rows


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


PLUG = {
    "dn": "Kitchen plug", "fn": ["Kitchen", None], "hn": "plug-1", "mac": "AABB", "md": "Sonoff S31",
    "ofln": "Gone", "onln": "Here", "sw": "14.1.0", "t": "plug", "ft": "site/%prefix%/%topic%/",
}  # fmt: skip


def test_a_discovery_message_says_what_the_device_is_by_its_name_in_readings() -> None:
    assert hear("tasmota/discovery/AABB/config", json.dumps(PLUG)).devices == (
        DeviceInfo(device="site/plug", label="Kitchen plug", model="Sonoff S31", firmware="14.1.0"),
    )


@pytest.mark.parametrize(
    ("full", "device"),
    [("%prefix%/%topic%/", "plug"), ("%topic%/%prefix%/", "plug"), ("%prefix%/%hostname%/", "plug-1")],
)
def test_a_full_topic_names_the_device_without_its_prefix(full: str, device: str) -> None:
    (info,) = hear("tasmota/discovery/AABB/config", json.dumps(PLUG | {"ft": full})).devices
    assert info.device == device


def test_an_empty_discovery_message_takes_it_back() -> None:
    assert hear("tasmota/discovery/AABB/config", "").kind == "discovery-delete"


@pytest.mark.parametrize(
    ("said", "online"), [("Online", True), ("Offline", False), ("Here", True), ("Gone", False)]
)
def test_a_last_will_says_whether_the_device_is_there_in_its_own_words_too(said: str, online: bool) -> None:
    listener = Listener()
    listener.hear("tasmota/discovery/AABB/config", json.dumps(PLUG))
    (info,) = listener.hear("site/tele/plug/LWT", said).devices
    assert (info.device, info.online) == ("site/plug", online)


@pytest.mark.parametrize(
    ("topic", "said", "told"),
    [
        (
            "tele/x/INFO1",
            {"Info1": {"Module": "Generic", "Version": "14.1.0(tasmota)"}},
            DeviceInfo(device="x", model="Generic", firmware="14.1.0(tasmota)"),
        ),
        (
            "stat/x/STATUS",
            {"Status": {"Module": 1, "DeviceName": "Pump"}},
            DeviceInfo(device="x", label="Pump"),
        ),
        (
            "stat/x/STATUS2",
            {"StatusFWR": {"Version": "14.1.0", "Hardware": "ESP32"}},
            DeviceInfo(device="x", firmware="14.1.0"),
        ),
    ],
)
def test_a_device_says_what_it_is_after_its_start_and_when_asked(
    topic: str, said: dict[str, object], told: DeviceInfo
) -> None:
    assert hear(topic, json.dumps(said)).devices == (told,)


def test_a_meter_of_several_phases_says_each() -> None:
    assert rows("tele/x/SENSOR", '{"ENERGY": {"Power": [10, 20], "Total": 3}}') == [
        ("x", "ENERGY/Power/0", 10, None),
        ("x", "ENERGY/Power/1", 20, None),
        ("x", "ENERGY/Total", 3, None),
    ]


def test_a_pressed_button_is_an_event() -> None:
    assert hear("stat/x/RESULT", '{"Button1": {"Action": "SINGLE"}}').kind == "event"
