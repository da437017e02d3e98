from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import BadSettings, DecodeError
from data.ingest.decode import Decoded, Message, Place, Reading
from data.ingest.decode.json_topics import JsonTopics
from data.settings import JsonTopic

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def decode(shape: dict[str, Any], topic: str, payload: str) -> Decoded | None:
    message = Message(topic=topic, payload=payload.encode(), retain=False, received_at=NOW)
    return JsonTopics([JsonTopic(**shape)]).decode(message)


def readings(shape: dict[str, Any], topic: str, payload: str) -> tuple[Reading, ...]:
    decoded = decode(shape, topic, payload)
    assert decoded is not None
    return decoded.readings


def test_a_level_of_the_template_names_the_device() -> None:
    shape = {"topic": "site/+/{device}/up", "values": {"co2": "object.co2"}}
    assert readings(shape, "site/9/room-1/up", '{"object": {"co2": 417}}') == (
        Reading(device="room-1", metric="co2", value=417),
    )


def test_without_a_device_in_the_template_the_topic_is_the_device() -> None:
    assert readings({"topic": "site/#"}, "site/9/up", '{"v": 1}')[0].device == "site/9/up"


def test_a_level_of_the_template_names_the_metric() -> None:
    shape = {"topic": "{device}/{metric}", "values": {"value": "v", "quality": "q"}}
    found = readings(shape, "room/co2", '{"v": 417, "q": 3}')
    assert [reading.metric for reading in found] == ["co2", "co2/quality"]


def test_a_path_goes_through_lists_and_through_names_with_dots() -> None:
    shape = {"topic": "#", "values": {"a": "list.1.v", "b": "x.y"}}
    found = readings(shape, "t", '{"list": [{}, {"v": 5}], "x.y": "7.5 kWh"}')
    assert [(reading.value, reading.unit) for reading in found] == [(5, None), (7.5, "kWh")]


def test_the_setting_states_units() -> None:
    shape = {"topic": "#", "values": {"t": "t"}, "units": {"t": "°F"}}
    assert readings(shape, "x", '{"t": 70}')[0].unit == "°F"


def test_without_values_every_number_is_a_metric_but_time_and_place() -> None:
    shape = {"topic": "#", "time": "meta.ts", "latitude": "lat", "longitude": "lon"}
    found = readings(shape, "x", '{"meta": {"ts": 1772362800, "n": 1}, "lat": 1, "lon": 2, "t": 3}')
    assert [reading.metric for reading in found] == ["meta/n", "t"]


@pytest.mark.parametrize(
    "stated",
    [
        '"2026-03-01T11:00:00"',
        '"2026-03-01T06:00:00.000000000-05:00"',
        "1772362800",
        "1772362800000",
        "1772362800000000",
        "1772362800000000000",
        '"1772362800"',
    ],
)
def test_a_time_is_iso_or_an_epoch_of_any_unit_and_utc_without_a_zone(stated: str) -> None:
    (reading,) = readings(
        {"topic": "#", "values": {"v": "v"}, "time": "at"}, "x", f'{{"v": 1, "at": {stated}}}'
    )
    assert reading.at == datetime(2026, 3, 1, 11, tzinfo=UTC)


def test_a_message_without_its_time_is_of_its_arrival() -> None:
    assert readings({"topic": "#", "values": {"v": "v"}, "time": "at"}, "x", '{"v": 1}')[0].at is None


def test_a_time_that_is_none_is_refused() -> None:
    with pytest.raises(DecodeError, match="neither ISO 8601 nor an epoch"):
        decode({"topic": "#", "values": {"v": "v"}, "time": "at"}, "x", '{"v": 1, "at": "noon"}')


def test_a_message_without_any_described_value_is_refused() -> None:
    with pytest.raises(DecodeError, match="none of the values"):
        decode({"topic": "#", "values": {"v": "v"}}, "x", '{"w": 1}')


def test_a_place_comes_with_the_readings() -> None:
    shape = {"topic": "{device}", "values": {"v": "v"}, "latitude": "gps.0", "longitude": "gps.1"}
    decoded = decode(shape, "van", '{"v": 1, "gps": [48.1, "11.5"]}')
    assert decoded is not None
    assert decoded.place == Place(device="van", latitude=48.1, longitude=11.5)


@pytest.mark.parametrize("gps", ["[91, 0]", "[0, 181]", "[0, 0]", '["a", "b"]', "[true, true]"])
def test_a_place_that_is_not_on_earth_is_left_out_and_the_readings_stay(gps: str) -> None:
    shape = {"topic": "#", "values": {"v": "v"}, "latitude": "gps.0", "longitude": "gps.1"}
    decoded = decode(shape, "van", f'{{"v": 1, "gps": {gps}}}')
    assert decoded is not None
    assert (decoded.place, len(decoded.readings)) == (None, 1)
    assert decoded.reason is not None


@pytest.mark.parametrize("topic", ["a", "a/b/c", "b/x"])
def test_another_topic_is_left_to_other_conventions(topic: str) -> None:
    assert decode({"topic": "a/{device}"}, topic, '{"v": 1}') is None


def test_a_payload_that_is_no_json_is_left_to_other_conventions() -> None:
    assert decode({"topic": "#"}, "a", "21.5") is None


@pytest.mark.parametrize("template", ["a/#/b", "x{device}", "{other}", "{device}/{device}", "a+"])
def test_a_template_that_is_none_is_a_bad_setting(template: str) -> None:
    with pytest.raises(BadSettings, match="CLERESTORY_JSON_TOPICS"):
        JsonTopics([JsonTopic(topic=template)])


@given(
    topic=st.text(min_size=1),
    payload=st.binary(max_size=64) | st.text().map(lambda said: ("{" + said).encode("utf-8", "replace")),
)
def test_whatever_comes_raises_nothing_but_a_reason(topic: str, payload: bytes) -> None:
    message = Message(topic=topic, payload=payload, retain=False, received_at=NOW)
    with suppress(DecodeError):
        JsonTopics([JsonTopic(topic="#", time="t", latitude="a.0", longitude="b")]).decode(message)
