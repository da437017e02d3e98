"""Messages for tests of conventions, decoded as ingest does it, by every convention in order."""

from __future__ import annotations

import math
from datetime import UTC, datetime

from data.ingest.decode import MAX_NAME, Decoded, Decoder, Message, Reading, Value, conventions
from data.settings import Settings

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)

Row = tuple[str, str, Value, str | None]


class Listener:
    """Hears messages in order."""

    def __init__(self) -> None:
        self._decoder = Decoder(conventions(Settings()))

    def hear(self, topic: str, payload: str | bytes) -> Decoded:
        raw = payload.encode() if isinstance(payload, str) else payload
        return self._decoder.decode(Message(topic=topic, payload=raw, retain=False, received_at=NOW))

    def rows(self, topic: str, payload: str | bytes) -> list[Row]:
        found = self.hear(topic, payload).readings
        return [(reading.device, reading.metric, reading.value, reading.unit) for reading in found]


def hear(topic: str, payload: str | bytes) -> Decoded:
    return Listener().hear(topic, payload)


def rows(topic: str, payload: str | bytes) -> list[Row]:
    return Listener().rows(topic, payload)


def assert_storable(reading: Reading) -> None:
    """What the store can hold and give back."""
    assert 0 < len(reading.device) <= MAX_NAME
    assert 0 < len(reading.metric) <= MAX_NAME
    if isinstance(reading.value, str):
        assert "\x00" not in reading.value
        reading.value.encode()
    else:
        assert math.isfinite(reading.value)
    assert reading.at is None or 2000 <= reading.at.year < 2200
