from __future__ import annotations

from datetime import UTC, datetime

import pytest

from data.errors import DecodeError
from data.ingest.decode import DeviceInfo
from tests.unit.decoding import hear, rows


@pytest.mark.parametrize(
    ("channel", "said", "value"),
    [
        ("relay/0", "on", True),
        ("relay/0/power", "12.5", 12.5),
        ("emeter/1/total_returned", "7", 7.0),
        ("roller/0", "open", "open"),
        ("sensor/state", "open", True),
        ("sensor/state", "close", False),
        ("sensor/flood", "false", False),
        ("temperature_status", "Normal", "Normal"),
    ],
)
def test_a_channel_is_a_metric_of_the_device(channel: str, said: str, value: object) -> None:
    assert rows(f"shellies/plug-1/{channel}", said) == [("plug-1", channel, value, None)]


def test_an_object_says_its_numbers_and_states_but_no_settings_and_no_second_unit() -> None:
    said = '{"0": {"hwID": "28ff", "tC": 20.5, "tF": 68.9}, "has_timer": false, "mode": "white"}'
    assert rows("shellies/plug-1/ext_temperatures", said) == [
        ("plug-1", "ext_temperatures/0/tC", 20.5, None),
        ("plug-1", "ext_temperatures/mode", "white", None),
    ]


def test_an_object_on_the_devices_own_topic_may_be_late() -> None:
    (reading,) = hear("shellies/ht-1", '{"time": 1772362800, "sensor/humidity": 40}').readings
    assert (reading.device, reading.metric) == ("ht-1", "sensor/humidity")
    assert reading.at == datetime(2026, 3, 1, 11, tzinfo=UTC)


def test_a_pressed_button_is_an_event() -> None:
    decoded = hear("shellies/i3-1/input_event/0", '{"event": "S", "event_cnt": 2}')
    assert (decoded.kind, decoded.readings[0].value) == ("event", "S")


@pytest.mark.parametrize("topic", ["shellies/announce", "shellies/em-1/announce"])
def test_an_announcement_says_what_the_device_is(topic: str) -> None:
    decoded = hear(topic, '{"id": "em-1", "model": "SHEM", "fw_ver": "20230913/v1.14.0", "new_fw": false}')
    told = DeviceInfo(device="em-1", model="SHEM", firmware="20230913/v1.14.0")
    assert (decoded.kind, decoded.readings, decoded.devices) == ("discovery", (), (told,))


def test_a_devices_whole_state_names_its_firmware_alone() -> None:
    decoded = hear("shellies/em-1/info", '{"update": {"old_version": "v1.14.0"}, "emeters": [{"power": 1}]}')
    assert (decoded.readings, decoded.devices) == ((), (DeviceInfo(device="em-1", firmware="v1.14.0"),))


@pytest.mark.parametrize(("said", "online"), [("true", True), ("false", False)])
def test_a_topic_says_whether_the_device_is_there(said: str, online: bool) -> None:
    assert hear("shellies/em-1/online", said).devices == (DeviceInfo(device="em-1", online=online),)


@pytest.mark.parametrize(
    ("channel", "said", "kind"),
    [
        ("relay/0/command", "on", "command"),
        ("sensor/act_reasons", '["battery"]', "metadata"),
        ("settings", '{"mode": 1}', "metadata"),
        ("sensor/temperature", "999", "invalid-value"),
        ("sensor/lux", "", "empty"),
    ],
)
def test_a_topic_without_a_value_gives_no_reading(channel: str, said: str, kind: str) -> None:
    decoded = hear(f"shellies/plug-1/{channel}", said)
    assert (decoded.kind, decoded.readings) == (kind, ())


def test_broken_json_is_refused() -> None:
    with pytest.raises(DecodeError, match="not valid JSON"):
        hear("shellies/plug-1/status", '{"motion": ')
