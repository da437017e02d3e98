"""Readings that cannot be right, looked for each day in what devices said."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from threading import Event

import pandas as pd

from analytics.quality import Flag, findings
from analytics.quantities import QUANTITIES
from data.jobs.analysis.each import each
from data.jobs.batched import Batch, Batched, blocks
from data.store import Store, analysis_input, analysis_results
from data.store.analysis_input import SeriesInfo
from data.store.analysis_results import QualityResult
from data.store.analysis_rows import Basis
from data.store.quality_findings import kept

KIND = "quality"
EVERY = timedelta(days=1)
WINDOW = timedelta(days=14)  # a day is judged by the days around it
SERIES = 40  # of a block: raw readings are many


def plan(store: Store) -> Iterable[Batch]:
    """The number series whose readings are due to be looked at."""
    due = {
        tenant: analysis_input.due_series(
            store, tenant=tenant, kind=KIND, every=EVERY, window=WINDOW, kinds=["number"]
        )
        for tenant in analysis_input.tenants(store)
    }
    return blocks(due, size=SERIES)


def do(store: Store, batch: Batch, stop: Event) -> None:
    """Look at the readings of a batch; findings that people decided on stay."""
    now = datetime.now(UTC)
    since = now - WINDOW
    with store.transaction(tenant=batch.tenant) as connection:
        known = {one.series_id: one for one in analysis_input.series(connection, ids=batch.ids)}
        said = analysis_input.readings(connection, ids=batch.ids, since=since, until=now)
        repaired = analysis_input.taken_away(connection, ids=batch.ids, since=since)
        last = analysis_results.last_runs(connection, KIND, "series", batch.ids)

    def judge(number: int, values: pd.Series) -> list[QualityResult]:
        return findings_of(known[number], values, taken=repaired.get(number), now=now)

    found = each(KIND, said, judge, last=last, until=pd.Timestamp(now), stop=stop)
    with store.transaction(tenant=batch.tenant) as connection:
        analysis_results.save_quality(connection, found.results, since=since, computed_at=now)
        analysis_results.save_runs(connection, KIND, "series", found.runs, computed_at=now)
        analysis_results.tell(connection)


QUALITY = Batched(name="quality", cron="*/5 * * * *", plan=plan, do=do, behind=2)


def findings_of(
    series: SeriesInfo, values: pd.Series, *, taken: pd.DatetimeIndex | None, now: datetime
) -> list[QualityResult]:
    """What is wrong with the readings of a series.

    Args:
        series: Whose they are.
        values: Raw readings, oldest first, in UTC.
        taken: Times of readings that were taken away: where they were is no gap.
        now: When it is computed.
    """
    known = QUANTITIES.get(series.quantity or "")
    unit = series.unit or (known.unit if known else None)
    basis = Basis(
        since=values.index[0].to_pydatetime(), until=now, readings=len(values), source="raw readings"
    )
    return [
        QualityResult(
            kind=one.kind,
            began_at=one.start.to_pydatetime(),
            ended_at=one.end.to_pydatetime(),
            count=one.count,
            detail=one.detail,
            flag=int(one.flag),
            repair=one.repair.action,
            finding=kept(one, values),
            basis=basis,
        )
        for one in findings(values, unit=unit)
        if not (one.flag == Flag.GAP and taken is not None and _any_within(taken, one.start, one.end))
    ]


def _any_within(stamps: pd.DatetimeIndex, start: pd.Timestamp, end: pd.Timestamp) -> bool:
    return bool(((stamps > start) & (stamps < end)).any())
