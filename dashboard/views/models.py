"""Building models on their way in, and buildings with the models they have, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from analytics.units import UnitSystem
from dashboard import format
from data.store.buildings import BuildingRow
from data.store.jobs import Job
from data.store.model_jobs import MAKE_CURRENT
from data.store.model_versions import Changes, Version

REFUSED_SHOWN = timedelta(days=1)  # how long the sentence of a refusal stands among what is under way

Tone = Literal["busy", "well", "bad", "still"]
Action = Literal["cancel", "again", "discard"]
Names = Mapping[str, str]  # of accounts, by what the audit calls them

_WAITING = ("reading", "ready")
_DECIDED = {"current": "Current", "replaced": "Replaced", "refused": "Refused", "discarded": "Discarded"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A version that waits for something or somebody."""

    id: int
    file: str
    about: str  # how large, when, by whom
    state: str
    tone: Tone
    text: str  # what is done, or why it is as it is; "" when there is nothing to say
    bar: bool
    percent: int | None
    actions: tuple[Action, ...]
    reviewable: bool  # whether there is something to look at


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A version that was decided on."""

    id: int
    file: str
    building: str
    state: str
    when: str
    by: str
    returnable: bool  # whether it was current once and can be again


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a building is, and how far that can be believed."""

    text: str
    note: str  # who says so, or why it is not believed
    doubtful: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A building with its current model."""

    id: int
    name: str
    facts: tuple[tuple[str, str], ...]
    place: Place


def standing(version: Version, job: Job | None, *, names: Names, now: datetime) -> Standing:
    """How a version does that is being read, is ready or was refused.

    Args:
        version: The version.
        job: Its newest job; None: it is forgotten.
        names: Of the accounts.
        now: Aware.
    """
    state, tone, text = _state(version, job)
    running = job is not None and not job.over and version.state in (*_WAITING, "replaced")
    return Standing(
        id=version.id,
        file=version.file_name,
        about=f"{format.size(version.file_bytes)} · {brought(version, names=names, now=now)}",
        state=state,
        tone=tone,
        text=text,
        bar=running and job is not None and job.state == "running",
        percent=None if not running or job is None or job.progress is None else int(100 * job.progress),
        actions=_actions(version, running=running),
        reviewable=version.state == "ready",
    )


def _state(version: Version, job: Job | None) -> tuple[str, Tone, str]:
    if version.state == "replaced" and job is not None and job.kind == MAKE_CURRENT and job.state != "done":
        return _under_way(job) if not job.over else (_DECIDED["replaced"], "bad", job.message or "")
    if version.state in _DECIDED:
        tone: Tone = {"current": "well", "refused": "bad"}.get(version.state, "still")  # type: ignore[assignment]
        return _DECIDED[version.state], tone, version.message or ""
    if job is not None and not job.over:
        return _under_way(job)
    if version.state == "ready":
        failed = job is not None and job.kind == MAKE_CURRENT and job.state != "done"
        return "Ready", "bad" if failed else "well", (job.message or "") if failed and job else ""
    why = job.message if job else None
    return "Not read", "bad", why or "Its reading was ended before it was through."


def _under_way(job: Job) -> tuple[str, Tone, str]:
    if job.cancel_asked:
        return "Stopping", "still", ""
    if job.state == "waiting":
        return "Waiting", "still", job.message or "Starts as soon as a worker is free."
    return "Becoming current" if job.kind == MAKE_CURRENT else "Reading", "busy", job.stage or ""


def _actions(version: Version, *, running: bool) -> tuple[Action, ...]:
    if version.state == "reading":
        return ("cancel",) if running else ("again", "discard")
    return ("discard",) if version.state == "ready" and not running else ()


def waits(version: Version, job: Job | None, *, now: datetime) -> bool:
    """Whether a version stands among what is under way: it waits, comes back, or was refused just now.

    Args:
        version: The version.
        job: Its newest job; None: it is forgotten.
        now: Aware.
    """
    lately = version.state == "refused" and now - version.created_at < REFUSED_SHOWN
    returns = version.state == "replaced" and job is not None and not job.over
    return version.state in _WAITING or lately or returns


def brought(version: Version, *, names: Names, now: datetime) -> str:
    """When a file was brought in and by whom."""
    return f"{format.age(version.created_at, now=now)} by {who(version.created_by, names)}"


def who(actor: str, names: Names) -> str:
    """A person's name, or what else the audit calls who did something."""
    return names.get(actor, actor)


def past(found: Iterable[Version], jobs: Mapping[int, Job], *, names: Names, now: datetime) -> list[Past]:
    """What became of versions that were decided on, in the order given.

    Args:
        found: The versions.
        jobs: The newest job of each that has one.
        names: Of the accounts.
        now: Aware.
    """
    return [
        Past(
            id=version.id,
            file=version.file_name,
            building=version.building or version.building_name,
            state=_DECIDED[version.state],
            when=format.age(version.decided_at or version.created_at, now=now),
            by=who(version.decided_by or version.created_by, names),
            returnable=version.state == "replaced",
        )
        for version in found
        if version.state in _DECIDED and not waits(version, jobs.get(version.id), now=now)
    ]


def cards(
    rows: Sequence[BuildingRow],
    versions: Iterable[Version],
    *,
    names: Names,
    now: datetime,
    units: UnitSystem = "metric",
) -> list[Card]:
    """The buildings, each with the model it is drawn from."""
    current = {one.building_id: one for one in versions if one.state == "current"}
    return [
        Card(
            id=row.id,
            name=row.name,
            facts=tuple(_facts(row, current.get(row.id), names=names, now=now, units=units)),
            place=place(row, names=names),
        )
        for row in rows
    ]


def _facts(
    row: BuildingRow, version: Version | None, *, names: Names, now: datetime, units: UnitSystem
) -> Iterable[tuple[str, str]]:
    schema = str(row.model.get("schema") or "")
    if version is not None:
        yield "Model", f"{version.file_name}, {schema}"
        yield "Current since", _decided(version, names, now)
    else:
        yield "Model", f"{schema}, brought in by a command" if schema else "none"
    yield "Storeys and rooms", f"{row.storeys} and {row.spaces}"
    yield "Area", format.NOTHING if row.area_m2 is None else format.area(row.area_m2, units=units)
    yield "Time zone", row.timezone


def _decided(version: Version, names: Names, now: datetime) -> str:
    at, by = version.decided_at or version.created_at, version.decided_by or version.created_by
    return f"{format.age(at, now=now)}, by {who(by, names)}"


def place(row: BuildingRow, *, names: Names) -> Place:
    """Where a building is: as somebody said, as its model says, or nowhere while that is doubted."""
    said = row.georeference or {}
    if row.location is not None:
        longitude, latitude = row.location["coordinates"][:2]
        note = f"set by {who(row.placed_by, names)}" if row.placed_by else _source(said)
        return Place(text=coordinates(latitude, longitude), note=note, doubtful=False)
    if said.get("latitude") is not None:
        text = coordinates(said["latitude"], said["longitude"])
        return Place(text=f"not on the map ({text}?)", note=_doubt(said), doubtful=True)
    return Place(text="not on the map", note=_doubt(said), doubtful=bool(said.get("doubt")))


def _source(said: Mapping[str, Any]) -> str:
    source = said.get("source")
    return f"as the model says ({source})" if source and source != "none" else "as the model says"


def _doubt(said: Mapping[str, Any]) -> str:
    if said.get("doubt"):
        return f"doubtful: {said['doubt']}"
    return "the model does not say where it is"


def coordinates(latitude: float, longitude: float) -> str:
    """A place on earth: `52.5200, 13.4050`."""
    return f"{latitude:.4f}, {longitude:.4f}".replace("-", "−")


def counted(report: Mapping[str, Any], *, units: UnitSystem = "metric") -> list[tuple[str, str]]:
    """What was found in a file, as labels and values."""
    counts = report.get("counts") or {}

    def number(name: str) -> str:
        return format.number(counts.get(name, 0), digits=0)

    rooms, drawn = counts.get("rooms", 0), counts.get("rooms_with_outline", 0)
    return [
        ("Schema", str(report.get("schema") or format.NOTHING)),
        ("Length unit", str(report.get("length_unit") or format.NOTHING)),
        ("Storeys", number("storeys")),
        ("Rooms", number("rooms") if rooms == drawn else f"{number('rooms')}, {drawn} with an outline"),
        ("Area", format.area(report.get("area_m2") or 0, units=units)),
        ("Doors", number("doors")),
        ("Equipment", f"{number('equipment')}, {number('equipment_in_rooms')} in rooms"),
        ("Systems", number("systems")),
    ]


def kinds(report: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Equipment by kind, the most frequent first."""
    found = report.get("equipment_by_kind") or {}
    return [(str(kind), format.number(count, digits=0)) for kind, count in found.items()]


def doubts(report: Mapping[str, Any]) -> list[str]:
    """What is doubtful in a file, as sentences."""
    return [str(one) for one in report.get("warnings") or []]


def where(report: Mapping[str, Any]) -> str:
    """Where a file says its building is."""
    place = report.get("georeference") or {}
    if place.get("latitude") is None:
        return "The model does not say where it is; it can be placed by hand."
    text = f"{coordinates(place['latitude'], place['longitude'])} ({place.get('source')})"
    return f"{text}, doubtful" if place.get("confidence") == "doubtful" else text


def outcome(name: str, *, known: bool, changes: Changes | None) -> str:
    """What making a version current would do to the building of a name.

    Args:
        name: The building's.
        known: Whether there is one of this name.
        changes: What would change in it; None: not known yet.
    """
    if not name.strip():
        return "Give the building a name."
    if not known:
        return f"{name.strip()} will be a new building."
    if changes is None:
        return f"Replaces the model of {name.strip()}."
    parts = f"{changes.kept} kept, {changes.added} new, {changes.gone} gone"
    if changes.doubtful:
        parts += f", {changes.doubtful} of these to be decided by you afterwards"
    said = f"Replaces the model of {name.strip()}: of storeys, rooms and equipment {parts}."
    return (
        said
        if changes.kept or changes.doubtful
        else f"{said} Nothing is the same: is this the right building?"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A place that a model states, and that somebody may take over."""

    text: str
    latitude: float
    longitude: float
    rotation_deg: float  # compass direction of the plans' y axis


def offer(row: BuildingRow) -> Offer | None:
    """What a building's model says of its place, with the doubt in it; None: nothing."""
    said = row.georeference or {}
    latitude, longitude = said.get("latitude"), said.get("longitude")
    if latitude is None or longitude is None:
        return None
    text = f"The model says {coordinates(latitude, longitude)} ({said.get('source')})."
    if said.get("doubt"):
        text = f"{text} That is doubtful: {said['doubt']}."
    turned = said.get("north_deg")
    if turned is None:
        turned = said.get("true_north_deg") or 0.0
    return Offer(text=text, latitude=latitude, longitude=longitude, rotation_deg=round(-turned % 360, 2))
