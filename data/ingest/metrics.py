"""How the ingest does: figures for Prometheus, and a few of them for the store and its system page."""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from wsgiref.simple_server import WSGIServer

import structlog
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    start_http_server,
)

from data.ingest.last_minute import LastMinute

log = structlog.get_logger(__name__)

REASONS = 50  # that are counted apart; all further ones together
OTHER = "other"

_NOISIEST = 10
_PREFIX = "clerestory_ingest_"
_CHARACTERS = 120  # of a reason or source
_LATENCY_BUCKETS_S = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
_LEAST_PAUSE_S, _MOST_PAUSE_S = 1.0, 60.0
_QUOTED = re.compile(r"""(?<!\w)(?:'[^']*'|"[^"]*"|“[^”]*”)(?!\w)""")  # an apostrophe opens nothing
_SETTINGS = "CLERESTORY_METRICS_HOST and CLERESTORY_METRICS_PORT"
_NUMBER = re.compile(r"(?<![\w-])\d(?:[\d.,:]*\d)?")  # not that of UTF-8

# Else half of what is sent were the times at which counters began.
disable_created_metrics()  # type: ignore[no-untyped-call]


class Metrics:
    """Counts of one ingest, told batch by batch. Thread-safe."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._lock = threading.Lock()
        self._minute = LastMinute()
        self._since = self._link_since = datetime.now(UTC)
        self._last_message_at: datetime | None = None
        self._up: bool | None = None  # None: not said yet
        self._was_up = False
        self._reasons: dict[str, int] = {}
        self._queue: Callable[[], int] | None = None
        self._full: Callable[[], bool] | None = None
        self._server: WSGIServer | None = None
        self._stopped = threading.Event()
        self._messages = self._counter("messages", "Messages received.")
        self._bytes = self._counter("received_bytes", "Bytes of payload received.")
        self._committed = self._counter("committed_messages", "Messages committed to the store.")
        rows = self._counter("rows", "Readings written, by whether they were new.", "outcome")
        self._fresh, self._repeated = rows.labels("new"), rows.labels("repeated")
        self._conflicts = self._counter("conflicts", "Readings that lost to another value of their time.")
        self._events = self._counter("events", "Texts and changes of state written.")
        self._dead = self._counter("dead_letters", "Messages set aside, by reason.", "reason")
        self._refused = self._counter("refused_batches", "Batches the store refused, which were halved.")
        self._reconnects = self._counter("reconnects", "Connections to the broker after the first.")
        self._commit_s = self._histogram("commit_seconds", "Time to write one batch.")
        self._latency_s = self._histogram("latency_seconds", "Arrival of a batch's oldest message to commit.")
        self._connected = self._gauge("connected", "1 while the link to the broker is up.")
        self._queued = self._gauge("queue_messages", "Messages received and not yet taken to be written.")
        self._oldest_s = self._gauge("oldest_uncommitted_seconds", "Age of the oldest; 0: none waits.")

    def received(self, messages: int, size: int) -> None:
        """Messages came, with payloads of together `size` bytes."""
        self._messages.inc(messages)
        self._bytes.inc(size)
        self._minute.add(messages=messages)
        if messages:
            self._last_message_at = datetime.now(UTC)

    def committed(
        self, *, messages: int, fresh: int, repeated: int, conflicts: int, events: int, seconds: float
    ) -> None:
        """One batch was written: readings that were new, there before, and there with another value."""
        self._committed.inc(messages)
        self._fresh.inc(fresh)
        self._repeated.inc(repeated)
        self._conflicts.inc(conflicts)
        self._events.inc(events)
        self._commit_s.observe(seconds)
        self._minute.add(rows=fresh, understood=fresh + repeated + events)

    def dead_lettered(self, reason: str) -> None:
        """One message was set aside."""
        with self._lock:
            label = _label(reason)
            if label not in self._reasons and len(self._reasons) >= REASONS:
                label = OTHER
            self._reasons[label] = self._reasons.get(label, 0) + 1
        self._dead.labels(label).inc()
        self._minute.add(dead_letters=1)

    def waited(self, seconds: float) -> None:
        """A batch is committed, so long after its oldest message arrived."""
        self._latency_s.observe(seconds)
        self._minute.waited(seconds)

    def connected(self, up: bool) -> None:
        """The link is up, or down; said again, it changes nothing."""
        with self._lock:
            if up == self._up:
                return
            self._up, self._link_since = up, datetime.now(UTC)
            if up and self._was_up:
                self._reconnects.inc()
            self._was_up = self._was_up or up
        self._connected.set(up)

    def watch(
        self,
        *,
        queue: Callable[[], int],
        oldest: Callable[[], datetime | None],
        full: Callable[[], bool] | None = None,
    ) -> None:
        """Ask these at every look: the queue's length, when the oldest uncommitted message came, if full."""
        self._queue, self._full = queue, full
        self._queued.set_function(queue)
        self._oldest_s.set_function(lambda: _age_s(oldest()))

    def refused_by_store(self) -> None:
        """The store refused a batch, which is halved to find what is wrong."""
        self._refused.inc()

    def heard(self, source: str, messages: int, *, tenant: str) -> None:
        """Messages of a batch came from a device or topic of a tenant, who alone will see its name."""
        self._minute.heard(tenant, source, messages)

    def figures(self) -> dict[str, Any]:
        """What the system page shows, as JSON: totals since the start, and the last minute.

        `noisiest` holds messages of the last minute by tenant and source; latencies are None while no
        batch was committed.
        """
        with self._lock:
            reasons = dict(sorted(self._reasons.items(), key=lambda pair: -pair[1]))
            link_since = self._link_since
        return {
            "since": self._since.isoformat(),
            "link_since": link_since.isoformat(),
            "last_message_at": self._last_message_at and self._last_message_at.isoformat(),
            "queue": self._queue() if self._queue else 0,
            "queue_full": self._full() if self._full else False,
            **self._totals(),
            "dead_letters_by_reason": reasons,
            "last_minute": self._minute.figures(),
            "noisiest": {
                tenant: {_plain(source): messages for source, messages in sources.items()}
                for tenant, sources in self._minute.noisiest(_NOISIEST).items()
            },
        }

    def serve(self, host: str, port: int) -> None:
        """Answer GET /metrics there from a thread of its own; a port that is taken is tried again."""
        if not self._listen(host, port):
            log.warning(
                "metrics are not served",
                host=host,
                port=port,
                reason=f"nothing can listen there; free the port or change {_SETTINGS}",
            )
            threading.Thread(target=self._listen_later, args=(host, port), daemon=True).start()

    def stop(self) -> None:
        """Answer no more."""
        self._stopped.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    def _listen(self, host: str, port: int) -> bool:
        try:
            self._server, _ = start_http_server(port, host, self.registry)
        except OSError:
            return False
        log.info("metrics", host=host, port=self._server.server_port)
        return True

    def _listen_later(self, host: str, port: int) -> None:
        pause_s = _LEAST_PAUSE_S
        while not self._stopped.wait(pause_s * random.uniform(0.5, 1.5)) and not self._listen(host, port):
            pause_s = min(2 * pause_s, _MOST_PAUSE_S)

    def _totals(self) -> dict[str, int]:
        return {
            "messages": _total(self._messages),
            "bytes": _total(self._bytes),
            "committed": _total(self._committed),
            "rows": _total(self._fresh),
            "repeated": _total(self._repeated),
            "conflicts": _total(self._conflicts),
            "events": _total(self._events),
            "dead_letters": _total(self._dead),
            "refused_batches": _total(self._refused),
            "reconnects": _total(self._reconnects),
        }

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(_PREFIX + name, text, labels, registry=self.registry)

    def _gauge(self, name: str, text: str) -> Gauge:
        return Gauge(_PREFIX + name, text, registry=self.registry)

    def _histogram(self, name: str, text: str) -> Histogram:
        return Histogram(_PREFIX + name, text, buckets=_LATENCY_BUCKETS_S, registry=self.registry)


def _label(reason: str) -> str:
    """A reason without what differs from message to message, so that there are few of them."""
    return _plain(_NUMBER.sub("N", _QUOTED.sub("…", " ".join(reason.split())))) or OTHER


def _plain(text: str) -> str:
    """A short text that every table can hold, whatever a device called itself."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in text[:_CHARACTERS])


def _total(counter: Counter) -> int:
    """What a counter has come to, over all its labels."""
    return sum(int(sample.value) for family in counter.collect() for sample in family.samples)


def _age_s(at: datetime | None) -> float:
    return max(0.0, (datetime.now(UTC) - at).total_seconds()) if at else 0.0
