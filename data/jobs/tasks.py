"""What workers do: the task of each kind of job, and what is done again and again.

A task takes its `Work` and gives back what its job came to, as plain JSON, or None. A `BadInput` it raises
is the job's sentence; anything else is tried again, at most three times in all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Event

import structlog

from data.jobs import import_model, model_files, model_shell
from data.jobs.analysis.anomalies import ANOMALIES
from data.jobs.analysis.failures import FAILURES, LIFETIME
from data.jobs.analysis.forecasts import FORECASTS
from data.jobs.analysis.health import HEALTH
from data.jobs.analysis.odd_rooms import ODD_ROOMS
from data.jobs.analysis.past_health import PAST_HEALTH
from data.jobs.analysis.patterns import PATTERNS
from data.jobs.analysis.quality import QUALITY
from data.jobs.analysis.remaining_life import REMAINING_LIFE
from data.jobs.analysis.rooms import ROOMS
from data.jobs.batched import Batched
from data.jobs.work import Task
from data.settings import Settings
from data.store import Store, analysis_input, analysis_results, job_runs, model_jobs, retention

log = structlog.get_logger(__name__)

KEPT = timedelta(days=30)  # how long a job that is over can be looked at, and health hour by hour


@dataclass(frozen=True, slots=True, kw_only=True)
class Periodic:
    """Something done again and again, never twice at once however many workers there are.

    Attributes:
        name: Never changed: by it the queue knows when it was done last.
        cron: When, in UTC. A time that was missed by less than a day is made up for.
        do: Does it; returns early when the event is set. What it raises is tried again with back-off.
    """

    name: str
    cron: str
    do: Callable[[Settings, Event], None]


def keep(settings: Settings, stop: Event) -> None:
    """Drop what is older than its setting allows: rows (`data.store.retention`), then files of models."""
    for doubt in retention.doubts(settings):
        log.warning("retention", doubt=doubt)
    kept = retention.keep(settings, stop=stop)
    if kept.dropped or kept.converted:
        log.info("retention", dropped=len(kept.dropped), converted=kept.converted)
    model_files.prune(settings, stop)


def forget_jobs(settings: Settings, stop: Event) -> None:
    """Forget jobs that are long over."""
    store = Store.open(settings, role="worker", connections=1)
    try:
        job_runs.prune(store, finished_before=datetime.now(UTC) - KEPT)
    finally:
        store.close()


def thin_health(settings: Settings, stop: Event) -> None:
    """Keep one score a day of health that is older than a month."""
    store = Store.open(settings, role="worker", connections=1)
    try:
        for tenant in analysis_input.tenants(store):
            with store.transaction(tenant=tenant) as connection:
                analysis_results.thin_health_history(connection, now=datetime.now(UTC), after=KEPT)
    finally:
        store.close()


TASKS: dict[str, Task] = {
    model_jobs.READ: import_model.import_model,
    model_jobs.MAKE_CURRENT: import_model.make_model_current,
    model_jobs.SHELL: model_shell.model_shell,
}

PERIODIC: Sequence[Periodic | Batched] = (
    Periodic(name="keep", cron="17 3 * * *", do=keep),
    Periodic(name="forget jobs", cron="47 3 * * *", do=forget_jobs),
    Periodic(name="missing shells", cron="*/15 * * * *", do=model_files.make_missing_shells),
    Periodic(name="thin health", cron="7 4 * * *", do=thin_health),
    HEALTH,
    PAST_HEALTH,
    ANOMALIES,
    FORECASTS,
    FAILURES,
    LIFETIME,
    REMAINING_LIFE,
    PATTERNS,
    QUALITY,
    ROOMS,
    ODD_ROOMS,
)
