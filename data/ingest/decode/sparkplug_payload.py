"""The body of a Sparkplug B message: its metrics as they are on the wire (`sparkplug_b.proto`)."""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from data.errors import DecodeError
from data.ingest.decode.message import Value
from data.ingest.decode.payload import MAX_DEPTH
from data.ingest.decode.protobuf import fields, sized_field, varint_field

BOOLEAN = 11
MAX_METRICS = 10_000
MAX_UNPACKED = 1024 * 1024  # bytes
_COMPRESSED = b"SPBV1.0_COMPRESSED"  # the schema of a body that holds another one, packed
_ZLIB_OR_GZIP, _BARE_DEFLATE = 32 + zlib.MAX_WBITS, -zlib.MAX_WBITS
_SIGNED_BITS = {1: 8, 2: 16, 3: 32, 4: 64}  # Int8 to Int64
_UNSIGNED_BITS = {5: 8, 6: 16, 7: 32, 8: 64}
_UNITS = frozenset(("engunit", "engineeringunit", "engineeringunits", "unit", "units"))


@dataclass(slots=True, kw_only=True)
class Metric:
    """One metric; a name or a data type that is missing is known from the birth."""

    name: str = ""
    alias: int | None = None
    time_ms: int | None = None
    datatype: int | None = None
    null: bool = False
    unit: str | None = None
    quality: int | None = None
    raw: Value | None = None  # an integer is without its sign
    members: list[Metric] = field(default_factory=list)  # of a template
    definition: bool = False  # of a template, not an instance
    unread: bool = False  # a data set or bytes


@dataclass(slots=True, kw_only=True)
class Body:
    """What a message holds."""

    time_ms: int | None = None
    sequence: int | None = None
    metrics: list[Metric] = field(default_factory=list)


def parse(raw: bytes) -> Body:
    """The body, unpacked when it is compressed.

    Raises:
        DecodeError: it is none, or far too large.
    """
    body, schema, packed = _read(raw)
    if schema != _COMPRESSED:
        return body
    inner, _, _ = _read(_unpacked(packed))
    if inner.time_ms is None:
        inner.time_ms = body.time_ms
    if inner.sequence is None:
        inner.sequence = body.sequence
    return inner


def _read(raw: bytes) -> tuple[Body, bytes, bytes]:
    """A body, the name of its schema and its opaque part."""
    body, schema, opaque = Body(), b"", b""
    for number, content in fields(raw):
        match number:
            case 1:
                body.time_ms = _integer(content)
            case 2:
                body.metrics.append(_metric(_bytes(content), MAX_DEPTH))
                if len(body.metrics) > MAX_METRICS:
                    raise DecodeError(f"The Sparkplug payload holds more than {MAX_METRICS:,} metrics.")
            case 3:
                body.sequence = _integer(content)
            case 4:
                schema = _bytes(content)
            case 5:
                opaque = _bytes(content)
    return body, schema, opaque


def _unpacked(packed: bytes) -> bytes:
    # The envelope names its algorithm in a metric; the bytes themselves tell it more surely.
    for window in (_ZLIB_OR_GZIP, _BARE_DEFLATE):
        unpacking = zlib.decompressobj(window)
        try:
            raw = unpacking.decompress(packed, MAX_UNPACKED + 1)
        except zlib.error:
            continue
        if len(raw) > MAX_UNPACKED:
            raise DecodeError(f"The Sparkplug payload unpacks to more than {MAX_UNPACKED // 1024} KiB.")
        if unpacking.eof:
            return raw
    raise DecodeError("The compressed Sparkplug payload is neither GZIP nor DEFLATE, or cut off.")


def rebirth(time_ms: int) -> bytes:
    """The body of the command that asks an edge node for its births."""
    command = sized_field(1, b"Node Control/Rebirth") + varint_field(3, time_ms)
    command += varint_field(4, BOOLEAN) + varint_field(14, 1)
    return varint_field(1, time_ms) + sized_field(2, command)


def value(raw: Value | None, datatype: int | None) -> Value | None:
    """The value as its data type means it; None when it is no finite number."""
    if isinstance(raw, float) and not math.isfinite(raw):
        return None
    if isinstance(raw, int) and not isinstance(raw, bool):
        if datatype == BOOLEAN:
            return raw != 0
        if datatype in _UNSIGNED_BITS:
            return raw & ((1 << _UNSIGNED_BITS[datatype]) - 1)
        if datatype in _SIGNED_BITS:
            # Some senders fill the field's upper bits with the sign, some leave them empty.
            sign = 1 << (_SIGNED_BITS[datatype] - 1)
            return ((raw & (2 * sign - 1)) ^ sign) - sign
    return raw


def flat(metric: Metric) -> Iterator[Metric]:
    """The metric, or the members of a template's instance, named `<template>/<member>`."""
    if metric.definition:
        return
    if not metric.members:
        yield metric
    for member in metric.members:
        time_ms = metric.time_ms if member.time_ms is None else member.time_ms
        yield from flat(replace(member, name=f"{metric.name}/{member.name}", time_ms=time_ms))


def _metric(raw: bytes, depth: int) -> Metric:
    metric = Metric()
    for number, content in fields(raw):
        match number:
            case 1:
                metric.name = _text(content)
            case 2:
                metric.alias = _integer(content)
            case 3:
                metric.time_ms = _integer(content)
            case 4:
                metric.datatype = _integer(content)
            case 7:
                metric.null = _integer(content) != 0
            case 9:
                _read_properties(metric, _bytes(content))
            case 16 | 17:
                metric.unread = True
            case 18:
                _read_template(metric, _bytes(content), depth)
            case _ if 10 <= number <= 15:
                metric.raw = _scalar(number, content)
    return metric


def _read_template(metric: Metric, raw: bytes, depth: int) -> None:
    if depth == 0:
        raise DecodeError(f"The templates are nested deeper than {MAX_DEPTH} levels.")
    for number, content in fields(raw):
        if number == 2:
            metric.members.append(_metric(_bytes(content), depth - 1))
        elif number == 5:
            metric.definition = _integer(content) != 0


def _read_properties(metric: Metric, raw: bytes) -> None:
    """Keep the unit and the quality among the properties: keys and values in the same order."""
    names: list[str] = []
    stated: list[Value | None] = []
    for number, content in fields(raw):
        if number == 1:
            names.append(_text(content))
        elif number == 2:
            stated.append(_property(_bytes(content)))
    for name, item in zip(names, stated, strict=False):
        plain = name.replace(" ", "").replace("_", "").lower()
        if plain in _UNITS and isinstance(item, str) and item:
            metric.unit = item
        elif plain == "quality" and isinstance(item, int):
            metric.quality = item


def _property(raw: bytes) -> Value | None:
    for number, content in fields(raw):
        if 3 <= number <= 8:
            return _scalar(number + 7, content)  # in the order of a metric's values
    return None


def _scalar(number: int, content: int | bytes) -> Value:
    match number:
        case 10 | 11:
            return _integer(content)
        case 12 | 13:
            raw, form = _bytes(content), "<f" if number == 12 else "<d"
            if len(raw) != struct.calcsize(form):
                raise DecodeError("A number in the Sparkplug payload has the wrong size.")
            return float(struct.unpack(form, raw)[0])
        case 14:
            return _integer(content) != 0
    return _text(content)


def _integer(content: int | bytes) -> int:
    if isinstance(content, int):
        return content
    raise DecodeError("The Sparkplug payload has a text where a number belongs.")


def _bytes(content: int | bytes) -> bytes:
    if isinstance(content, bytes):
        return content
    raise DecodeError("The Sparkplug payload has a number where a text or message belongs.")


def _text(content: int | bytes) -> str:
    try:
        return _bytes(content).decode()
    except UnicodeDecodeError as error:
        raise DecodeError("A text in the Sparkplug payload is not UTF-8.") from error
