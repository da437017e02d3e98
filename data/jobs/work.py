"""What a task is given, and how it learns that it shall stop."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event
from typing import Any

from data.errors import StoreBusy, StoreUnavailable
from data.settings import Settings
from data.store import Store, job_runs
from data.store.job_runs import Run

EVERY_S = 0.5  # progress is written and a wish to cancel is looked for no more often


class Cancelled(Exception):
    """Somebody cancelled the job: let it through, so that the run ends."""


class Interrupted(Exception):
    """The worker stops, or another one took the job: let it through, so that the run ends."""


@dataclass(slots=True, kw_only=True)
class Work:
    """One run of a job.

    A worker may be killed at any moment and the job is then run anew, so a task must come to the same
    result when it is run again: write in one transaction at the end, or know what is there already.

    Attributes:
        store: As the worker role; name the tenant in each transaction.
        arguments: As they were submitted: plain JSON that a person may have made.
        actor: Who asked for it, for the audit: `store.transaction(tenant=…, actor=…)`.
    """

    settings: Settings
    store: Store
    tenant: int
    job: int
    arguments: dict[str, Any]
    actor: str
    run: Run
    stopping: Event = field(default_factory=Event)
    _stage: str | None = None
    _next_at: float = 0.0

    def progress(self, stage: str, share: float | None = None) -> None:
        """Say what is done now and how far it is; cheap enough to be called for every element.

        A new stage is written at once, a share at most every `EVERY_S`; while the store is away, neither.

        Args:
            stage: A few words for people, such as `Reading rooms`.
            share: Of the stage, 0 to 1; None: not known.

        Raises:
            Cancelled: the job was cancelled.
            Interrupted: the worker stops.
        """
        if stage == self._stage and not self._due():
            return self._heed_the_stop()
        self._stage = stage
        known = None if share is None or math.isnan(share) else min(max(share, 0.0), 1.0)
        self._ask(lambda: job_runs.report(self.store, self.run, stage=stage, progress=known))

    def check(self) -> None:
        """Look whether to stop; for a task that waits or computes without a change of its progress.

        Raises:
            Cancelled: the job was cancelled.
            Interrupted: the worker stops.
        """
        if not self._due():
            return self._heed_the_stop()
        self._ask(lambda: job_runs.standing(self.store, self.run))

    def _due(self) -> bool:
        return time.monotonic() >= self._next_at

    def _ask(self, ask: Callable[[], job_runs.Standing]) -> None:
        self._heed_the_stop()
        self._next_at = time.monotonic() + EVERY_S
        try:
            standing = ask()
        except (StoreUnavailable, StoreBusy):
            return  # no reason to give up what may be hours of work
        if standing == "cancelled":
            raise Cancelled
        if standing == "lost":
            raise Interrupted

    def _heed_the_stop(self) -> None:
        if self.stopping.is_set():
            raise Interrupted


Task = Callable[[Work], dict[str, Any] | None]
