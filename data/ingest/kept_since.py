"""How far back readings may be stored."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import datetime

from data.errors import StoreError
from data.settings import Settings
from data.store import retention
from data.store.pool import Store

_ASK_EVERY_S = 60.0


class KeptSince:
    """What the settings say, and what was dropped under earlier ones, asked once a minute."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings = settings
        self._store = store
        self._dropped_before: datetime | None = None
        self._asked_at = -_ASK_EVERY_S  # on the monotonic clock

    def earliest(self, now: datetime) -> datetime | None:
        """The time before which a reading is too old to be stored; None: none is."""
        if time.monotonic() - self._asked_at >= _ASK_EVERY_S:
            self._ask()
        limits = (retention.earliest(self._settings, now), self._dropped_before)
        return max((limit for limit in limits if limit is not None), default=None)

    def _ask(self) -> None:
        self._asked_at = time.monotonic()
        with suppress(StoreError):  # nothing can be stored now either; the next minute asks again
            self._dropped_before = retention.dropped_before(self._store)
