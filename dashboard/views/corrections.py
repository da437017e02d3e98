"""Corrections of readings in words: what one would change, and those that were made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from dashboard import format
from data.store.corrections import Action, Correction, Preview
from data.store.devices import SeriesRow

_CLOCK = "%Y-%m-%d %H:%M:%S"  # what a page's controls give and take: what a clock on the wall shows


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """An adjustment that is often needed: value * factor + offset."""

    label: str
    factor: float
    offset: float


PRESETS: dict[str, Preset] = {
    "shift": Preset(label="Shift by the offset", factor=1, offset=0),
    "fahrenheit": Preset(label="°F was sent as °C", factor=5 / 9, offset=-160 / 9),
    "kelvin": Preset(label="K was sent as °C", factor=1, offset=-273.15),
    "thousand": Preset(label="W was sent as kW", factor=0.001, offset=0),
    "share": Preset(label="A share of 1 was sent as %", factor=100, offset=0),
    "sign": Preset(label="The sign was wrong", factor=-1, offset=0),
}
DEFAULT_PRESET = "shift"

DONE: dict[Action, str] = {
    "delete": "deleted",
    "adjust": "adjusted",
    "mask": "masked",
    "interpolate": "interpolated",
    "convert": "converted",
    "shift": "moved in time",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is to be done to each reading."""

    action: Action
    factor: float | None = None  # of an adjustment
    offset: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What a correction would change: a sentence, figures before and after, and the words of its button."""

    sentence: str
    figures: tuple[tuple[str, str, str | None], ...] = ()  # name, before, after; None: taken away
    button: str | None = None  # None: it cannot be made


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A correction as the list shows it."""

    id: int
    what: str
    range: str
    reason: str
    who: str
    undone: str | None  # None: it stands


def outlook(row: SeriesRow, seen: Preview, change: Change, *, zone: tzinfo) -> Outlook:
    """What a change of the readings that were seen comes to."""
    if not seen.count:
        return Outlook(sentence="There are no readings in this range.")
    if seen.too_many:
        most = format.number(seen.limit, digits=0)
        return Outlook(
            sentence=f"There are more than {most} readings in this range; please choose a shorter one."
        )
    if change.action == "adjust" and row.kind != "number":
        return Outlook(sentence="Only numbers can be adjusted; these are states that are on or off.")
    if change.action == "adjust" and (None in (change.factor, change.offset) or change.factor == 0):
        return Outlook(sentence="Please give a factor other than 0 and an offset.")
    if change.action == "adjust" and (change.factor, change.offset) == (1, 0):
        return Outlook(sentence="A factor of 1 and an offset of 0 change nothing.")
    return _outlook(row, seen, change, zone)


def _outlook(row: SeriesRow, seen: Preview, change: Change, zone: tzinfo) -> Outlook:
    assert seen.first_at is not None  # there are readings
    assert seen.last_at is not None
    readings = _readings(seen.count)
    times = span(seen.first_at, seen.last_at, zone=zone)
    done = "deleted" if change.action == "delete" else f"adjusted: {_formula(change.factor, change.offset)}"
    low, high = (seen.high, seen.low) if (change.factor or 0) < 0 else (seen.low, seen.high)
    named = (("Lowest", low), ("Mean", seen.mean), ("Highest", high)) if row.kind == "number" else ()
    figures = tuple((name, _written(row, value), _after(row, change, value)) for name, value in named)
    return Outlook(
        sentence=f"{readings} of {row.metric}, {times}, would be {done}.",
        figures=figures,
        button=f"{'Delete' if change.action == 'delete' else 'Adjust'} {readings}",
    )


def made(correction: Correction, *, zone: tzinfo) -> Made:
    """One correction as it is listed."""
    verb = DONE[correction.action]
    formula = _formula(correction.factor, correction.offset) if correction.action == "adjust" else ""
    undone = None
    if correction.undone_at is not None:
        undone = f"Undone by {correction.undone_by}, {format.moment(correction.undone_at, zone=zone)}"
    return Made(
        id=correction.id,
        what=f"{_readings(correction.count)} {verb}{formula and ': '}{formula}",
        range=span(correction.since, correction.until, zone=zone),
        reason=correction.reason,
        who=f"{correction.actor}, {format.moment(correction.made_at, zone=zone)}",
        undone=undone,
    )


def span(since: datetime, until: datetime, *, zone: tzinfo) -> str:
    """From when until when; one time when both are the same."""
    first, last = (format.moment(at, zone=zone) for at in (since, until))
    return first if first == last else f"{first} – {last}"


def clock(at: datetime, *, zone: tzinfo) -> str:
    """A time as the controls of a range take it, to the second."""
    return at.astimezone(zone).strftime(_CLOCK)


def time_of(said: object, *, zone: tzinfo) -> datetime | None:
    """The time that a control or the axis of a graph gives; None: it is none."""
    try:
        at = datetime.fromisoformat(str(said)).replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return at


def _readings(count: int) -> str:
    return f"{format.number(count, digits=0)} {'reading' if count == 1 else 'readings'}"


def _formula(factor: float | None, offset: float | None) -> str:
    times = "" if factor in (None, 1) else f" × {format.number(factor or 0)}"
    plus = "" if not offset else f" {'+' if offset > 0 else '−'} {format.number(abs(offset))}"
    return f"value{times}{plus}"


def _after(row: SeriesRow, change: Change, before: float | None) -> str | None:
    if before is None or change.factor is None or change.offset is None:
        return None
    return _written(row, before * change.factor + change.offset)


def _written(row: SeriesRow, value: float | None) -> str:
    return format.NOTHING if value is None else format.measured(value, quantity=row.quantity, unit=row.unit)
