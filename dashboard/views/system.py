"""How the parts of a twin do, in words: whether the ingest is healthy, how large the store is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from dashboard import format
from data.store.health import StoreVersions
from data.store.system import IngestProcess, Sizes

Level = Literal["well", "warns", "bad"]

SILENT_AFTER_S = 15.0  # an ingest reports every two seconds
LATE_AFTER_S = 10.0  # a batch is committed within a second
_FORGET_AFTER_S = 24 * 3_600.0  # an ingest that was renamed is silent for ever
_REFUSED_LEAST = 10  # messages in a minute; one bad device in an idle building is no illness
_IDLE_AFTER = timedelta(minutes=1)
_NOISIEST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How the ingest is, and in a sentence why and what to do."""

    level: Level
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something with its name."""

    label: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """One ingest."""

    name: str
    state: str
    report: str
    since: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A device or topic with what it sent in the last minute."""

    name: str
    messages: str


STORE_AWAY = Verdict(
    level="bad",
    title="The store cannot be reached",
    text="Nothing can be committed; the broker keeps the messages meanwhile. See that the database runs.",
)


def verdict(processes: Sequence[IngestProcess], *, now: datetime) -> Verdict:
    """How the ingests are together: what is worst about any of them.

    Args:
        processes: The ingests, the one that reported last first.
        now: Aware.
    """
    reporting = [one for one in processes if one.silent_s <= SILENT_AFTER_S]
    if not reporting:
        return _none_reports(processes)
    for found in (_unlinked, _late, _full, _refused):
        for process in reporting:
            if (wrong := found(process, now)) is not None:
                return wrong
    return _silent(processes) or _well(reporting, now)


def _none_reports(processes: Sequence[IngestProcess]) -> Verdict:
    last = f"The last report is {_span(processes[0].silent_s)} old." if processes else "None ever reported."
    return Verdict(
        level="bad",
        title="No ingest runs",
        text=f"{last} Start one with python -m data.ingest, or see in its log why it ended.",
    )


def _unlinked(process: IngestProcess, now: datetime) -> Verdict | None:
    if process.connected:
        return None
    since = f" for {format.span(now - process.link_since)}" if process.link_since else ""
    return Verdict(
        level="bad",
        title="Not linked to the broker",
        text=f"{process.client_id} has had no link{since}. See that the broker runs and that "
        "CLERESTORY_MQTT_URL leads to it; the link is tried again by itself.",
    )


def _late(process: IngestProcess, _now: datetime) -> Verdict | None:
    if process.waiting_s is None or process.waiting_s <= LATE_AFTER_S:
        return None
    return Verdict(
        level="bad",
        title="The store does not keep up",
        text=f"The oldest message has waited {_span(process.waiting_s)} to be committed: the store is slow "
        "or was away. Look at its load and its disk; what waits is committed as soon as it can.",
    )


def _full(process: IngestProcess, _now: datetime) -> Verdict | None:
    if not process.queue_full:
        return None
    return Verdict(
        level="warns",
        title="The queue is full",
        text=f"{_whole(process.queue)} messages wait, and the rest waits in the broker; those sent at QoS 0 "
        "are lost meanwhile. More comes in than the store takes: see which sources are the noisiest.",
    )


def _refused(process: IngestProcess, _now: datetime) -> Verdict | None:
    if process.understood or process.dead_letters < _REFUSED_LEAST:
        return None
    return Verdict(
        level="bad",
        title="Every message is refused",
        text=f"All {process.dead_letters} messages judged in the last minute were set aside. "
        "Their reasons stand below, under Quarantine.",
    )


def _silent(processes: Sequence[IngestProcess]) -> Verdict | None:
    silent = [one for one in processes if SILENT_AFTER_S < one.silent_s < _FORGET_AFTER_S]
    if not silent:
        return None
    return Verdict(
        level="warns",
        title="An ingest is silent",
        text=f"{silent[0].client_id} has not reported for {_span(silent[0].silent_s)}. Start it again; if it "
        "is gone for good, this passes a day after its last report.",
    )


def _well(reporting: Sequence[IngestProcess], now: datetime) -> Verdict:
    return Verdict(level="well", title="Healthy", text=_how_well(reporting, now))


def _how_well(reporting: Sequence[IngestProcess], now: datetime) -> str:
    heard = max((one.last_message_at for one in reporting if one.last_message_at), default=None)
    if heard is not None and now - heard <= _IDLE_AFTER:
        return "The link is up and messages are committed as they come."
    if heard is not None:
        return f"No message for {format.span(now - heard)}; the link is up."
    since = max((one.since for one in reporting if one.since), default=None)
    if since is not None:
        return f"No message since the start {format.age(since, now=now)}; the link is up."
    return "The link is up and no message waits."


def figures(processes: Iterable[IngestProcess], *, set_aside: int) -> list[Fact]:
    """The figures of the ingests that report, together; of latencies the worst.

    Args:
        processes: The ingests.
        set_aside: The tenant's dead letters of the last 24 hours.
    """
    of = [one for one in processes if one.silent_s <= SILENT_AFTER_S]
    p50_s = [one.latency_p50_s for one in of if one.latency_p50_s is not None]
    p99_s = [one.latency_p99_s for one in of if one.latency_p99_s is not None]
    return [
        Fact(label="Messages", value=_rate([one.messages_per_s for one in of])),
        Fact(label="New readings", value=_rate([one.rows_per_s for one in of])),
        Fact(label="Commit latency, median", value=_latency(max(p50_s, default=None))),
        Fact(label="Commit latency, 99\u00a0%", value=_latency(max(p99_s, default=None))),
        Fact(label="Queue", value=_sum([one.queue for one in of])),
        Fact(label="Reconnects", value=_sum([one.reconnects for one in of])),
        Fact(label="Conflicting values", value=_sum([one.conflicts for one in of])),
        Fact(label="Set aside in 24\u00a0h", value=_whole(set_aside)),
    ]


def noisiest(processes: Iterable[IngestProcess]) -> list[Source]:
    """The sources with most messages in the last minute, the first first."""
    total: Counter[str] = Counter()
    for one in processes:
        if one.silent_s <= SILENT_AFTER_S:
            total.update(one.noisiest)
    return [Source(name=name, messages=_whole(number)) for name, number in total.most_common(_NOISIEST)]


def processes_listed(processes: Iterable[IngestProcess], *, now: datetime) -> list[Process]:
    """The ingests that reported within a day, the last first."""
    return [
        Process(
            name=one.client_id,
            state=_state(one),
            report=format.age(now - timedelta(seconds=one.silent_s), now=now),
            since=format.age(one.since, now=now) if one.since else format.NOTHING,
        )
        for one in processes
        if one.silent_s < _FORGET_AFTER_S
    ]


def _state(process: IngestProcess) -> str:
    if process.silent_s > SILENT_AFTER_S:
        return "silent"
    return "linked" if process.connected else "not linked"


def store_facts(
    versions: StoreVersions,
    sizes: Sizes,
    *,
    oldest: datetime | None,
    newest: datetime | None,
    kept_days: Mapping[str, int | None],
    now: datetime,
) -> list[Fact]:
    """What the store is and holds, with the times of the tenant's oldest and newest reading.

    `kept_days` says of what is kept for how long; None: for ever.
    """
    edition = {"timescale": "community", "apache": "Apache"}.get(versions.timescaledb_license or "", "")
    facts = [
        Fact(label="PostgreSQL", value=versions.postgres),
        Fact(label="TimescaleDB", value=_upgrade(versions.timescaledb, edition)),
        Fact(label="PostGIS", value=_upgrade(versions.postgis, "")),
        Fact(label="Database", value=format.size(sizes.database_bytes)),
        Fact(label="Readings, all tenants", value=_readings(sizes)),
    ]
    if sizes.chunks is not None:
        facts.append(Fact(label="Chunks", value=_chunks(sizes.chunks, sizes.columnstore_chunks or 0)))
    times = {"Oldest reading": oldest, "Newest reading": newest}
    facts += [
        Fact(label=label, value=format.age(at, now=now) if at else "none yet") for label, at in times.items()
    ]
    return facts + [
        Fact(label=f"{what} kept", value="for ever" if days is None else format.span(timedelta(days=days)))
        for what, days in kept_days.items()
    ]


def _upgrade(version: str | None, edition: str) -> str:
    if version is None:
        return "not on this server"
    return f"{version}, {edition} edition" if edition else version


def _readings(sizes: Sizes) -> str:
    estimate = float(f"{sizes.reading_estimate:.2g}")  # it is no more exact than that
    return f"about {format.number(estimate, digits=0)} in {format.size(sizes.reading_bytes)}"


def _chunks(chunks: int, columnstore: int) -> str:
    return (
        f"{_whole(chunks)}, {_whole(columnstore)} of them in the columnstore"
        if columnstore
        else _whole(chunks)
    )


def _rate(rates: Sequence[float | None]) -> str:
    known = [rate for rate in rates if rate is not None]
    return f"{format.number(sum(known), digits=1)}\u00a0/s" if known else format.NOTHING


def _latency(seconds: float | None) -> str:
    if seconds is None:
        return format.NOTHING
    if seconds < 1:
        return f"{1_000 * seconds:.0f}\u00a0ms"
    return f"{format.number(seconds, digits=1)}\u00a0s"


def _sum(counts: Sequence[int]) -> str:
    return _whole(sum(counts)) if counts else format.NOTHING


def _whole(count: int) -> str:
    return format.number(count, digits=0)


def _span(seconds: float) -> str:
    return format.span(timedelta(seconds=seconds))
