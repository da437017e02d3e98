"""How long what is stored is kept: what is older is dropped, what is old goes into the columnstore.

Plain tables lose rows in small slices, each a transaction of its own; hypertables lose whole chunks, so
they keep up to a chunk more than asked. Latest values stay. Every table that lost something has one row in
the audit. The columnstore is of TimescaleDB's community edition; without it nothing of it happens.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Event
from typing import Any, TypeVar

import psycopg
import structlog
from psycopg import sql
from psycopg.errors import DeadlockDetected, LockNotAvailable, SerializationFailure
from psycopg.types.json import Jsonb

from data.errors import StoreBusy, StoreError, StoreUnavailable
from data.settings import PREFIX, Settings
from data.store import address, statements
from data.store.pool import Connection, Store, is_outage

log = structlog.get_logger(__name__)

_SQL = statements.load("retention")
_MARKED = ("reading", "rollup_5min", "rollup_1hour")  # hypertables, where the server has them
_IN_THE_WAY = (DeadlockDetected, SerializationFailure, LockNotAvailable)
_ATTEMPTS = 5
_SLICE_ROWS = 10_000
_SLICE_SERIES = 200
# Between the moment a reading is found young enough and its commit, the database may have been away.
_MARGIN = timedelta(days=1)

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """What one table lost: rows, or chunks of a hypertable."""

    relation: str
    before: datetime  # aware: all that was dropped is older
    rows: int = 0
    chunks: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a run came to."""

    dropped: tuple[Dropped, ...]  # tables that lost something
    converted: int  # chunks that went into the columnstore


def earliest(settings: Settings, now: datetime) -> datetime | None:
    """The time before which a reading is too old to be stored; None: none is.

    What is younger is not dropped for another day. What is older must not be stored again: rollups that
    are kept longer would count it twice.
    """
    days = settings.keep_readings_days
    return None if days is None else now - timedelta(days=days)


def dropped_before(store: Store) -> datetime | None:
    """The time before which readings were dropped; None: none ever were.

    Later than `earliest` when the limit was raised or taken away since.

    Raises:
        StoreUnavailable: the database is away.
    """
    with store.transaction() as connection:
        return _marked(connection)


def doubts(settings: Settings) -> list[str]:
    """A sentence for each setting that makes little sense beside the others."""
    hourly, said = settings.keep_hourly_days, []
    for name, days in (
        ("KEEP_READINGS_DAYS", settings.keep_readings_days),
        ("KEEP_ROLLUPS_DAYS", settings.keep_rollups_days),
    ):
        if hourly is not None and (days is None or days > hourly):
            said.append(
                f"{PREFIX}KEEP_HOURLY_DAYS is shorter than {PREFIX}{name}: trends of more than two weeks are "
                "drawn from hourly rollups and will end though finer ones are kept."
            )
    return said


def keep(settings: Settings, *, now: datetime | None = None, stop: Event | None = None) -> Kept:
    """Drop what is older than its setting and convert old chunks, as the owner.

    A second run at the same time does nothing; one that is stopped goes on with the next.

    Args:
        settings: How long what is kept.
        now: Taken for the present; aware.
        stop: Ends the run after the slice or chunk in hand when it is set.

    Raises:
        StoreUnavailable: the database is away.
        StoreBusy: other writers are in the way.
        StoreError: the database refuses.
    """
    try:
        with psycopg.connect(
            address.owner(settings), autocommit=True, application_name="clerestory keep"
        ) as connection:
            connection.execute("SET lock_timeout = '5s'")  # ingest waits behind a lock that waits
            claimed = connection.execute(_SQL["claim"]).fetchone()
            if claimed != (True,):
                log.info("retention", skipped="another process is at it")
                return Kept(dropped=(), converted=0)
            return _Run(connection, now or datetime.now(UTC), stop or Event()).all(settings)
    except _IN_THE_WAY as error:
        raise StoreBusy("Other writers are in the way of dropping what is old.") from error
    except psycopg.Error as error:
        first_line = str(error).partition("\n")[0]
        if is_outage(error):
            raise StoreUnavailable(f"The database cannot be reached: {first_line}") from error
        raise StoreError(f"The database refused to drop what is old: {first_line}") from error


def _marked(connection: Connection) -> datetime | None:
    row = connection.execute(_SQL["marked"], {"relation": "reading"}).fetchone()
    return row[0] if row else None


class _Run:
    """One run on a connection without a transaction of its own."""

    def __init__(self, connection: Connection, now: datetime, stop: Event) -> None:
        self._connection, self._now, self._stop = connection, now, stop
        self._hypertables: set[str] = set()
        if self._asked("has_timescaledb"):
            self._hypertables = {name for (name,) in connection.execute(_SQL["hypertables"])}
        self._series = [number for (number,) in connection.execute(_SQL["series"])]

    def all(self, settings: Settings) -> Kept:
        dropped = []
        for relation, days in (
            ("reading", settings.keep_readings_days),
            ("rollup_5min", settings.keep_rollups_days),
            ("rollup_1hour", settings.keep_hourly_days),
            ("event", settings.keep_readings_days),
            ("dead_letter", settings.keep_dead_letters_days),
        ):
            if days is not None:
                dropped.append(self._drop(relation, self._cut(days)))
        if (gone := _marked(self._connection)) is not None:
            dropped.append(self._drop("corrected_reading", gone))
        converted = self._convert(self._now - timedelta(days=settings.columnstore_after_days))
        return Kept(dropped=tuple(one for one in dropped if one.rows or one.chunks), converted=converted)

    def _cut(self, days: int) -> datetime:
        # A full day of UTC, so that no bucket of a rollup loses a part of its readings.
        limit = self._now.astimezone(UTC) - timedelta(days=days) - _MARGIN
        return limit.replace(hour=0, minute=0, second=0, microsecond=0)

    def _drop(self, relation: str, before: datetime) -> Dropped:
        rows = chunks = 0
        try:
            if relation in self._hypertables:
                for count in self._drop_chunks(relation, before):
                    chunks += count
            else:
                for count in self._drop_rows(relation, before):
                    rows += count
        finally:
            if rows or chunks:
                detail = Jsonb({"before": before.isoformat(), "rows": rows, "chunks": chunks})
                self._connection.execute(_SQL["note"], {"relation": relation, "detail": detail})
        return Dropped(relation=relation, before=before, rows=rows, chunks=chunks)

    def _drop_chunks(self, relation: str, before: datetime) -> Iterator[int]:
        """Drop chunk after chunk; how many each time."""

        def drop(until: datetime) -> int:
            self._mark(relation, until)
            gone = self._connection.execute(_SQL["drop_chunks"], {"relation": relation, "before": until})
            return len(gone.fetchall())

        old = {"relation": relation, "before": before}
        for (end,) in self._connection.execute(_SQL["old_chunks"], old).fetchall():
            if not self._stop.is_set():
                yield self._patiently(partial(drop, end))

    def _drop_rows(self, relation: str, before: datetime) -> Iterator[int]:
        """Drop slice after slice; how many rows each time."""
        if relation == "dead_letter":
            yield from self._slices(relation, sql.SQL(_SQL["drop_letters"]), {"before": before})
            return
        statement = sql.SQL(_SQL["drop_rows"]).format(relation=sql.Identifier(relation))
        for first in range(0, len(self._series), _SLICE_SERIES):
            group = self._series[first : first + _SLICE_SERIES]
            yield from self._slices(relation, statement, {"before": before, "series": group})

    def _slices(
        self, relation: str, statement: sql.SQL | sql.Composed, wanted: dict[str, Any]
    ) -> Iterator[int]:
        def drop() -> int:
            self._mark(relation, wanted["before"])
            return self._connection.execute(statement, wanted | {"slice": _SLICE_ROWS}).rowcount

        rows = _SLICE_ROWS
        while rows >= _SLICE_ROWS and not self._stop.is_set():
            rows = self._patiently(drop)
            yield rows

    def _mark(self, relation: str, before: datetime) -> None:
        """Say from when on a table is whole; what it was corrected from goes with the readings."""
        marked = "reading" if relation == "corrected_reading" else relation
        if marked in _MARKED:
            self._connection.execute(_SQL["mark"], {"relation": marked, "before": before})

    def _convert(self, before: datetime) -> int:
        if not self._asked("has_columnstore"):
            return 0
        converted = 0
        for relation in sorted(self._hypertables.intersection(_MARKED)):
            old = {"relation": relation, "before": before}
            if not self._asked("columnstore_enabled", old):
                enable = sql.SQL(_SQL["enable_columnstore"]).format(sql.Identifier(relation))
                self._patiently(partial(self._connection.execute, enable))
            for (chunk,) in self._connection.execute(_SQL["rowstore_chunks"], old).fetchall():
                if self._stop.is_set():
                    return converted
                self._patiently(partial(self._connection.execute, _SQL["convert"], {"chunk": chunk}))
                converted += 1
        return converted

    def _asked(self, statement: str, wanted: dict[str, Any] | None = None) -> bool:
        row = self._connection.execute(_SQL[statement], wanted).fetchone()
        return bool(row and row[0])

    def _patiently(self, work: Callable[[], T]) -> T:
        """Do something in a transaction, and again when others were in the way."""
        for attempt in range(1, _ATTEMPTS):
            try:
                with self._connection.transaction():
                    return work()
            except _IN_THE_WAY:
                self._stop.wait(random.uniform(0, 0.2 * 2**attempt))
        with self._connection.transaction():
            return work()
