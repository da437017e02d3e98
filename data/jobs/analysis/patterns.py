"""Patterns of each series, each day: when it changed, its kinds of days, and when it is in use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from threading import Event
from typing import Any

import pandas as pd

from analytics.patterns import change_points, daily_profiles, schedule
from data.jobs.analysis.each import TooLittle, columns, due_series, each, too_short
from data.jobs.batched import Batch, Batched
from data.store import Store, analysis_input, analysis_results
from data.store.analysis_rows import Basis, Pattern

KIND = "patterns"
KINDS = ("change points", "daily profiles", "schedule")
EVERY = timedelta(days=1)
HISTORY = timedelta(days=56)
_LEAST_DAYS = 7


def plan(store: Store) -> Iterable[Batch]:
    """The number series whose patterns are due."""
    return due_series(store, KIND, every=EVERY, window=HISTORY)


def do(store: Store, batch: Batch, stop: Event) -> None:
    """Find the patterns of the series of a batch."""
    now = datetime.now(UTC)
    until = now.replace(minute=0, second=0, microsecond=0)
    with store.transaction(tenant=batch.tenant) as connection:
        known = {one.series_id: one for one in analysis_input.series(connection, ids=batch.ids)}
        hours = analysis_input.means(
            connection, ids=batch.ids, step="1hour", since=until - HISTORY, until=until
        )
        last = analysis_results.last_runs(connection, KIND, "series", batch.ids)

    def judge(number: int, said: pd.Series) -> list[Pattern]:
        return patterns_of(number, said, timezone=known[number].timezone or "UTC", now=now)

    found = each(KIND, columns(hours), judge, last=last, until=pd.Timestamp(until), stop=stop)
    with store.transaction(tenant=batch.tenant) as connection:
        analysis_results.save_patterns(
            connection,
            [one for results in found.results.values() for one in results],
            kinds=KINDS,
            series=[run.id for run in found.runs if run.failed is None],
        )
        analysis_results.save_runs(connection, KIND, "series", found.runs, computed_at=now)
        analysis_results.tell(connection)


PATTERNS = Batched(name="patterns", cron="*/5 * * * *", plan=plan, do=do, behind=2)


def patterns_of(number: int, said: pd.Series, *, timezone: str, now: datetime) -> list[Pattern]:
    """The patterns of one series, by kind. Results are plain JSON:

    - `change points`: `segments`: [{since, until, mean}], oldest first; a change is where one begins
    - `daily profiles`: `days`: [{date, cluster}], and `profiles`: {cluster: mean of each hour of the day, 24}
    - `schedule`: an `analytics.patterns.Schedule`

    Args:
        number: The series.
        said: Hourly means, in UTC, without NaN.
        timezone: Whose days and hours are meant.
        now: When it is computed.

    Raises:
        TooLittle: there are too few days.
    """
    if lack := too_short(said, days=_LEAST_DAYS):
        raise TooLittle(lack)
    local = said.tz_convert(timezone)
    results = {
        "change points": _segments(said),
        "daily profiles": _profiles(local),
        "schedule": _plain(asdict(schedule(local))),
    }
    basis = Basis(
        since=said.index[0].to_pydatetime(),
        until=said.index[-1].to_pydatetime() + timedelta(hours=1),
        readings=len(said),
        source="hourly means",
    )
    return [
        Pattern(kind=kind, series_id=number, space_id=None, result=result, computed_at=now, basis=basis)  # type: ignore[arg-type]
        for kind, result in results.items()
    ]


def _segments(said: pd.Series) -> dict[str, Any]:
    edges = [0, *change_points(said), len(said)]
    return {
        "segments": [
            {
                "since": said.index[first].isoformat(),
                "until": (said.index[end - 1] + pd.Timedelta(hours=1)).isoformat(),
                "mean": float(said.iloc[first:end].mean()),
            }
            for first, end in pairwise(edges)
            if end > first
        ]
    }


def _profiles(local: pd.Series) -> dict[str, Any]:
    days = daily_profiles(local)
    cluster = {str(day): int(kind) for day, kind in zip(days["date"], days["cluster"], strict=True)}
    kinds = pd.Series([cluster.get(str(at.date())) for at in local.index], index=local.index, dtype="Float64")
    table = local.groupby(
        [kinds.to_numpy(float, na_value=float("nan")), pd.DatetimeIndex(local.index).hour]
    ).mean()
    return {
        "days": [{"date": day, "cluster": number} for day, number in cluster.items()],
        "profiles": {
            str(number): [
                None if pd.isna(value) else float(value) for value in table[float(number)].reindex(range(24))
            ]
            for number in sorted(set(cluster.values()))
        },
    }


def _plain(value: Any) -> Any:
    """As plain JSON."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value.isoformat() if hasattr(value, "isoformat") else value
