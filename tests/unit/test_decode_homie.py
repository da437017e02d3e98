from __future__ import annotations

import json

import pytest

from data.errors import DecodeError
from tests.unit.decoding import Listener, hear, rows


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
