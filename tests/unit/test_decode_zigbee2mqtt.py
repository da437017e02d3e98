from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from data.errors import DecodeError
from tests.unit.decoding import Listener, hear, rows


def test_the_friendly_name_is_the_device_be_it_of_several_levels() -> None:
    assert rows("zigbee2mqtt/hall/sensor", '{"humidity": 51.5}') == [("hall/sensor", "humidity", 51.5, None)]


def test_the_base_topic_may_have_a_prefix_or_a_number() -> None:
    assert rows("site/zigbee2mqtt-2/plug", '{"power": 3}') == [("plug", "power", 3, None)]


def test_states_are_values_and_modes_stay_words() -> None:
    said = '{"state": "ON", "system_mode": "off", "contact": false, "color": {"x": 0.4}}'
    assert [(metric, value) for _, metric, value, _ in rows("zigbee2mqtt/x", said)] == [
        ("state", True),
        ("system_mode", "off"),
        ("contact", False),
        ("color/x", 0.4),
    ]


def test_what_the_bridge_knows_of_itself_and_of_the_device_is_no_value() -> None:
    said = (
        '{"last_seen": 1772362800000, "update": {"progress": 5}, "device": {"networkAddress": 7}, "power": 1}'
    )
    assert rows("zigbee2mqtt/x", said) == [("x", "power", 1, None)]


def test_when_a_device_was_last_heard_is_no_time_of_its_values() -> None:
    (reading,) = hear("zigbee2mqtt/x", '{"last_seen": "2026-03-01T11:00:00Z", "power": 1}').readings
    assert reading.at is None


def test_a_stated_time_is_the_time() -> None:
    (reading,) = hear("zigbee2mqtt/x", '{"time": "2026-03-01T11:00:00Z", "power": 1}').readings
    assert reading.at == datetime(2026, 3, 1, 11, tzinfo=UTC)


def test_an_action_alone_is_an_event() -> None:
    assert hear("zigbee2mqtt/button", '{"action": "double"}').kind == "event"


def test_an_action_that_is_over_is_no_value() -> None:
    assert rows("zigbee2mqtt/button", '{"action": "", "battery": 90}') == [("button", "battery", 90, None)]


def test_the_bridge_states_units() -> None:
    listener = Listener()
    exposed = [{"property": "power", "unit": "W"}, {"features": [{"property": "position", "unit": "%"}]}]
    devices = [{"friendly_name": "office/plug", "definition": {"exposes": exposed}}, {"definition": None}]
    listener.hear("zigbee2mqtt/bridge/devices", json.dumps(devices))
    assert listener.rows("zigbee2mqtt/office/plug", '{"power": 5, "position": 7}') == [
        ("office/plug", "power", 5, "W"),
        ("office/plug", "position", 7, "%"),
    ]


def test_a_value_may_have_a_topic_of_its_own() -> None:
    assert rows("zigbee2mqtt/office/plug/power", "5.5") == [("office/plug", "power", 5.5, None)]


@pytest.mark.parametrize(
    ("topic", "kind"),
    [
        ("zigbee2mqtt/lamp/set", "command"),
        ("zigbee2mqtt/lamp/set/state", "command"),
        ("zigbee2mqtt/lamp/get", "command"),
        ("zigbee2mqtt/bridge/request/restart", "command"),
        ("zigbee2mqtt/lamp/availability", "status"),
        ("zigbee2mqtt/bridge/state", "status"),
        ("zigbee2mqtt/bridge/info", "metadata"),
        ("zigbee2mqtt/bridge/logging", "log"),
    ],
)
def test_a_topic_that_is_not_telemetry_gives_no_reading(topic: str, kind: str) -> None:
    decoded = hear(topic, '{"state": "online"}')
    assert (decoded.kind, decoded.readings) == (kind, ())


def test_broken_json_is_refused() -> None:
    with pytest.raises(DecodeError, match="not valid JSON"):
        hear("zigbee2mqtt/x", '{"power": ')
