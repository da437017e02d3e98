"""The service of a device in words: what was recorded, the lives that tells of, and how long it will last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from zoneinfo import ZoneInfo

from analytics.failure import Life
from analytics.failure.records import End, Kind
from dashboard import format
from dashboard.views.health import made
from data.store.analysis_rows import Basis, Failure, Run
from data.store.life_records import DeviceLives, LifeRecord

KINDS: dict[Kind, str] = {
    "failed": "Failed",
    "retired": "Replaced or retired before it failed",
    "in service": "Put into service, or repaired",
}
_LIVED: dict[End, str] = {
    "failed": "Failed after {}",
    "retired": "Retired after {}, without a failure",
    "running": "In service for {}",
}
_NOTHING = (
    "Once failures are recorded of devices of its type, {}, it is learned from their lives how long this one "
    "will last."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remaining:
    """How long it will last, or why that cannot be said."""

    sentence: str
    interval: str | None = None
    basis: str | None = None  # None: nothing was learned


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived:
    """One life."""

    what: str
    range: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One record as the list shows it."""

    id: int
    what: str
    at: str
    note: str
    who: str
    undone: str | None  # None: it stands


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """All that the section shows."""

    remaining: Remaining
    lives: tuple[Lived, ...]  # newest first
    records: tuple[Recorded, ...]  # newest first


def service(
    known: DeviceLives, *, failures: Sequence[Failure], runs: Sequence[Run], zone: ZoneInfo
) -> Service:
    """What is known of a device's service.

    Args:
        known: Its records and lives.
        failures: Found for it, of all kinds.
        runs: What was done of it, and what it lacked.
        zone: Whose clock tells when things were.
    """
    return Service(
        remaining=_remaining(known, failures, runs, zone),
        lives=tuple(_lived(one, zone) for one in reversed(known.lives)),
        records=tuple(_recorded(one, zone) for one in known.records),
    )


def _remaining(
    known: DeviceLives, failures: Sequence[Failure], runs: Sequence[Run], zone: ZoneInfo
) -> Remaining:
    learned = next((one for one in failures if one.kind == "learned"), None)
    if learned is not None:
        computed = made(learned.computed_at, learned.basis, zone=zone)
        return Remaining(
            sentence=learned.sentence,
            interval=_interval(learned, zone),
            basis=f"{_quality(learned.basis)} {computed}",
        )
    run = next((one for one in runs if one.kind == "remaining life"), None)
    if run is None:
        return Remaining(sentence=_NOTHING.format(known.type))
    if run.lacking is not None:
        return Remaining(sentence=f"{run.lacking} Its type is {known.type}.")
    return Remaining(sentence="It could not be computed how long it will last; the log says why.")


def _interval(one: Failure, zone: tzinfo) -> str | None:
    if one.low_at is None:
        return None
    low = format.day(one.low_at, zone=zone)
    if one.high_at is None:
        return f"Nine times in ten not before {low}; no end can be said, as it may outlast all that is known"
    return f"Nine times in ten between {low} and {format.day(one.high_at, zone=zone)}"


def _quality(basis: Basis) -> str:
    """From how many lives it was learned, and how right it was on those it had not seen."""
    said = f"Learned from {basis.lives} lives, {basis.failures} of which ended in failure."
    if basis.coverage is None or basis.error_s is None:
        return said
    return (
        f"{said} On lives it had not seen, {basis.coverage * 100:.0f} of 100 intervals held what then "
        f"happened, and it was {_length(basis.error_s)} off on average."
    )


def _length(seconds: float) -> str:
    days = seconds / 86_400
    return (
        f"{format.number(days, digits=1)} days"
        if days >= 1
        else f"{format.number(24 * days, digits=1)} hours"
    )


def _lived(one: Life, zone: tzinfo) -> Lived:
    since = format.day(one.begins, zone=zone)
    until = "now" if one.end == "running" else format.day(one.ends, zone=zone)
    return Lived(
        what=_LIVED[one.end].format(format.span(one.ends - one.begins)),
        range=f"{since} – {until}{'' if one.stated else '; counted from its first reading'}",
    )


def _recorded(one: LifeRecord, zone: tzinfo) -> Recorded:
    undone = None
    if one.undone_at is not None:
        undone = f"Undone by {one.undone_by}, {format.moment(one.undone_at, zone=zone)}"
    return Recorded(
        id=one.id,
        what=KINDS[one.kind],
        at=format.moment(one.at, zone=zone),
        note=one.note,
        who=f"{one.actor}, {format.moment(one.made_at, zone=zone)}",
        undone=undone,
    )
