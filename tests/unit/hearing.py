"""Decoding in tests: messages go through the whole dispatch, as in ingest."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from data.ingest.decode import Decoded, Decoder, Message, Value, conventions
from data.settings import Settings

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)

Said = tuple[str, str, Value, str | None]


class Ingest:
    """A decoder that remembers what it heard."""

    def __init__(self) -> None:
        self._decoder = Decoder(conventions(Settings()))

    def hear(self, topic: str, payload: object, *, at: datetime = NOW, retain: bool = False) -> Decoded:
        """Decode a message; what is neither bytes nor text is sent as JSON."""
        said = payload if isinstance(payload, (str, bytes)) else json.dumps(payload)
        raw = said.encode() if isinstance(said, str) else said
        return self._decoder.decode(Message(topic=topic, payload=raw, retain=retain, received_at=at))


def decode(topic: str, payload: object, *, retain: bool = False) -> Decoded:
    """Decode the only message ever heard."""
    return Ingest().hear(topic, payload, retain=retain)


def said(decoded: Decoded) -> list[Said]:
    """Device, metric, value and unit of each reading."""
    return [(one.device, one.metric, one.value, one.unit) for one in decoded.readings]


def times(decoded: Decoded) -> list[datetime | None]:
    """The time of each reading."""
    return [one.at for one in decoded.readings]
