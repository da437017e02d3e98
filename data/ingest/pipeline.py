"""Deliveries become committed readings: decode, one transaction a batch, then acknowledge."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import structlog

from data.errors import DecodeError, StoreError, StoreRefused
from data.ingest.decode import Decoded, Decoder, Message
from data.ingest.delivery import Delivery
from data.ingest.tenants import TenantTopics
from data.store.ingestion import Batch, DeadLetter, Position, Sample, Written

log = structlog.get_logger(__name__)

BATCH_MESSAGES = 5_000
BATCH_WAIT_S = 0.2
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

    def report(self, client_id: str, *, connected: bool, oldest_uncommitted_at: datetime | None) -> None:
        """Say how this ingest is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What one delivery comes to."""

    delivery: Delivery
    samples: tuple[Sample, ...] = ()
    position: Position | None = None
    dead_letter: DeadLetter | None = None


class Pipeline:
    """Takes deliveries until `stop` is set; a batch that cannot be written yet is kept and tried again."""

    def __init__(
        self,
        source: Source,
        sink: Sink,
        *,
        new_decoder: Callable[[], Decoder],
        tenants: TenantTopics,
        stop: threading.Event,
    ) -> None:
        self._source = source
        self._sink = sink
        self._new_decoder = new_decoder
        self._decoders: dict[str, Decoder] = {}  # by tenant: what one's devices announce is not another's
        self._tenants = tenants
        self._stop = stop

    def run(self) -> None:
        """Work until stopped; what is in hand then is committed, or comes again after the next start."""
        while not self._stop.is_set():
            deliveries = self._source.receive(BATCH_MESSAGES, BATCH_WAIT_S)
            if deliveries:
                self._commit([self.understand(delivery) for delivery in deliveries])

    def understand(self, delivery: Delivery) -> Item:
        """Decode a delivery; what cannot be decoded becomes a dead letter."""
        tenant, topic = self._tenants.split(delivery.topic)
        message = Message(
            topic=topic, payload=delivery.payload, retain=delivery.retain, received_at=delivery.received_at
        )
        try:
            decoded = self._decoder(tenant).decode(message)
        except DecodeError as error:
            return _refused(delivery, tenant, str(error))
        except Exception as error:  # a mistake in a convention must not stop all the others
            log.exception("decoder failed", topic=delivery.topic)
            return _refused(delivery, tenant, f"The decoder failed: {type(error).__name__}.")
        if decoded.request is not None:
            self._source.ask(
                delivery.topic.removesuffix(topic) + decoded.request.topic, decoded.request.payload
            )
        samples = tuple(_samples(decoded, message, tenant))
        return Item(
            delivery=delivery, samples=samples, position=_position(decoded, tenant) if samples else None
        )

    def _decoder(self, tenant: str) -> Decoder:
        if tenant not in self._decoders:
            self._decoders[tenant] = self._new_decoder()
        return self._decoders[tenant]

    def _commit(self, items: Sequence[Item]) -> None:
        """Write and acknowledge; wait out whatever hinders the store, saying so once."""
        pending, pause_s, said = [items], _LEAST_PAUSE_S, False
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
        try:
            written = self._sink.write(_batch(items))
        except StoreRefused as error:
            if len(items) > 1:
                middle = len(items) // 2
                return [items[:middle], items[middle:]]
            if items[0].dead_letter is not None:
                raise
            delivery = items[0].delivery
            tenant, _ = self._tenants.split(delivery.topic)
            return [[_refused(delivery, tenant, f"The store refuses it: {error}")]]
        if written.conflicts:
            log.warning("conflicting values", count=written.conflicts, kept="the first of each time")
        self._source.acknowledge(item.delivery for item in items)
        return []


class Reporter(threading.Thread):
    """Tells the store every few seconds how the ingest is, also while a batch cannot be written."""

    def __init__(self, source: Source, sink: Sink, *, client_id: str, stop: threading.Event) -> None:
        super().__init__(name="reporter", daemon=True)
        self._source = source
        self._sink = sink
        self._client_id = client_id
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
        )


def _warn_of_wait(error: Exception, messages: int) -> None:
    # What is not a StoreError nobody foresaw. Even so nothing ends: a message that ended the process
    # would end it again after every start.
    reason, trace = str(error) or type(error).__name__, not isinstance(error, StoreError)
    log.warning("commit waits", messages=messages, reason=reason, exc_info=trace)


def _batch(items: Sequence[Item]) -> Batch:
    return Batch(
        samples=[sample for item in items for sample in item.samples],
        positions=[item.position for item in items if item.position is not None],
        dead_letters=[item.dead_letter for item in items if item.dead_letter is not None],
    )


def _samples(decoded: Decoded, message: Message, tenant: str) -> Iterable[Sample]:
    for reading in decoded.readings:
        # The broker replays a retained message for a new subscription. It is of unknown age and may
        # have been stored when it was new, so without a time of its own it is no reading.
        if reading.at is None and message.retain:
            continue
        at = reading.at or message.received_at
        # A replay says nothing of now: a device that fell silent is not heard again by it.
        heard_at = min(at, message.received_at) if message.retain else message.received_at
        yield Sample(
            tenant=tenant,
            device=reading.device,
            metric=reading.metric,
            convention=decoded.convention,
            at=at,
            received_at=heard_at,
            value=reading.value,
            unit=reading.unit,
        )


def _position(decoded: Decoded, tenant: str) -> Position | None:
    place = decoded.place
    if place is None:
        return None
    return Position(tenant=tenant, device=place.device, longitude=place.longitude, latitude=place.latitude)


def _refused(delivery: Delivery, tenant: str, reason: str) -> Item:
    letter = DeadLetter(
        tenant=tenant,
        topic=delivery.topic,
        payload=delivery.payload,
        received_at=delivery.received_at,
        reason=reason,
    )
    return Item(delivery=delivery, dead_letter=letter)
