"""Stretches in which a series behaves as it had not before, looked for every quarter of an hour."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from threading import Event

import pandas as pd

from analytics.anomaly import score_and_alarms
from analytics.anomaly.bands import bands
from data.jobs.analysis.each import WEARING, WINDOW, TooLittle, columns, due_series, each, too_short
from data.jobs.batched import Batch, Batched
from data.store import Store, analysis_input, analysis_results
from data.store.analysis_results import LastRun
from data.store.analysis_rows import Band, Basis

KIND = "anomaly"
EVERY = timedelta(minutes=15)
STEP = "15min"  # a strange stretch is longer; a third of the rows takes a third of the time
AGAIN = timedelta(days=1)  # before the last run: what came late, or was not over, is judged anew
_LEAST_DAYS = 3  # a day is known by the two before it


def plan(store: Store) -> Iterable[Batch]:
    """The number series whose anomalies are due."""
    return due_series(store, KIND, every=EVERY - timedelta(minutes=1))


def do(store: Store, batch: Batch, stop: Event) -> None:
    """Look for anomalies in the series of a batch; those that were over before the last run stay."""
    now = datetime.now(UTC)
    with store.transaction(tenant=batch.tenant) as connection:
        frame = analysis_input.means(connection, ids=batch.ids, step="5min", since=now - WINDOW, until=now)
        last = analysis_results.last_runs(connection, KIND, "series", batch.ids)
        known = {one.series_id: one.quantity for one in analysis_input.series(connection, ids=batch.ids)}
    said_by = columns(frame.resample(STEP).mean())
    anew = {number: _anew(last.get(number), said, now) for number, said in said_by.items()}

    def judge(number: int, said: pd.Series) -> list[Band]:
        if known[number] in WEARING:
            return []  # each step of it leads to where it never was
        return bands_of(number, said, since=anew[number], now=now)

    found = each(KIND, said_by, judge, last=last, until=pd.Timestamp(now), stop=stop)
    with store.transaction(tenant=batch.tenant) as connection:
        analysis_results.save_bands(
            connection,
            {number: (anew[number], results) for number, results in found.results.items()},
        )
        analysis_results.save_runs(connection, KIND, "series", found.runs, computed_at=now)
        analysis_results.tell(connection)


ANOMALIES = Batched(name="anomalies", cron="*/5 * * * *", plan=plan, do=do)


def bands_of(number: int, said: pd.Series, *, since: datetime, now: datetime) -> list[Band]:
    """The bands of a series that were not over at a time, or began later.

    Args:
        number: The series.
        said: Means of `STEP`, in UTC, without NaN.
        since: Bands that were over before are left out.
        now: When it is computed.

    Raises:
        TooLittle: there are too few days.
    """
    if lack := too_short(said, days=_LEAST_DAYS):
        raise TooLittle(lack)
    basis = Basis(
        since=said.index[0].to_pydatetime(), until=now, readings=len(said), source="means of 15 minutes"
    )
    found = bands(*score_and_alarms(said))
    return [
        Band(
            series_id=number,
            began_at=one.began.to_pydatetime(),
            ended_at=None if one.ended is None else one.ended.to_pydatetime(),
            peak=one.peak,
            computed_at=now,
            basis=basis,
        )
        for one in found
        if one.ended is None or one.ended >= since
    ]


def _anew(last: LastRun | None, said: pd.Series, now: datetime) -> datetime:
    """From when on bands are judged anew: all of them where earlier readings came in since the last run."""
    if last is None or last.until is None:
        return now - WINDOW
    if len(said) and (last.first_at is None or said.index[0] <= last.first_at - AGAIN):
        return now - WINDOW
    return last.until - AGAIN
