"""Judging many things one by one, where one that cannot be judged does not stop the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from threading import Event
from typing import Generic, TypeVar

import pandas as pd
import structlog

from data.errors import StoreError
from data.jobs.batched import Batch, blocks
from data.store import Store, analysis_input
from data.store.analysis_results import LastRun, RunDone

log = structlog.get_logger(__name__)

Result = TypeVar("Result")

WINDOW = timedelta(days=30)  # that most analyses look back
# Quantities that time moves one way in the soundest device; where that leads is told as a likely failure.
WEARING = ("battery", "share")
SERIES = 200  # ids of series in a block: a frame of 30 days is then 14 MB


class TooLittle(Exception):
    """There is not enough to judge by; the message says in one sentence what is lacking."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged(Generic[Result]):
    """What came of many things: results by id, and how the run of each went."""

    results: dict[int, Result]
    runs: list[RunDone]


def each(
    kind: str,
    readings: Mapping[int, pd.Series],
    judge: Callable[[int, pd.Series], Result],
    *,
    last: Mapping[int, LastRun],
    until: pd.Timestamp,
    stop: Event,
) -> Judged[Result]:
    """Judge what was read of each id, until told to stop.

    What raises is left out and logged with its id, again only after it went well or failed in another way; of
    errors of one kind, the traceback of the first.

    Args:
        kind: Of analysis.
        readings: By id; oldest first, without NaN; may be empty.
        judge: Gives the result; raises TooLittle when there is not enough.
        last: How the last run over each went.
        until: What was said from then on was not read.
        stop: Ends it early; those that are left have no run.

    Raises:
        StoreError: judging read the store, and that is away: no fault of what is judged.
    """
    results: dict[int, Result] = {}
    runs: list[RunDone] = []
    traced: set[str] = set()
    for number, said in readings.items():
        if stop.is_set():
            break
        lacking = failed = None
        try:
            results[number] = judge(number, said)
        except TooLittle as error:
            lacking = str(error)
        except StoreError:
            raise
        except Exception as error:
            failed = type(error).__name__
            if number not in last or last[number].failed != failed:
                log.error("analysis", kind=kind, id=number, reason=repr(error), exc_info=failed not in traced)
                traced.add(failed)
        first = said.index[0].to_pydatetime() if len(said) else None
        runs.append(
            RunDone(id=number, first_at=first, until=until.to_pydatetime(), lacking=lacking, failed=failed)
        )
    return Judged(results=results, runs=runs)


def due_series(
    store: Store,
    kind: str,
    *,
    every: timedelta,
    window: timedelta = WINDOW,
    kinds: Iterable[str] = ("number",),
) -> Iterable[Batch]:
    """Batches of the series of all tenants whose analysis of a kind is due."""
    due = {
        tenant: analysis_input.due_series(
            store, tenant=tenant, kind=kind, every=every, window=window, kinds=list(kinds)
        )
        for tenant in analysis_input.tenants(store)
    }
    return blocks(due, size=SERIES)


def columns(frame: pd.DataFrame) -> dict[int, pd.Series]:
    """The columns of a frame without the times at which they say nothing."""
    return {int(name): frame[name].dropna() for name in frame.columns}


def too_short(said: pd.Series | pd.DataFrame, *, days: float) -> str | None:
    """Says how many days of readings are needed and how many are there, where they are too few."""
    there = (said.index[-1] - said.index[0]) / pd.Timedelta(days=1) if len(said) else 0.0
    if there >= days - 0.05:  # the last bucket is named by its beginning
        return None
    return f"Needs {days:g} days of readings; has {there:.1f}."
