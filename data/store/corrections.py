"""Readings that people delete or adjust, and put back.

A correction changes the readings of one series in a range and counts anew, in the same transaction, all
that is made from them: rollups, the latest value, the events of a state. Each value is kept as it was, so
a correction can be undone exactly, unless a later one that stands changed some of the same readings: that
one is undone first. A time that was corrected stays so when its device sends it again.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import psycopg
from psycopg.errors import DeadlockDetected, LockNotAvailable, RaiseException, SerializationFailure
from psycopg.rows import class_row

from data.errors import BadInput, StoreBusy
from data.store import statements
from data.store.pool import Connection, Store

_SQL = statements.load("corrections")
_ATTEMPTS = 5
_IN_THE_WAY = (DeadlockDetected, SerializationFailure, LockNotAvailable)
_LONGEST_REASON = 500
# What a reading's own time may be.
_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)

Repair = Literal["delete", "mask", "interpolate", "convert", "shift"]
Action = Literal["delete", "adjust", "mask", "interpolate", "convert", "shift"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """The readings of one series from a time until another, which is not included."""

    series: int
    since: datetime  # aware
    until: datetime  # aware


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What becomes of single readings of a series: time, value seen, value from now on.

    Without a value seen there was no reading at that time; without a new one the reading goes.
    """

    series: int
    readings: Sequence[tuple[datetime, float | None, float | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a correction would change, in the unit of the series."""

    count: int
    first_at: datetime | None  # aware; None: there are no readings
    last_at: datetime | None
    low: float | None
    mean: float | None
    high: float | None
    limit: int  # of readings that one correction may change
    dropped_before: datetime | None  # what is older is no longer kept

    @property
    def too_many(self) -> bool:
        """Whether there are more readings than one correction may change; the rest is then of a part."""
        return self.count > self.limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A correction that was made, and whether it still stands."""

    id: int
    series_id: int
    since: datetime  # aware
    until: datetime  # aware, not included
    action: Action
    factor: float | None  # of an adjustment: value * factor + offset
    offset: float | None
    reason: str
    count: int  # readings changed
    actor: str
    made_at: datetime
    undone_by: str | None
    undone_at: datetime | None  # None: it stands


def preview(store: Store, stretch: Stretch, *, tenant: int) -> Preview:
    """What a correction would change; another tenant's series has no readings.

    Raises:
        BadInput: the range is none, or its values are too large to be added up.
        StoreUnavailable: the database is away.
    """
    _check(stretch)
    try:
        with store.transaction(tenant=tenant) as connection:
            cursor = connection.cursor(row_factory=class_row(Preview))
            found = cursor.execute(_SQL["preview"], _range(stretch)).fetchone()
    except psycopg.DataError as error:
        raise BadInput("The values in this range are too large to be added up.") from error
    assert found is not None  # an aggregate gives one row
    return found


def delete(store: Store, stretch: Stretch, *, reason: str, tenant: int, actor: str) -> Correction:
    """Take readings away.

    Raises:
        BadInput: there is nothing to correct, too much, or readings that are no longer kept.
        StoreBusy: other writers are in the way.
        StoreUnavailable: the database is away.
    """
    wanted = _range(stretch) | {"action": "delete", "factor": None, "offset": None}
    return _correct(store, stretch, wanted, reason, tenant, actor)


def adjust(
    store: Store,
    stretch: Stretch,
    *,
    factor: float,
    offset: float,
    reason: str,
    tenant: int,
    actor: str,
) -> Correction:
    """Make each value `value * factor + offset`, in the unit of the series. Raises what `delete` does."""
    if not (math.isfinite(factor) and math.isfinite(offset)) or factor == 0:
        raise BadInput("Give a factor other than 0 and an offset, both as numbers.")
    if (factor, offset) == (1, 0):
        raise BadInput("A factor of 1 and an offset of 0 change nothing.")
    wanted = _range(stretch) | {"action": "adjust", "factor": factor, "offset": offset}
    return _correct(store, stretch, wanted, reason, tenant, actor)


def repair(
    store: Store,
    changes: Changes,
    *,
    action: Repair,
    reason: str,
    tenant: int,
    actor: str,
    also: Callable[[Connection, Correction], None] = lambda connection, made: None,
) -> Correction:
    """Give each of some readings a value of its own, or take it away. Raises what `delete` does.

    Args:
        store: The store, as the web or worker role.
        changes: What becomes of which reading.
        action: What the readings' flag says: masked ones are not counted, interpolated ones nobody measured.
        reason: Why, in at most 500 characters.
        tenant: Whose series it is.
        actor: Who does it.
        also: Done in the same transaction with the correction; perhaps more than once.
    """
    wanted = {
        "series_id": changes.series,
        "action": action,
        "ats": [at for at, _, _ in changes.readings],
        "seen": [seen for _, seen, _ in changes.readings],
        "repaired": [repaired for _, _, repaired in changes.readings],
        "reason": _reason(reason),
    }
    return _call(store, "repair", wanted, tenant, actor, also)


def undo(store: Store, correction: int, *, tenant: int, actor: str) -> Correction:
    """Give the readings of a correction their values back.

    Raises:
        BadInput: it was undone already, a later one has to be undone first, or what it changed is no
            longer kept.
        StoreBusy: other writers are in the way.
        StoreUnavailable: the database is away.
    """
    return _call(store, "undo", {"correction_id": correction}, tenant, actor)


def history(store: Store, *, tenant: int, series: int) -> list[Correction]:
    """The newest 50 corrections of a series, newest first; those that were undone too.

    Raises:
        StoreUnavailable: the database is away.
    """
    with store.transaction(tenant=tenant) as connection:
        cursor = connection.cursor(row_factory=class_row(Correction))
        return cursor.execute(_SQL["history"], {"series_id": series, "correction_id": None}).fetchall()


def _check(stretch: Stretch) -> None:
    if stretch.since >= stretch.until:
        raise BadInput("The range has to end after it begins.")
    if stretch.since < _EARLIEST or stretch.until > _LATEST:
        raise BadInput("The range has to lie between the years 2000 and 2200.")


def _range(stretch: Stretch) -> dict[str, Any]:
    return {"series_id": stretch.series, "since": stretch.since, "until": stretch.until}


def _correct(
    store: Store, stretch: Stretch, wanted: dict[str, Any], reason: str, tenant: int, actor: str
) -> Correction:
    _check(stretch)
    return _call(store, "correct", wanted | {"reason": _reason(reason)}, tenant, actor)


def _reason(said: str) -> str:
    why = " ".join(said.replace("\0", " ").split())
    if not why:
        raise BadInput("Say why: whoever sees the gap or the jump later has only this sentence.")
    if len(why) > _LONGEST_REASON:
        raise BadInput(f"Say why in at most {_LONGEST_REASON} characters.")
    return why


def _call(
    store: Store,
    statement: str,
    wanted: dict[str, Any],
    tenant: int,
    actor: str,
    also: Callable[[Connection, Correction], None] = lambda connection, made: None,
) -> Correction:
    """Run a correcting statement in a transaction of its own, again when other writers were in the way."""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with store.transaction(tenant=tenant, actor=actor) as connection:
                row = connection.execute(_SQL[statement], wanted).fetchone()
                assert row is not None  # the function gives a correction or raises
                cursor = connection.cursor(row_factory=class_row(Correction))
                made = cursor.execute(
                    _SQL["history"], {"series_id": None, "correction_id": row[0]}
                ).fetchone()
                assert made is not None  # of the row just written
                also(connection, made)
        except _IN_THE_WAY as error:
            if attempt == _ATTEMPTS:
                raise StoreBusy("Other writers are in the way; try again.") from error
            time.sleep(random.uniform(0, 0.05 * 2**attempt))
        except RaiseException as error:
            raise BadInput(error.diag.message_primary) from error
        except (psycopg.DataError, psycopg.errors.CheckViolation) as error:
            raise BadInput("This would make values too large to be kept.") from error
        else:
            return made
    raise AssertionError("the loop returns or raises")
