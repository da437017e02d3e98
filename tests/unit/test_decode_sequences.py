"""Whatever devices send, ingest stores what can be stored or says why not."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from data.errors import DecodeError
from tests.unit.decoding import Listener, assert_storable

TOPICS = (
    "homeassistant/sensor/node/x/config", "homeassistant/device/x/config", "homeassistant/climate/x/config",
    "homeassistant/light/x/state", "gw/x", "gw/y",
    "zigbee2mqtt/x", "zigbee2mqtt/x/y", "zigbee2mqtt/bridge/devices",
    "tele/x/SENSOR", "stat/x/RESULT", "stat/x/STATUS10", "stat/x/POWER", "tele/x/SWITCH1",
    "x/events/rpc", "x/rpc", "x/status/switch:0",
    "x/sensor/y/state", "x/light/y/state", "x/climate/y/mode/state",
    "homie/5/x/$description", "homie/5/x/y/z", "homie/x/y/z", "homie/x/y/z/$unit", "homie/x/y/z/$datatype",
    "homie/5/x/$state", "homie/5/y/$state", "homie/x/$name", "N/x/y/0/Connected", "N/x/y/0/FirmwareVersion",
    "r/x/$homie", "N/x/y/0/z", "W/x/y", "N/x/y/0/Serial",
)  # fmt: skip
WORDS = (
    "state_topic", "stat_t", "~", "value_template", "unit_of_measurement", "device", "name", "identifiers",
    "components", "availability", "gw/x", "gw/y", "~/x", "{{ value_json.a[0] }}", "{{ value }}", "W", "",
    "Time", "Epoch", "TempUnit", "Temperature", "ZbReceived", "StatusSNS", "POWER", "Action",
    "root", "name", "lost", "ready", "x", "y",
    "src", "method", "NotifyStatus", "NotifyEvent", "params", "events", "component", "event", "input:0", "ts",
    "tC", "tF", "nodes", "properties", "unit", "datatype", "json", "float", "enum", "value", "definition",
    "exposes", "features", "property", "friendly_name", "action", "a", "nan", "ON", "open", "1e400",
)  # fmt: skip

words = st.sampled_from(WORDS) | st.text(max_size=6)
json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=6),
    max_leaves=20,
)
payloads = st.one_of(
    json_values.map(lambda value: json.dumps(value).encode()), words.map(str.encode), st.binary(max_size=32)
)
messages = st.lists(st.tuples(st.sampled_from(TOPICS), payloads), min_size=1, max_size=6)


@given(messages)
def test_whatever_comes_in_whatever_order_gives_storable_readings_or_a_reason(
    said: list[tuple[str, bytes]],
) -> None:
    listener = Listener()
    for topic, payload in said:
        try:
            found = listener.hear(topic, payload)
        except DecodeError:
            continue
        assert_storable(found)
