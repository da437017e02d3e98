"""Messages for tests of conventions, decoded as ingest does it, by every convention in order."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime

from data.ingest.decode import MAX_NAME, Decoded, Decoder, DeviceInfo, Message, Reading, Value, conventions
from data.settings import Settings

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)

Row = tuple[str, str, Value, str | None]


class Listener:
    """Hears messages in order and remembers them."""

    def __init__(self) -> None:
        self._decoder = Decoder(conventions(Settings()))

    def hear(self, topic: str, payload: object, *, at: datetime = NOW, retain: bool = False) -> Decoded:
        """Decode a message; what is neither bytes nor text is sent as JSON."""
        said = payload if isinstance(payload, (str, bytes)) else json.dumps(payload)
        raw = said.encode() if isinstance(said, str) else said
        return self._decoder.decode(Message(topic=topic, payload=raw, retain=retain, received_at=at))

    def rows(self, topic: str, payload: object) -> list[Row]:
        """Device, metric, value and unit of each reading."""
        return said(self.hear(topic, payload))

    def device(self, topic: str, payload: object) -> DeviceInfo:
        """The only device that the message says something of."""
        [info] = self.hear(topic, payload).devices
        return info


def hear(topic: str, payload: object, *, retain: bool = False) -> Decoded:
    """Decode the only message ever heard."""
    return Listener().hear(topic, payload, retain=retain)


def rows(topic: str, payload: object) -> list[Row]:
    """Device, metric, value and unit of each reading of the only message ever heard."""
    return said(hear(topic, payload))


def device(topic: str, payload: object) -> DeviceInfo:
    """The only device that the only message ever heard says something of."""
    return Listener().device(topic, payload)


def said(decoded: Decoded) -> list[Row]:
    """Device, metric, value and unit of each reading."""
    return [(one.device, one.metric, one.value, one.unit) for one in decoded.readings]


def times(decoded: Decoded) -> list[datetime | None]:
    """The time of each reading."""
    return [one.at for one in decoded.readings]


def assert_storable(decoded: Decoded) -> None:
    """What the store can hold and give back."""
    for reading in decoded.readings:
        _assert_storable(reading)
    for info in decoded.devices:
        for word in (info.device, info.label, info.manufacturer, info.model, info.firmware, info.area):
            assert word is None or (0 < len(word) <= MAX_NAME and word.isprintable())


def _assert_storable(reading: Reading) -> None:
    assert 0 < len(reading.device) <= MAX_NAME
    assert 0 < len(reading.metric) <= MAX_NAME
    if isinstance(reading.value, str):
        assert "\x00" not in reading.value
        reading.value.encode()
    else:
        assert math.isfinite(reading.value)
    assert reading.at is None or 2001 <= reading.at.year < 2200
