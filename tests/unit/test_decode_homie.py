from __future__ import annotations

import json

import pytest

from data.errors import DecodeError
from data.ingest.decode import DeviceInfo, Value
from tests.unit.decoding import Listener, device, hear, rows


@pytest.mark.parametrize("topic", ["homie/pump/motor/speed", "homie/5/pump/motor/speed"])
def test_a_property_is_a_metric_of_its_device(topic: str) -> None:
    assert rows(topic, "900") == [("pump", "motor/speed", 900.0, None)]


def test_version_4_states_the_unit_on_a_topic() -> None:
    listener = Listener()
    listener.hear("homie/pump/motor/speed/$unit", "rpm")
    assert listener.rows("homie/pump/motor/speed", "900")[0][3] == "rpm"


def test_version_5_states_units_and_types_in_its_description() -> None:
    listener = Listener()
    speed, code = {"datatype": "float", "unit": "rpm"}, {"datatype": "string"}
    nodes = {"motor": {"properties": {"speed": speed, "code": code}}}
    listener.hear("homie/5/pump/$description", json.dumps({"nodes": nodes}))
    assert listener.rows("homie/5/pump/motor/speed", "900") == [("pump", "motor/speed", 900.0, "rpm")]
    assert listener.rows("homie/5/pump/motor/code", "007") == [("pump", "motor/code", "007", None)]


def test_a_number_that_is_none_is_refused() -> None:
    listener = Listener()
    listener.hear("homie/pump/motor/speed/$datatype", "integer")
    with pytest.raises(DecodeError, match="said to be a number"):
        listener.hear("homie/pump/motor/speed", "fast")


def test_another_root_is_known_once_a_device_says_its_version() -> None:
    listener = Listener()
    listener.hear("site/things/pump/$homie", "4.0.0")
    assert listener.rows("site/things/pump/motor/speed", "9") == [("pump", "motor/speed", 9.0, None)]


@pytest.mark.parametrize("root", ["homie", "homie/5"])
@pytest.mark.parametrize(
    ("topic", "kind"),
    [
        ("pump/motor/speed/set", "command"),
        ("pump/motor/speed/$target", "target"),
        ("pump/$state", "status"),
        ("pump/$name", "metadata"),
        ("pump/$log/warn", "log"),
        ("$broadcast/alert", "command"),
    ],
)
def test_a_topic_that_is_no_property_gives_no_reading(root: str, topic: str, kind: str) -> None:
    decoded = hear(f"{root}/{topic}", "1")
    assert (decoded.kind, decoded.readings) == (kind, ())


def test_an_empty_text_is_no_reading() -> None:
    assert hear("homie/5/pump/motor/name", b"\x00").kind == "invalid-value"


@pytest.mark.parametrize("root", ["homie", "homie/5"])
@pytest.mark.parametrize(
    ("state", "online"),
    [("init", True), ("ready", True), ("alert", True), ("disconnected", False), ("lost", False)],
)
def test_a_state_says_whether_the_device_is_online(root: str, state: str, online: bool) -> None:
    assert device(f"{root}/pump/$state", state) == DeviceInfo(device="pump", online=online)


@pytest.mark.parametrize("state", ["sleeping", "", "confused"])
def test_another_state_says_nothing_of_being_online(state: str) -> None:
    assert hear("homie/5/pump/$state", state).devices == ()


@pytest.mark.parametrize(
    ("topic", "said", "told"),
    [
        ("pump/$name", "Feed pump", DeviceInfo(device="pump", label="Feed pump")),
        ("pump/$implementation", "esp8266", DeviceInfo(device="pump", model="esp8266")),
        ("pump/$fw/version", "2.1", DeviceInfo(device="pump", firmware="2.1")),
    ],
)
def test_version_4_describes_a_device_on_topics(topic: str, said: str, told: DeviceInfo) -> None:
    assert device(f"homie/{topic}", said) == told


def test_the_name_of_a_node_is_not_that_of_its_device() -> None:
    assert hear("homie/pump/motor/$name", "Motor").devices == ()


def test_version_5_names_a_device_in_its_description() -> None:
    told = device("homie/5/pump/$description", {"homie": "5.0", "name": "Feed pump", "nodes": {}})
    assert told == DeviceInfo(device="pump", label="Feed pump")


def bridge() -> Listener:
    """A bridge that is ready, with a sensor that is ready and one that is not."""
    listener = Listener()
    for part in ("sensor", "valve"):
        listener.hear(f"homie/5/{part}/$description", {"root": "bridge", "parent": "bridge"})
    listener.hear("homie/5/bridge/$state", "ready")
    listener.hear("homie/5/sensor/$state", "ready")
    listener.hear("homie/5/valve/$state", "disconnected")
    return listener


def online(devices: tuple[DeviceInfo, ...]) -> dict[str, bool | None]:
    return {info.device: info.online for info in devices}


def test_the_parts_of_a_lost_device_are_lost() -> None:
    lost = bridge().hear("homie/5/bridge/$state", "lost")
    assert online(lost.devices) == {"bridge": False, "sensor": False, "valve": False}


def test_a_part_is_what_it_was_once_its_root_is_back() -> None:
    listener = bridge()
    listener.hear("homie/5/bridge/$state", "lost")
    back = listener.hear("homie/5/bridge/$state", "init")
    assert online(back.devices) == {"bridge": True, "sensor": True, "valve": False}


def test_a_part_that_says_it_is_ready_is_not_while_its_root_is_lost() -> None:
    listener = bridge()
    listener.hear("homie/5/bridge/$state", "lost")
    assert listener.device("homie/5/sensor/$state", "ready").online is False


def test_a_part_that_is_described_after_its_root_was_lost_is_offline() -> None:
    listener = Listener()
    listener.hear("homie/5/bridge/$state", "lost")
    assert listener.device("homie/5/sensor/$description", {"root": "bridge"}).online is False


def test_a_disconnected_device_leaves_its_parts_as_they_are() -> None:
    left = bridge().hear("homie/5/bridge/$state", "disconnected")
    assert online(left.devices) == {"bridge": False}


@pytest.mark.parametrize(
    ("datatype", "payload", "value"),
    [
        ("boolean", "true", True),
        ("enum", "on", "on"),
        ("color", "rgb,100,0,255", "rgb,100,0,255"),
        ("duration", "PT12H5M46S", "PT12H5M46S"),
        ("datetime", "2026-02-03T04:05:06Z", "2026-02-03T04:05:06Z"),
        ("integer", "-7", -7.0),
    ],
)
def test_a_value_is_what_its_datatype_means(datatype: str, payload: str, value: Value) -> None:
    listener = Listener()
    nodes = {"motor": {"properties": {"x": {"datatype": datatype}}}}
    listener.hear("homie/5/pump/$description", {"nodes": nodes})
    assert listener.rows("homie/5/pump/motor/x", payload) == [("pump", "motor/x", value, None)]


@pytest.mark.parametrize(
    ("payload", "values"),
    [
        ('{"supply": {"t": 61.5}, "mode": "eco"}', {"motor/x/supply/t": 61.5, "motor/x/mode": "eco"}),
        ("[1, 2]", {"motor/x/0": 1, "motor/x/1": 2}),
    ],
)
def test_json_gives_its_members(payload: str, values: dict[str, Value]) -> None:
    listener = Listener()
    listener.hear("homie/pump/motor/x/$datatype", "json")
    assert {metric: value for _, metric, value, _ in listener.rows("homie/pump/motor/x", payload)} == values
