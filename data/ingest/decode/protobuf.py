"""The wire format of Protocol Buffers: numbered fields, read without a schema and written by hand."""

from __future__ import annotations

from collections.abc import Iterator

from data.errors import DecodeError

_VARINT, _EIGHT_BYTES, _SIZED, _FOUR_BYTES = 0, 1, 2, 5


def fields(raw: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Every field's number and content: varints as unsigned integers, all else as bytes.

    Raises:
        DecodeError: it is no Protocol Buffers message.
    """
    at = 0
    while at < len(raw):
        key, at = _varint(raw, at)
        number, kind = key >> 3, key & 7
        if kind == _VARINT:
            integer, at = _varint(raw, at)
            yield number, integer
            continue
        if kind == _SIZED:
            size, at = _varint(raw, at)
        elif kind in (_EIGHT_BYTES, _FOUR_BYTES):
            size = 8 if kind == _EIGHT_BYTES else 4
        else:
            raise DecodeError("The payload is no Protocol Buffers message.")
        if number == 0 or at + size > len(raw):
            raise DecodeError("The Protocol Buffers message is cut off or broken.")
        yield number, raw[at : at + size]
        at += size


def varint_field(number: int, value: int) -> bytes:
    """A field that holds an unsigned integer, as bytes."""
    return _written(number << 3 | _VARINT) + _written(value)


def sized_field(number: int, content: bytes) -> bytes:
    """A field that holds a text or another message, as bytes."""
    return _written(number << 3 | _SIZED) + _written(len(content)) + content


def _varint(raw: bytes, at: int) -> tuple[int, int]:
    value = 0
    for position, byte in enumerate(raw[at : at + 10]):
        value |= (byte & 0x7F) << (7 * position)
        if byte < 0x80:
            return value & 0xFFFF_FFFF_FFFF_FFFF, at + position + 1
    raise DecodeError("The Protocol Buffers message is cut off or broken.")


def _written(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
