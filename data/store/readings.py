"""Readings over time, from the raw rows or the rollup that fits the range."""

from __future__ import annotations

from datetime import datetime, timedelta

import pandas as pd

from data.store import statements
from data.store.pool import Store

_SQL = statements.load("readings")

# Steps a trend may have; the first one that keeps a range within the wanted number of points is used.
_STEPS = tuple(
    timedelta(seconds=seconds)
    for seconds in (1, 5, 15, 30, 60, 300, 900, 1_800, 3_600, 10_800, 21_600, 43_200, 86_400, 604_800)
)
_TREND_COLUMNS = ["at", "mean", "low", "high", "count"]


def step_for(span: timedelta, *, points: int) -> timedelta:
    """The finest step that shows a span with at most about so many points."""
    return next((step for step in _STEPS if span / step <= points), _STEPS[-1])


def trend(
    store: Store, *, tenant: int, series: int, since: datetime, until: datetime, points: int = 750
) -> pd.DataFrame:
    """The trend of one series in buckets of `step_for(until - since)`.

    Args:
        store: The store, as the web or worker role.
        tenant: Whose series it is; another tenant's gives no rows.
        series: Id of the series.
        since: Beginning, aware; included.
        until: End, aware; not included.
        points: How many buckets there may be at most, about.

    Returns:
        Columns at (UTC, beginning of the bucket), mean, low, high (in the series' unit), count; a
        bucket without data has no row.
    """
    step = step_for(until - since, points=points)
    source = "raw" if step < timedelta(minutes=5) else "5min" if step < timedelta(hours=1) else "1hour"
    with store.transaction(tenant=tenant) as connection:
        rows = connection.execute(
            _SQL[f"trend_{source}"], {"series_id": series, "since": since, "until": until, "step": step}
        ).fetchall()
    frame = pd.DataFrame(rows, columns=_TREND_COLUMNS)
    frame["at"] = pd.to_datetime(frame["at"], utc=True)
    return frame.astype({"mean": float, "low": float, "high": float, "count": int})


def events(
    store: Store, *, tenant: int, series: int, since: datetime, until: datetime
) -> list[tuple[datetime, str]]:
    """The newest 200 texts a series said in a period, newest first."""
    with store.transaction(tenant=tenant) as connection:
        return connection.execute(
            _SQL["events"], {"series_id": series, "since": since, "until": until}
        ).fetchall()
