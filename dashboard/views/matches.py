"""What a new model leaves in doubt: of which old thing, what it may be now, and what waits for an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from shapely.geometry import mapping, shape

from dashboard import format
from data.store.matches import Candidate, MatchRow, Open, ReissueRow, Side

_WORDS = {"storey": "Storey", "space": "Room", "equipment": "Equipment"}
_SURE_SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One thing of the current model that an old one may be."""

    id: int
    name: str
    where: str
    confidence: str
    evidence: tuple[str, ...]
    against: tuple[str, ...]
    outline: dict[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One open question."""

    id: int
    what: str  # Room, Storey, Equipment
    name: str
    where: str
    stake: str | None  # what waits; None: nothing does
    outline: dict[str, Any] | None
    choices: tuple[Choice, ...]
    other_rooms: bool  # whether any other room can be named


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A decision, or what was bound without a question."""

    id: int
    text: str
    who: str
    undo: str | None  # words of its button; None: there is none


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """All that the page shows of a building."""

    issued: str | None  # when the newest model came and from whom; None: there is only one
    can_return: bool
    questions: tuple[Question, ...]
    answers: tuple[Answer, ...]
    bound: tuple[Answer, ...]
    more_bound: int


def review(rows: Sequence[MatchRow], newest: ReissueRow | None, *, zone: tzinfo) -> Review:
    """The page's values."""
    bound = [row for row in rows if row.state == "sure"]
    return Review(
        issued=f"The newest model came {format.moment(newest.made_at, zone=zone)}." if newest else None,
        can_return=newest is not None and newest.can_return,
        questions=tuple(_question(row) for row in rows if row.state == "doubtful"),
        answers=tuple(_answer(row, zone) for row in rows if row.state in ("accepted", "rejected")),
        bound=tuple(_bound(row) for row in bound[:_SURE_SHOWN]),
        more_bound=max(0, len(bound) - _SURE_SHOWN),
    )


def invitation(found: Sequence[Open], building: int) -> str | None:
    """What the building page says of open questions; None: there are none."""
    one = next((one for one in found if one.building_id == building), None)
    if one is None:
        return None
    waiting = f", {_devices(one.devices)} waiting" if one.devices else ""
    return f"{_count(one.questions, 'question')} about the new model{waiting}"


def _question(row: MatchRow) -> Question:
    choices = tuple(choice for one in row.candidates if (choice := _choice(one)) is not None)
    return Question(
        id=row.id,
        what=_WORDS[row.thing],
        name=_title(row.old),
        where=_where(row.old),
        stake=_devices(row.old.devices) if row.old.devices else None,
        outline=_in_place(row),
        choices=choices,
        other_rooms=row.thing == "space",
    )


def _in_place(row: MatchRow) -> dict[str, Any] | None:
    """The old outline where it lies in the current model, whose origin may be another."""
    outline = row.old.footprint or row.old.position
    if outline is None or not row.frames:
        return outline
    moved = shape(outline)
    for frame in row.frames:
        moved = frame.shape(moved)
    return dict(mapping(moved))


def _choice(one: Candidate) -> Choice | None:
    if one.side is None:  # the model has it no longer
        return None
    return Choice(
        id=one.id,
        name=_title(one.side),
        where=_where(one.side),
        confidence=f"{100 * one.confidence:.0f} %",
        evidence=one.evidence,
        against=one.against,
        outline=one.side.footprint or one.side.position,
    )


def _answer(row: MatchRow, zone: tzinfo) -> Answer:
    if row.state == "rejected":
        text = f"{_WORDS[row.thing]} {_title(row.old)} is none of the new ones."
    elif row.how == "joins":
        text = f"What stood in {_title(row.old)} stands in another room of the new model now."
    else:
        text = f"{_WORDS[row.thing]} {_title(row.old)} goes on in the new model."
    when = f", {format.moment(row.decided_at, zone=zone)}" if row.decided_at else ""
    return Answer(id=row.id, text=text, who=f"{row.decided_by}{when}", undo="Undo")


def _bound(row: MatchRow) -> Answer:
    said = row.candidates[0] if row.candidates else None
    why = ", ".join(said.evidence) if said else ""
    return Answer(
        id=row.id,
        text=f"{_WORDS[row.thing]} {_title(row.old)}",
        who=f"{100 * row.confidence:.0f} %: {why}",
        undo="Not the same",
    )


def _title(side: Side) -> str:
    other = side.long_name if side.long_name != side.name else None
    return " ".join(filter(None, (side.name, other)))


def _where(side: Side) -> str:
    area = f"{format.number(side.area_m2, digits=1)} m²" if side.area_m2 else None
    return " · ".join(filter(None, (side.kind, side.room, side.storey, area)))


def _devices(count: int) -> str:
    return _count(count, "device")


def _count(count: int, what: str) -> str:
    return f"{format.number(count, digits=0)} {what}{'' if count == 1 else 's'}"
