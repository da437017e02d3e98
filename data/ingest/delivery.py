"""One message as the broker delivered it."""

from __future__ import annotations

from datetime import datetime

import msgspec


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One message as the broker delivered it."""

    topic: str
    payload: bytes  # at most one byte more than a decoder takes
    retain: bool
    received_at: datetime  # aware
    number: int  # grows with every message
    connection: int
    mid: int
    qos: int
