"""JSON of devices is read fast, and as Python's own reader reads it."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import DecodeError
from data.ingest.decode.payload import MAX_DEPTH, parse_json

JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def _plain(value: object) -> object:
    """The value with all numbers as floats: very long integers lose digits in either way of reading."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _as_python_reads(said: str) -> object:
    try:
        return _plain(json.loads(said, parse_constant=lambda _: None, parse_float=_finite))
    except ValueError:
        return DecodeError


def _finite(digits: str) -> float:
    if math.isinf(number := float(digits)):
        raise ValueError
    return number


def _as_ours_reads(said: str) -> object:
    try:
        return _plain(parse_json(said))
    except DecodeError:
        return DecodeError


@given(JSON_VALUES.map(json.dumps) | st.text(alphabet='{}[]",:0123456789.eE-+ntf \\u', max_size=12))
def test_json_is_read_as_python_reads_it(said: str) -> None:
    assert _as_ours_reads(said) == _as_python_reads(said)


def test_numbers_that_json_has_not_are_null() -> None:
    assert parse_json('{"a": NaN, "b": [Infinity, -Infinity]}') == {"a": None, "b": [None, None]}


@pytest.mark.parametrize("depth", [32, 33])
def test_nesting_has_a_limit(depth: int) -> None:
    said = "[" * depth + "]" * depth
    if depth > MAX_DEPTH:
        with pytest.raises(DecodeError, match="deeper than 32"):
            parse_json(said)
    else:
        assert parse_json(said) is not None


def test_many_objects_beside_each_other_are_not_deep() -> None:
    assert parse_json("[" + ",".join(["{}"] * 100) + "]") == [{}] * 100
