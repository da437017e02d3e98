"""What is read once for all viewers."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from dashboard.kept import Kept
from data.errors import StoreUnavailable

PATIENCE_S = 30.0


def test_a_value_is_read_once_for_each_tenant() -> None:
    numbers = iter(range(5))
    kept = Kept(lambda tenant: (tenant, next(numbers)), for_s=3_600)
    assert [kept.of(1), kept.of(1), kept.of(2)] == [(1, 0), (1, 0), (2, 1)]


def test_a_value_that_is_too_old_is_read_again() -> None:
    numbers = iter(range(5))
    kept = Kept(lambda _tenant: next(numbers), for_s=0)
    assert [kept.of(1), kept.of(1)] == [0, 1]


def test_what_failed_is_tried_again() -> None:
    away = iter([True, False])

    def read(_tenant: int) -> int:
        if next(away):
            raise StoreUnavailable
        return 7

    kept = Kept(read, for_s=3_600)
    with pytest.raises(StoreUnavailable):
        kept.of(1)
    assert kept.of(1) == 7


def test_while_one_thread_reads_the_others_take_the_last_value() -> None:
    reading, go_on = threading.Event(), threading.Event()
    numbers = iter(range(5))

    def read(_tenant: int) -> int:
        number = next(numbers)
        if number:
            reading.set()
            assert go_on.wait(PATIENCE_S)
        return number

    kept = Kept(read, for_s=0)
    kept.of(1)
    with ThreadPoolExecutor(1) as other:
        slow = other.submit(kept.of, 1)
        assert reading.wait(PATIENCE_S)
        assert kept.of(1) == 0
        go_on.set()
        assert slow.result() == 1
