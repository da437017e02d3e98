"""When a result was computed, and from what."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from dashboard import format
from data.store.analysis_rows import Basis


def made(at: datetime, basis: Basis, *, zone: ZoneInfo) -> str:
    """In words: `Computed 14 Jan 2026, 14:30:00 CET from 720 hourly means, 15 Dec 2025 to 14 Jan 2026.`

    What is not known of it is left out.
    """
    said = f"Computed {format.moment(at, zone=zone)}"
    if basis.readings is not None:
        said += f" from {format.number(basis.readings, digits=0)} {basis.source or 'readings'}"
    if basis.since is not None and basis.until is not None:
        said += f", {day(basis.since, zone)} to {day(basis.until, zone)}"
    return said + "."


def day(at: datetime, zone: ZoneInfo) -> str:
    """The day of a time in a zone: `14 Jan 2026`."""
    local = at.astimezone(zone)
    return f"{local.day} {local:%b %Y}"
