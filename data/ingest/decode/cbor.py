"""The part of CBOR (RFC 8949) that JSON has too: integers, floats, texts, lists, maps, decimal fractions."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator

from data.errors import DecodeError
from data.ingest.decode.payload import MAX_DEPTH

Cbor = dict["str | int", "Cbor"] | list["Cbor"] | str | int | float | bool | bytes | None

_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _LIST, _MAP, _TAG, _SIMPLE = range(8)
_DECIMAL_FRACTION = 4
_FLOATS = {25: ">e", 26: ">f", 27: ">d"}
_SIMPLE_VALUES = {20: False, 21: True, 22: None, 23: None}
_UNTIL_BREAK, _BREAK = 31, 0xFF


def parse(raw: bytes) -> Cbor:
    """The value.

    Raises:
        DecodeError: it is not CBOR, cut off, nested too deeply or has something else in it.
    """
    reader = _Reader(raw)
    value = reader.value(MAX_DEPTH)
    if reader.at != len(raw):
        raise DecodeError("The CBOR value has something behind it.")
    return value


class _Reader:
    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self.at = 0

    def value(self, depth: int) -> Cbor:
        if depth == 0:
            raise DecodeError(f"The CBOR is nested deeper than {MAX_DEPTH} levels.")
        kind, low = divmod(self._take(1)[0], 32)
        if kind == _SIMPLE:
            return self._simple(low)
        size = None if low == _UNTIL_BREAK else self._size(low)
        if kind == _LIST:
            return [self.value(depth - 1) for _ in self._items(size)]
        if kind == _MAP:
            return {self._key(depth - 1): self.value(depth - 1) for _ in self._items(size)}
        if size is None:
            return self._joined(kind, depth - 1)
        if kind == _TAG:
            return self._tagged(size, depth - 1)
        if kind in (_BYTES, _TEXT):
            return _text(self._take(size)) if kind == _TEXT else self._take(size)
        return size if kind == _UNSIGNED else -1 - size

    def _joined(self, kind: int, depth: int) -> Cbor:
        """A text or bytes that come in parts."""
        parts = [self.value(depth) for _ in self._items(None)] if kind in (_BYTES, _TEXT) else [None]
        texts = [part for part in parts if isinstance(part, str)]
        chunks = [part for part in parts if isinstance(part, bytes)]
        if len(texts if kind == _TEXT else chunks) < len(parts):
            raise DecodeError("The CBOR has a text in parts that are none.")
        return "".join(texts) if kind == _TEXT else b"".join(chunks)

    def _items(self, size: int | None) -> Iterator[None]:
        if size is not None:
            for _ in range(size):  # each takes at least a byte, so a size that is a lie soon ends
                yield
            return
        while self._raw[self.at : self.at + 1] != bytes([_BREAK]):
            yield
        self.at += 1

    def _key(self, depth: int) -> str | int:
        key = self.value(depth)
        if isinstance(key, (str, int)):
            return key
        raise DecodeError("A name in the CBOR is neither text nor integer.")

    def _tagged(self, tag: int, depth: int) -> Cbor:
        value = self.value(depth)
        if tag != _DECIMAL_FRACTION:
            return value
        match value:
            case [int(exponent), int(digits)] if abs(exponent) < 300:
                return float(digits) * 10.0**exponent
        raise DecodeError("The CBOR has a decimal fraction that is none.")

    def _simple(self, low: int) -> Cbor:
        if low in _FLOATS:
            number = float(struct.unpack(_FLOATS[low], self._take(1 << (low - 24)))[0])
            return number if math.isfinite(number) else None
        if low in _SIMPLE_VALUES:
            return _SIMPLE_VALUES[low]
        raise DecodeError("The CBOR has a value of unknown kind.")

    def _size(self, low: int) -> int:
        if low < 24:
            return low
        if low > 27:
            raise DecodeError("The payload is no CBOR.")
        return int.from_bytes(self._take(1 << (low - 24)), "big")

    def _take(self, size: int) -> bytes:
        taken = self._raw[self.at : self.at + size]
        if len(taken) < size:
            raise DecodeError("The CBOR is cut off.")
        self.at += size
        return taken


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise DecodeError("A text in the CBOR is not UTF-8.") from error
