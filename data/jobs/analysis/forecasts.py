"""Forecasts of series, each hour, and how often those of the last days were right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from threading import Event

import numpy as np
import pandas as pd

from analytics.forecast import Forecast, forecast_many
from analytics.regular import is_meter
from data.jobs.analysis.each import Judged, TooLittle, columns, due_series, each, too_short
from data.jobs.batched import Batch, Batched
from data.store import Store, analysis_input, analysis_results
from data.store.analysis_results import ForecastResult, PastForecast
from data.store.analysis_rows import Basis

KIND = "forecast"
EVERY = timedelta(hours=1)
HISTORY = timedelta(days=56)  # eight weeks: a week is seen often enough to be told from chance
AHEAD = 48  # hours
JUDGED = timedelta(days=30)
JUDGED_AHEAD = 24  # hours: what is judged is what was said a day ahead
_LEAST_DAYS = 7
_LEAST_PRESENT = 0.5  # of the hours
_LEAST_VALUES = 8  # a series of fewer has states rather than a course


def plan(store: Store) -> Iterable[Batch]:
    """The number series whose forecast is due."""
    return due_series(store, KIND, every=EVERY - timedelta(minutes=2), window=HISTORY)


def do(store: Store, batch: Batch, stop: Event) -> None:
    """Forecast the series of a batch, and judge what was forecast before."""
    now = datetime.now(UTC)
    until = now.replace(minute=0, second=0, microsecond=0)  # the hour in hand is not over
    with store.transaction(tenant=batch.tenant) as connection:
        hours = analysis_input.means(
            connection, ids=batch.ids, step="1hour", since=until - HISTORY, until=until
        )
        past = analysis_results.forecast_days(connection, batch.ids, since=now - JUDGED)
        last = analysis_results.last_runs(connection, KIND, "series", batch.ids)
    judged = forecasts_of(hours, past, last=last, until=pd.Timestamp(until), stop=stop)
    with store.transaction(tenant=batch.tenant) as connection:
        done = [run.id for run in judged.runs if run.id not in judged.results and run.failed is None]
        analysis_results.save_forecasts(
            connection, list(judged.results.values()), none_of=done, computed_at=now
        )
        analysis_results.save_runs(connection, KIND, "series", judged.runs, computed_at=now)
        analysis_results.tell(connection)


FORECASTS = Batched(name="forecasts", cron="*/5 * * * *", plan=plan, do=do)


def forecasts_of(
    hours: pd.DataFrame,
    past: dict[int, list[PastForecast]],
    *,
    last: dict[int, analysis_results.LastRun],
    until: pd.Timestamp,
    stop: Event,
) -> Judged[ForecastResult]:
    """Forecasts of hourly means: of those worth it all at once, or one by one where that fails."""
    said_by = columns(hours)
    worth = [number for number, said in said_by.items() if _lack(said) is None]
    try:
        together = dict(forecast_many(hours[worth], horizon=AHEAD)) if worth else {}
    except Exception:  # one of them is at fault: it says so by itself below
        together = {}

    def judge(number: int, said: pd.Series) -> ForecastResult:
        if lack := _lack(said):
            raise TooLittle(lack)
        made = together[number] if together else forecast_many(hours[[number]], horizon=AHEAD)[number]
        return _result(number, said, made, past.get(number, ()))

    return each(KIND, said_by, judge, last=last, until=until, stop=stop)


def right(said: pd.Series, past: Sequence[PastForecast]) -> tuple[int, int, datetime | None]:
    """How many hours fell into the band forecast for them, of how many that came, and since when.

    Args:
        said: Hourly means, in UTC.
        past: The bands; of each, what was said more than `JUDGED_AHEAD` hours ahead is not judged.
    """
    ats = [at for one in past for at in one.ats[:JUDGED_AHEAD]]
    low = np.array([value for one in past for value in one.low[:JUDGED_AHEAD]], dtype=float)
    high = np.array([value for one in past for value in one.high[:JUDGED_AHEAD]], dtype=float)
    came = said.reindex(pd.DatetimeIndex(ats, tz=UTC)).to_numpy(float) if ats else np.array([])
    known = np.isfinite(came) & np.isfinite(low) & np.isfinite(high)
    within = known & (low <= came) & (came <= high)
    first = min((at for at, judged in zip(ats, known, strict=True) if judged), default=None)
    return int(within.sum()), int(known.sum()), first


def _lack(said: pd.Series) -> str | None:
    """Why a series is not worth a forecast: it is too short, has too many gaps, or no course."""
    if lack := too_short(said, days=_LEAST_DAYS):
        return lack
    hours = (said.index[-1] - said.index[0]) / pd.Timedelta(hours=1) + 1
    if len(said) < _LEAST_PRESENT * hours:
        return f"Readings are there in {len(said) / hours:.0%} of the hours; half are needed."
    values = said.to_numpy(float)
    if len(np.unique(values)) < _LEAST_VALUES:
        return "It has too few different values to be forecast."
    if is_meter(said.to_numpy(float)):
        return "It only grows, as a meter does; its readings are not forecast."
    return None


def _result(number: int, said: pd.Series, made: Forecast, past: Sequence[PastForecast]) -> ForecastResult:
    right_count, judged_count, judged_since = right(said, past)
    table = made.quantiles
    return ForecastResult(
        series_id=number,
        method=made.method,
        ats=tuple(at.to_pydatetime() for at in table.index),
        quantiles={
            float(level): tuple(None if np.isnan(value) else float(value) for value in table[level])
            for level in table.columns
        },
        mase=_finite(made.backtest.mase),
        coverage=_finite(made.backtest.coverage),
        backtests=int(made.backtest.n),
        backtest_since=None if made.backtest.since is None else made.backtest.since.to_pydatetime(),
        withheld=made.withheld,
        right_count=right_count,
        judged_count=judged_count,
        judged_since=judged_since,
        basis=Basis(
            since=said.index[0].to_pydatetime(),
            until=said.index[-1].to_pydatetime() + timedelta(hours=1),
            readings=len(said),
            source="hourly means",
        ),
    )


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
