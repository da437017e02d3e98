from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from data.errors import DecodeError
from data.ingest.decode import cbor
from tests.unit.decoding import NOW, hear, said, times

TOPIC = "any/topic/at/all"


@pytest.mark.parametrize(
    ("fields", "device", "metric"),
    [
        ({"bn": "urn:dev:mac:aabb:", "n": "humidity"}, "urn:dev:mac:aabb", "humidity"),
        ({"bn": "room-7/", "n": "humidity"}, "room-7", "humidity"),
        ({"n": "urn:dev:mac:aabb_humidity"}, "urn:dev:mac:aabb", "humidity"),
        ({"n": "http://[2001:db8::2]/humidity"}, "http://[2001:db8::2]", "humidity"),
        ({"n": "urn:dev:mac:aabb", "u": "%RH"}, "urn:dev:mac:aabb", "%RH"),
        ({"bn": "urn:dev:mac:aabb"}, "urn:dev:mac:aabb", "value"),
        ({"n": "cellar"}, "cellar", "value"),
    ],
)
def test_the_name_is_the_device_and_its_part_the_metric(
    fields: dict[str, str], device: str, metric: str
) -> None:
    [reading] = said(hear(TOPIC, [{**fields, "v": 40}]))
    assert reading[:2] == (device, metric)


def test_base_fields_are_in_force_until_they_are_said_anew() -> None:
    pack = [
        {"bn": "a:", "bu": "V", "bv": 10, "n": "x", "v": 1},
        {"n": "y", "v": 2, "u": "A"},
        {"bn": "b:", "bv": 20, "n": "x", "v": 3},
    ]
    assert said(hear(TOPIC, pack)) == [("a", "x", 11, "V"), ("a", "y", 12, "A"), ("b", "x", 23, "V")]


def test_a_time_is_added_to_the_base_time() -> None:
    pack = [{"bn": "a:", "bt": 1.7e9, "n": "x", "v": 1}, {"n": "x", "t": -60, "v": 2}]
    first = datetime.fromtimestamp(1.7e9, UTC)
    assert times(hear(TOPIC, pack)) == [first, first - timedelta(minutes=1)]


def test_a_time_relative_to_now_counts_from_the_arrival() -> None:
    pack = [{"bn": "a:", "n": "x", "t": -5, "v": 1}, {"n": "x", "v": 2}]
    assert times(hear(TOPIC, pack)) == [NOW - timedelta(seconds=5), None]


def test_what_is_relative_to_now_in_a_retained_message_has_no_time() -> None:
    assert times(hear(TOPIC, [{"n": "x", "t": -5, "v": 1}], retain=True)) == [None]


def test_texts_states_and_sums_are_values() -> None:
    pack = [
        {"bn": "a:", "bs": 100, "n": "mode", "vs": "eco"},
        {"n": "on", "vb": False},
        {"n": "energy", "s": 5},
        {"n": "power", "v": 7, "s": 6},
    ]
    assert [(metric, value) for _, metric, value, _ in said(hear(TOPIC, pack))] == [
        ("mode", "eco"), ("on", False), ("energy", 105), ("power", 7), ("power/sum", 106),
    ]  # fmt: skip


def test_data_and_nulls_are_no_readings() -> None:
    assert hear(TOPIC, [{"n": "x", "vd": "aGk"}, {"n": "y", "v": None}]).kind == "undecoded"


def test_a_field_that_must_be_understood_refuses_the_pack() -> None:
    with pytest.raises(DecodeError, match="must be understood"):
        hear(TOPIC, [{"n": "x", "v": 1, "scale_": 10}])


def test_another_list_of_objects_is_no_senml() -> None:
    with pytest.raises(DecodeError, match="list names no metrics"):
        hear(TOPIC, [{"name": "x", "value": 1}])


# [{-2: "a:", -3: 1700000000, 0: "x", 1: "V", 2: 1.5}, {0: "y", 2: decimal fraction 23.1, 6: -10}]
CBOR = bytes.fromhex("82a52162613a221a6553f10000617801615602f93e00a300617902c4822018e70629")


def test_cbor_says_the_same_as_json() -> None:
    decoded = hear(TOPIC, CBOR)
    assert said(decoded) == [("a", "x", 1.5, "V"), ("a", "y", pytest.approx(23.1), None)]
    first = datetime.fromtimestamp(1_700_000_000, UTC)
    assert times(decoded) == [first, first - timedelta(seconds=10)]


@pytest.mark.parametrize(
    "raw",
    [
        CBOR[:-1],
        CBOR + b"\0",
        b"\x81" * 40 + b"\xa0",
        b"\x9b" + b"\xff" * 8 + b"\xa0",
        b"\x81\xa1\x7f\x01\xff\x01",
    ],
    ids=["cut off", "something behind", "deep", "false size", "text of numbers"],
)
def test_broken_cbor_is_refused(raw: bytes) -> None:
    with pytest.raises(DecodeError):
        hear(TOPIC, raw)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("1903e8", 1_000),
        ("3903e7", -1_000),
        ("fb3ff199999999999a", 1.1),
        ("f97e00", None),
        ("9f01ff", [1]),
        ("bf6161f5ff", {"a": True}),
        ("c11a514b67b0", 1_363_896_240),
        ("7f6161626263ff", "abc"),
        ("5f41014102ff", b"\x01\x02"),
    ],
)
def test_cbor_values(raw: str, value: object) -> None:
    assert cbor.parse(bytes.fromhex(raw)) == value


def test_degrees_place_the_device() -> None:
    pack = [{"bn": "van/", "n": "lat", "u": "lat", "v": 51.5}, {"n": "lon", "u": "lon", "v": 7.25}]
    place = hear(TOPIC, pack).place
    assert place is not None
    assert (place.device, place.latitude, place.longitude) == ("van", 51.5, 7.25)


@pytest.mark.parametrize("unit", ["lat", "lon"])
def test_one_degree_alone_places_nothing(unit: str) -> None:
    assert hear(TOPIC, [{"bn": "van/", "n": "x", "u": unit, "v": 51.5}]).place is None


def test_a_negative_base_time_is_relative_to_now_too() -> None:
    pack = [{"bn": "a:", "bt": -60, "n": "x", "v": 1}, {"n": "x", "t": 20, "v": 2}]
    assert times(hear(TOPIC, pack)) == [NOW - timedelta(seconds=60), NOW - timedelta(seconds=40)]
