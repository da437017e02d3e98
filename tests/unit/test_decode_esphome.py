from __future__ import annotations

import pytest

from data.errors import DecodeError
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
