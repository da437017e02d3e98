"""Whether what the pages show is live."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from dashboard import format
from dashboard.snapshot import Snapshot

_LIVE_WITHIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """The state in a word, with its sign and level."""

    level: str  # live, still or away
    sign: str
    text: str


def state(snapshot: Snapshot, *, now: datetime) -> Connection:
    """The state that the header shows."""
    if snapshot.problem is not None:
        return Connection(level="away", sign="database-off", text="database away")
    heard = max((row.last_seen for row in snapshot.rows), default=None)
    if heard is None:
        return Connection(level="still", sign="clock", text="no device yet")
    if now - heard <= _LIVE_WITHIN:
        return Connection(level="live", sign="broadcast", text="live")
    return Connection(level="still", sign="clock", text=f"last update {format.age(heard, now=now)}")
