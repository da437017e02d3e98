"""The last minute, by a clock that the tests move."""

from __future__ import annotations

import random

import pytest

from data.ingest.last_minute import SOURCES, LastMinute


class Clock:
    def __init__(self) -> None:
        self.now_s = 1_000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def minute(clock: Clock) -> LastMinute:
    return LastMinute(clock=clock)


def test_rates_are_those_of_the_last_minute(minute: LastMinute, clock: Clock) -> None:
    for _ in range(300):
        minute.add(messages=7, rows=14)
        clock.now_s += 1
    found = minute.figures()
    assert found["messages_per_s"] == pytest.approx(7)
    assert found["rows_per_s"] == pytest.approx(14)


def test_what_has_just_begun_is_measured_over_the_time_there_was(minute: LastMinute, clock: Clock) -> None:
    minute.add(messages=20)
    clock.now_s += 4
    assert minute.figures()["messages_per_s"] == 5


def test_what_is_older_than_a_minute_is_forgotten(minute: LastMinute, clock: Clock) -> None:
    minute.add(messages=1, rows=1, understood=1, dead_letters=1)
    minute.waited(3.0)
    minute.heard("main", "a", 1)
    clock.now_s += 61
    assert set(minute.figures().values()) == {0, None}
    assert minute.noisiest(5) == {}


def test_latencies_are_quantiles_of_the_batches(minute: LastMinute) -> None:
    for number in random.Random(4).sample(range(1, 1_001), 1_000):
        minute.waited(number / 1_000)
    found = minute.figures()
    assert found["latency_p50_s"] == pytest.approx(0.5, abs=0.002)
    assert found["latency_p99_s"] == pytest.approx(0.99, abs=0.002)


def test_the_noisiest_come_first_and_no_more_than_asked_for(minute: LastMinute) -> None:
    for name, messages in {"a": 3, "b": 9, "c": 5}.items():
        minute.heard("main", name, messages)
    assert list(minute.noisiest(2)["main"].items()) == [("b", 9), ("c", 5)]


def test_a_noisy_source_is_found_among_far_more_than_are_remembered(minute: LastMinute) -> None:
    sent = [f"quiet-{number}" for number in range(20_000)] + ["noisy"] * 500
    random.Random(4).shuffle(sent)
    for name in sent:
        minute.heard("main", name, 1)
    found = minute.noisiest(1)["main"]
    lost_at_most = len(sent) / SOURCES
    assert list(found) == ["noisy"]
    assert 500 - lost_at_most <= found["noisy"] <= 500


def test_memory_stays_bounded_however_many_sources_there_are(minute: LastMinute) -> None:
    for number in range(10 * SOURCES):
        minute.heard("main", f"device-{number}", 1 + number % 7)
    assert 0 < len(minute.noisiest(10 * SOURCES)["main"]) < 2 * SOURCES


def test_sources_are_counted_exactly_while_there_are_not_too_many(minute: LastMinute) -> None:
    for _ in range(3):
        for number in range(SOURCES):
            minute.heard("main", f"device-{number}", 1)
    assert set(minute.noisiest(SOURCES)["main"].values()) == {3}
