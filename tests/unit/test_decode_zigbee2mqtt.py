from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from data.errors import DecodeError
from data.ingest.decode import DeviceInfo
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


PLUG = {
    "friendly_name": "office/plug", "type": "Router", "software_build_id": "1.0.5",
    "definition": {
        "vendor": "Acme", "model": "TS1", "description": "Smart plug",
        "exposes": [{"name": "power", "property": "power_l1", "unit": "W"}],
    },
}  # fmt: skip
UNKNOWN = {"friendly_name": "0x1", "definition": None, "manufacturer": "LUMI", "model_id": "lumi.x"}


def network() -> Listener:
    listener = Listener()
    coordinator = {"friendly_name": "Coordinator", "type": "Coordinator"}
    listener.hear("zigbee2mqtt/bridge/devices", json.dumps([coordinator, PLUG, UNKNOWN]))
    return listener


def present(listener: Listener, topic: str, payload: str) -> dict[str, bool | None]:
    return {info.device: info.online for info in listener.hear(f"zigbee2mqtt/{topic}", payload).devices}


def test_the_bridge_says_what_its_devices_are_but_not_of_its_own_radio() -> None:
    listed = [{"type": "Coordinator", "friendly_name": "Coordinator"}, PLUG, UNKNOWN]
    assert hear("zigbee2mqtt/bridge/devices", json.dumps(listed)).devices == (
        DeviceInfo(
            device="office/plug", label="office/plug", manufacturer="Acme", model="Smart plug (TS1)",
            firmware="1.0.5",
        ),
        DeviceInfo(device="0x1", label="0x1", manufacturer="LUMI", model="lumi.x"),
    )  # fmt: skip


def test_a_reading_says_what_its_property_measures_whatever_its_endpoint() -> None:
    (reading,) = network().hear("zigbee2mqtt/office/plug", '{"power_l1": 5}').readings
    assert (reading.unit, reading.device_class) == ("W", "power")


@pytest.mark.parametrize(
    ("payload", "online"),
    [("online", True), ("offline", False), ('{"state": "online"}', True), ('{"state": "offline"}', False)],
)
def test_an_availability_topic_says_whether_its_device_is_there(payload: str, online: bool) -> None:
    assert present(Listener(), "office/plug/availability", payload) == {"office/plug": online}


def test_without_their_bridge_no_devices_are_there() -> None:
    assert present(network(), "bridge/state", '{"state": "offline"}') == {"office/plug": False, "0x1": False}


def test_with_their_bridge_all_are_there_but_those_said_to_be_away() -> None:
    listener = network()
    listener.hear("zigbee2mqtt/0x1/availability", "offline")
    assert present(listener, "bridge/state", "online") == {"office/plug": True, "0x1": False}


@pytest.mark.parametrize(("happened", "online"), [("device_announce", True), ("device_leave", False)])
def test_a_device_that_comes_or_leaves_is_there_or_not(happened: str, online: bool) -> None:
    event = {"type": happened, "data": {"friendly_name": "lamp", "ieee_address": "0x2"}}
    assert present(Listener(), "bridge/event", json.dumps(event)) == {"lamp": online}


def test_an_interview_says_what_the_device_is() -> None:
    data = {"friendly_name": "lamp", "status": "successful", "definition": PLUG["definition"]}
    (info,) = hear("zigbee2mqtt/bridge/event", json.dumps({"type": "device_interview", "data": data})).devices
    assert (info.device, info.manufacturer, info.online) == ("lamp", "Acme", None)


@pytest.mark.parametrize(
    ("topic", "payload", "value"),
    [("remote/action", "on", "on"), ("blind/state", "OPEN", "OPEN"), ("lamp/state", "ON", True)],
)
def test_a_value_on_a_topic_of_its_own_is_what_it_is_in_an_object(
    topic: str, payload: str, value: object
) -> None:
    device, metric = topic.split("/")
    alone, inside = (
        rows(f"zigbee2mqtt/{topic}", payload),
        rows(f"zigbee2mqtt/{device}", json.dumps({metric: payload})),
    )
    assert alone == inside == [(device, metric, value, None)]
