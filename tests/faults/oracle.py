"""Whether the promise was kept: a ledger in a temporary table, and SQL over it and the store."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from data.store import statements
from tests.faults.messages import TENANT_STEP, TENANTS

_SQL = statements.parse(Path(__file__).with_name("oracle.sql").read_text(encoding="utf-8"))
_PROMISES = ("doubled", "invented", "rollups", "latest")

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the store made of what was acknowledged."""

    messages: int  # acknowledged, each time that one was said
    lost: int
    lost_before_s: float  # how long before a kill of the broker the first of them was acknowledged
    doubled: int  # readings that carry their time
    repeated: int  # readings stamped on arrival
    repeatable: int  # of those, what a killed broker may repeat
    broken: dict[str, list[Row]] = field(default_factory=dict)  # by promise, the rows that break it


class Oracle:
    """Judges one fault.

    Args:
        connection: The owner's, in autocommit.
        autosave_s: How long what the broker acknowledged may not be on its disk.
    """

    def __init__(self, connection: psycopg.Connection[Row], *, fault: str, autosave_s: float) -> None:
        self.connection = connection
        self._fault = fault
        self._window: dict[str, object] = {"kills": [], "autosave": timedelta(seconds=autosave_s)}
        connection.execute(_SQL["prepare"])

    def load(self, ledgers: Iterable[Path]) -> None:
        """Take in what was acknowledged."""
        with self.connection.cursor().copy(_SQL["fill"]) as copy:
            for ledger in ledgers:
                copy.write(ledger.read_bytes())
        self.connection.execute("ANALYZE ledger")

    def excuse(self, broker_kills: Iterable[float]) -> None:
        """The moments, in epoch seconds, at which the broker was killed."""
        self._window["kills"] = [datetime.fromtimestamp(kill, UTC) for kill in broker_kills]

    def lost(self) -> list[Row]:
        """What is acknowledged and not there; the last column says whether that is excusable."""
        return self._rows("lost")

    def judge(self) -> Verdict:
        """The whole verdict."""
        lost = self.lost()
        broken = {name: self._rows(name) for name in _PROMISES}
        doubled = len(broken["doubled"])
        broken |= {"lost": [row for row in lost if not row[-1]], "leaked": self._leaked()}
        return Verdict(
            messages=self._number("entries"),
            lost=len(lost),
            lost_before_s=max((row[-2].total_seconds() for row in lost if row[-1]), default=0.0),
            doubled=doubled,
            repeated=self._number("repeated"),
            repeatable=self._number("repeatable"),
            broken={name: rows for name, rows in broken.items() if rows},
        )

    def _leaked(self) -> list[Row]:
        """What a tenant sees of another."""
        found: list[Row] = []
        for name, number in self._rows("tenants", names=list(TENANTS)):
            place = TENANTS.index(name)
            # Rolled back: inside a transaction, a released savepoint would leave the role behind.
            with self.connection.transaction(force_rollback=True):
                self.connection.execute(
                    "SELECT set_config('role', 'clerestory_web', true), set_config('app.tenant', %s, true)",
                    (str(number),),
                )
                seen = self._rows("seen", fault=self._fault, step=TENANT_STEP, place=place)
            found += [(name, *row) for row in seen]
        return found

    def _rows(self, statement: str, **values: object) -> list[Row]:
        return self.connection.execute(_SQL[statement], self._window | values).fetchall()

    def _number(self, statement: str) -> int:
        ((number,),) = self._rows(statement)
        return int(number)


def first_of(rows: Sequence[Row], most: int = 10) -> list[str]:
    """The first rows as lines for a person."""
    lines = ["  ".join(str(column) for column in row) for row in rows[:most]]
    return lines if len(rows) <= most else [*lines, f"and {len(rows) - most:,} more"]
