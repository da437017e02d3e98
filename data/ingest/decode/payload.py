"""Payloads that many conventions share: text, single values, JSON, times."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Container, Iterator
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any

import msgspec

from data.errors import DecodeError
from data.ingest.decode.message import Value

Scalar = str | int | float | bool | None
Json = dict[str, "Json"] | list["Json"] | Scalar

MAX_BYTES = 512 * 1024
MAX_DEPTH = 32
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MAX_PLAIN = 1_024  # characters of a payload that is no JSON

# The zone of a time that states none: it counts as UTC, and whoever shows it can tell by identity.
NO_ZONE = timezone(timedelta(0), "not stated")

# Members of an object that state its time, when they can be believed to.
TIME_NAMES = frozenset(("time", "timestamp", "ts", "datetime", "date_time", "epoch"))

# Clocks of devices that lost their power begin in 2000: what is from before 2001 was not measured then.
EARLIEST = datetime(2001, 1, 1, tzinfo=UTC)

STATES = {"on": True, "off": False, "true": True, "false": False, "open": True, "closed": False}

_SWITCHED = {"on": True, "off": False, "true": True, "false": False}

_CHOICE = re.compile(r"(?:^|[/_])(?:mode|action|preset|effect|direction|schedule)$")

# Covers and locks have more states than two: each is a text, or their series would change its type.
_MOVING = frozenset(("open", "opening", "closed", "closing", "stopped"))

# What devices send when they have nothing to say.
_ABSENT = frozenset(
    (
        "nan", "-nan", "+nan", "inf", "-inf", "+inf", "infinity", "-infinity", "none", "null", "nil",
        "undefined", "unavailable", "unknown", "n/a",
    )
)  # fmt: skip

_LONG_YEAR = re.compile(r"[+-]?\d{5,}-\d\d-\d\d")
_NUMBER = re.compile(r"([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)\s*(\S*)")

# Known ones alone: "2nd" and "4G" are texts.
_UNITS = frozenset(
    (
        "°", "°C", "°F", "C", "F", "K", "%", "%RH", "%rh", "ppm", "ppb", "lx", "lux", "W", "kW", "MW", "Wh",
        "kWh", "MWh", "VA", "kVA", "var", "V", "mV", "A", "mA", "Hz", "kHz", "dB", "dBm", "hPa", "Pa",
        "kPa", "bar", "mbar", "psi", "mm", "cm", "m", "km", "m²", "m2", "m³", "m3", "l", "L", "m/s", "km/h",
        "mph", "m³/h", "m3/h", "l/h", "L/h", "l/min", "L/min", "s", "ms", "min", "h", "d", "g", "kg", "t",
        "J", "kJ", "MJ", "GJ", "µg/m³", "μg/m³", "ug/m3", "mg/m³", "mg/m3", "W/m²", "W/m2", "Ω", "ohm",
        "kΩ", "rpm", "B", "kB", "MB", "GB", "KiB", "MiB", "GiB",
    )
)  # fmt: skip


def text(payload: bytes) -> str:
    """The payload as text, without white space around it.

    Raises:
        DecodeError: it is not UTF-8.
    """
    try:
        return payload.decode("utf-8").strip()
    except UnicodeDecodeError as error:
        raise DecodeError("The payload is neither text nor JSON: it is not UTF-8.") from error


def is_json(said: str) -> bool:
    """Whether the text means to be a JSON object or list."""
    return said[:1] in ("{", "[")


def parse_scalar(said: str) -> tuple[Value | None, str | None]:
    """A single value and the unit behind it; no value when the device says that it has none.

    Raises:
        DecodeError: the number is too large, or the text too long.
    """
    if len(said) > _MAX_PLAIN:
        raise DecodeError(f"The text is longer than {_MAX_PLAIN:,} characters.")
    if len(said) > 1 and said[0] == said[-1] == '"':
        said = said[1:-1].strip()
    word = said.lower()
    if not word or word in _ABSENT:
        return None, None
    if word in STATES:
        return STATES[word], None
    match = _NUMBER.fullmatch(said)
    if match and (not match[2] or match[2] in _UNITS):
        return _finite(match[1]), match[2] or None
    return said, None


def is_choice(name: str) -> bool:
    """Whether a value of this name is one of several words, of which `off` may be one."""
    return _CHOICE.search(name.lower()) is not None


def parse_state(said: str, *, name: str = "") -> tuple[Value | None, str | None]:
    """As `parse_scalar`, but one of several words stays text: what covers say, and modes.

    Raises:
        DecodeError: the number is too large, or the text too long.
    """
    word = said.lower()
    if word in _MOVING or (is_choice(name) and word in _SWITCHED):
        return said, None
    return parse_scalar(said)


def switched(said: str) -> Value:
    """`ON`, `off`, `true` and `False` as what they mean, any other text as it is."""
    return _SWITCHED.get(said.lower(), said)


def parse_json(said: str) -> Json:
    """The JSON value. NaN and infinity, which JSON has not but devices send, are null.

    Raises:
        DecodeError: it is not JSON, nested too deeply, or holds a number that is too large.
    """
    try:
        value: Json = _FAST_JSON.decode(said)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        value = _with_patience(said)  # for NaN, and to say what is wrong
    if said.count("{") + said.count("[") > MAX_DEPTH:
        _check_depth(value, MAX_DEPTH)
    return value


def _with_patience(said: str) -> Json:
    try:
        value: Json = _JSON.decode(said)
    except json.JSONDecodeError as error:
        raise DecodeError(f"The payload is not valid JSON: {error.msg}.") from error
    except RecursionError as error:
        raise DecodeError(f"The JSON is nested deeper than {MAX_DEPTH} levels.") from error
    return value


def parse_object(said: str) -> dict[str, Json]:
    """A JSON object.

    Raises:
        DecodeError: it is not JSON, or another JSON value.
    """
    value = parse_json(said)
    if not isinstance(value, dict):
        raise DecodeError("The payload is no JSON object.")
    return value


def _check_depth(value: Json, left: int) -> None:
    if not isinstance(value, (dict, list)):
        return
    if left == 0:
        raise DecodeError(f"The JSON is nested deeper than {MAX_DEPTH} levels.")
    for item in value.values() if isinstance(value, dict) else value:
        _check_depth(item, left - 1)


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise DecodeError("The number is too large.")
    return number


def _integer(digits: str) -> int | float:
    # Integers keep all digits, as nanoseconds need them; Python refuses to read ones of thousands.
    return int(digits) if len(digits) < 20 else _finite(digits)


_FAST_JSON: msgspec.json.Decoder[Any] = msgspec.json.Decoder()
# Made once: `json.loads` makes one for every call that changes how numbers are read.
_JSON = json.JSONDecoder(parse_float=_finite, parse_int=_integer, parse_constant=lambda _: None)


def walk(value: Json, path: str = "", name: str = "") -> Iterator[tuple[str, str, Scalar]]:
    """All that is neither object nor list: its path, the levels joined by `/`, and whose member it is."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from walk(item, f"{path}/{key}" if path else key, key)
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from walk(item, f"{path}/{position}" if path else str(position), name)
    else:
        yield path, name, value


def leaves(value: Json) -> Iterator[tuple[str, float | bool]]:
    """Every number and on/off state with its path."""
    for path, _, item in walk(value):
        if isinstance(item, (bool, int, float)):
            yield path, item
        elif isinstance(item, str) and item.lower() in STATES:
            yield path, STATES[item.lower()]


def every_value(item: Json, path: str = "") -> Iterator[tuple[str, Value, str | None]]:
    """Every number, on/off state and short text with its path and unit."""
    for below, _, inner in walk(item, path):
        if not isinstance(inner, str) or (len(inner) <= _MAX_PLAIN and inner.isprintable()):
            value, unit = value_of(inner)
            if value is not None:
                yield below, value, unit


def values(value: Json, *, texts: Container[str], leave: Container[str] = ()) -> Iterator[tuple[str, Value]]:
    """Every number and on/off state of an object with its path.

    Args:
        value: The object.
        texts: Names of members that are values too when they are text.
        leave: Names of members that are no values, with all that is in them.
    """
    for path, name, item in walk(_without(value, leave)):
        if isinstance(item, (bool, int, float)):
            yield path, item
        elif isinstance(item, str) and item.lower() in _SWITCHED and not (name in texts and is_choice(name)):
            yield path, _SWITCHED[item.lower()]
        elif isinstance(item, str) and name in texts and item.strip() and item.lower() not in _ABSENT:
            yield path, item


def _without(value: Json, leave: Container[str]) -> Json:
    if isinstance(value, dict):
        return {key: _without(item, leave) for key, item in value.items() if key not in leave}
    return [_without(item, leave) for item in value] if isinstance(value, list) else value


def member(value: Json, path: str) -> Json:
    """The value at a dotted path; null when there is none. A name may itself hold dots."""
    if isinstance(value, dict):
        if path in value:
            return value[path]
        head, dot, rest = path.partition(".")
        return member(value[head], rest) if dot and head in value else None
    if isinstance(value, list):
        head, dot, rest = path.partition(".")
        if not (head.isascii() and head.isdigit() and int(head[:6]) < len(value)):
            return None
        return member(value[int(head)], rest) if dot else value[int(head)]
    return None


def value_of(item: Json) -> tuple[Value | None, str | None]:
    """A JSON value as a single value with its unit; objects, lists and null are no value."""
    if isinstance(item, str):
        return parse_scalar(item.strip())
    return (item, None) if isinstance(item, (bool, int, float)) else (None, None)


def parse_time(stated: Json) -> datetime:
    """A time, aware: ISO 8601 (without a zone it is `NO_ZONE`) or an epoch in s, ms, µs or ns by its size.

    Raises:
        DecodeError: it is none.
    """
    try:
        if isinstance(stated, (int, float)) and not isinstance(stated, bool):
            return _epoch(stated)
        if isinstance(stated, str):
            number = _NUMBER.fullmatch(stated)
            return _epoch(float(number[1])) if number and not number[2] else _iso(stated)
    except (ValueError, OverflowError):
        pass
    raise DecodeError("The message's time is neither ISO 8601 nor an epoch.")


def believable_time(stated: Json) -> datetime | None:
    """The time, when it is one: not null, no uptime or counter, not the year 0001 of a clock never set."""
    try:
        at = parse_time(stated)
    except DecodeError:
        return None
    return at if at >= EARLIEST else None


@lru_cache(maxsize=10_000)
def is_time(name: str) -> bool:
    """Whether a member of this name may state its object's time."""
    return name.lower() in TIME_NAMES


def time_of(said: dict[str, Json]) -> datetime | None:
    """The time an object states; None also for the uptime or counter that some call `ts`.

    Raises:
        DecodeError: it is a date in a year of more than four digits.
    """
    for name, item in said.items():
        if not is_time(name) or not isinstance(item, (str, int, float)):
            continue
        try:
            at = parse_time(item)
        except DecodeError:
            if isinstance(item, str) and _LONG_YEAR.match(item):
                raise DecodeError("The message's time is in a year of more than four digits.") from None
            continue
        # A date that is written out is meant as one, be it wrong: it is refused later, and visibly.
        if at >= EARLIEST or (isinstance(item, str) and "-" in item[1:]):
            return at
    return None


def _iso(said: str) -> datetime:
    at = datetime.fromisoformat(said.strip())
    return at.replace(tzinfo=NO_ZONE) if at.tzinfo is None else at.astimezone(UTC)


def _epoch(number: float) -> datetime:
    size = abs(number)
    # Seconds reach 1e11 in the year 5138; today's milliseconds are already beyond it.
    per_second = 1 if size < 1e11 else 10**3 if size < 1e14 else 10**6 if size < 1e17 else 10**9
    whole, rest = divmod(number, per_second)
    return _EPOCH + timedelta(seconds=whole, microseconds=rest * 1_000_000 / per_second)
