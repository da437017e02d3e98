"""How well devices and places were on days that nobody judged, made up for from what was said until then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from threading import Event

import pandas as pd

from data.jobs.analysis.each import WINDOW, each
from data.jobs.analysis.health import Read, buildings_of, read, whole
from data.jobs.analysis.places_health import of_places, score_of
from data.jobs.batched import Batch, Batched, blocks
from data.store import Store, analysis_input, analysis_results, health_input, past_health
from data.store.health_input import BuildingHealth, JudgedDevice
from data.store.past_health import DAY, PastScore
from data.store.pool import Connection

KIND = "past health"
DAYS = 30
DEVICES = 20  # of a block: the readings of twice as many days are read
AT_ONCE = 200  # devices of a tenant that are planned at once: a core needs half a minute for them


def plan(store: Store) -> Iterable[Batch]:
    """Devices with days that nobody judged; the rest of many is planned when these are done."""
    until = _today()
    due = {
        tenant: past_health.due(store, tenant=tenant, since=until - DAYS * DAY, until=until, limit=AT_ONCE)
        for tenant in analysis_input.tenants(store)
    }
    return blocks(due, size=DEVICES)


def do(store: Store, batch: Batch, stop: Event) -> None:
    """Judge each missing day of a batch from readings up to its end alone, and add up the buildings."""
    now, until = datetime.now(UTC), _today()
    since = until - DAYS * DAY
    with store.transaction(tenant=batch.tenant) as connection:
        missing = past_health.missing(connection, batch.ids, since=since, until=until)
        given = read(connection, batch.ids, since=since - WINDOW, until=until)
        last = analysis_results.last_runs(connection, KIND, "device", batch.ids)

    def judge(number: int, _said: pd.Series) -> list[PastScore]:
        return of_days(given.devices[number], given, missing.get(number, ()))

    judged = each(KIND, given.said(), judge, last=last, until=pd.Timestamp(until), stop=stop)
    scores = [one for several in judged.results.values() for one in several]
    with store.transaction(tenant=batch.tenant) as connection:
        past_health.save(connection, scores, computed_at=now)
        analysis_results.save_runs(connection, KIND, "device", judged.runs, computed_at=now)
        if scores:
            for building in buildings_of(given):
                past_health.save(connection, _places(connection, building, scores), computed_at=now)
        analysis_results.tell(connection)


PAST_HEALTH = Batched(name=KIND, cron="*/5 * * * *", plan=plan, do=do, behind=2)


def of_days(device: JudgedDevice, given: Read, days: Iterable[datetime]) -> list[PastScore]:
    """The health of a device at the end of days, of each from the readings up to then alone.

    Args:
        device: What is judged.
        given: By what; it may reach further than the days.
        days: Their beginnings; those before its first reading are left out.
    """
    found = []
    began: dict[int, pd.Timestamp] = {
        number: said.index[0] for number in device.series if len(said := given.frame[number].dropna())
    }
    for day in days:
        end = day + DAY
        # What first spoke later was not silent then.
        there = [number for number, first in began.items() if first < end]
        then = replace(device, series=there)
        score = score_of(whole(then, given.within(end - WINDOW, end), now=end)) if there else None
        if score is not None:
            found.append(PastScore(subject="device", subject_id=device.device_id, day=day, score=score))
    return found


def _today() -> datetime:
    return datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _places(connection: Connection, building: int, judged: list[PastScore]) -> list[PastScore]:
    """How the places of a building were on the days that were judged, by the devices that stand there now."""
    known = health_input.of_building(connection, building)
    days = {one.day for one in judged}
    scores = past_health.scores(connection, building, since=min(days), until=max(days) + DAY)
    return [
        PastScore(subject=one.subject, subject_id=one.subject_id, day=day, score=one.score)
        for day in sorted(days)
        for one in of_places(building, _then(known, scores.get(day, {}))).results
        if one.score is not None
    ]


def _then(known: BuildingHealth, scores: Mapping[int, float]) -> BuildingHealth:
    """The building with the devices that had a score, without its reasons: they were not kept."""
    devices = (
        replace(one, score=scores[one.device_id], reasons=[])
        for one in known.devices
        if one.device_id in scores
    )
    return replace(known, devices=tuple(devices))
