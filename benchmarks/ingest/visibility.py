"""When a reader could see a row, without reading a single one while the clock runs.

A second connection asks for its snapshot again and again; that touches no table. A snapshot says which
transactions its reader sees. Afterwards every row's `xmin`, the transaction that wrote it, is looked up:
the first snapshot that sees it is when the row became visible, late by at most the time between two looks.
"""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

import psycopg

# `xmin` has no epoch; a benchmark's database is far from its second one.
_ROWS = """
    SELECT xmin::text::bigint AS written_by, count(*) FROM reading GROUP BY written_by
"""
_SENT = """
    SELECT written_by, sent
    FROM (
        SELECT xmin::text::bigint AS written_by,
            CASE WHEN value > 1e9 THEN value ELSE extract(epoch FROM at)::float8 END AS sent
        FROM reading
    ) AS row
    WHERE sent >= %(since)s
"""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Which transactions a reader saw: those below `end` that were not running."""

    at: float  # s since 1970, when the answer was there
    end: int
    running: frozenset[int]

    @classmethod
    def parse(cls, at: float, said: str) -> Snapshot:
        """From PostgreSQL's own form, `xmin:xmax:xip,xip`."""
        _, end, running = said.split(":")
        return cls(at, int(end), frozenset(map(int, filter(None, running.split(",")))))

    def sees(self, transaction: int) -> bool:
        """Whether what a committed transaction wrote was visible."""
        return transaction < self.end and transaction not in self.running


@dataclass(slots=True)
class Reader:
    """The second connection."""

    connection: psycopg.Connection[tuple[object, ...]]
    snapshots: list[Snapshot] = field(default_factory=list)

    def look(self) -> None:
        """Take one more snapshot."""
        row = self.connection.execute("SELECT pg_current_snapshot()::text").fetchone()
        assert row is not None
        self.snapshots.append(Snapshot.parse(time.time(), str(row[0])))

    def rows_over_time(self) -> list[tuple[float, int]]:
        """Instants [s since 1970] at which rows became visible, and how many there were then in all."""
        growth = [
            (visible_at(self.snapshots, int(str(transaction))), int(str(rows)))
            for transaction, rows in self.connection.execute(_ROWS)
        ]
        total, curve = 0, []
        for at, rows in sorted(growth):
            total += rows
            curve.append((at, total))
        return curve

    def sent_and_seen(self, *, since: float) -> list[tuple[float, float]]:
        """When a row's message was sent and when the row was visible, for each sent from an instant on."""
        rows = self.connection.execute(_SENT, {"since": since})
        seen: dict[int, float] = {}
        found: list[tuple[float, float]] = []
        for transaction, sent in rows:
            assert isinstance(transaction, int)
            assert isinstance(sent, float)
            if transaction not in seen:
                seen[transaction] = visible_at(self.snapshots, transaction)
            found.append((sent, seen[transaction]))
        return found


def visible_at(snapshots: Sequence[Snapshot], transaction: int) -> float:
    """When what a committed transaction wrote was first seen [s since 1970].

    Raises:
        LookupError: it was committed after the last look.
    """
    first = bisect_right(snapshots, transaction, key=lambda snapshot: snapshot.end)
    for snapshot in snapshots[first:]:
        if snapshot.sees(transaction):
            return snapshot.at
    raise LookupError("The row was written after the last look.")
