from __future__ import annotations

from datetime import UTC, datetime

import pytest

from data.errors import DecodeError
from tests.unit.decoding import hear, said, times

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
