from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from data.errors import DecodeError
from data.ingest.decode import DeviceInfo
from tests.unit.decoding import Listener, hear, rows

ID = "shellyplus1pm-a8032ab12345"
AT = datetime(2026, 3, 1, 11, tzinfo=UTC)


def notified(method: str, params: dict[str, Any]) -> str:
    return json.dumps({"src": "shellyplug-1", "dst": "x/events", "method": method, "params": params})


@pytest.mark.parametrize("method", ["NotifyStatus", "NotifyFullStatus"])
def test_a_notification_names_who_speaks_whatever_its_prefix(method: str) -> None:
    said = notified(method, {"ts": AT.timestamp(), "switch:0": {"id": 0, "apower": 4.5, "output": True}})
    assert rows("renamed/site/events/rpc", said) == [
        ("shellyplug-1", "switch:0/apower", 4.5, None),
        ("shellyplug-1", "switch:0/output", True, None),
    ]
    assert hear("renamed/site/events/rpc", said).readings[0].at == AT


def test_the_device_itself_is_no_component() -> None:
    said = notified(
        "NotifyFullStatus", {"sys": {"uptime": 5}, "wifi": {"rssi": -50}, "input:0": {"state": True}}
    )
    assert rows("x/events/rpc", said) == [("shellyplug-1", "input:0/state", True, None)]


def test_a_temperature_in_two_units_is_one_reading() -> None:
    assert rows("plug/status/temperature:0", '{"id": 0, "tC": 20.5, "tF": 68.9}') == [
        ("plug", "temperature:0/tC", 20.5, None)
    ]


def test_history_and_settings_of_a_component_are_no_values() -> None:
    said = '{"aenergy": {"total": 7, "by_minute": [1, 2], "minute_ts": 1772362800}, "source": "init"}'
    assert rows("plug/status/switch:0", said) == [("plug", "switch:0/aenergy/total", 7, None)]


@pytest.mark.parametrize(("stated", "at"), [(int(AT.timestamp()), AT), (0, None)])
def test_a_component_may_say_when_it_changed(stated: int, at: datetime | None) -> None:
    (reading,) = hear("x/y/status/number:200", f'{{"value": 3, "last_update_ts": {stated}}}').readings
    assert (reading.device, reading.at) == ("x/y", at)


def test_a_pressed_button_is_an_event() -> None:
    events = [{"component": "input:1", "event": "single_push", "ts": AT.timestamp()}]
    decoded = hear("x/events/rpc", notified("NotifyEvent", {"events": events}))
    assert decoded.kind == "event"
    assert [(one.metric, one.value, one.at) for one in decoded.readings] == [
        ("input:1/event", "single_push", AT)
    ]


def test_what_a_cover_says_stays_text() -> None:
    assert rows("x/status/cover:0", '{"state": "open"}') == [("x", "cover:0/state", "open", None)]


@pytest.mark.parametrize(
    ("topic", "payload", "kind"),
    [
        ("x/rpc", '{"id": 1, "src": "me", "method": "Switch.Set", "params": {"on": true}}', "command"),
        ("x/rpc", '{"id": 1, "src": "shellyplug-1", "result": {"apower": 1}}', "undecoded"),
        ("x/status/sys", '{"uptime": 5}', "status"),
        ("x/status/temperature:0", '{"tC": null, "tF": null, "errors": ["read"]}', "undecoded"),
        ("x/debug/log", "boot 1", "log"),
    ],
)
def test_a_message_that_states_no_component_gives_no_reading(topic: str, payload: str, kind: str) -> None:
    decoded = hear(topic, payload)
    assert (decoded.kind, decoded.readings) == (kind, ())


def test_another_topic_called_status_is_left_to_other_conventions() -> None:
    assert hear("plant/status/pump", '{"rpm": 900}').convention == "plain-path"


def test_broken_json_is_refused() -> None:
    with pytest.raises(DecodeError, match="not valid JSON"):
        hear("x/events/rpc", '{"src": ')


INFO = {"name": "Pump", "id": ID, "model": "SNSW-001P16EU", "gen": 2, "fw_id": "2024/1.2.0", "ver": "1.2.0"}


def online(listener: Listener, topic: str, said: str) -> dict[str, bool | None]:
    return {info.device: info.online for info in listener.hear(topic, said).devices}


@pytest.mark.parametrize(("said", "there"), [("true", True), ("false", False)])
def test_a_device_with_its_own_id_says_whether_it_is_there(said: str, there: bool) -> None:
    assert online(Listener(), f"site/{ID}/online", said) == {ID: there}


def test_a_renamed_prefix_says_so_of_who_spoke_below_it() -> None:
    listener = Listener()
    listener.hear("site/pump/events/rpc", notified("NotifyStatus", {"switch:0": {"output": True}}))
    assert online(listener, "site/pump/online", "false") == {"shellyplug-1": False}


def test_who_speaks_below_a_prefix_is_as_present_as_it_was_said_to_be() -> None:
    listener = Listener()
    listener.hear("site/pump/online", "false")
    said = notified("NotifyStatus", {"switch:0": {"output": True}})
    assert online(listener, "site/pump/events/rpc", said) == {"shellyplug-1": False}


def test_a_device_that_tells_all_is_there() -> None:
    said = notified("NotifyFullStatus", {"switch:0": {"output": True}})
    assert online(Listener(), "x/events/rpc", said) == {"shellyplug-1": True}


@pytest.mark.parametrize(
    ("topic", "said"),
    [("me/rpc", {"id": 1, "src": ID, "dst": "me", "result": INFO}), (f"site/{ID}/announce", INFO)],
)
def test_a_device_says_what_it_is_when_asked(topic: str, said: dict[str, Any]) -> None:
    assert hear(topic, json.dumps(said)).devices == (
        DeviceInfo(device=ID, label="Pump", model="SNSW-001P16EU", firmware="1.2.0"),
    )


def test_a_devices_configuration_names_it_and_gives_no_reading() -> None:
    result = {"sys": {"device": {"name": "Pump", "fw_id": "2024/1.2.0"}}, "switch:0": {"power_limit": 4480}}
    decoded = hear("me/rpc", json.dumps({"id": 1, "src": ID, "result": result}))
    told = DeviceInfo(device=ID, label="Pump", firmware="2024/1.2.0")
    assert (decoded.readings, decoded.devices) == ((), (told,))


def test_an_id_in_the_prefix_is_the_device_wherever_it_stands() -> None:
    assert rows(f"site/{ID}/status/switch:0", '{"output": true}')[0][0] == ID


def test_a_change_of_settings_is_no_event_of_a_component() -> None:
    events = [{"component": "switch:0", "event": "config_changed", "ts": AT.timestamp()}]
    assert rows("x/events/rpc", notified("NotifyEvent", {"events": events})) == []
