"""SenML (RFC 8428), as JSON or CBOR, on any topic: it is known by its shape.

A name is globally unique. The base name is the device and the name the metric. A name alone is split when
it is a path or a `urn:dev:` with a part behind its identifier; else it is the device, its unit the metric.
Values in the units `lat` and `lon` also say where their device is; what it is, SenML has no words for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from data.errors import DecodeError
from data.ingest.decode import cbor
from data.ingest.decode.message import Decoded, Message, Place, Reading, Value
from data.ingest.decode.payload import believable_time, parse_json, text
from data.ingest.decode.places import place_at

_Record = Mapping[str, object]

_LABELS = {
    -1: "bver", -2: "bn", -3: "bt", -4: "bu", -5: "bv", -6: "bs",
    0: "n", 1: "u", 2: "v", 3: "vs", 4: "vb", 5: "s", 6: "t", 7: "ut", 8: "vd",
}  # fmt: skip
_VALUES = frozenset(("v", "vs", "vb", "vd", "s"))
_RELATIVE_BELOW = 2**28  # seconds; times from there on are absolute
_SEPARATORS = ":/;.-_ "
_WITH_PART = re.compile(r"(urn:dev:[^:]+:[^:_;/]+)[:_;/]+(.+)|(.+)/([^/]+)", re.DOTALL)


class SenML:
    """Packs of records, their base fields resolved."""

    name = "senml"

    def decode(self, message: Message) -> Decoded | None:
        """What the message says; None when it is no SenML pack.

        Raises:
            DecodeError: the pack is broken, or must not be read without knowing more than RFC 8428.
        """
        records = _records(message.payload)
        if records is None:
            return None
        if any(label.endswith("_") for record in records for label in record):
            raise DecodeError("The SenML has a field that must be understood and is not.")
        now = None if message.retain else message.received_at
        found = tuple(_readings(records, now))
        if not found:
            reason = "The SenML records hold no number, text or state."
            return Decoded(convention=self.name, kind="undecoded", reason=reason)
        return Decoded(convention=self.name, readings=found, place=_place(found))


def _place(readings: Sequence[Reading]) -> Place | None:
    """Where the device is that states both degrees; of several states, the last."""
    degrees = {(one.device, one.unit): one.value for one in readings if one.unit in ("lat", "lon")}
    for device, _ in reversed(degrees):
        latitude, longitude = degrees.get((device, "lat")), degrees.get((device, "lon"))
        if place := place_at(device, latitude, longitude):
            return place
    return None


def _records(payload: bytes) -> Sequence[_Record] | None:
    """The records, labels as in JSON."""
    # A CBOR list of maps begins with two bytes that no UTF-8 text begins with.
    if len(payload) > 1 and 0x80 <= payload[0] <= 0x9F and any(0xA0 <= byte <= 0xBF for byte in payload[1:6]):
        found: object = cbor.parse(payload)
    elif payload[:16].lstrip().startswith(b"["):
        found = parse_json(text(payload))
    else:
        return None
    if not isinstance(found, list) or not all(isinstance(record, dict) for record in found):
        return None
    records = [{_LABELS.get(key, str(key)): item for key, item in record.items()} for record in found]
    names = any(isinstance(record.get(label), str) for record in records for label in ("n", "bn"))
    return records if names and any(not _VALUES.isdisjoint(record) for record in records) else None


@dataclass(slots=True)
class _Base:
    """The base fields, each in force until it is said anew."""

    bn: str = ""
    bu: str | None = None
    bt: float = 0
    bv: float = 0
    bs: float = 0

    def take(self, record: _Record) -> None:
        if isinstance(record.get("bn"), str):
            self.bn = cast(str, record["bn"])
        if isinstance(record.get("bu"), str):
            self.bu = cast(str, record["bu"])
        self.bt = _number(record.get("bt"), self.bt)
        self.bv = _number(record.get("bv"), self.bv)
        self.bs = _number(record.get("bs"), self.bs)


def _readings(records: Sequence[_Record], now: datetime | None) -> Iterator[Reading]:
    base = _Base()
    for record in records:
        base.take(record)
        name, stated_unit = record.get("n"), record.get("u")
        unit = stated_unit if isinstance(stated_unit, str) else base.bu
        device, metric = _names(base.bn, name if isinstance(name, str) else "")
        at = _time(base.bt + _number(record.get("t"), 0), now)
        for suffix, value in _values(record, base):
            named = (metric or unit or "value") + suffix
            yield Reading(device=device, metric=named, value=value, unit=unit or None, at=at)


def _values(record: _Record, base: _Base) -> Iterator[tuple[str, Value]]:
    """The values of a record, each with what its metric's name ends in."""
    value, text_value, state, total = (record.get(label) for label in ("v", "vs", "vb", "s"))
    if _is_number(value):
        yield "", base.bv + _number(value, 0)
    elif isinstance(text_value, str):
        yield "", text_value
    elif isinstance(state, bool):
        yield "", state
    if _is_number(total):
        yield "/sum" if _is_number(value) else "", base.bs + _number(total, 0)


def _names(base: str, name: str) -> tuple[str, str]:
    if base.rstrip(_SEPARATORS) and name.lstrip(_SEPARATORS):
        return base.rstrip(_SEPARATORS), name.lstrip(_SEPARATORS)
    whole = (base + name).rstrip(_SEPARATORS)
    match = _WITH_PART.fullmatch(whole)
    if match is None:
        return whole, ""
    return (match[1], match[2]) if match[1] else (match[3], match[4])


def _time(seconds: float, now: datetime | None) -> datetime | None:
    """The time; one relative to now is unknown when now is."""
    if abs(seconds) >= _RELATIVE_BELOW:
        return believable_time(seconds)
    # "Now" itself is the time of arrival.
    return now + timedelta(seconds=seconds) if now and seconds else None


def _is_number(item: object) -> bool:
    return isinstance(item, (int, float)) and not isinstance(item, bool)


def _number(item: object, otherwise: float) -> float:
    return cast(float, item) if _is_number(item) else otherwise
