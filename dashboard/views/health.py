"""Health as pages show it: a score with its word, its reasons, and when and from what it was computed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from dashboard import format
from data.store.analysis_rows import Basis, Health, Reason, Run, TrendPoint

Level = Literal["well", "watch", "ill", "unknown"]

# Below these scores: a device that lost a third of its points has a fault that somebody can find.
_WATCH, _ILL = 85.0, 65.0
_WORDS: dict[Level, str] = {
    "well": "well", "watch": "worth a look", "ill": "needs attention", "unknown": "not judged yet",
}  # fmt: skip
_REASONS = {
    "silence": "Silent", "stuck": "Stands still", "drift": "Away from its normal", "range": "Out of range",
    "neighbours": "Unlike its neighbours", "alerts": "Open alerts", "gaps": "Gaps", "spikes": "Spikes",
    "service life": "Age", "others": "Smaller troubles",
}  # fmt: skip
_OTHERS = "others"
_WORTH, _LEAST = 0.5, 0.05  # points that are worth a line, and those of the first ones
_FIRST, _LISTED = 3, 8  # reasons
_ONE = 0.95  # points that are written as one
_DAY = timedelta(days=1)
DAYS = 30  # of the course of a score
TREND = DAYS * _DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """Points that were lost, and why."""

    label: str
    points: str
    detail: str
    part: str | None  # the part they come from, by name; None: the subject itself
    href: str | None  # of that part's page


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How something is."""

    name: str
    score: str  # such as 87, or a dash
    level: Level
    word: str
    lost: tuple[Lost, ...]  # the costliest first
    computed: str  # when and from what, or why not yet
    course: tuple[float | None, ...] = ()  # of the days of the period, oldest first
    later: str | None = None  # which of them were computed later, and from what

    @property
    def extremes(self) -> str | None:
        """The lowest and highest of the course in words; None: it is no course yet."""
        there = [value for value in self.course if value is not None]
        if len(there) < 2:
            return None
        low, high = (format.number(value, digits=0) for value in (min(there), max(there)))
        days = f"{len(there)} days"
        return f"{low} on {days}" if low == high else f"{low} to {high} on {days}"


def level_of(score: float | None) -> Level:
    """The level of a score of 0 to 100; None: unknown."""
    if score is None:
        return "unknown"
    return "ill" if score < _ILL else "watch" if score < _WATCH else "well"


def score(
    health: Health | None,
    *,
    zone: ZoneInfo,
    now: datetime,
    name: str = "",
    trend: Sequence[TrendPoint] = (),
    runs: Sequence[Run] = (),
) -> Score:
    """A health as it is shown; of one that was not computed yet, why.

    Args:
        health: As the store has it.
        zone: Whose clock tells when it was computed.
        now: The time.
        name: Of the subject, where there is no health to name it.
        trend: Scores of the past, oldest first.
        runs: What was done of the subject, and what it lacked.
    """
    if health is None:
        lacking = next((run.lacking for run in runs if run.kind == "health" and run.lacking), None)
        return Score(
            name=name, score=format.NOTHING, level="unknown", word=_WORDS["unknown"], lost=(),
            computed=lacking or "It is judged every 15 minutes, from 30 days of readings.",
        )  # fmt: skip
    level = level_of(health.score)
    return Score(
        name=health.name,
        score=format.NOTHING if health.score is None else format.number(health.score, digits=0),
        level=level,
        word=_WORDS[level] if health.score is not None else "nothing to judge by",
        lost=_losses(health),
        computed=made(health.computed_at, health.basis, zone=zone),
        course=_course(trend, now=now),
        later=_later(trend, zone=zone),
    )


def then(score: float | None, *, now: datetime, name: str = "", trend: Sequence[TrendPoint] = ()) -> Score:
    """A health of the past as it is shown: its score alone, as nothing else of it is kept.

    Args:
        score: The one that was known then; None: there was none.
        now: The time that it then was.
        name: Of the subject.
        trend: The scores before, oldest first.
    """
    level = level_of(score)
    return Score(
        name=name,
        score=format.NOTHING if score is None else format.number(score, digits=0),
        level=level,
        word=_WORDS[level] if score is not None else "not judged then",
        lost=(),
        computed="",
        course=_course(trend, now=now),
    )


def made(at: datetime, basis: Basis, *, zone: ZoneInfo) -> str:
    """When and from what: `Computed 14 Jan 2026, 14:30:00 CET from 720 hourly means of 30 days.`"""
    parts = [f"Computed {format.moment(at, zone=zone)}"]
    if basis.readings is not None:
        said = basis.source or ("reading" if basis.readings == 1 else "readings")
        parts.append(f"from {format.number(basis.readings, digits=0)} {said}")
    elif basis.source is not None:
        parts.append(f"from {basis.source}")
    elif basis.children:
        parts.append(f"from {basis.children} {'part' if basis.children == 1 else 'parts'}")
    if basis.readings is not None and basis.since is not None and basis.until is not None:
        parts.append(f"of {_period(basis.until - basis.since)}")
    return " ".join(parts) + "."


def _later(trend: Sequence[TrendPoint], *, zone: ZoneInfo) -> str | None:
    made_up = [point.computed_at for point in trend if point.computed_at is not None]
    if not made_up:
        return None
    days = "1 day of its course was" if len(made_up) == 1 else f"{len(made_up)} days of its course were"
    on = format.day(max(made_up), zone=zone)
    return f"{days} computed later, last on {on}, each from the readings up to its end alone."


def _losses(health: Health) -> tuple[Lost, ...]:
    """The costliest reasons, and last what all others cost: many small ones never hide who costs the most."""
    total = sum(one.points for one in health.reasons)
    if total < _WORTH:
        return ()
    named = [one for one in health.reasons if one.reason != _OTHERS][:_LISTED]
    shown = [one for place, one in enumerate(named) if one.points >= (_LEAST if place < _FIRST else _WORTH)]
    rest = total - sum(one.points for one in shown)
    if rest >= _WORTH:
        shown.append(Reason(reason=_OTHERS, points=rest, detail="What costs less than these, added up."))
    return tuple(_lost(one, health) for one in shown)


def _lost(reason: Reason, health: Health) -> Lost:
    own = reason.subject is None or (reason.subject, reason.subject_id) == (health.subject, health.subject_id)
    href = f"/device/{reason.subject_id}" if reason.subject == "device" and not own else None
    return Lost(
        label=_REASONS.get(reason.reason, reason.reason.capitalize()),
        points=f"−{format.number(reason.points, digits=0 if reason.points >= _ONE else 1)}",
        detail=reason.detail,
        part=None if own else reason.name,
        href=href,
    )


def _period(length: timedelta) -> str:
    """A length of time to the nearest day: thirty days lack some minutes, as the last bucket is not over."""
    return format.span(round(length / _DAY) * _DAY if length > 2 * _DAY else length)


def _course(trend: Sequence[TrendPoint], *, now: datetime) -> tuple[float | None, ...]:
    """The mean of each of the last days; None where there was no score."""
    found: list[list[float]] = [[] for _ in range(DAYS)]
    for point in trend:
        ago = (now - point.at) // _DAY
        if 0 <= ago < DAYS:
            found[DAYS - 1 - ago].append(point.score)
    return tuple(sum(scores) / len(scores) if scores else None for scores in found)
