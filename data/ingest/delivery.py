"""One message as the broker delivered it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message as the broker delivered it."""

    topic: str
    payload: bytes  # at most one byte more than a decoder takes
    retain: bool
    received_at: datetime  # aware
    number: int  # grows with every message
    connection: int
    mid: int
    qos: int
