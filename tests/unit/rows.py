"""Rows of the store as the views are given them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from data.store.devices import SeriesRow

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)

ROW = SeriesRow(
    device_id=1,
    device="room-1",
    convention="json",
    space=None,
    timezone=None,
    last_seen=NOW,
    series_id=10,
    metric="temperature",
    kind="number",
    quantity="temperature",
    unit=None,
    at=NOW,
    value=21.44,
    text=None,
)


def row(**changes: Any) -> SeriesRow:
    """A row with everything but the changes filled in."""
    return replace(ROW, **changes)
