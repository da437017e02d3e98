from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial

from data.errors import StoreRefused, StoreUnavailable
from data.ingest.decode import Convention, Decoded, Decoder, Message
from data.ingest.decode import conventions as all_conventions
from data.ingest.decode.plain_path import PlainPath
from data.ingest.link import Delivery
from data.ingest.pipeline import Item, Pipeline
from data.ingest.tenants import TenantTopics
from data.settings import Settings
from data.store.ingestion import Batch, Written

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def delivery(topic: str, payload: str, *, number: int = 0, retain: bool = False) -> Delivery:
    return Delivery(
        topic=topic, payload=payload.encode(), retain=retain, received_at=NOW,
        number=number, connection=1, mid=number + 1, qos=1,
    )  # fmt: skip


class Queue:
    """Hands out its deliveries once, then stops the pipeline."""

    connected = True
    oldest_unacknowledged_at = None

    def __init__(self, deliveries: list[Delivery], stop: threading.Event) -> None:
        self.deliveries = deliveries
        self.stop = stop
        self.acknowledged: list[Delivery] = []

    def receive(self, max_messages: int, wait_s: float) -> list[Delivery]:
        given, self.deliveries = self.deliveries, []
        if not given:
            self.stop.set()
        return given

    def acknowledge(self, deliveries: Iterable[Delivery]) -> None:
        self.acknowledged += deliveries

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

    def report(self, client_id: str, *, connected: bool, oldest_uncommitted_at: datetime | None) -> None: ...

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
    tenants = TenantTopics({"acme": "acme", "acme/lab": "lab"})
    return Pipeline(queue, shelf, new_decoder=lambda: Decoder(conventions), tenants=tenants, stop=stop)


def understood(one: Delivery) -> Item:
    stop = threading.Event()
    return pipeline(Queue([], stop), Shelf(lambda batch: None), stop, (PlainPath(),)).understand(one)


def test_what_one_tenants_devices_announce_is_not_anothers() -> None:
    announced = b'{"name": "Boiler", "state_topic": "x/1", "unique_id": "b1", "unit_of_measurement": "K"}'
    config = "homeassistant/sensor/b1/config"
    stop = threading.Event()
    told = [
        delivery(f"acme/{config}", announced.decode(), number=1),
        delivery("acme/x/1", "300", number=2),
        delivery("x/1", "300", number=3),
    ]
    shelf = Shelf(lambda batch: None)
    new_decoder = partial(_decoder_of_all, Settings())
    Pipeline(
        Queue(told, stop), shelf, new_decoder=new_decoder, tenants=TenantTopics({"acme": "acme"}), stop=stop
    ).run()
    units = {sample.tenant: sample.unit for batch in shelf.batches for sample in batch.samples}
    assert units == {"acme": "K", "main": None}


def _decoder_of_all(settings: Settings) -> Decoder:
    return Decoder(all_conventions(settings))


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


def test_a_reading_without_a_time_is_of_its_arrival() -> None:
    (sample,) = understood(delivery("d/t", "1")).samples
    assert sample.at == NOW


def test_a_retained_value_without_a_time_is_no_reading() -> None:
    assert understood(delivery("d/t", "1", retain=True)).samples == ()


def test_a_replay_of_a_silent_device_does_not_make_it_heard_again() -> None:
    (said,) = understood(delivery("d", '{"time": "2026-03-01T11:00:00Z", "t": 1}', retain=True)).samples
    assert said.received_at == said.at < NOW


def test_a_retained_value_with_a_time_is_a_reading() -> None:
    one = delivery("d", '{"time": "2026-03-01T11:00:00Z", "t": 1}', retain=True)
    assert len(understood(one).samples) == 1


def test_the_topic_decides_the_tenant() -> None:
    tenants = [
        understood(delivery(topic, "1")).samples[0].tenant
        for topic in ("acme/d/t", "acme/lab/d/t", "acmes/d/t")
    ]
    assert tenants == ["acme", "lab", "main"]


def test_the_prefix_of_a_tenant_is_no_part_of_its_devices() -> None:
    assert understood(delivery("acme/lab/d/t", "1")).samples[0].device == "d"
