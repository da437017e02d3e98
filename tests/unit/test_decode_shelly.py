from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from data.errors import DecodeError
from tests.unit.decoding import hear, rows

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
