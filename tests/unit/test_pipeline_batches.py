from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from data.errors import StoreRefused, StoreUnavailable
from data.ingest.decode import Convention, Decoded, Decoder, Message
from data.ingest.decode.plain_path import PlainPath
from data.ingest.delivery import Delivery
from data.ingest.metrics import Metrics
from data.ingest.pipeline import Pipeline
from data.ingest.tenants import TenantTopics
from data.ingest.understanding import Interpreter
from data.store.batch import Batch, Written

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def delivery(topic: str, payload: str, *, number: int = 0, retain: bool = False) -> Delivery:
    return Delivery(
        topic=topic, payload=payload.encode(), retain=retain, received_at=NOW,
        number=number, connection=1, mid=number + 1, qos=1,
    )  # fmt: skip


class Queue:
    """Hands out its deliveries once, and stops the pipeline when they are acknowledged."""

    connected = True
    oldest_unacknowledged_at = None

    def __init__(self, deliveries: list[Delivery], stop: threading.Event) -> None:
        self.deliveries = deliveries
        self.count = len(deliveries)
        self.stop = stop
        self.acknowledged: list[Delivery] = []

    def receive(self, max_messages: int, wait_s: float) -> list[Delivery]:
        given, self.deliveries = self.deliveries, []
        if not given:
            time.sleep(0.001)
        return given

    def acknowledge(self, deliveries: Iterable[Delivery]) -> None:
        self.acknowledged += deliveries
        if len(self.acknowledged) == self.count:
            self.stop.set()

    def ask(self, topic: str, payload: bytes) -> None:
        raise AssertionError("nothing here asks")


class Shelf:
    """Keeps batches unless `trouble` raises."""

    def __init__(self, trouble: Callable[[Batch], None]) -> None:
        self.trouble = trouble
        self.batches: list[Batch] = []

    def write(self, batch: Batch) -> Written:
        self.trouble(batch)
        self.batches.append(batch)
        return Written(len(batch.samples), 0, 0)

    def report(
        self,
        client_id: str,
        *,
        connected: bool,
        oldest_uncommitted_at: datetime | None,
        figures: dict[str, Any] | None = None,
    ) -> None: ...

    def devices(self) -> list[str]:
        return [sample.device for batch in self.batches for sample in batch.samples]

    def reasons(self) -> list[str]:
        return [letter.reason for batch in self.batches for letter in batch.dead_letters]


def run(
    deliveries: list[Delivery],
    *,
    trouble: Callable[[Batch], None] = lambda batch: None,
    conventions: tuple[Convention, ...] = (PlainPath(),),
) -> tuple[Queue, Shelf]:
    stop = threading.Event()
    queue, shelf = Queue(deliveries, stop), Shelf(trouble)
    pipeline(queue, shelf, stop, conventions).run()
    return queue, shelf


def pipeline(
    queue: Queue, shelf: Shelf, stop: threading.Event, conventions: tuple[Convention, ...]
) -> Pipeline:
    interpreter = Interpreter(new_decoder=lambda: Decoder(conventions), tenants=TenantTopics({}))
    return Pipeline(queue, shelf, interpreter=interpreter, metrics=Metrics(), stop=stop)


def test_messages_are_acknowledged_once_they_are_written() -> None:
    queue, shelf = run([delivery(f"d{n}/t", "1", number=n) for n in range(3)])
    assert [len(batch.samples) for batch in shelf.batches] == [3]
    assert len(queue.acknowledged) == 3


def test_what_cannot_be_decoded_is_a_dead_letter_and_is_acknowledged() -> None:
    queue, shelf = run([delivery("d/t", '{"broken')])
    assert "not valid JSON" in shelf.reasons()[0]
    assert len(queue.acknowledged) == 1


def test_a_message_the_store_refuses_is_found_and_the_others_are_written() -> None:
    def refuse_the_bad(batch: Batch) -> None:
        if any(sample.device == "d5" for sample in batch.samples):
            raise StoreRefused("no such thing")

    queue, shelf = run([delivery(f"d{n}/t", "1", number=n) for n in range(9)], trouble=refuse_the_bad)
    assert sorted(shelf.devices()) == [f"d{n}" for n in range(9) if n != 5]
    assert shelf.reasons() == ["The store refuses it: no such thing"]
    assert sorted(one.number for one in queue.acknowledged) == list(range(9))


def test_a_batch_is_kept_while_the_store_is_away() -> None:
    answers = iter([StoreUnavailable(), StoreUnavailable(), None])

    def away_twice(_: Batch) -> None:
        if (answer := next(answers)) is not None:
            raise answer

    queue, shelf = run([delivery("d/t", "1")], trouble=away_twice)
    assert shelf.devices() == ["d"]
    assert len(queue.acknowledged) == 1


def test_a_fault_that_nobody_foresaw_loses_nothing() -> None:
    answers = iter([ZeroDivisionError(), None])

    def broken_once(_: Batch) -> None:
        if (answer := next(answers)) is not None:
            raise answer

    queue, shelf = run([delivery("d/t", "1")], trouble=broken_once)
    assert (len(shelf.batches), len(queue.acknowledged)) == (1, 1)


def test_what_is_not_written_when_the_pipeline_stops_is_not_acknowledged() -> None:
    stop = threading.Event()

    def stop_and_fail(_: Batch) -> None:
        stop.set()
        raise StoreUnavailable

    queue = Queue([delivery("d/t", "1")], stop)
    pipeline(queue, Shelf(stop_and_fail), stop, (PlainPath(),)).run()
    assert queue.acknowledged == []


def test_a_fault_in_a_convention_makes_a_dead_letter() -> None:
    class Faulty:
        name = "faulty"

        def decode(self, message: Message) -> Decoded | None:
            raise ZeroDivisionError

    _, shelf = run([delivery("d/t", "1")], conventions=(Faulty(),))
    assert shelf.reasons() == ["The decoder failed: ZeroDivisionError."]


def test_large_messages_are_written_in_several_transactions() -> None:
    many = "{" + ", ".join(f'"m{n}": {n}' for n in range(900)) + "}"
    queue, shelf = run([delivery(f"d{n}", many, number=n) for n in range(50)])
    assert max(len(batch.samples) for batch in shelf.batches) < 21_000
    assert len(shelf.batches) == 3
    assert len(queue.acknowledged) == 50
