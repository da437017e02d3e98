"""Numbers as the rows that PostgreSQL's binary COPY takes: made for a whole batch at once.

Source: https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format".
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np

from data.store.batch import Sample
from data.store.identities import Place

_BEGIN = b"PGCOPY\n\xff\r\n\0" + bytes(8)  # no flags, no extension
_END = b"\xff\xff"
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)  # PostgreSQL's
_COLUMNS = (("position", ">i4"), ("series_id", ">i4"), ("at", ">i8"), ("value", ">f8"))
_ROW = np.dtype(
    [
        ("columns", ">i2"),
        *(part for name, kind in _COLUMNS for part in ((f"{name}_bytes", ">i4"), (name, kind))),
    ]
)


def binary_rows(placed: Sequence[tuple[Place, Sample]]) -> bytes:
    """Numbers in the units of their series, with their positions, as one binary COPY of `incoming`.

    A number that is too large in its series' unit becomes infinite, which the table refuses.
    """
    count = len(placed)
    rows = np.empty(count, dtype=_ROW)
    rows["columns"] = len(_COLUMNS)
    for name, kind in _COLUMNS:
        rows[f"{name}_bytes"] = np.dtype(kind).itemsize
    rows["position"] = np.arange(count)
    rows["series_id"] = np.fromiter((place.series_id for place, _ in placed), np.int32, count)
    rows["at"] = np.fromiter((_microseconds(sample.at) for _, sample in placed), np.int64, count)
    values = np.fromiter((float(sample.value) for _, sample in placed), np.float64, count)
    factors = np.fromiter((place.factor for place, _ in placed), np.float64, count)
    offsets = np.fromiter((place.offset for place, _ in placed), np.float64, count)
    with np.errstate(over="ignore"):
        rows["value"] = values * factors + offsets
    return _BEGIN + rows.tobytes() + _END


def _microseconds(at: datetime) -> int:
    # By integers: as a float, times after the year 2100 would be a microsecond off.
    since = at - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
