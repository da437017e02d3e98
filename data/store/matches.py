"""Doubtful matches of a re-issued model, what people decide about them, and the way back.

Devices and history hang on the old thing. To accept a candidate that came with the new version means that
the old id takes over what the model says of it; to accept one that was there before, that the devices go
there. Each decision is one transaction, audited, and undone exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import psycopg
from psycopg.errors import LockNotAvailable, RaiseException
from psycopg.rows import class_row, kwargs_row

from data.building.alignment import Frame
from data.building.known import Thing
from data.building.model import GeoJson
from data.errors import BadInput, StoreBusy, StoreRefused
from data.store import statements
from data.store.pool import Store

_SQL = statements.load("matches")

State = Literal["sure", "doubtful", "accepted", "rejected", "undone"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One thing as a person compares it."""

    id: int
    name: str
    long_name: str | None
    kind: str | None
    storey: str | None
    room: str | None  # of equipment
    area_m2: float | None
    footprint: GeoJson | None  # of a room
    position: GeoJson | None  # of equipment: a Point
    gone: bool
    devices: int  # that stand there


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What an old thing may be now; None: the current model has it no longer."""

    id: int
    confidence: float
    evidence: tuple[str, ...]
    against: tuple[str, ...]
    side: Side | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchRow:
    """One question, or what was bound without one."""

    id: int
    thing: Thing
    state: State
    confidence: float
    old: Side
    frames: tuple[Frame, ...]  # one after the other, from the old thing's axes into the current model's
    candidates: tuple[Candidate, ...]  # the likeliest first
    new_id: int | None  # what was accepted
    how: str | None  # "takes over" or "joins", of what was accepted
    decided_by: str | None
    decided_at: datetime | None  # aware
    made_at: datetime  # aware: of the import


@dataclass(frozen=True, slots=True, kw_only=True)
class ReissueRow:
    """The newest import over an earlier model."""

    id: int
    actor: str
    made_at: datetime  # aware
    can_return: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """How many questions of a building nobody has answered."""

    building_id: int
    building: str
    questions: int
    devices: int  # that stand in what is asked about


def of_building(store: Store, *, tenant: int, building: int, limit: int = 200) -> list[MatchRow]:
    """The matches of a building: open ones first, those with most devices ahead; undone ones are left out.

    Raises:
        StoreUnavailable: the database is away.
        StoreBusy: too many wait for it.
    """
    with store.transaction(tenant=tenant) as connection:
        cursor = connection.cursor(row_factory=kwargs_row(_match))
        return cursor.execute(_SQL["of_building"], {"building_id": building, "limit": limit}).fetchall()


def open_questions(store: Store, *, tenant: int) -> list[Open]:
    """The buildings that have open questions, by name. Raises what `of_building` does."""
    with store.transaction(tenant=tenant) as connection:
        return connection.cursor(row_factory=class_row(Open)).execute(_SQL["open_questions"]).fetchall()


def newest_reissue(store: Store, *, tenant: int, building: int) -> ReissueRow | None:
    """The import that `return_to_previous` would take back. Raises what `of_building` does."""
    with store.transaction(tenant=tenant) as connection:
        cursor = connection.cursor(row_factory=class_row(ReissueRow))
        return cursor.execute(_SQL["newest_reissue"], {"building_id": building}).fetchone()


def accept(store: Store, match: int, *, candidate: int, tenant: int, actor: str) -> None:
    """Say that the old thing is this one of the current model, a candidate or any other of its building.

    Raises:
        BadInput: it was decided already, or one of the two is no longer what it was.
        StoreBusy: an import or another decision is under way.
        StoreUnavailable: the database is away.
    """
    _call(store, "accept", {"match_id": match, "candidate_id": candidate}, tenant, actor)


def reject(store: Store, match: int, *, tenant: int, actor: str) -> None:
    """Say that the old thing is none of its candidates: it is gone. Raises what `accept` does."""
    _call(store, "reject", {"match_id": match}, tenant, actor)


def undo(store: Store, match: int, *, tenant: int, actor: str) -> None:
    """Take a decision back, or a binding that nobody was asked about. Raises what `accept` does."""
    _call(store, "undo", {"match_id": match}, tenant, actor)


def return_to_previous(store: Store, *, building: int, tenant: int, actor: str) -> str:
    """Make a building what it was before its newest model; gives the SHA-256 of the file that counts now.

    Devices that were placed meanwhile in what goes away wait in the inbox. Raises what `accept` does.
    """
    return str(_call(store, "return_to_previous", {"building_id": building}, tenant, actor))


def _call(store: Store, statement: str, wanted: dict[str, Any], tenant: int, actor: str) -> Any:
    try:
        with store.transaction(tenant=tenant, actor=actor) as connection:
            row = connection.execute(_SQL[statement], wanted).fetchone()
    except LockNotAvailable as error:
        raise StoreBusy("An import or another decision is under way; try again.") from error
    except RaiseException as error:
        raise BadInput(error.diag.message_primary) from error
    except psycopg.IntegrityError as error:
        raise StoreRefused(str(error.diag.message_primary or error)) from error
    assert row is not None  # the function gives a row or raises
    return row[0]


def _match(
    *, old: dict[str, Any], candidates: list[dict[str, Any]], frames: list[dict[str, Any]], **row: Any
) -> MatchRow:
    return MatchRow(
        **row,
        old=Side(**old),
        frames=tuple(Frame(one["angle_rad"], tuple(one["shift_m"])) for one in frames),
        candidates=tuple(
            Candidate(
                id=one["id"],
                confidence=one["confidence"],
                evidence=tuple(one["evidence"]),
                against=tuple(one["against"]),
                side=Side(**one["side"]) if one["side"] else None,
            )
            for one in candidates
        ),
    )
