from __future__ import annotations

from datetime import UTC, datetime

import pytest

from data.errors import DecodeError
from data.ingest.decode import DeviceInfo
from tests.unit.decoding import Listener, device, hear, said, times

UPDATE = "$aws/things/boiler/shadow/update"
S = 1_770_000_000


def test_what_is_reported_is_a_reading_and_what_is_desired_is_none() -> None:
    decoded = hear(UPDATE, {"state": {"reported": {"supply": {"t": 61}}, "desired": {"t": 70}}})
    assert said(decoded) == [("boiler", "supply/t", 61, None)]


def test_a_desired_state_alone_is_a_target() -> None:
    assert hear(UPDATE, {"state": {"desired": {"t": 70}}}).kind == "target"


def test_each_value_has_the_time_of_its_metadata() -> None:
    decoded = hear(
        UPDATE + "/accepted",
        {
            "state": {"reported": {"a": {"t": 1}, "b": [2]}},
            "metadata": {"reported": {"a": {"t": {"timestamp": S}}}},
            "timestamp": S + 9,
        },
    )
    assert times(decoded) == [datetime.fromtimestamp(S, UTC), datetime.fromtimestamp(S + 9, UTC)]


def test_of_documents_the_current_one_counts() -> None:
    decoded = hear(
        UPDATE + "/documents",
        {"previous": {"state": {"reported": {"t": 1}}}, "current": {"state": {"reported": {"t": 2}}}},
    )
    assert [value for _, _, value, _ in said(decoded)] == [2]


def test_a_named_shadow_is_in_the_metrics_name() -> None:
    decoded = hear("$aws/things/boiler/shadow/name/pump/update", {"state": {"reported": {"t": 1}}})
    assert said(decoded) == [("boiler", "pump/t", 1, None)]


@pytest.mark.parametrize(
    ("verb", "kind"), [("update/delta", "target"), ("get", "command"), ("update/rejected", "status")]
)
def test_other_verbs_are_no_readings(verb: str, kind: str) -> None:
    decoded = hear(f"$aws/things/boiler/shadow/{verb}", {"state": {"reported": {"t": 1}}})
    assert (decoded.kind, decoded.readings) == (kind, ())


@pytest.mark.parametrize("payload", ["", "{", "[1]"])
def test_a_broken_payload_is_refused(payload: str) -> None:
    with pytest.raises(DecodeError):
        hear(UPDATE, payload)


def accepted(reported: dict[str, object]) -> dict[str, object]:
    """The service's answer to an update."""
    metadata = {name: {"timestamp": S} for name in reported}
    return {"state": {"reported": reported}, "metadata": {"reported": metadata}, "timestamp": S}


def test_an_answer_does_not_repeat_the_update_that_was_heard() -> None:
    listener = Listener()
    listener.hear(UPDATE, {"state": {"reported": {"t": 61, "mode": "eco"}}})
    document = accepted({"t": 61, "mode": "eco"})
    for verb, answer in (("accepted", document), ("documents", {"previous": {}, "current": document})):
        decoded = listener.hear(f"{UPDATE}/{verb}", answer)
        assert (decoded.kind, decoded.readings) == ("status", ())


def test_an_answer_to_an_update_that_was_not_heard_is_read() -> None:
    listener = Listener()
    listener.hear(UPDATE, {"state": {"reported": {"t": 61}}})
    decoded = listener.hear(UPDATE + "/accepted", accepted({"t": 62}))
    assert said(decoded) == [("boiler", "t", 62, None)]


def test_every_update_is_read_be_its_value_the_same() -> None:
    listener = Listener()
    heard = [listener.hear(UPDATE, {"state": {"reported": {"t": 61}}}) for _ in range(2)]
    assert [len(decoded.readings) for decoded in heard] == [1, 1]


def test_the_same_value_of_another_shadow_is_no_repetition() -> None:
    listener = Listener()
    listener.hear(UPDATE, {"state": {"reported": {"t": 61}}})
    topic = "$aws/things/boiler/shadow/name/pump/update/accepted"
    assert said(listener.hear(topic, accepted({"t": 61}))) == [("boiler", "pump/t", 61, None)]


@pytest.mark.parametrize(("event", "online"), [("connected", True), ("disconnected", False)])
def test_presence_says_whether_a_client_is_online(event: str, online: bool) -> None:
    payload = {"clientId": "boiler", "timestamp": S * 1_000, "eventType": event, "sessionIdentifier": "a"}
    assert device(f"$aws/events/presence/{event}/boiler", payload) == DeviceInfo(
        device="boiler", online=online
    )


def test_presence_is_that_of_the_thing_when_it_is_named() -> None:
    assert device("$aws/events/presence/connected/c-1", {"thingName": "boiler"}).device == "boiler"


def test_the_end_of_an_earlier_connection_takes_nothing_offline() -> None:
    listener = Listener()
    topic = "$aws/events/presence/{}/boiler"
    for session in ("a", "b"):
        listener.hear(topic.format("connected"), {"sessionIdentifier": session})
    assert listener.hear(topic.format("disconnected"), {"sessionIdentifier": "a"}).devices == ()
    assert listener.device(topic.format("disconnected"), {"sessionIdentifier": "b"}).online is False
