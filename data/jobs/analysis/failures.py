"""What is likely to fail, each day: by its own trend, or by the lifetime that its model states."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from threading import Event
from typing import Literal

import pandas as pd

from analytics.failure import ServiceLife, before_warranty_ends, trend_to_limit
from analytics.quantities import QUANTITIES
from data.building.lifetime import Lifetime, lifetime
from data.jobs.analysis.each import TooLittle, columns, due_series, each, too_short
from data.jobs.batched import Batch, Batched, blocks
from data.store import Store, analysis_input, analysis_results
from data.store.analysis_input import Equipment, SeriesInfo
from data.store.analysis_results import FailureResult, RunDone
from data.store.analysis_rows import Basis

TRENDS, LIFETIMES = "failure", "lifetimes"
EVERY = timedelta(days=1)
HISTORY = timedelta(days=90)
_LEAST_DAYS = 7
_YEAR = timedelta(days=365.25)


@dataclass(frozen=True, slots=True)
class Wear:
    """What time does to a quantity, and what it means when the end of its believable range is reached."""

    end: Literal["low", "high"]
    ahead: str
    behind: str


# Only what time moves one way: a season in a temperature is no failure.
WEARS = {
    "battery": Wear("low", "The battery will be empty", "The battery has been empty"),
    "share": Wear("high", "Nothing will be free any more", "Nothing has been free"),
    "link_quality": Wear("low", "The radio link will be lost", "The radio link has been lost"),
}


def plan_trends(store: Store) -> Iterable[Batch]:
    """The number series whose trend is due."""
    return due_series(store, TRENDS, every=EVERY, window=HISTORY)


def do_trends(store: Store, batch: Batch, stop: Event) -> None:
    """Look for trends to a limit in the series of a batch that wear."""
    now = datetime.now(UTC)
    with store.transaction(tenant=batch.tenant) as connection:
        every = analysis_input.series(connection, ids=batch.ids)
        known = {one.series_id: one for one in every if one.quantity in WEARS}
        hours = analysis_input.means(
            connection, ids=list(known), step="1hour", since=now - HISTORY, until=now
        )
        sets = analysis_input.equipment_of_series(connection, list(known))
        last = analysis_results.last_runs(connection, TRENDS, "series", batch.ids)

    def judge(number: int, said: pd.Series) -> FailureResult | None:
        return trend_of(known[number], said, lifetime(sets.get(number, {})), now=now)

    found = each(TRENDS, columns(hours), judge, last=last, until=pd.Timestamp(now), stop=stop)
    with store.transaction(tenant=batch.tenant) as connection:
        results = [one for one in found.results.values() if one is not None]
        analysis_results.save_failures(
            connection, results, series=[run.id for run in found.runs if run.failed is None], computed_at=now
        )
        others = [RunDone(id=one, first_at=now - HISTORY, until=now) for one in batch.ids if one not in known]
        analysis_results.save_runs(connection, TRENDS, "series", [*found.runs, *others], computed_at=now)
        analysis_results.tell(connection)


def plan_lifetimes(store: Store) -> Iterable[Batch]:
    """The buildings whose equipment is due."""
    due = {
        tenant: analysis_input.due_buildings(
            store, tenant=tenant, kind=LIFETIMES, every=EVERY, window=HISTORY
        )
        for tenant in analysis_input.tenants(store)
    }
    return blocks(due, size=1)


def do_lifetimes(store: Store, batch: Batch, stop: Event) -> None:
    """Judge the equipment of a building by what its model states."""
    now = datetime.now(UTC)
    for building in batch.ids:
        if stop.is_set():
            return
        with store.transaction(tenant=batch.tenant) as connection:
            pieces = analysis_input.equipment(connection, building)
            results = [result for piece in pieces for result in lifetimes_of(piece, today=now.date())]
            lacking = (
                None if results else "No equipment of the model states a service life and when it began."
            )
            analysis_results.save_failures(
                connection, results, equipment=[piece.id for piece in pieces], computed_at=now
            )
            run = RunDone(id=building, first_at=now - HISTORY, until=now, lacking=lacking)
            analysis_results.save_runs(connection, LIFETIMES, "building", [run], computed_at=now)
            analysis_results.tell(connection)


FAILURES = Batched(name="failures", cron="*/5 * * * *", plan=plan_trends, do=do_trends, behind=2)
LIFETIME = Batched(name="lifetimes", cron="*/5 * * * *", plan=plan_lifetimes, do=do_lifetimes, behind=2)


def trend_of(series: SeriesInfo, said: pd.Series, stated: Lifetime, *, now: datetime) -> FailureResult | None:
    """When the trend of a series that wears reaches its limit; None: there is no certain trend to it.

    Args:
        series: Whose quantity is one of `WEARS`.
        said: Hourly means, in UTC, without NaN.
        stated: The lifetime of the equipment that the device stands at.
        now: When it is computed.

    Raises:
        TooLittle: there are too few days.
    """
    if lack := too_short(said, days=_LEAST_DAYS):
        raise TooLittle(lack)
    wear = WEARS[series.quantity or ""]
    limit = getattr(QUANTITIES[series.quantity or ""], wear.end)
    found = trend_to_limit(said, limit=limit)
    if found is None:
        return None
    when, low, high = (at.to_pydatetime() for at in found)
    return FailureResult(
        kind="limit",
        device_id=series.device_id,
        series_id=series.series_id,
        fails_at=when,
        low_at=low,
        high_at=high,
        warranty_until=stated.warranty_until,
        sentence=wear.ahead if when > now else wear.behind,
        basis=Basis(
            since=said.index[0].to_pydatetime(), until=now, readings=len(said), source="hourly means"
        ),
    )


def lifetimes_of(piece: Equipment, *, today: date) -> list[FailureResult]:
    """What the stated lifetime of a piece tells: when it ends, and whether that is likely under warranty."""
    said = lifetime(piece.properties)
    if said.begins is None or said.service_life_years is None or said.begins > today:
        return []
    life = ServiceLife(median=said.service_life_years)
    age = (today - said.begins) / _YEAR
    median, low, high = life.expected_left(age)
    soon = life.fails_between(age, age + 1)
    common = {
        "equipment_id": piece.id,
        "fails_at": _in_years(today, median),
        "low_at": _in_years(today, low),
        "high_at": _in_years(today, high),
        "service_life_years": said.service_life_years,
        "warranty_until": said.warranty_until,
        "basis": Basis(
            since=_midnight(said.begins), until=_midnight(today), source="the model's property sets"
        ),
    }
    results = [
        FailureResult(
            kind="service life",
            probability=soon,
            sentence=f"By its stated service life of {said.service_life_years:g} years, a failure within a "
            f"year has a probability of {soon:.0%}.",
            **common,  # type: ignore[arg-type]
        )
    ]
    if said.warranty_until is not None and said.warranty_until > today:
        ends = (said.warranty_until - said.begins) / _YEAR
        risk = before_warranty_ends(life, age=age, warranty=ends)
        if risk.likely:
            sentence = "It is likely to fail before its warranty ends"
            results.append(
                FailureResult(kind="warranty", probability=risk.probability, sentence=sentence, **common)  # type: ignore[arg-type]
            )
    return results


def _in_years(today: date, years: float) -> datetime | None:
    try:
        return _midnight(today + years * _YEAR)
    except OverflowError:
        return None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)
