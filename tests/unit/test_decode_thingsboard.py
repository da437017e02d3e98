from __future__ import annotations

from datetime import UTC, datetime

import pytest

from data.errors import DecodeError
from data.ingest.decode import DeviceInfo
from tests.unit.decoding import device, hear, said, times

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
        ("v1/gateway/attributes/request", "metadata"),
        ("v2/fw/response/1/chunk/0", "event"),
    ],
)
def test_attributes_calls_and_connections_are_no_readings(topic: str, kind: str) -> None:
    decoded = hear(topic, {"version": 3})
    assert (decoded.kind, decoded.readings) == (kind, ())


@pytest.mark.parametrize(("topic", "payload"), [(ME, "7"), (ME, "{"), ("v1/gateway/telemetry", "[]")])
def test_another_shape_is_refused(topic: str, payload: str) -> None:
    with pytest.raises(DecodeError):
        hear(topic, payload)


@pytest.mark.parametrize(("verb", "online"), [("connect", True), ("disconnect", False)])
def test_a_gateway_says_which_devices_are_connected(verb: str, online: bool) -> None:
    told = device(f"v1/gateway/{verb}", {"device": "Meter 3", "type": "Acme M-100"})
    assert told == DeviceInfo(device="Meter 3", model="Acme M-100", online=online)


def test_the_profile_of_a_device_that_has_none_is_no_model() -> None:
    assert device("v1/gateway/connect", {"device": "Meter 3", "type": "default"}).model is None


def test_attributes_say_what_a_device_is() -> None:
    attributes = {"manufacturer": "Acme", "model": "M-100", "fw_version": "1.4", "interval": 60}
    told = device("meter/v1/devices/me/attributes", attributes)
    assert told == DeviceInfo(device="meter", manufacturer="Acme", model="M-100", firmware="1.4")


def test_a_gateway_says_what_its_devices_are() -> None:
    decoded = hear("v1/gateway/attributes", {"A": {"model": "M-1"}, "B": {"firmwareVersion": "2"}, "C": 3})
    assert decoded.devices == (DeviceInfo(device="A", model="M-1"), DeviceInfo(device="B", firmware="2"))


@pytest.mark.parametrize("topic", ["v1/gateway/attributes/response", "v1/gateway/attributes/request"])
def test_asking_for_attributes_says_nothing_of_a_device(topic: str) -> None:
    assert hear(topic, {"id": 1, "device": "A", "model": {"model": "M-1"}}).devices == ()
