from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from data.errors import DecodeError
from data.ingest.decode import DeviceInfo
from tests.unit.decoding import Listener, hear, said, times

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


def test_the_component_that_measured_is_in_front_of_the_metric() -> None:
    decoded = hear(EVENTS + "$.ct=application%2Fjson&$.sub=coil%201", {"t": 61.5})
    assert said(decoded) == [("boiler", "coil 1/t", 61.5, None)]


def test_the_time_at_which_the_device_made_the_message_is_in_its_properties() -> None:
    assert times(hear(EVENTS + "$.ctime=2026-02-03T04:05:06.7Z", {"t": 61.5})) == [AT]


@pytest.mark.parametrize("payload", ["61.5", '"61.5"'])
def test_a_body_that_is_a_single_value_is_one(payload: str) -> None:
    assert said(hear(EVENTS, payload)) == [("boiler", "value", 61.5, None)]


def test_a_body_that_is_a_list_has_several_times() -> None:
    decoded = hear(EVENTS, [{"time": f"2026-02-03T0{hour}:00:00Z", "t": hour} for hour in (1, 2)])
    assert times(decoded) == [datetime(2026, 2, 3, hour, tzinfo=UTC) for hour in (1, 2)]


def grid(event: str, order: int = 1) -> list[dict[str, object]]:
    """An event of the hub's own, as Event Grid delivers it."""
    data = {
        "hubName": "hub", "deviceId": "boiler", "moduleId": "",
        "deviceConnectionStateEventInfo": {"sequenceNumber": f"{order:064X}"},
    }  # fmt: skip
    return [{"eventType": f"Microsoft.Devices.{event}", "eventTime": ENQUEUED, "data": data}]


def routed(operation: str, body: object) -> dict[str, object]:
    """An event of the hub's own, as message routing delivers it."""
    about = {"hubName": "hub", "deviceId": "boiler", "opType": operation, "operationTimestamp": ENQUEUED}
    system = {"contentType": "application/json", "enqueuedTime": ENQUEUED}
    return {"EnqueuedTimeUtc": ENQUEUED, "Properties": about, "SystemProperties": system, "Body": body}


def exported(source: str, kind: str = "", **members: object) -> dict[str, object]:
    """A message that IoT Central exports."""
    return {
        "applicationId": "1dff", "messageSource": source, "messageType": kind, "deviceId": "boiler",
        "enqueuedTime": ENQUEUED, "enrichments": {"site": "north"}, **members,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("payload", "online"),
    [
        (grid("DeviceConnected"), True),
        (grid("DeviceDisconnected"), False),
        (routed("deviceConnected", {"sequenceNumber": "01"}), True),
        (routed("deviceDisconnected", base64_json({"sequenceNumber": "01"})), False),
        (exported("deviceConnectivity", "connected"), True),
        (exported("deviceConnectivity", "disconnected"), False),
    ],
)
def test_a_connection_says_whether_the_device_is_online(payload: object, online: bool) -> None:
    decoded = hear("any", payload)
    assert decoded.devices == (DeviceInfo(device="boiler", online=online),)
    assert (decoded.kind, decoded.readings) == ("status", ())


def test_a_connection_that_comes_after_a_later_one_changes_nothing() -> None:
    listener = Listener()
    listener.hear("any", grid("DeviceConnected", 0xB))
    assert listener.hear("any", grid("DeviceDisconnected", 0xA)).devices == ()
    assert listener.device("any", grid("DeviceDisconnected", 0xC)).online is False


TWIN = {
    "version": 4,
    "properties": {
        "reported": {
            "interval": 60,
            "deviceInformation": {
                "__t": "c", "manufacturer": "Acme", "model": "B-9", "swVersion": "1.4", "totalMemory": 64,
            },
        }
    },
}  # fmt: skip
LISTED = [
    {"component": "deviceInformation", "name": "manufacturer", "value": "Acme"},
    {"component": "deviceInformation", "name": "model", "value": "B-9"},
    {"component": "deviceInformation", "name": "swVersion", "value": "1.4"},
]


@pytest.mark.parametrize(
    "payload",
    [
        routed("updateTwin", TWIN),
        routed("replaceTwin", base64_json(TWIN)),
        [
            {
                "type": "Microsoft.Devices.DeviceCreated",
                "time": ENQUEUED,
                "data": {"deviceId": "boiler", "hubName": "hub", "twin": TWIN},
            }
        ],
        exported("properties", "devicePropertyReportedChange", properties=LISTED),
    ],
    ids=["update", "replace", "created", "exported"],
)
def test_a_twin_says_what_the_device_is_and_gives_no_reading(payload: object) -> None:
    decoded = hear("any", payload)
    assert decoded.devices == (DeviceInfo(device="boiler", manufacturer="Acme", model="B-9", firmware="1.4"),)
    assert decoded.readings == ()


def test_what_the_cloud_wants_of_a_device_says_nothing_of_it() -> None:
    payload = exported("properties", "devicePropertyDesiredChange", properties=LISTED)
    assert hear("any", payload).devices == ()


def test_an_export_of_telemetry_is_read_with_its_component_and_time() -> None:
    decoded = hear("any", exported("telemetry", telemetry={"t": 61.5}, component="coil"))
    assert said(decoded) == [("boiler", "coil/t", 61.5, None)]
    assert times(decoded) == [AT]


def test_the_time_at_which_an_exported_message_was_made_goes_before_that_of_its_arrival() -> None:
    made = {"iothub-creation-time-utc": "2026-02-03T04:00:00Z"}
    decoded = hear("any", exported("telemetry", telemetry={"t": 61.5}, messageProperties=made))
    assert times(decoded) == [datetime(2026, 2, 3, 4, tzinfo=UTC)]


def test_a_device_may_call_a_property_of_its_own_as_the_hub_does() -> None:
    envelope = {
        "Properties": {"opType": "drill"},
        "SystemProperties": {"connectionDeviceId": "boiler"},
        "Body": {"t": 1},
    }
    assert said(hear("any", envelope)) == [("boiler", "t", 1, None)]


def test_an_envelope_that_does_not_say_who_sent_it_is_refused() -> None:
    with pytest.raises(DecodeError, match="which device"):
        hear("any", {"SystemProperties": {}, "Body": {"t": 1}})


@pytest.mark.parametrize("pack", [base64_json, lambda body: body], ids=["base64", "json"])
def test_what_opc_publisher_sends_is_read_as_opc_ua(pack: Callable[[object], object]) -> None:
    message = {
        "MessageType": "ua-data", "PublisherId": "plc",
        "Messages": [{"DataSetWriterId": 4, "Payload": {"flow": {"Value": 3.5}}}],
    }  # fmt: skip
    decoded = hear("grid/any", delivered(pack(message)))
    assert said(decoded) == [("plc/4", "flow", 3.5, None)]
    assert times(decoded) == [AT]


def test_the_metadata_of_opc_publisher_are_no_reading() -> None:
    message = {"MessageType": "ua-metadata", "PublisherId": "plc", "DataSetWriterId": 4, "MetaData": {}}
    decoded = hear("grid/any", delivered(message))
    assert (decoded.kind, decoded.readings) == ("metadata", ())


def test_of_several_envelopes_one_that_holds_nothing_does_not_hide_the_others() -> None:
    decoded = hear("grid/any", [delivered({}), delivered({"t": 61.5}), *grid("DeviceConnected")])
    assert said(decoded) == [("boiler", "t", 61.5, None)]
    assert decoded.devices == (DeviceInfo(device="boiler", online=True),)
