"""Whatever home devices announce and say, in whatever order, is understood or a reason."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import DecodeError
from tests.unit.decoding import Listener

TOPICS = [
    "homeassistant/sensor/n/o/config", "homeassistant/device/n/config", "homeassistant/event/n/config",
    "homeassistant/device_tracker/n/config", "homeassistant/climate/n/config", "s/t", "s/u", "s/+",
    "homeassistant/sensor/n/state", "homeassistant/sensor/n/device_class", "zigbee2mqtt/bridge/devices",
    "zigbee2mqtt/bridge/event", "zigbee2mqtt/bridge/state", "zigbee2mqtt/n", "zigbee2mqtt/n/availability",
    "tasmota/discovery/AA/config", "tele/n/LWT", "tele/n/INFO1", "tele/n/SENSOR", "stat/n/STATUS2",
    "shellies/announce", "shellies/n/info", "shellies/n/online", "shellies/n/status", "n/events/rpc",
    "n/rpc", "n/online", "n/announce", "n/status/switch:0", "esphome/discover/n", "n/status", "n/debug",
    "n/update/x/state", "n/event/x/state", "house/n/LWT",
]  # fmt: skip
NAMES = [
    "state_topic", "stat_t", "t", "topic", "avty", "avty_t", "avty_mode", "json_attr_t", "val_tpl", "~",
    "device", "dev", "name", "ids", "mf", "mdl", "sw", "sa", "cmps", "p", "dev_cla", "unit_of_meas", "pl_on",
    "schema", "cmd_t", "latitude", "longitude", "event_type", "installed_version", "friendly_name",
    "definition", "exposes", "features", "property", "unit", "vendor", "model", "type", "data", "dn", "fn",
    "ft", "hn", "Info1", "Status", "StatusFWR", "Module", "Version", "FriendlyName", "src", "method",
    "params", "result", "sys", "id", "ver", "switch:0", "update", "old_version", "project_name", "state",
]  # fmt: skip
TEXTS = [
    "s/t", "s/u", "s/+", "#", "", "{{ value_json.state }}", "{{ value }}", "online", "offline", "all", "ON",
    "NotifyFullStatus", "device_leave", "%prefix%/%topic%/", "json", "sensor", "update", "zigbee2mqtt/n",
]  # fmt: skip

leaves = (
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=6) | st.sampled_from(TEXTS)
)
objects = st.dictionaries(st.sampled_from(NAMES), leaves, max_size=6)
trees = st.recursive(
    objects,
    lambda inner: (
        st.lists(inner | leaves, max_size=3)
        | st.dictionaries(st.sampled_from(NAMES), inner | leaves, max_size=6)
    ),
    max_leaves=12,
)
payloads = trees.map(json.dumps) | st.sampled_from(TEXTS) | st.text(max_size=8)
messages = st.lists(st.tuples(st.sampled_from(TOPICS), payloads), min_size=1, max_size=8)


@settings(deadline=None)
@given(messages=messages)
def test_whatever_is_announced_and_said_names_devices_that_the_readings_may_have(
    messages: list[tuple[str, str]],
) -> None:
    listener = Listener()
    for topic, payload in messages:
        try:
            decoded = listener.hear(topic, payload.encode("utf-8", "surrogatepass"))
        except DecodeError:
            continue
        for info in decoded.devices:
            assert info.device
