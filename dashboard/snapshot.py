"""The tenant's devices and latest values, read once for all viewers.

A tick asks for the snapshot; at most one of them a second asks the store for the data's version, and
the rows are read again only when it grew.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from threading import Lock

from data.errors import StoreError
from data.store import devices, inbox
from data.store.devices import Refusal, SeriesRow
from data.store.pool import Store

_LOOK_EVERY_S = 1.0
_REFUSALS_EVERY = timedelta(seconds=30)  # counting a day's refusals costs more than the rows
_REFUSALS_SPAN = timedelta(hours=24)
_LONGEST_WAIT_S = 15.0
_STUCK_S = 4.0  # a server that hangs, or a network that swallows, gives no error to go by

AWAY = "The database cannot be reached. What is shown is the last that was read; it goes on by itself."


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What is known of a tenant's devices."""

    version: int = 0
    rows: tuple[SeriesRow, ...] = ()  # by device and metric
    refusals: tuple[Refusal, ...] = ()  # of the last 24 hours, most frequent first
    refusals_at: datetime | None = None  # aware: when they were counted
    waiting: int = 0  # devices in the inbox
    read_at: datetime | None = None  # aware: when the store last answered; None: never yet
    problem: str | None = None  # one sentence while the store does not answer


@dataclass(slots=True)
class _Shared:
    """One tenant's snapshot. The lock is its reader's; everybody else takes what is there."""

    snapshot: Snapshot | None = None
    look_at: float = 0.0  # on the monotonic clock: not asked before
    asked_at: float = 0.0  # when the reader asked the store
    failures: int = 0
    lock: Lock = field(default_factory=Lock)


class Snapshots:
    """The snapshots of all tenants. Thread-safe."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._shared: dict[int, _Shared] = {}

    def overview(self, tenant: int) -> Snapshot:
        """The tenant's snapshot, at most about a second old while the store answers; never raises for it."""
        # setdefault is atomic: two first viewers get the same one.
        shared = self._shared.setdefault(tenant, _Shared())
        if shared.snapshot is not None and time.monotonic() < shared.look_at:
            return shared.snapshot
        # Only the very first viewers wait for a reader: there is nothing yet to show them.
        if shared.lock.acquire(blocking=shared.snapshot is None):
            try:
                if time.monotonic() >= shared.look_at:
                    shared.asked_at = time.monotonic()
                    self._look(shared, tenant)
            finally:
                shared.lock.release()
        elif shared.snapshot is not None and time.monotonic() - shared.asked_at > _STUCK_S:
            return replace(shared.snapshot, problem=AWAY)
        assert shared.snapshot is not None  # whoever held the lock left one
        return shared.snapshot

    def _look(self, shared: _Shared, tenant: int) -> None:
        last = shared.snapshot or Snapshot()
        try:
            shared.snapshot = self._read(last, tenant, now=datetime.now(UTC))
        except StoreError:
            shared.snapshot = replace(last, problem=AWAY)
            shared.failures += 1
            wait_s = min(_LONGEST_WAIT_S, _LOOK_EVERY_S * 2**shared.failures) * random.uniform(0.5, 1.0)
        else:
            shared.failures = 0
            wait_s = _LOOK_EVERY_S
        shared.look_at = time.monotonic() + wait_s

    def _read(self, last: Snapshot, tenant: int, *, now: datetime) -> Snapshot:
        # The version first: a change between the two reads is then read twice, never missed.
        version = devices.version(self._store, tenant=tenant)
        fresh = replace(last, version=version, read_at=now, problem=None)
        if last.read_at is None or version != last.version:
            fresh = replace(
                fresh,
                rows=tuple(devices.overview(self._store, tenant=tenant)),
                waiting=inbox.counts(self._store, tenant=tenant).waiting,
            )
        if last.refusals_at is None or now - last.refusals_at >= _REFUSALS_EVERY:
            since = now - _REFUSALS_SPAN
            refusals = tuple(devices.refused(self._store, tenant=tenant, since=since))
            fresh = replace(fresh, refusals=refusals, refusals_at=now)
        return fresh
