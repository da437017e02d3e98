from __future__ import annotations

from datetime import UTC, datetime

import pytest

from data.ingest.decode import DeviceInfo, Value
from tests.unit.decoding import Listener, device, hear, said, times

AT = "2026-02-03T04:05:06.1234567Z"
MOMENT = datetime(2026, 2, 3, 4, 5, 6, 123_456, tzinfo=UTC)


def data_set(**fields: object) -> dict[str, object]:
    return {"DataSetWriterId": 4, "DataSetWriterName": "AHU", "Timestamp": AT, "Payload": fields}


def network(*messages: object) -> dict[str, object]:
    return {"MessageId": "1", "MessageType": "ua-data", "PublisherId": "plc", "Messages": list(messages)}


@pytest.mark.parametrize(
    "stated",
    [3.5, {"Value": 3.5}, {"Type": 11, "Body": 3.5}, {"Value": {"Type": 11, "Body": 3.5}}, {"Value": "3.5"}],
    ids=str,
)
def test_a_field_is_raw_a_variant_or_a_data_value(stated: object) -> None:
    decoded = hear("any", network(data_set(flow=stated)))
    assert said(decoded) == [("plc/AHU", "flow", 3.5, None)]
    assert times(decoded) == [MOMENT]


def test_the_source_time_goes_before_that_of_the_message() -> None:
    stated = {"Value": 1, "SourceTimestamp": "2026-02-01T00:00:00Z", "ServerTimestamp": AT}
    assert times(hear("any", network(data_set(x=stated)))) == [datetime(2026, 2, 1, tzinfo=UTC)]


@pytest.mark.parametrize("status", [0x80310000, {"Code": 0x80310000}, {"Symbol": "BadNoData"}], ids=str)
def test_a_value_of_bad_status_is_none(status: object) -> None:
    decoded = hear("any", network(data_set(x={"Value": 1, "StatusCode": status})))
    assert (decoded.kind, decoded.readings) == ("invalid-value", ())


def test_an_uncertain_value_is_one() -> None:
    assert hear("any", network(data_set(x={"Value": 1, "StatusCode": 0x40000000}))).readings


def test_a_structure_gives_its_members() -> None:
    decoded = hear("any", network(data_set(pump={"speed": 40, "on": True})))
    assert [(metric, value) for _, metric, value, _ in said(decoded)] == [
        ("pump/speed", 40),
        ("pump/on", True),
    ]


def test_data_set_messages_may_stand_in_a_list_without_a_network_message() -> None:
    assert said(hear("plant/ahu", [data_set(x=1)])) == [("plant/ahu/AHU", "x", 1, None)]


def test_a_sample_is_one_node() -> None:
    sample = {
        "NodeId": "ns=2;s=Flow", "DisplayName": "Flow", "EndpointUrl": "opc.tcp://plc:4840",
        "Value": {"Value": 7, "SourceTimestamp": AT},
    }  # fmt: skip
    decoded = hear("any", [sample])
    assert said(decoded) == [("opc.tcp://plc:4840", "Flow", 7, None)]
    assert times(decoded) == [MOMENT]


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ({"MessageType": "ua-metadata", "PublisherId": "plc", "MetaData": {}}, "metadata"),
        (network({"MessageType": "ua-keepalive", "DataSetWriterId": 4}), "status"),
        (network({**data_set(Severity=500), "MessageType": "ua-event"}), "event"),
        ({"MessageType": "ua-status", "PublisherId": "plc", "Status": 2}, "status"),
    ],
    ids=str,
)
def test_other_messages_are_no_readings(message: object, kind: str) -> None:
    decoded = hear("any", message)
    assert (decoded.kind, decoded.readings) == (kind, ())


def test_another_object_is_left_to_the_other_conventions() -> None:
    assert hear("cellar/pump", {"Payload": {"t": 7}}).convention == "plain-path"


@pytest.mark.parametrize(
    ("stated", "value"),
    [
        ({"UaType": 11, "Value": 3.5}, 3.5),
        ({"UaType": 11, "Value": 3.5, "SourceTimestamp": AT}, 3.5),
        ({"Type": 8, "Body": "9007199254740991"}, 9007199254740991.0),
        ({"Type": 21, "Body": {"Locale": "en", "Text": "Running"}}, "Running"),
        ({"Text": "Running"}, "Running"),
        ({"Value": {"Type": 21, "Body": {"Locale": "", "Text": "Idle"}}, "StatusCode": 0}, "Idle"),
        ({"Type": 1, "Body": False}, False),
        ("Running_2", "Running_2"),
    ],
    ids=str,
)
def test_a_value_of_each_encoding(stated: object, value: Value) -> None:
    assert said(hear("any", network(data_set(x=stated)))) == [("plc/AHU", "x", value, None)]


@pytest.mark.parametrize(
    "stated", [None, "NaN", "-Infinity", {"Value": None}, {"Type": 11, "Body": None}], ids=str
)
def test_a_value_that_is_none_gives_no_reading(stated: object) -> None:
    assert hear("any", network(data_set(x=stated))).kind == "invalid-value"


def test_a_structure_in_a_variant_gives_its_members_without_its_type() -> None:
    stated = {"Type": 22, "Body": {"TypeId": {"Id": 884}, "Body": {"Low": 0, "High": 100}}}
    decoded = hear("any", network(data_set(range=stated)))
    assert [(metric, value) for _, metric, value, _ in said(decoded)] == [
        ("range/Low", 0),
        ("range/High", 100),
    ]


@pytest.mark.parametrize("kind", ["ua-keyframe", "ua-deltaframe"])
def test_key_and_delta_frames_are_data(kind: str) -> None:
    decoded = hear("any", network({**data_set(flow=3.5), "MessageType": kind}))
    assert said(decoded) == [("plc/AHU", "flow", 3.5, None)]


CELSIUS = {"NamespaceUri": "http://www.opcfoundation.org/UA/units/un/cefact", "UnitId": 4408652}


def metadata(value: object, key: object = "EngineeringUnits", **about: object) -> dict[str, object]:
    properties = [{"Key": "Definition", "Value": {"Type": 12, "Body": "x"}}, {"Key": key, "Value": value}]
    fields = [{"Name": "supply", "BuiltInType": 11, "Properties": properties}, {"Name": "mode"}]
    return {
        "MessageId": "1", "MessageType": "ua-metadata", "PublisherId": "plc", "DataSetWriterId": 4,
        "MetaData": {"Name": "Air handling unit", "Fields": fields}, **about,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("value", "key"),
    [
        (
            {"Type": 22, "Body": {"TypeId": {"Id": 889}, "Body": {**CELSIUS, "DisplayName": {"Text": "°C"}}}},
            {"Name": "EngineeringUnits"},
        ),
        (
            {"UaType": 22, "Value": {"UaTypeId": "i=887", **CELSIUS, "DisplayName": {"Text": "°C"}}},
            "0:EngineeringUnits",
        ),
        ({**CELSIUS, "DisplayName": "°C"}, "EngineeringUnits"),
    ],
    ids=["reversible", "compact", "raw"],
)
def test_metadata_say_the_units_of_the_data_that_follow(value: object, key: object) -> None:
    listener = Listener()
    listener.hear("meta", metadata(value, key, DataSetWriterName="AHU"))
    assert said(listener.hear("any", network(data_set(supply=21.5, mode="eco")))) == [
        ("plc/AHU", "supply", 21.5, "°C"),
        ("plc/AHU", "mode", "eco", None),
    ]


def test_data_and_metadata_may_know_their_writer_by_its_number_alone() -> None:
    listener = Listener()
    listener.hear("meta", metadata({"DisplayName": "°C"}))
    message = {"DataSetWriterId": 4, "Payload": {"supply": 21.5}}
    assert said(listener.hear("any", network(message))) == [("plc/4", "supply", 21.5, "°C")]


def test_the_name_of_a_data_set_is_the_label_of_its_device() -> None:
    told = device("meta", metadata(None, DataSetWriterName="AHU"))
    assert told == DeviceInfo(device="plc/AHU", label="Air handling unit")


def test_a_name_plate_says_what_the_device_is() -> None:
    plate = {
        "Manufacturer": {"Type": 21, "Body": {"Locale": "en", "Text": "Acme"}},
        "Model": {"Text": "AHU 9"},
        "SoftwareRevision": "v1.2",
    }
    assert device("any", network(data_set(**plate))) == DeviceInfo(
        device="plc/AHU", manufacturer="Acme", model="AHU 9", firmware="v1.2"
    )


@pytest.mark.parametrize(("status", "online"), [(2, True), (0, False), (3, False)])
def test_the_state_of_a_publisher_is_that_of_its_devices(status: int, online: bool) -> None:
    told = device("status", {"MessageType": "ua-status", "PublisherId": "plc", "Status": status})
    assert told == DeviceInfo(device="plc", online=online, with_parts=True)
