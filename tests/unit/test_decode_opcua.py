from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.unit.decoding import hear, said, times

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
