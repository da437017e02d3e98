"""Deliveries become committed readings: understand, one transaction a batch, then acknowledge."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, Protocol

import msgspec
import structlog

from data.errors import StoreError, StoreRefused
from data.ingest.delivery import Delivery
from data.ingest.metrics import Metrics
from data.ingest.understanding import Interpreter, Understood
from data.store.batch import Batch, Written

log = structlog.get_logger(__name__)

BATCH_MESSAGES = 2_000
BATCH_SAMPLES = 20_000  # a message holds up to 5,000
BATCH_WAIT_S = 0.1
REPORT_EVERY_S = 2.0
_LEAST_PAUSE_S, _MOST_PAUSE_S = 0.2, 10.0


class Source(Protocol):
    """Where deliveries come from; the link."""

    @property
    def connected(self) -> bool:
        """Whether messages can come."""

    @property
    def oldest_unacknowledged_at(self) -> datetime | None:
        """When the oldest message arrived that is not acknowledged yet."""

    def receive(self, max_messages: int, wait_s: float) -> list[Delivery]:
        """The messages of the next `wait_s`."""

    def acknowledge(self, deliveries: Iterable[Delivery]) -> None:
        """They are done with."""

    def ask(self, topic: str, payload: bytes) -> None:
        """Ask a device for something."""


class Sink(Protocol):
    """Where batches go; the store's writer."""

    def write(self, batch: Batch) -> Written:
        """Write all of a batch or nothing of it."""

    def report(
        self,
        client_id: str,
        *,
        connected: bool,
        oldest_uncommitted_at: datetime | None,
        figures: dict[str, Any] | None = None,
    ) -> None:
        """Say how this ingest is."""


class Item(msgspec.Struct, frozen=True):
    """A delivery and what it comes to."""

    delivery: Delivery
    understood: Understood


class Pipeline:
    """Takes deliveries until `stop` is set; a batch that cannot be written yet is kept and tried again."""

    def __init__(
        self,
        source: Source,
        sink: Sink,
        *,
        interpreter: Interpreter,
        metrics: Metrics,
        stop: threading.Event,
    ) -> None:
        self._source = source
        self._sink = sink
        self._interpreter = interpreter
        self._metrics = metrics
        self._stop = stop

    def run(self) -> None:
        """Work until stopped; what is in hand then is committed, or comes again after the next start."""
        # While the database writes a batch, the next one is understood. Never more: batches are written in
        # the order of their arrival, and what waits for one that cannot be written waits in the broker.
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="commit") as committer:
            committing = None
            while not self._stop.is_set():
                deliveries = self._source.receive(BATCH_MESSAGES, BATCH_WAIT_S)
                self._metrics.connected(self._source.connected)
                if not deliveries:
                    continue
                self._metrics.received(len(deliveries), sum(len(one.payload) for one in deliveries))
                items = [self.understand(delivery) for delivery in deliveries]
                if committing is not None:
                    committing.result()
                committing = committer.submit(self._commit, items)

    def understand(self, delivery: Delivery) -> Item:
        """What a delivery comes to; a device that has to say more is asked."""
        understood = self._interpreter.understand(
            delivery.topic, delivery.payload, retain=delivery.retain, received_at=delivery.received_at
        )
        if understood.request is not None:
            self._source.ask(understood.request.topic, understood.request.payload)
        return Item(delivery, understood)

    def _commit(self, items: Sequence[Item]) -> None:
        """Write and acknowledge; wait out whatever hinders the store, saying so once."""
        pending, pause_s, said = list(_of_bounded_size(items)), _LEAST_PAUSE_S, False
        while pending:
            try:
                pending[:1] = self._write(pending[0])
            except Exception as error:
                if not said:
                    _warn_of_wait(error, len(items))
                    said = True
                if self._stop.wait(pause_s * random.uniform(0.5, 1.5)):
                    return
                pause_s = min(2 * pause_s, _MOST_PAUSE_S)
        if said:
            log.info("commit done", messages=len(items))

    def _write(self, items: Sequence[Item]) -> list[Sequence[Item]]:
        """Write items and acknowledge them; what is left to write: the halves of what the store refuses."""
        began = time.monotonic()
        try:
            written = self._sink.write(_batch(items))
        except StoreRefused as error:
            self._metrics.refused_by_store()
            if len(items) > 1:
                middle = len(items) // 2
                return [items[:middle], items[middle:]]
            if items[0].understood.dead_letter is not None:
                raise
            return [[self._refused(items[0].delivery, error)]]
        self._source.acknowledge(item.delivery for item in items)
        self._count(items, written, seconds=time.monotonic() - began)
        return []

    def _refused(self, delivery: Delivery, error: StoreRefused) -> Item:
        refused = self._interpreter.refuse(
            delivery.topic,
            delivery.payload,
            retain=delivery.retain,
            received_at=delivery.received_at,
            reason=f"The store refuses it: {error}",
        )
        return Item(delivery, refused)

    def _count(self, items: Sequence[Item], written: Written, *, seconds: float) -> None:
        self._metrics.committed(
            messages=len(items),
            fresh=written.fresh,
            repeated=written.repeated,
            conflicts=written.conflicts,
            events=written.texts,
            seconds=seconds,
        )
        oldest = min(item.delivery.received_at for item in items)
        self._metrics.waited((datetime.now(UTC) - oldest).total_seconds())
        for (tenant, source), messages in Counter(_source(item) for item in items).items():
            self._metrics.heard(source, messages, tenant=tenant)
        for item in items:
            if item.understood.dead_letter is not None:
                self._metrics.dead_lettered(item.understood.dead_letter.reason)


class Reporter(threading.Thread):
    """Tells the store every few seconds how the ingest is, also while a batch cannot be written."""

    def __init__(
        self, source: Source, sink: Sink, *, client_id: str, metrics: Metrics, stop: threading.Event
    ) -> None:
        super().__init__(name="reporter", daemon=True)
        self._source = source
        self._sink = sink
        self._client_id = client_id
        self._metrics = metrics
        self._stopped = stop

    def run(self) -> None:
        """Report until stopped."""
        up = True
        while True:
            try:
                self._report()
            except StoreError:
                pass  # the store has said so
            except Exception as error:  # whatever it is, the next report may succeed
                if up:
                    log.warning("report", up=False, reason=str(error) or type(error).__name__)
                up = False
            else:
                if not up:
                    log.info("report", up=True)
                up = True
            if self._stopped.wait(REPORT_EVERY_S):
                return

    def _report(self) -> None:
        self._sink.report(
            self._client_id,
            connected=self._source.connected,
            oldest_uncommitted_at=self._source.oldest_unacknowledged_at,
            figures=self._metrics.figures(),
        )


def _warn_of_wait(error: Exception, messages: int) -> None:
    # What is not a StoreError nobody foresaw. Even so nothing ends: a message that ended the process
    # would end it again after every start.
    reason, trace = str(error) or type(error).__name__, not isinstance(error, StoreError)
    log.warning("commit waits", messages=messages, reason=reason, exc_info=trace)


def _of_bounded_size(items: Iterable[Item]) -> Iterator[Sequence[Item]]:
    """Items in order, in lists that hold no more samples than one transaction should write."""
    together: list[Item] = []
    samples = 0
    for item in items:
        together.append(item)
        samples += len(item.understood.samples)
        if samples >= BATCH_SAMPLES:
            yield together
            together, samples = [], 0
    if together:
        yield together


def _batch(items: Sequence[Item]) -> Batch:
    all_of_them = [item.understood for item in items]
    return Batch(
        samples=[sample for one in all_of_them for sample in one.samples],
        positions=[one.position for one in all_of_them if one.position is not None],
        announcements=[said for one in all_of_them for said in one.announcements],
        dead_letters=[one.dead_letter for one in all_of_them if one.dead_letter is not None],
    )


def _source(item: Item) -> tuple[str, str]:
    """The tenant and the device, or the topic where no device is known."""
    understood = item.understood
    said = understood.samples or understood.announcements
    return understood.tenant, said[0].device if said else item.delivery.topic
