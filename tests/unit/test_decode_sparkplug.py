from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta

import pytest

from data.errors import DecodeError
from data.ingest.decode import Decoded, Value
from data.ingest.decode.protobuf import sized_field, varint_field
from data.ingest.decode.sparkplug_payload import parse
from tests.unit.decoding import NOW, Listener, said, times

AT = datetime(2026, 3, 1, 11, 59, tzinfo=UTC)
INT8, INT16, INT64, UINT32, FLOAT, DOUBLE, BOOLEAN, TEXT = 1, 2, 4, 7, 9, 10, 11, 12


def ms(at: datetime) -> int:
    return int(at.timestamp() * 1_000)


def double(number: float) -> bytes:
    return bytes([13 << 3 | 1]) + struct.pack("<d", number)


def properties(**stated: str | int) -> bytes:
    names = b"".join(sized_field(1, name.encode()) for name in stated)
    items = (
        sized_field(8, item.encode()) if isinstance(item, str) else varint_field(3, item)
        for item in stated.values()
    )
    return sized_field(9, names + b"".join(sized_field(2, item) for item in items))


def metric(
    name: str = "", content: bytes = b"", *, alias: int | None = None, kind: int | None = None,
    at: datetime | None = None,
) -> bytes:  # fmt: skip
    raw = sized_field(1, name.encode()) if name else b""
    raw += b"" if alias is None else varint_field(2, alias)
    raw += b"" if at is None else varint_field(3, ms(at))
    raw += b"" if kind is None else varint_field(4, kind)
    return sized_field(2, raw + content)


def body(*metrics: bytes, seq: int | None = 0, at: datetime = AT) -> bytes:
    sequence = b"" if seq is None else varint_field(3, seq)
    return varint_field(1, ms(at)) + b"".join(metrics) + sequence


def session(number: int) -> bytes:
    return metric("bdSeq", varint_field(11, number), kind=INT64)


def born(*metrics: bytes) -> Listener:
    """An ingest that heard the birth of the node `line`."""
    ingest = Listener()
    ingest.hear("spBv1.0/plant/NBIRTH/line", body(session(3), *metrics))
    return ingest


def one(content: bytes, kind: int) -> Value | None:
    decoded = Listener().hear("spBv1.0/plant/NBIRTH/line", body(metric("x", content, kind=kind)))
    return decoded.readings[0].value if decoded.readings else None


def test_a_birth_gives_its_values_with_the_time_of_the_message() -> None:
    decoded = Listener().hear("spBv1.0/plant/NBIRTH/line", body(metric("flow/a", double(2.5), kind=DOUBLE)))
    assert said(decoded) == [("plant/line", "flow/a", 2.5, None)]
    assert times(decoded) == [AT]


def test_the_time_of_a_metric_goes_before_that_of_the_message() -> None:
    earlier = AT - timedelta(hours=1)
    reading = metric("x", double(1), kind=DOUBLE, at=earlier)
    assert times(Listener().hear("spBv1.0/plant/NBIRTH/line", body(reading))) == [earlier]


def test_an_alias_is_the_name_that_the_birth_gave_it() -> None:
    ingest = born(metric("flow", double(0), alias=7, kind=DOUBLE))
    decoded = ingest.hear("spBv1.0/plant/NDATA/line", body(metric(alias=7, content=double(4)), seq=1))
    assert said(decoded) == [("plant/line", "flow", 4.0, None)]


def test_a_device_has_aliases_of_its_own() -> None:
    ingest = born(metric("flow", double(0), alias=7, kind=DOUBLE))
    ingest.hear("spBv1.0/plant/DBIRTH/line/pump", body(metric("speed", double(0), alias=7), seq=1))
    decoded = ingest.hear("spBv1.0/plant/DDATA/line/pump", body(metric(alias=7, content=double(4)), seq=2))
    assert said(decoded) == [("plant/line/pump", "speed", 4.0, None)]


def test_the_unit_of_the_birth_is_that_of_the_data() -> None:
    ingest = born(metric("flow", double(0) + properties(engUnit="m³/h"), alias=0, kind=DOUBLE))
    decoded = ingest.hear("spBv1.0/plant/NDATA/line", body(metric(alias=0, content=double(4)), seq=1))
    assert said(decoded) == [("plant/line", "flow", 4.0, "m³/h")]


@pytest.mark.parametrize(
    ("number", "kind", "meant"),
    [
        (255, INT8, -1),
        (0xFFFF_FFFF, INT8, -1),
        (127, INT8, 127),
        (0xFFFE, INT16, -2),
        (2**64 - 5, INT64, -5),
        (0xFFFF_FFFF, UINT32, 4_294_967_295),
        (1, BOOLEAN, True),
    ],
)
def test_an_integer_has_the_sign_of_its_data_type(number: int, kind: int, meant: int) -> None:
    assert one(varint_field(10, number), kind) == meant


def test_an_alias_has_the_data_type_of_its_birth() -> None:
    ingest = born(metric("t", varint_field(10, 1), alias=1, kind=INT8))
    decoded = ingest.hear(
        "spBv1.0/plant/NDATA/line", body(metric(alias=1, content=varint_field(10, 250)), seq=1)
    )
    assert [reading.value for reading in decoded.readings] == [-6]


def test_texts_and_states_are_values() -> None:
    assert one(sized_field(15, b"idle"), TEXT) == "idle"
    assert one(varint_field(14, 0), BOOLEAN) is False


@pytest.mark.parametrize(
    "content", [varint_field(7, 1), double(float("nan")), b"", sized_field(17, b"")], ids=str
)
def test_a_null_a_nan_and_a_data_set_are_no_reading(content: bytes) -> None:
    assert one(content, DOUBLE) is None


def test_a_value_of_bad_quality_is_no_reading_and_is_said() -> None:
    reading = metric("x", double(1) + properties(Quality=0), kind=DOUBLE)
    decoded = Listener().hear("spBv1.0/plant/NBIRTH/line", body(reading))
    assert not decoded.readings
    assert decoded.reason is not None
    assert "bad quality" in decoded.reason


def test_controls_and_the_session_are_no_readings() -> None:
    control = metric("Node Control/Rebirth", varint_field(14, 0), kind=BOOLEAN)
    assert not Listener().hear("spBv1.0/plant/NBIRTH/line", body(session(1), control)).readings


def test_the_members_of_a_template_are_named_after_it() -> None:
    members = sized_field(2, sized_field(1, b"speed") + double(9))
    decoded = Listener().hear("spBv1.0/plant/NBIRTH/line", body(metric("pump", sized_field(18, members))))
    assert said(decoded) == [("plant/line", "pump/speed", 9.0, None)]


def test_the_definition_of_a_template_is_no_reading() -> None:
    definition = sized_field(2, sized_field(1, b"speed") + double(9)) + varint_field(5, 1)
    assert (
        not Listener()
        .hear("spBv1.0/plant/NBIRTH/line", body(metric("pump", sized_field(18, definition))))
        .readings
    )


def unborn() -> Decoded:
    return Listener().hear("spBv1.0/plant/NDATA/line", body(metric(alias=1, content=double(4)), seq=9))


def test_an_alias_without_a_birth_is_no_reading() -> None:
    decoded = unborn()
    assert decoded.kind == "unresolvable"
    assert not decoded.readings


def test_data_without_a_birth_ask_the_node_for_it() -> None:
    request = unborn().request
    assert request is not None
    assert request.topic == "spBv1.0/plant/NCMD/line"
    [command] = parse(request.payload).metrics
    assert (command.name, command.raw, command.datatype) == ("Node Control/Rebirth", True, BOOLEAN)


def test_a_name_without_a_birth_is_a_reading() -> None:
    decoded = Listener().hear("spBv1.0/plant/NDATA/line", body(metric("flow", double(4), kind=DOUBLE), seq=9))
    assert said(decoded) == [("plant/line", "flow", 4.0, None)]
    assert decoded.request is not None


def test_a_node_is_asked_once_a_minute() -> None:
    ingest = Listener()
    asked = [
        ingest.hear("spBv1.0/plant/NDATA/line", body(seq=None), at=NOW + timedelta(seconds=s)).request
        for s in (0, 59, 60)
    ]
    assert [request is not None for request in asked] == [True, False, True]


def test_a_missing_number_in_the_sequence_asks_for_a_birth_and_loses_nothing() -> None:
    ingest = born(metric("flow", double(0), alias=7, kind=DOUBLE))
    decoded = ingest.hear("spBv1.0/plant/NDATA/line", body(metric(alias=7, content=double(4)), seq=2))
    assert decoded.kind == "sequence-gap"
    assert len(decoded.readings) == 1
    assert decoded.request is not None


def test_the_sequence_begins_anew_after_255_and_a_repetition_is_no_gap() -> None:
    ingest = Listener()
    ingest.hear("spBv1.0/plant/NBIRTH/line", body(seq=255))
    heard = [ingest.hear("spBv1.0/plant/NDATA/line", body(seq=seq)) for seq in (0, 0, 1)]
    assert [decoded.kind for decoded in heard] == ["telemetry"] * 3


def test_after_a_death_aliases_are_unknown() -> None:
    ingest = born(metric("flow", double(0), alias=7, kind=DOUBLE))
    assert ingest.hear("spBv1.0/plant/NDEATH/line", body(session(3), seq=None)).kind == "status"
    decoded = ingest.hear("spBv1.0/plant/NDATA/line", body(metric(alias=7, content=double(4)), seq=1))
    assert decoded.kind == "unresolvable"


def test_the_death_of_an_earlier_session_ends_nothing() -> None:
    ingest = born(metric("flow", double(0), alias=7, kind=DOUBLE))
    ingest.hear("spBv1.0/plant/NDEATH/line", body(session(2), seq=None))
    decoded = ingest.hear("spBv1.0/plant/NDATA/line", body(metric(alias=7, content=double(4)), seq=1))
    assert len(decoded.readings) == 1


def test_the_death_of_a_device_ends_that_device_alone() -> None:
    ingest = born(metric("flow", double(0), alias=7, kind=DOUBLE))
    ingest.hear("spBv1.0/plant/DBIRTH/line/pump", body(metric("speed", double(0), alias=8), seq=1))
    assert ingest.hear("spBv1.0/plant/DDEATH/line/pump", body(seq=2)).kind == "status"
    alone = ingest.hear("spBv1.0/plant/DDATA/line/pump", body(metric(alias=8, content=double(4)), seq=3))
    assert alone.kind == "unresolvable"
    assert ingest.hear("spBv1.0/plant/NDATA/line", body(metric(alias=7, content=double(4)), seq=4)).readings


def test_a_new_birth_of_the_node_ends_those_of_its_devices() -> None:
    ingest = born()
    ingest.hear("spBv1.0/plant/DBIRTH/line/pump", body(metric("speed", double(0), alias=8), seq=1))
    ingest.hear("spBv1.0/plant/NBIRTH/line", body(session(4)))
    decoded = ingest.hear("spBv1.0/plant/DDATA/line/pump", body(metric(alias=8, content=double(4)), seq=1))
    assert decoded.kind == "unresolvable"


@pytest.mark.parametrize(
    ("topic", "kind"),
    [
        ("spBv1.0/plant/NCMD/line", "command"),
        ("spBv1.0/plant/DCMD/line/pump", "command"),
        ("spBv1.0/STATE/scada", "status"),
    ],
)
def test_commands_and_the_state_of_a_host_are_no_readings(topic: str, kind: str) -> None:
    decoded = Listener().hear(topic, b'{"online":true}')
    assert (decoded.kind, decoded.readings) == (kind, ())


@pytest.mark.parametrize("raw", [b"\x12\x50abc", b"\xff" * 12, b'{"json":1}', b"\x12\x02\x0a\x05", b"\x08"])
def test_a_broken_payload_is_refused(raw: bytes) -> None:
    with pytest.raises(DecodeError):
        Listener().hear("spBv1.0/plant/NDATA/line", raw)


def test_of_too_many_births_those_longest_silent_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data.ingest.decode.sparkplug._MAX_METRICS", 6)
    ingest = Listener()
    for node in ("a", "b", "c"):
        ingest.hear(f"spBv1.0/plant/NBIRTH/{node}", body(metric("flow", double(0), alias=7, kind=DOUBLE)))
    kinds = [
        ingest.hear(f"spBv1.0/plant/NDATA/{node}", body(metric(alias=7, content=double(4)), seq=1)).kind
        for node in ("c", "a")
    ]
    assert kinds == ["telemetry", "unresolvable"]


def test_a_member_of_a_template_has_the_data_type_and_unit_of_its_birth() -> None:
    def pump(content: bytes, about: bytes = b"") -> bytes:
        return metric("pump", sized_field(18, sized_field(2, sized_field(1, b"t") + about + content)))

    about = varint_field(4, INT8) + properties(engUnit="K")
    ingest = born(pump(varint_field(10, 1), about))
    decoded = ingest.hear("spBv1.0/plant/NDATA/line", body(pump(varint_field(10, 250)), seq=1))
    assert said(decoded) == [("plant/line", "pump/t", -6, "K")]


def test_a_historical_metric_is_a_reading_of_its_own_time() -> None:
    earlier = AT - timedelta(days=1)
    stored = metric("x", varint_field(5, 1) + double(1), kind=DOUBLE, at=earlier)
    decoded = born().hear("spBv1.0/plant/NDATA/line", body(stored, seq=1))
    assert times(decoded) == [earlier]


@pytest.mark.parametrize(
    ("content", "kind", "meant"),
    [
        (
            sized_field(15, b"6f9619ff-8b86-d011-b42d-00c04fc964ff"),
            15,
            "6f9619ff-8b86-d011-b42d-00c04fc964ff",
        ),
        (varint_field(11, 1_770_000_000_000), 13, 1_770_000_000_000),
        (varint_field(11, 2**64 - 1), 8, 2**64 - 1),
        (varint_field(11, 2**32 - 2), 3, -2),
        (bytes([12 << 3 | 5]) + struct.pack("<f", 1.5), FLOAT, 1.5),
    ],
    ids=["UUID", "DateTime", "UInt64", "Int32 in the long field", "Float"],
)
def test_a_value_is_what_its_data_type_means(content: bytes, kind: int, meant: Value) -> None:
    assert one(content, kind) == meant


@pytest.mark.parametrize("state", ["ONLINE", "OFFLINE"])
def test_the_state_of_a_host_of_version_2_is_no_reading(state: str) -> None:
    decoded = Listener().hear("STATE/scada", state)
    assert (decoded.kind, decoded.readings) == ("status", ())


def test_another_topic_that_begins_with_state_is_left_to_other_conventions() -> None:
    assert Listener().hear("STATE/temperature", "21").convention == "plain-path"
