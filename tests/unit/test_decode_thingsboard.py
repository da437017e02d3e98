from __future__ import annotations

from datetime import UTC, datetime

import pytest

from data.errors import DecodeError
from tests.unit.decoding import hear, said, times

ME = "v1/devices/me/telemetry"
MS = 1_770_000_000_000
AT = datetime.fromtimestamp(MS / 1_000, UTC)


@pytest.mark.parametrize("topic", [ME, "v2/t", "v2/t/j"])
def test_a_device_that_is_only_known_by_its_connection_is_me(topic: str) -> None:
    assert said(hear(topic, {"t": 20.5, "mode": "eco"})) == [
        ("me", "t", 20.5, None),
        ("me", "mode", "eco", None),
    ]


def test_what_a_bridge_puts_before_the_topic_is_the_device() -> None:
    assert said(hear(f"boiler/{ME}", {"t": 60})) == [("boiler", "t", 60, None)]


def test_values_have_the_time_that_is_beside_them() -> None:
    decoded = hear(ME, [{"ts": MS, "values": {"t": 1}}, {"t": 2}, {"ts": 0, "values": {"t": 3}}])
    assert times(decoded) == [AT, None, None]


def test_a_gateway_names_its_devices() -> None:
    decoded = hear("v1/gateway/telemetry", {"A": [{"ts": MS, "values": {"t": 1}}], "B": {"t": 2}})
    assert said(decoded) == [("A", "t", 1, None), ("B", "t", 2, None)]
    assert times(decoded) == [AT, None]


@pytest.mark.parametrize(
    ("topic", "kind"),
    [
        ("v1/devices/me/attributes", "metadata"),
        ("v1/devices/me/rpc/request/7", "command"),
        ("v1/gateway/connect", "status"),
    ],
)
def test_attributes_calls_and_connections_are_no_readings(topic: str, kind: str) -> None:
    decoded = hear(topic, {"version": 3})
    assert (decoded.kind, decoded.readings) == (kind, ())


@pytest.mark.parametrize(("topic", "payload"), [(ME, "7"), (ME, "{"), ("v1/gateway/telemetry", "[]")])
def test_another_shape_is_refused(topic: str, payload: str) -> None:
    with pytest.raises(DecodeError):
        hear(topic, payload)
