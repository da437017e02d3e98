from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from data.ingest.delivery import Delivery
from data.ingest.fair_queue import FairQueue, source_of

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def delivery(number: int, topic: str, *, qos: int = 1) -> Delivery:
    return Delivery(
        topic=topic, payload=b"12", retain=False, received_at=NOW,
        number=number, connection=1, mid=number + 1, qos=qos,
    )  # fmt: skip


def queue_of(*deliveries: Delivery) -> FairQueue:
    queue = FairQueue()
    for one in deliveries:
        queue.put(one)
    return queue


def test_a_quiet_device_does_not_wait_behind_a_noisy_one() -> None:
    queue = queue_of(*(delivery(n, "noisy/t") for n in range(5_000)), delivery(5_000, "quiet/t"))
    assert "quiet/t" in {one.topic for one in queue.take(1_000)}


def test_what_fits_comes_in_the_order_of_arrival() -> None:
    queue = queue_of(delivery(0, "b/t"), delivery(1, "a/t"), delivery(2, "b/t"))
    assert [one.number for one in queue.take(10)] == [0, 1, 2]


def test_with_more_sources_than_places_all_have_their_turn() -> None:
    queue = queue_of(*(delivery(n, f"d{n % 10}/t") for n in range(20)))
    first, second = queue.take(5), queue.take(5)
    assert len({one.topic for one in first + second}) == 10


def test_messages_of_one_sparkplug_node_stay_in_order() -> None:
    topics = ("spBv1.0/g/NBIRTH/n", "spBv1.0/g/DBIRTH/n/d", "spBv1.0/g/DDATA/n/d")
    assert len({source_of(topic) for topic in topics}) == 1
    assert source_of("spBv1.0/g/NDATA/other") != source_of("spBv1.0/g/NDATA/n")


def test_what_is_removed_is_no_longer_counted() -> None:
    queue = queue_of(delivery(0, "a/t"), delivery(1, "a/t", qos=0))
    assert [one.number for one in queue.remove(lambda one: one.qos > 0)] == [0]
    assert (len(queue), queue.size) == (1, 2)


@given(st.lists(st.integers(0, 5), max_size=60), st.lists(st.integers(1, 20), min_size=1, max_size=30))
def test_every_message_is_taken_once_and_each_sources_in_order(sources: list[int], takes: list[int]) -> None:
    queue = queue_of(*(delivery(n, f"d{source}/t") for n, source in enumerate(sources)))
    taken = [one for at_most in [*takes, 60] for one in queue.take(at_most)]
    assert sorted(one.number for one in taken) == list(range(len(sources)))
    for source in set(sources):
        numbers = [one.number for one in taken if one.topic == f"d{source}/t"]
        assert numbers == sorted(numbers)
    assert (len(queue), queue.size) == (0, 0)
