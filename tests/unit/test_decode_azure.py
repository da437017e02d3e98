from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest

from data.errors import DecodeError
from tests.unit.decoding import hear, said, times

EVENTS = "devices/boiler/messages/events/"
ENQUEUED = "2026-02-03T04:05:06.7000000Z"
AT = datetime(2026, 2, 3, 4, 5, 6, 700_000, tzinfo=UTC)


def delivered(body: object, event: str = "DeviceTelemetry") -> dict[str, object]:
    system = {"iothub-connection-device-id": "boiler", "iothub-enqueuedtime": ENQUEUED}
    return {
        "eventType": f"Microsoft.Devices.{event}",
        "eventTime": ENQUEUED,
        "data": {"systemProperties": system, "body": body},
    }


def base64_json(body: object) -> str:
    return base64.b64encode(json.dumps(body).encode()).decode()


def test_a_devices_own_body_is_read_as_it_is() -> None:
    decoded = hear(EVENTS + "$.ct=application%2Fjson", {"t": 61.5, "timestamp": ENQUEUED, "mode": "eco"})
    assert said(decoded) == [("boiler", "t", 61.5, None), ("boiler", "mode", "eco", None)]
    assert set(times(decoded)) == {AT}


def test_a_module_is_a_device_of_its_own() -> None:
    assert said(hear("devices/edge/modules/opc/messages/events/", {"t": 1})) == [("edge/opc", "t", 1, None)]


@pytest.mark.parametrize("body", [{"t": 61.5}, base64_json({"t": 61.5}), json.dumps({"t": 61.5})])
def test_event_grid_holds_the_body_as_json_or_base64(body: object) -> None:
    decoded = hear("grid/any", [delivered(body)])
    assert said(decoded) == [("boiler", "t", 61.5, None)]
    assert times(decoded) == [AT]


def test_a_routed_message_says_which_device_sent_it() -> None:
    decoded = hear(
        "routed",
        {
            "EnqueuedTimeUtc": ENQUEUED,
            "Properties": {},
            "SystemProperties": {"connectionDeviceId": "boiler"},
            "Body": base64_json({"t": 61.5}),
        },
    )
    assert said(decoded) == [("boiler", "t", 61.5, None)]
    assert times(decoded) == [AT]


def test_a_device_that_connects_is_no_reading() -> None:
    assert hear("grid/any", delivered({}, "DeviceConnected")).kind == "status"


@pytest.mark.parametrize(
    ("topic", "kind"),
    [
        ("$iothub/methods/POST/reboot/?$rid=1", "command"),
        ("$iothub/twin/PATCH/properties/desired/?$version=3", "target"),
        ("$iothub/twin/PATCH/properties/reported/?$rid=1", "metadata"),
        ("devices/boiler/messages/devicebound/", "command"),
    ],
)
def test_methods_twins_and_messages_to_a_device_are_no_readings(topic: str, kind: str) -> None:
    decoded = hear(topic, {"t": 70})
    assert (decoded.kind, decoded.readings) == (kind, ())


@pytest.mark.parametrize("body", ["not base64!", base64.b64encode(b"{").decode()])
def test_a_body_that_cannot_be_read_is_refused(body: str) -> None:
    with pytest.raises(DecodeError):
        hear("grid/any", delivered(body))
