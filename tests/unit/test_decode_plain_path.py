from __future__ import annotations

import json
import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import DecodeError
from data.ingest.decode import MAX_NAME, MAX_READINGS, Decoded, Decoder, DeviceInfo, Message
from data.ingest.decode.plain_path import PlainPath

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def decode(topic: str, payload: str | bytes) -> Decoded:
    raw = payload.encode() if isinstance(payload, str) else payload
    return Decoder([PlainPath()]).decode(Message(topic=topic, payload=raw, retain=False, received_at=NOW))


def readings(topic: str, payload: str | bytes) -> list[tuple[str, str, float | bool | str, str | None]]:
    found = decode(topic, payload).readings
    return [(reading.device, reading.metric, reading.value, reading.unit) for reading in found]


def test_the_last_level_is_the_metric_and_the_others_are_the_device() -> None:
    assert readings("house/cellar/humidity", "61") == [("house/cellar", "humidity", 61.0, None)]


def test_a_leading_slash_is_no_level() -> None:
    assert readings("/house/humidity", "61") == [("house", "humidity", 61.0, None)]


def test_a_single_level_is_the_device() -> None:
    assert readings("meter", "7") == [("meter", "value", 7.0, None)]


@pytest.mark.parametrize(
    ("payload", "value", "unit"),
    [
        ("21.5", 21.5, None),
        (" -3e2\n", -300.0, None),
        (".5", 0.5, None),
        ("21.5 °C", 21.5, "°C"),
        ("40%", 40.0, "%"),
        ('"8"', 8.0, None),
        ("ON", True, None),
        ("off", False, None),
        ("true", True, None),
        ("closed", False, None),
        ("Normal", "Normal", None),
        ("2nd", "2nd", None),
        ("1.2.3", "1.2.3", None),
    ],
)
def test_a_single_value_is_a_number_a_state_or_a_text(
    payload: str | bytes, value: object, unit: str | None
) -> None:
    assert readings("a/b", payload) == [("a", "b", value, unit)]


@pytest.mark.parametrize("payload", ["nan", "-inf", "None", "unavailable", "null"])
def test_a_value_that_is_said_to_be_missing_is_no_reading_and_no_error(payload: str | bytes) -> None:
    assert decode("a/b", payload) == Decoded(convention="plain-path", kind="invalid-value")


def test_an_empty_payload_is_no_reading_and_no_error() -> None:
    assert decode("a/b", b"").kind == "empty"


@pytest.mark.parametrize(
    ("topic", "kind"),
    [
        ("zigbee2mqtt/lamp/set", "command"),
        ("zigbee2mqtt/lamp/get/state", "command"),
        ("shellies/plug-1/relay/0/command", "command"),
        ("cmnd/plug/power", "command"),
        ("homie/car/engine/speed/$target", "target"),
        ("homie/car/$name", "metadata"),
        ("homeassistant/sensor/x/config", "metadata"),
        ("tele/plug/LWT", "status"),
        ("shellies/plug-1/online", "status"),
    ],
)
def test_a_topic_that_is_not_telemetry_gives_no_reading(topic: str, kind: str) -> None:
    decoded = decode(topic, "1")
    assert (decoded.kind, decoded.readings) == (kind, ())


def test_the_numbers_and_states_of_an_object_are_metrics() -> None:
    payload = '{"t": 21.5, "door": {"open": true}, "lamp": "ON", "name": "x", "gone": null}'
    assert readings("house/hall", payload) == [
        ("house/hall", "t", 21.5, None),
        ("house/hall", "door/open", True, None),
        ("house/hall", "lamp", True, None),
    ]


def test_an_envelope_of_an_object_is_no_part_of_the_device() -> None:
    assert readings("house/hall/telemetry", '{"co2": 400}') == [("house/hall", "co2", 400, None)]


def test_a_metric_that_carries_an_object_begins_the_names_of_its_members() -> None:
    assert readings("house/hall/temperature", '{"T0": 20}') == [("house/hall", "temperature/T0", 20, None)]


def test_a_member_called_value_is_what_the_topic_names() -> None:
    assert readings("house/hall/co2", '{"value": 400, "unit": "ppm"}') == [("house/hall", "co2", 400, "ppm")]


@pytest.mark.parametrize(
    "stated", ['"2026-03-01T11:00:00Z"', '"2026-03-01T12:00:00+01:00"', "1772362800", "1772362800000"]
)
def test_an_object_may_state_its_time(stated: str) -> None:
    (reading,) = decode("a/b", f'{{"time": {stated}, "v": 1}}').readings
    assert reading.at == NOW - timedelta(hours=1)


@pytest.mark.parametrize("uptime", ['"1321890"', "1321890", "0", '"12:30"', "null"])
def test_an_uptime_called_ts_is_neither_time_nor_reading(uptime: str) -> None:
    (reading,) = decode("a/b", f'{{"Ts": {uptime}, "v": 1}}').readings
    assert (reading.metric, reading.at) == ("v", None)


def test_nan_inside_json_is_a_missing_value() -> None:
    assert readings("a/b", '{"v": NaN, "w": 1}') == [("a/b", "w", 1, None)]


REFUSED: dict[str, tuple[str | bytes, str]] = {
    "bytes": (b"\xff\xfe", "UTF-8"),
    "large number": ("1e400", "too large"),
    "large number in JSON": ('{"v": 1e400}', "too large"),
    "large integer": (f'{{"v": {"9" * 5_000}}}', "too large"),
    "broken JSON": ('{"v": ', "not valid JSON"),
    "deep object": ('{"a":' * 40 + "1" + "}" * 40, "deeper than 32"),
    "very deep list": ("[" * 100_000, "deeper than 32"),
    "list": ("[1, 2]", "CLERESTORY_JSON_TOPICS"),
    "large payload": (b" " * (512 * 1024 + 1), "512 KiB"),
    "long text": ("x" * 2_000, "1,024 characters"),
    "NUL in a text": ("a\x00b", "not printable"),
    "NUL in a name": ('{"\\u0000": 1}', "not printable"),
    "half a character in a name": ('{"\\ud800": 1}', "not printable"),
    "future": ('{"time": "2026-03-01T12:11:00Z", "v": 1}', "future"),
    "past": ('{"time": "2000-12-31T23:59:59Z", "v": 1}', "2001 to 2199"),
    "many values": (json.dumps({f"m{n}": n for n in range(MAX_READINGS + 1)}), "more than 5,000"),
}


@pytest.mark.parametrize(("payload", "reason"), REFUSED.values(), ids=REFUSED)
def test_a_payload_that_cannot_be_understood_is_refused_with_a_reason(
    payload: str | bytes, reason: str
) -> None:
    with pytest.raises(DecodeError, match=reason):
        decode("a/b", payload)


topics = st.lists(st.text(max_size=12) | st.sampled_from(["shellies", "set", "temperature"])).map("/".join)
json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text() | st.just("time"), inner, max_size=4)
    ),
    max_leaves=12,
)
payloads = (
    st.binary(max_size=64)
    | st.text(max_size=64).map(lambda s: s.encode("utf-8", "surrogatepass"))
    | (json_values.map(lambda value: json.dumps(value).encode()))
)


@given(topic=topics, payload=payloads)
def test_whatever_comes_gives_storable_readings_or_a_reason(topic: str, payload: bytes) -> None:
    try:
        found = decode(topic, payload).readings
    except DecodeError:
        found = ()
    for reading in found:
        assert 0 < len(reading.device) <= MAX_NAME
        assert 0 < len(reading.metric) <= MAX_NAME
        if isinstance(reading.value, str):
            assert "\x00" not in reading.value
            reading.value.encode()
        else:
            assert math.isfinite(reading.value)
        assert reading.at is None or 2000 <= reading.at.year < 2200


@pytest.mark.parametrize(
    ("topic", "said", "told"),
    [
        ("house/pump/online", "1", DeviceInfo(device="house/pump", online=True)),
        ("house/pump/availability", '{"state": "offline"}', DeviceInfo(device="house/pump", online=False)),
        ("house/pump/status", "Offline", DeviceInfo(device="house/pump", online=False)),
        ("house/gateway/LWT", "Online", DeviceInfo(device="house/gateway", online=True, with_parts=True)),
    ],
)
def test_a_last_level_says_whether_the_device_is_there(topic: str, said: str, told: DeviceInfo) -> None:
    decoded = decode(topic, said)
    assert (decoded.kind, decoded.devices) == ("status", (told,))


@pytest.mark.parametrize(("topic", "said"), [("house/pump/online", "maybe"), ("online", "true")])
def test_no_device_is_there_or_not_where_none_is_named_or_no_known_word_said(topic: str, said: str) -> None:
    assert decode(topic, said).devices == ()


def test_what_a_device_does_is_no_status_of_it() -> None:
    assert readings("house/pump/status", "running") == [("house/pump", "status", "running", None)]


def test_an_object_may_say_what_its_device_is() -> None:
    said = '{"brand": "Acme", "model": "TH-1", "fw": "1.2", "id": 7, "hum": 40}'
    decoded = decode("house/ble/a4c1", said)
    told = DeviceInfo(device="house/ble/a4c1", manufacturer="Acme", model="TH-1", firmware="1.2")
    assert (decoded.devices, [one.metric for one in decoded.readings]) == ((told,), ["hum"])


def test_numbers_may_be_written_as_text_with_or_without_a_unit() -> None:
    said = '{"t": "21.5", "p": "40 W", "power": ["1", "2"], "serial": "123", "mac": "001122", "name": "x"}'
    assert readings("house/hall", said) == [
        ("house/hall", "t", 21.5, None),
        ("house/hall", "p", 40.0, "W"),
        ("house/hall", "power/0", 1.0, None),
        ("house/hall", "power/1", 2.0, None),
    ]


def test_a_unit_beside_a_value_inside_an_object_is_the_values() -> None:
    assert readings("house/hall", '{"temp": {"value": 20, "unit": "°C"}}') == [
        ("house/hall", "temp/value", 20, "°C")
    ]
