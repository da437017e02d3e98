"""The bytes of a binary COPY, read back by the format's own description."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from data.store.batch import Sample
from data.store.identities import Place
from data.store.number_rows import binary_rows

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
INSTANTS = st.integers(0, 200 * 365 * 86_400 * 10**6).map(lambda us: EPOCH + timedelta(microseconds=us))


def rows(raw: bytes) -> Iterator[tuple[int, int, datetime, float]]:
    """What PostgreSQL reads."""
    assert raw[:11] == b"PGCOPY\n\xff\r\n\0"
    flags, extension = struct.unpack_from("!ii", raw, 11)
    assert (flags, extension) == (0, 0)
    begin = 19
    while (columns := struct.unpack_from("!h", raw, begin)[0]) != -1:
        assert columns == 4
        a, position, b, series, c, at, d, value = struct.unpack_from("!iiiiiqid", raw, begin + 2)
        assert (a, b, c, d) == (4, 4, 8, 8)
        yield position, series, EPOCH + timedelta(microseconds=at), value
        begin += 2 + struct.calcsize("!iiiiiqid")
    assert begin + 2 == len(raw)


def placed(
    series: int, at: datetime, value: float | bool, factor: float = 1.0, offset: float = 0.0
) -> tuple[Place, Sample]:
    sample = Sample(
        tenant="main", device="d", metric="m", convention="plain-path", at=at, received_at=at, value=value
    )
    return Place(tenant_id=1, device_id=1, series_id=series, factor=factor, offset=offset), sample


@given(st.lists(st.tuples(st.integers(1, 2**31 - 1), INSTANTS, st.floats(allow_nan=False)), max_size=5))
def test_rows_are_in_order_with_their_series_time_and_value(said: list[tuple[int, datetime, float]]) -> None:
    expected = [(position, *one) for position, one in enumerate(said)]
    assert list(rows(binary_rows([placed(*one) for one in said]))) == expected


def test_a_value_is_in_the_unit_of_its_series() -> None:
    [(_, _, _, value)] = rows(binary_rows([placed(1, EPOCH, 68.0, factor=5 / 9, offset=-160 / 9)]))
    assert abs(value - 20.0) < 1e-9


def test_a_state_is_one_or_nought() -> None:
    values = [value for *_, value in rows(binary_rows([placed(1, EPOCH, True), placed(1, EPOCH, False)]))]
    assert values == [1.0, 0.0]


def test_what_is_too_large_in_its_series_unit_is_infinite() -> None:
    [(_, _, _, value)] = rows(binary_rows([placed(1, EPOCH, 1e308, factor=1000.0)]))
    assert value == float("inf")
