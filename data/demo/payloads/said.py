"""What goes into a convention and what comes out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """What a device has to say at one time."""

    name: str
    values: Mapping[str, float]  # by metric
    at: datetime  # aware
    late: bool  # handed over later, from a memory


@dataclass(frozen=True, slots=True)
class Said:
    """One message to publish."""

    topic: str
    payload: str


def iso(at: datetime) -> str:
    """ISO 8601 to the second, with the zone."""
    return at.isoformat(timespec="seconds")
