from __future__ import annotations

import json

import pytest

from data.errors import DecodeError
from data.ingest.decode import DeviceInfo
from tests.unit.decoding import hear, rows


def test_the_prefix_is_the_device_and_the_object_the_metric() -> None:
    assert rows("site/node-1/sensor/hall_co2/state", "612") == [("site/node-1", "hall_co2", 612.0, None)]


def test_a_part_of_an_object_is_a_metric_of_its_own() -> None:
    assert rows("n/climate/hvac/target_temperature/state", "21") == [
        ("n", "hvac/target_temperature", 21.0, None)
    ]


def test_a_binary_sensor_is_on_or_off() -> None:
    assert rows("n/binary_sensor/door/state", "OFF") == [("n", "door", False, None)]


@pytest.mark.parametrize(
    ("topic", "said"), [("n/cover/blind/state", "OPEN"), ("n/climate/hvac/mode/state", "off")]
)
def test_one_of_several_words_stays_text(topic: str, said: str) -> None:
    assert rows(topic, said)[0][2] == said


def test_a_light_says_its_members() -> None:
    assert rows("n/light/desk/state", '{"state": "ON", "brightness": 90}') == [
        ("n", "desk/state", True, None),
        ("n", "desk/brightness", 90, None),
    ]


@pytest.mark.parametrize(
    ("topic", "payload", "kind"),
    [
        ("n/switch/pump/command", "ON", "command"),
        ("n/status", "online", "status"),
        ("n/sensor/co2/state", "nan", "invalid-value"),
        ("n/sensor/co2/state", "", "empty"),
    ],
)
def test_a_message_without_a_value_gives_no_reading(topic: str, payload: str, kind: str) -> None:
    decoded = hear(topic, payload)
    assert (decoded.kind, decoded.readings) == (kind, ())


def test_broken_json_is_refused() -> None:
    with pytest.raises(DecodeError, match="not valid JSON"):
        hear("n/light/desk/state", '{"state": ')


def test_a_node_says_what_it_is() -> None:
    said = {
        "name": "hall", "friendly_name": "Hall node", "version": "2026.3.1", "board": "esp32dev",
        "project_name": "Acme.AirBox", "project_version": "1.2",
    }  # fmt: skip
    assert hear("esphome/discover/hall", json.dumps(said)).devices == (
        DeviceInfo(device="hall", label="Hall node", manufacturer="Acme", model="AirBox", firmware="1.2"),
    )


def test_a_node_without_a_project_is_of_its_boards_model() -> None:
    (info,) = hear("esphome/discover/hall", '{"version": "2026.3.1", "board": "esp32dev"}').devices
    assert (info.manufacturer, info.model, info.firmware) == (None, "esp32dev", "2026.3.1")


@pytest.mark.parametrize(("said", "online"), [("online", True), ("offline", False)])
def test_a_status_topic_says_whether_the_node_is_there(said: str, online: bool) -> None:
    assert hear("site/hall/status", said).devices == (DeviceInfo(device="site/hall", online=online),)


@pytest.mark.parametrize("component", ["event", "update"])
def test_an_event_is_one_and_an_update_is_no_value(component: str) -> None:
    said = {"event_type": "press", "installed_version": "2026.3.1", "latest_version": "2026.4.0"}
    decoded = hear(f"n/{component}/x/state", json.dumps(said))
    told = (decoded.kind, [one.value for one in decoded.readings], [one.firmware for one in decoded.devices])
    assert told == (("event", ["press"], []) if component == "event" else ("metadata", [], ["2026.3.1"]))


@pytest.mark.parametrize(
    ("topic", "said", "value"),
    [
        ("n/select/speed/state", "off", "off"),
        ("n/fan/f/oscillation/state", "oscillate_off", False),
        ("n/lock/l/state", "LOCKED", "LOCKED"),
        ("n/text_sensor/ip/state", "192.0.2.1", "192.0.2.1"),
    ],
)
def test_a_component_says_its_state_in_its_own_way(topic: str, said: str, value: object) -> None:
    assert rows(topic, said)[0][2] == value


@pytest.mark.parametrize("line", ["[I][app:029]: Running", "[12:00:01][D][x:1]: a", "\x1b[0;32m[I][x:1]: a"])
def test_a_line_of_a_nodes_log_is_one(line: str) -> None:
    assert hear("n/debug", line).kind == "log"
