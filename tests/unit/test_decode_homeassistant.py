from __future__ import annotations

import json
from typing import Any

import pytest

from data.errors import DecodeError
from data.ingest.decode.template import read_template
from tests.unit.decoding import Listener, Row, hear

CELLAR = {"identifiers": ["id-1"], "name": "Cellar"}


def listener(*configs: dict[str, Any], component: str = "sensor") -> Listener:
    hearing = Listener()
    for position, config in enumerate(configs):
        hearing.hear(f"homeassistant/{component}/node/object{position}/config", json.dumps(config))
    return hearing


def rows(config: dict[str, Any], topic: str, payload: str, component: str = "sensor") -> list[Row]:
    return listener(config, component=component).rows(topic, payload)


def test_an_announced_topic_is_a_value_of_the_device_with_its_unit() -> None:
    config = {
        "state_topic": "gw/7",
        "unit_of_measurement": "°C",
        "device_class": "temperature",
        "device": CELLAR,
    }
    assert rows(config, "gw/7", "12.5") == [("Cellar", "temperature", 12.5, "°C")]


def test_abbreviations_and_the_base_topic_are_read() -> None:
    config = {
        "~": "gw/7",
        "stat_t": "~/t",
        "unit_of_meas": "K",
        "val_tpl": "{{ value_json.air }}",
        "dev": {"name": "A"},
    }
    assert rows(config, "gw/7/t", '{"air": 290, "other": 1}') == [("A", "air", 290, "K")]


def test_without_a_device_the_topic_names_it() -> None:
    config = {"state_topic": "homeassistant/binary_sensor/yard/state", "device_class": "motion"}
    found = rows(config, "homeassistant/binary_sensor/yard/state", "ON", "binary_sensor")
    assert found == [("yard", "motion", True, None)]


def test_only_one_announcement_of_a_device_need_state_its_name() -> None:
    hearing = listener(
        {"state_topic": "a", "device_class": "humidity", "device": CELLAR},
        {"state_topic": "b", "device_class": "pressure", "device": {"identifiers": "id-1"}},
    )
    assert hearing.rows("b", "990")[0][:2] == ("Cellar", "pressure")


def test_two_devices_of_one_name_stay_two() -> None:
    hearing = listener(
        {"state_topic": "a", "device_class": "humidity", "device": CELLAR},
        {"state_topic": "b", "device_class": "humidity", "device": CELLAR | {"identifiers": ["id-2"]}},
    )
    assert [hearing.rows(topic, "40")[0][0] for topic in "ab"] == ["Cellar", "Cellar id-2"]


def test_two_entities_of_one_kind_stay_two_metrics() -> None:
    common = {"device_class": "temperature", "device": CELLAR}
    hearing = listener({"state_topic": "a"} | common, {"state_topic": "b"} | common)
    assert [hearing.rows(topic, "4")[0][1] for topic in "ab"] == ["temperature", "object1/temperature"]


def test_an_announcement_heard_again_changes_nothing() -> None:
    config = {"state_topic": "a", "device_class": "temperature", "device": CELLAR}
    hearing = listener(config)
    hearing.hear("homeassistant/sensor/node/object0/config", json.dumps(config))
    assert hearing.rows("a", "4") == [("Cellar", "temperature", 4.0, None)]


def test_an_empty_announcement_takes_it_back() -> None:
    hearing = listener({"state_topic": "gw/a", "device": CELLAR})
    decoded = hearing.hear("homeassistant/sensor/node/object0/config", "")
    assert decoded.kind == "discovery-delete"
    assert hearing.hear("gw/a", "4").convention == "plain-path"


def test_a_device_announces_all_its_components_at_once() -> None:
    parts = {
        "t": {"p": "sensor", "unit_of_meas": "°C", "val_tpl": "{{ value_json.t }}"},
        "gone": {"p": "sensor"},
    }
    config = {"dev": {"ids": "x", "name": "Attic"}, "cmps": parts, "stat_t": "attic/state"}
    assert ("Attic", "t", 19, "°C") in rows(config, "attic/state", '{"t": 19}', "device")


def test_a_climate_device_has_many_states() -> None:
    config = {
        "curr_temp_t": "c/state", "curr_temp_tpl": "{{ value_json.now }}", "temp_unit": "C",
        "mode_stat_t": "c/mode", "temp_cmd_t": "c/set", "device": CELLAR,
    }  # fmt: skip
    hearing = listener(config, component="climate")
    assert hearing.rows("c/state", '{"now": "21.5"}') == [("Cellar", "current_temperature", 21.5, "C")]
    assert hearing.rows("c/mode", "off") == [("Cellar", "mode", "off", None)]


def test_an_entity_may_have_its_own_words_for_on_and_off() -> None:
    config = {
        "state_topic": "d",
        "payload_on": "1",
        "payload_off": "0",
        "device_class": "door",
        "device": CELLAR,
    }
    assert rows(config, "d", "1", "binary_sensor")[0][2] is True


@pytest.mark.parametrize(
    ("template", "path"),
    [
        ("{{ value_json.a.b[0] }}", ("a", "b", "0")),
        ("{{value_json['a b'].c}}", ("a b", "c")),
        ("{{ value }}", ()),
        ("{{ value_json.a | float(0) | round(1) }}", ("a",)),
        ("{{value_json.a if value_json.a is defined else 0}}", ("a",)),
        ("{% if value_json.a is defined %}{{ value_json.a | round(1) }}{% endif %}", ("a",)),
        ("{{ value_json.a if value_json.b is defined else 0 }}", None),
        ("{% if value_json.a is defined %}{{ value_json.a / 2 }}{% endif %}", None),
        ("{{ value_json.a / 10 }}", None),
        ("{{ value_json.a | multiply(10) }}", None),
        ("{% if value_json.a %}1{% endif %}", None),
        ("{{ value.__class__ }}", None),
    ],
)
def test_a_template_is_a_path_or_is_not_read(template: str, path: tuple[str, ...] | None) -> None:
    assert read_template(template) == path


def test_a_value_whose_template_is_not_read_is_left_out_with_a_reason() -> None:
    hearing = listener({"state_topic": "a/b", "value_template": "{{ value_json.a / 10 }}"})
    decoded = hearing.hear("a/b", '{"a": 5}')
    assert (decoded.readings, decoded.kind) == ((), "undecoded")
    assert decoded.reason is not None


def test_a_device_of_another_convention_keeps_its_names_and_takes_the_unit() -> None:
    config = {
        "state_topic": "zigbee2mqtt/hall", "value_template": "{{ value_json.voltage }}",
        "unit_of_measurement": "mV", "device": CELLAR,
    }  # fmt: skip
    assert rows(config, "zigbee2mqtt/hall", '{"voltage": 2900, "battery": 9}') == [
        ("hall", "voltage", 2900, "mV"),
        ("hall", "battery", 9, None),
    ]


def test_a_single_value_of_another_convention_takes_the_unit() -> None:
    config = {"state_topic": "n/sensor/t/state", "unit_of_measurement": "°C", "device": CELLAR}
    assert rows(config, "n/sensor/t/state", "20") == [("n", "t", 20.0, "°C")]


def test_a_state_that_nobody_announced_is_of_the_object_of_its_topic() -> None:
    assert Listener().rows("homeassistant/light/desk/state", '{"state": "ON", "brightness": 9}') == [
        ("desk", "state", True, None),
        ("desk", "brightness", 9, None),
    ]


def test_an_announced_availability_topic_is_a_status() -> None:
    hearing = listener({"state_topic": "a", "availability": [{"topic": "gw/alive"}]})
    assert hearing.hear("gw/alive", "1").kind == "status"


@pytest.mark.parametrize(
    ("topic", "kind"), [("homeassistant/status", "status"), ("homeassistant/switch/pump/set", "command")]
)
def test_a_topic_that_is_not_telemetry_gives_no_reading(topic: str, kind: str) -> None:
    decoded = hear(topic, "1")
    assert (decoded.kind, decoded.readings) == (kind, ())


def test_a_broken_announcement_is_refused() -> None:
    with pytest.raises(DecodeError, match="not valid JSON"):
        hear("homeassistant/sensor/x/config", '{"state_topic": ')
