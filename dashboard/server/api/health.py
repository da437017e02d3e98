"""`GET /api/v1/health`: whether the twin works, for monitors and load balancers; no sign-in."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import asdict, dataclass
from typing import Any, Literal

from flask import Flask, Response

from data.errors import StoreError
from data.store import Store
from data.store import health as store_health
from data.store.health import IngestHealth, StoreVersions
from data.version import VERSION

KEPT_S = 1.0  # anybody may ask, as often as they like
LATE_S = 60.0  # a message that waits longer for its commit is a sign of trouble

_NO_STORE = {"postgres": None, "timescaledb": None, "timescaledb_license": None, "postgis": None}
_NO_INGEST = {"connected": None, "oldest_uncommitted_s": None}


@dataclass(frozen=True, slots=True)
class Health:
    """How the twin is; None: the database does not say."""

    store: StoreVersions | None
    ingest: IngestHealth | None

    @property
    def status(self) -> Literal["ok", "degraded", "down"]:
        """One word for it. An idle building, where no message waits, is not a sick one."""
        if self.store is None or self.ingest is None:
            return "down"
        late = (self.ingest.oldest_uncommitted_s or 0.0) > LATE_S
        return "ok" if self.ingest.connected and not late else "degraded"

    def as_json(self) -> dict[str, Any]:
        """The answer's members."""
        return {
            "status": self.status,
            "version": VERSION,
            "store": asdict(self.store) if self.store else _NO_STORE,
            "ingest": asdict(self.ingest) if self.ingest else _NO_INGEST,
        }


class Check:
    """Reads the health at most once in `KEPT_S`, whoever asks; safe for threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._last: Health | None = None
        self._read_at = 0.0

    def read(self) -> Health:
        """The health now, or up to `KEPT_S` ago."""
        with self._lock:
            if self._last is None or time.monotonic() - self._read_at > KEPT_S:
                self._last = self._ask()
                self._read_at = time.monotonic()
            return self._last

    def _ask(self) -> Health:
        try:
            return Health(store_health.versions(self._store), store_health.ingest(self._store))
        except StoreError:
            return Health(None, None)


def register(server: Flask, store: Store) -> None:
    """Add the route."""
    check = Check(store)

    @server.get("/api/v1/health", endpoint="health")
    def health() -> Response:
        now = check.read()
        status = 503 if now.status == "down" else 200
        return Response(json.dumps(now.as_json()), status, mimetype="application/json")
