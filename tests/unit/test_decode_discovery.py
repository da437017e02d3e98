"""What Home Assistant announcements say of devices, of their presence, and of every kind of entity."""

from __future__ import annotations

from typing import Any

import pytest

from data.ingest.decode import Decoded, DeviceInfo
from data.ingest.decode.homeassistant import matches
from tests.unit.decoding import Listener as Ingest
from tests.unit.decoding import said

PUMP = {"identifiers": ["p-1"], "name": "Pump"}


def announced(*configs: tuple[str, dict[str, Any]]) -> Ingest:
    ingest = Ingest()
    for position, (component, config) in enumerate(configs):
        ingest.hear(f"homeassistant/{component}/node/o{position}/config", {"device": PUMP} | config)
    return ingest


def presence(decoded: Decoded) -> dict[str, bool | None]:
    return {info.device: info.online for info in decoded.devices}


def test_an_announcement_says_what_the_device_is() -> None:
    block = {"ids": "7", "name": "Hall air", "mf": "Acme", "mdl": "Air", "sw": 2.1, "sa": "Hall"}
    config = {"stat_t": "air/co2", "dev": block}
    assert Ingest().hear("homeassistant/sensor/co2/config", config).devices == (
        DeviceInfo(
            device="Hall air", label="Hall air", manufacturer="Acme", model="Air", firmware="2.1", area="Hall"
        ),
    )


@pytest.mark.parametrize(
    ("stated", "model"),
    [
        ({"model": "Plug", "model_id": "TS1"}, "Plug (TS1)"),
        ({"model": "Plug (TS1)", "model_id": "TS1"}, "Plug (TS1)"),
        ({"mdl_id": "TS1"}, "TS1"),
    ],
)
def test_a_model_and_its_number_are_one_text(stated: dict[str, str], model: str) -> None:
    config = {"state_topic": "a/b", "device": PUMP | stated}
    (info,) = Ingest().hear("homeassistant/sensor/x/config", config).devices
    assert info.model == model


def test_a_device_that_announces_commands_alone_is_no_device_yet() -> None:
    config = {"command_topic": "a/do", "device": PUMP}
    assert Ingest().hear("homeassistant/button/x/config", config).devices == ()


def test_a_device_of_another_convention_is_told_of_by_the_name_in_its_readings() -> None:
    config = {
        "state_topic": "zigbee2mqtt/hall/plug", "value_template": "{{ value_json.power }}", "device": PUMP,
    }  # fmt: skip
    (info,) = Ingest().hear("homeassistant/sensor/x/config", config).devices
    assert (info.device, info.label) == ("hall/plug", "Pump")


def test_an_announcement_changes_nothing_that_another_convention_remembers() -> None:
    ingest = Ingest()
    ingest.hear("zigbee2mqtt/bridge/devices", [{"friendly_name": "lamp"}])
    config = {"state_topic": "zigbee2mqtt/bridge/devices", "schema": "json", "device": PUMP}
    ingest.hear("homeassistant/sensor/x/config", config)
    assert presence(ingest.hear("zigbee2mqtt/bridge/state", "online")) == {"lamp": True}


def test_a_first_generation_shelly_keeps_its_id_and_takes_the_unit() -> None:
    ingest = announced(
        ("sensor", {"state_topic": "shellies/em-1/emeter/0/power", "unit_of_measurement": "W"})
    )
    assert said(ingest.hear("shellies/em-1/emeter/0/power", "5")) == [("em-1", "emeter/0/power", 5.0, "W")]


def test_a_reading_says_what_its_device_says_that_it_measures() -> None:
    ingest = announced(("sensor", {"state_topic": "p/1", "device_class": "power"}))
    (reading,) = ingest.hear("p/1", "5").readings
    assert reading.device_class == "power"


@pytest.mark.parametrize(
    ("config", "payload", "online"),
    [
        ({"availability_topic": "p/up"}, "online", True),
        ({"availability_topic": "p/up"}, "offline", False),
        ({"availability_topic": "p/up"}, '{"state": "offline"}', False),
        ({"avty_t": "p/up", "pl_avail": "1", "pl_not_avail": "0"}, "0", False),
        ({"avty_t": "p/up", "avty_tpl": "{{ value_json.on }}", "pl_avail": True}, '{"on": true}', True),
        ({"avty": [{"t": "p/up", "val_tpl": "{{ value_json.state }}"}]}, '{"state": "online"}', True),
    ],
)
def test_an_availability_topic_says_whether_the_device_is_there(
    config: dict[str, Any], payload: str, online: bool
) -> None:
    ingest = announced(("sensor", {"state_topic": "p/1"} | config))
    decoded = ingest.hear("p/up", payload)
    assert (decoded.kind, presence(decoded)) == ("status", {"Pump": online})


@pytest.mark.parametrize("payload", ["perhaps", "", '{"other": 1}'])
def test_a_word_that_nobody_announced_says_nothing_of_availability(payload: str) -> None:
    ingest = announced(("sensor", {"state_topic": "p/1", "availability_topic": "p/up"}))
    assert ingest.hear("p/up", payload).devices == ()


def test_a_gateways_status_is_of_the_devices_that_announced_it() -> None:
    ingest = announced(("sensor", {"state_topic": "gw/boiler", "availability_topic": "gw/status"}))
    assert presence(ingest.hear("gw/status", "offline")) == {"Pump": False}


def test_a_bridge_announced_as_a_device_leaves_those_behind_it_their_presence() -> None:
    state = {"state_topic": "zigbee2mqtt/bridge/state", "availability_topic": "zigbee2mqtt/bridge/state"}
    ingest = announced(("binary_sensor", state))
    ingest.hear("zigbee2mqtt/bridge/devices", [{"friendly_name": "lamp"}])
    decoded = ingest.hear("zigbee2mqtt/bridge/state", "offline")
    assert presence(decoded) == {"Pump": False, "lamp": False}


@pytest.mark.parametrize(
    ("mode", "heard", "online"),
    [
        ("all", ["a online"], None),
        ("all", ["a online", "b online"], True),
        ("all", ["a online", "b offline"], False),
        ("any", ["a offline", "b online"], True),
        ("latest", ["a online", "b offline"], False),
        ("latest", ["a offline", "b online"], True),
    ],
)
def test_several_availability_topics_count_as_the_mode_says(
    mode: str, heard: list[str], online: bool | None
) -> None:
    topics = [{"topic": "a"}, {"topic": "b"}]
    ingest = announced(("sensor", {"state_topic": "p/1", "availability": topics, "availability_mode": mode}))
    for message in heard:
        decoded = ingest.hear(*message.split())
    assert presence(decoded).get("Pump") is online


def test_a_device_is_there_while_anything_it_announced_is() -> None:
    ingest = announced(
        ("sensor", {"state_topic": "p/1", "availability_topic": "p/up1"}),
        ("sensor", {"state_topic": "p/2", "availability_topic": "p/up2"}),
    )
    ingest.hear("p/up1", "online")
    assert presence(ingest.hear("p/up2", "offline")) == {"Pump": True}


def test_a_retained_availability_heard_before_the_announcement_counts() -> None:
    ingest = Ingest()
    ingest.hear("p/up", "offline", retain=True)
    config = {"state_topic": "p/1", "availability_topic": "p/up", "device": PUMP}
    assert presence(ingest.hear("homeassistant/sensor/x/config", config)) == {"Pump": False}


def test_an_announcement_taken_back_says_no_more_of_availability() -> None:
    ingest = announced(("sensor", {"state_topic": "p/1", "availability_topic": "p/up"}))
    ingest.hear("homeassistant/sensor/node/o0/config", "")
    assert ingest.hear("p/up", "offline").devices == ()


STATES = [
    ("cover", {"state_topic": "x/y", "state_open": "up", "state_closed": "down"}, "up", "y", "open"),
    ("cover", {"position_topic": "x/y"}, "55", "position", 55.0),
    ("lock", {"state_topic": "x/y", "state_locked": "1", "state_unlocked": "0"}, "0", "y", "unlocked"),
    ("valve", {"state_topic": "x/y"}, '{"state": "opening", "position": 9}', "y/state", "opening"),
    ("fan", {"oscillation_state_topic": "x/y"}, "oscillate_on", "oscillation", True),
    ("fan", {"pct_stat_t": "x/y"}, "33", "percentage", 33.0),
    ("light", {"schema": "json", "state_topic": "x/y"}, '{"state": "OFF"}', "y/state", False),
    ("light", {"schema": "json", "state_topic": "x/y"}, '{"effect": "off"}', "y/effect", "off"),
    ("climate", {"temp_stat_t": "x/y"}, "21", "target_temperature", 21.0),
    ("climate", {"curr_temp_t": "x/y"}, "20.5", "current_temperature", 20.5),
    ("humidifier", {"hum_stat_t": "x/y"}, "45", "target_humidity", 45.0),
    ("select", {"state_topic": "x/y"}, "off", "y", "off"),
    ("sensor", {"state_topic": "x/y", "device_class": "enum"}, "2", "enum", "2"),
    ("device_tracker", {"state_topic": "x/y", "payload_not_home": "away"}, "away", "y", "not_home"),
    ("binary_sensor", {"state_topic": "x/y", "pl_on": "wet", "pl_off": "dry"}, "dry", "y", False),
    ("sensor", {"state_topic": "x/y", "val_tpl": "{{ value_json.p[1] }}"}, '{"p": [1, 2]}', "p/1", 2),
    ("sensor", {"state_topic": "x/y", "val_tpl": "{{ value_json.get('p') }}"}, '{"p": 3}', "p", 3),
]


@pytest.mark.parametrize(("component", "config", "payload", "metric", "value"), STATES)
def test_every_kind_of_entity_says_its_state_in_its_own_way(
    component: str, config: dict[str, Any], payload: str, metric: str, value: object
) -> None:
    assert ("Pump", metric, value, None) in said(announced((component, config)).hear("x/y", payload))


def test_a_template_for_all_topics_of_a_thermostat_is_for_each() -> None:
    config = {"mode_stat_t": "x/mode", "value_template": "{{ value_json.is }}"}
    assert said(announced(("climate", config)).hear("x/mode", '{"is": "heat"}')) == [
        ("Pump", "mode", "heat", None)
    ]


@pytest.mark.parametrize("payload", ["unavailable", "unknown", "None", "nan", "n/a", "21,5 or so", "true"])
def test_a_state_with_a_unit_that_is_no_number_is_no_reading(payload: str) -> None:
    ingest = announced(("sensor", {"state_topic": "x/y", "unit_of_measurement": "°C"}))
    assert ingest.hear("x/y", payload).readings == ()


@pytest.mark.parametrize(
    ("component", "config", "payload"),
    [
        ("event", {"state_topic": "x/y"}, '{"event_type": "press"}'),
        ("device_automation", {"topic": "x/y", "payload": "press"}, "press"),
    ],
)
def test_what_happens_is_an_event_and_a_replay_of_it_is_nothing(
    component: str, config: dict[str, Any], payload: str
) -> None:
    ingest = announced((component, config))
    decoded, replayed = ingest.hear("x/y", payload), ingest.hear("x/y", payload, retain=True)
    assert (decoded.kind, [one.value for one in decoded.readings]) == ("event", ["press"])
    assert replayed.readings == ()


@pytest.mark.parametrize("payload", ["1.2", '{"installed_version": "1.2", "latest_version": "1.3"}'])
def test_an_installed_version_is_the_devices_firmware_and_no_number(payload: str) -> None:
    ingest = announced(("update", {"state_topic": "x/y", "device_class": "firmware"}))
    decoded = ingest.hear("x/y", payload)
    assert (decoded.readings, [one.firmware for one in decoded.devices]) == ((), ["1.2"])


@pytest.mark.parametrize(
    ("component", "config", "kind"),
    [
        ("switch", {"state_topic": "x", "command_topic": "x/y"}, "command"),
        ("climate", {"temp_cmd_t": "x/y"}, "command"),
        ("camera", {"topic": "x/y"}, "metadata"),
        ("update", {"state_topic": "x", "latest_version_topic": "x/y"}, "metadata"),
    ],
)
def test_an_announced_topic_that_carries_no_state_gives_no_reading(
    component: str, config: dict[str, Any], kind: str
) -> None:
    decoded = announced((component, config)).hear("x/y", b"\xff\xd8 1")
    assert (decoded.kind, decoded.readings) == (kind, ())


def test_attributes_say_where_a_device_is_and_what_else_it_measures() -> None:
    ingest = announced(("device_tracker", {"json_attributes_topic": "x/y"}))
    decoded = ingest.hear("x/y", {"latitude": 52.5, "longitude": 13.4, "gps_accuracy": 9, "battery": 80})
    assert said(decoded) == [("Pump", "battery", 80, None)]
    assert decoded.place is not None
    assert (decoded.place.device, decoded.place.latitude, decoded.place.longitude) == ("Pump", 52.5, 13.4)


def test_an_attribute_that_is_announced_as_a_value_is_one_reading() -> None:
    config = {
        "stat_t": "x/y", "val_tpl": "{{ value_json.t }}", "unit_of_meas": "°C", "json_attr_t": "x/y",
    }  # fmt: skip
    assert said(announced(("sensor", config)).hear("x/y", {"t": 20, "rssi": -60})) == [
        ("Pump", "rssi", -60, None),
        ("Pump", "t", 20, "°C"),
    ]


def test_a_state_topic_may_hold_wildcards() -> None:
    ingest = announced(("sensor", {"state_topic": "mesh/+/temp", "unit_of_measurement": "°C"}))
    assert said(ingest.hear("mesh/gate-2/temp", "20")) == [("Pump", "temp", 20.0, "°C")]


@pytest.mark.parametrize(
    ("wanted", "topic", "fits"),
    [
        ("a/+/c", "a/b/c", True),
        ("a/+/c", "a/b/b/c", False),
        ("a/#", "a/b/c", True),
        ("a/#", "a", True),
        ("a/#", "b/a", False),
        ("+", "a/b", False),
    ],
)
def test_a_wildcard_stands_for_one_level_or_all_that_follow(wanted: str, topic: str, fits: bool) -> None:
    assert matches(wanted, topic) is fits


def test_a_component_announced_by_its_platform_alone_is_taken_back() -> None:
    config = {
        "device": PUMP, "state_topic": "x/y",
        "components": {"a": {"p": "sensor", "val_tpl": "{{ value_json.a }}"}, "b": {"p": "sensor"}},
    }  # fmt: skip
    ingest = Ingest()
    ingest.hear("homeassistant/device/x/config", config)
    assert said(ingest.hear("x/y", {"a": 1, "b": 2})) == [("Pump", "a", 1, None)]


STREAMED = [
    ("climate/hall/current_temperature", "20.5", ("hall", "current_temperature", 20.5, None)),
    ("climate/hall/hvac_action", '"heating"', ("hall", "hvac_action", "heating", None)),
]


@pytest.mark.parametrize(("topic", "payload", "row"), STREAMED)
def test_what_is_streamed_of_an_entity_beside_its_state_is_a_value_when_it_is_measured(
    topic: str, payload: str, row: tuple[object, ...]
) -> None:
    assert said(Ingest().hear(f"homeassistant/{topic}", payload)) == [row]


def test_a_streamed_name_is_what_people_call_the_device() -> None:
    decoded = Ingest().hear("homeassistant/sensor/hall/friendly_name", '"Hall air"')
    assert [(one.device, one.label) for one in decoded.devices] == [("hall", "Hall air")]
