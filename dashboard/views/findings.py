"""What is likely to fail, and readings that cannot be right, in words; and stretches unlike those before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta, tzinfo
from zoneinfo import ZoneInfo

from analytics.quantities import QUANTITIES
from analytics.units import UnitSystem
from dashboard import format
from dashboard.views import corrections
from dashboard.views.health import made
from data.store.analysis import Flag
from data.store.analysis_rows import Band, Failure, QualityFinding, Run
from data.store.corrections import Repair
from data.store.devices import SeriesRow

REPAIRS: dict[Repair, str] = {
    "mask": "Mask", "interpolate": "Interpolate", "delete": "Delete",
    "convert": "Convert", "shift": "Move in time",
}  # fmt: skip
_ANYWHERE: tuple[Repair, ...] = ("mask", "interpolate", "delete")  # what can be done to any readings
_BASES = {
    "limit": "By the trend of its own readings",
    "service life": "By the service life that its model states",
    "warranty": "By the service life and the warranty that its model states",
    "learned": "By the recorded lives of its type",
}
_GAP = "gap"
_KINDS = {
    "gap": "Gap", "stuck": "Stands still", "spike": "Spike", "sentinel": "Stands for no value",
    "unit": "Another unit", "clock": "Wrong clock",
}  # fmt: skip
_LISTED = 5  # stretches of anomalies in words; the figure has them all
_FEW = timedelta(days=3)  # of readings
_DECIDED = 5  # findings that somebody decided on


@dataclass(frozen=True, slots=True, kw_only=True)
class Likely:
    """A failure that is likely, with where it is from."""

    name: str
    href: str | None  # of its device's page; None: it is equipment, or this is that page
    sentence: str
    interval: str | None
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubtful:
    """Readings that cannot be right, and what can be done about them."""

    id: int
    series: str
    detail: str
    range: str
    count: str
    repairs: tuple[tuple[Repair, str], ...]  # the one that is proposed first
    state: str  # of FindingState
    decided: str | None  # what became of it, and by whom
    correction: int | None  # that repaired it


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubts:
    """The findings of a device."""

    open: tuple[Doubtful, ...]
    decided: tuple[Doubtful, ...]  # the newest
    computed: str | None  # when was looked last; None: never


def likely(found: Iterable[Failure], *, zone: ZoneInfo, here: int | None = None) -> tuple[Likely, ...]:
    """Failures as they are listed; on the page of a device, that it is `here`."""
    return tuple(
        Likely(
            name=one.name,
            href=f"/device/{one.device_id}" if one.device_id not in (None, here) else None,
            sentence=_sentence(one, zone),
            interval=_interval(one, zone),
            basis=f"{_BASES[one.kind]}. {made(one.computed_at, one.basis, zone=zone)}",
        )
        for one in found
    )


def doubts(
    found: Sequence[QualityFinding],
    *,
    series: Mapping[int, SeriesRow],
    runs: Iterable[Run],
    zone: ZoneInfo,
    units: UnitSystem = "metric",
) -> Doubts:
    """Findings as they are listed, newest first.

    Args:
        found: Of all states.
        series: By id, those that they are of.
        runs: What was done of their device.
        zone: Whose clock tells when they were.
        units: What the reader reads.
    """

    def told(one: QualityFinding) -> Doubtful:
        return _doubtful(one, series.get(one.series_id), zone, units)

    return Doubts(
        open=tuple(told(one) for one in found if one.state == "open"),
        decided=tuple(told(one) for one in found if one.state != "open")[:_DECIDED],
        computed=_looked([run for run in runs if run.kind == "quality"], zone),
    )


def trends_lack(runs: Iterable[Run], series: Mapping[int, SeriesRow]) -> str | None:
    """Which series of a device have too little for a trend to a failure, and what; None: none has."""
    lacks = [run for run in runs if run.kind == "failure" and run.lacking and run.series_id in series]
    if not lacks:
        return None
    row = series[lacks[0].series_id or 0]
    known = QUANTITIES.get(row.quantity or "")
    return f"{known.label if known else row.metric} is not judged yet. {lacks[0].lacking}"


def _looked(runs: Sequence[Run], zone: ZoneInfo) -> str | None:
    """When was looked last, and since when there was something to look at."""
    if not runs:
        return None
    last, since = max(run.computed_at for run in runs), [run.first_at for run in runs if run.first_at]
    if not since:
        return f"Looked for {format.moment(last, zone=zone)}; there was no reading."
    few = last - min(since) < _FEW
    return (
        f"Looked for in the readings since {format.day(min(since), zone=zone)}; "
        f"last {format.moment(last, zone=zone)}."
    ) + (" What takes days to show, as a value that stands still, is not found in so few." if few else "")


def stretches(found: Sequence[Band], *, zone: tzinfo) -> tuple[str, ...]:
    """Anomalies in words, the newest first."""
    rows = [_stretch(one, zone) for one in reversed(found[-_LISTED:])]
    more = len(found) - len(rows)
    return (*rows, f"and {more} more") if more else tuple(rows)


def none_strange(runs: Iterable[Run], series: int) -> str:
    """Why a series has no anomalies: nothing was found, or there was too little to look in."""
    run = next((one for one in runs if one.kind == "anomaly" and one.series_id == series), None)
    if run is None:
        return "Stretches unlike before are not looked for yet."
    if run.failed:
        return "Stretches unlike before could not be looked for; the worker's log says why."
    if run.lacking:
        return f"Stretches unlike before cannot be told yet. {run.lacking}"
    return "Nothing in this period was unlike before."


def flagged(found: Sequence[Flag]) -> str | None:
    """How many readings have which quality flag; None: none has one."""
    counts = Counter(one.flag for one in found)
    parts = [
        f"{format.number(counts[action], digits=0)} {word}"
        for action, word in corrections.DONE.items()
        if counts[action]
    ]
    return ", ".join(parts) or None


def _stretch(one: Band, zone: tzinfo) -> str:
    began = format.moment(one.began_at, zone=zone)
    score = format.number(one.peak, digits=2)
    if one.ended_at is None:
        return f"Since {began}, score up to {score} of 1"
    length = one.ended_at - one.began_at
    lasting = f", for {format.span(length)}" if length else ""
    return f"{began}{lasting}, score up to {score} of 1"


def _doubtful(one: QualityFinding, series: SeriesRow | None, zone: ZoneInfo, units: UnitSystem) -> Doubtful:
    kept = format.unit_of(quantity=series.quantity, unit=series.unit) if series else one.unit
    return Doubtful(
        id=one.id,
        series=f"{one.metric}, kept in {kept}" if one.kind == "sentinel" and kept else one.metric,
        detail=f"{_KINDS.get(one.kind, one.kind.capitalize())}: {_said(one, series, units)}",
        range=corrections.span(one.began_at, one.ended_at, zone=zone),
        count=_count(one),
        repairs=tuple((repair, REPAIRS[repair]) for repair in _repairs(one)),
        state=one.state,
        decided=None
        if one.state == "open"
        else f"{one.state.capitalize()} by {one.decided_by or 'somebody'}.",
        correction=one.correction_id,
    )


def _said(one: QualityFinding, series: SeriesRow | None, units: UnitSystem) -> str:
    """The sentence of a finding with its numbers in the reader's unit."""
    quantity, unit = (series.quantity, series.unit) if series else (None, one.unit)
    first, *rest = one.text.split("{}")
    numbers = [format.measured(number, quantity=quantity, unit=unit, units=units) for number in one.numbers]
    return first + "".join(number + part for number, part in zip(numbers, rest, strict=True))


def _repairs(one: QualityFinding) -> tuple[Repair, ...]:
    if one.kind == _GAP:
        return ("interpolate",)
    proposed = next((repair for repair in REPAIRS if repair == one.repair), None)
    return tuple(dict.fromkeys((*([proposed] if proposed else []), *_ANYWHERE)))


def _count(one: QualityFinding) -> str:
    readings = f"{format.number(one.count, digits=0)} {'reading' if one.count == 1 else 'readings'}"
    return f"{readings} missing" if one.kind == _GAP else readings


def _sentence(one: Failure, zone: tzinfo) -> str:
    """What is likely, with its day."""
    if one.sentence.endswith("."):
        return one.sentence
    if one.kind == "warranty" and one.warranty_until is not None:
        return f"{one.sentence} on {format.calendar_day(one.warranty_until)}."
    if one.fails_at is None:
        return f"{one.sentence}."
    word = "around" if one.fails_at > one.computed_at else "since"
    warned = one.warranty_until is not None and one.fails_at.date() <= one.warranty_until
    under = ", before its warranty ends" if warned else ""
    return f"{one.sentence} {word} {format.day(one.fails_at, zone=zone)}{under}."


def _interval(one: Failure, zone: tzinfo) -> str | None:
    if one.low_at is None:
        return None
    low = format.day(one.low_at, zone=zone)
    if one.high_at is None:
        # A learned interval is the shortest one; of the others, half of what misses lies before them.
        certainty = "90 %" if one.kind == "learned" else "95 %"
        return f"Not before {low}, with {certainty} certainty; no end can be said"
    return f"Between {low} and {format.day(one.high_at, zone=zone)}, with 90 % certainty"
