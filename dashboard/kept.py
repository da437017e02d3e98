"""What is read of a tenant once for all viewers, and again only after a while."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """Values by tenant, each at most so many seconds old while they can be read. Thread-safe."""

    def __init__(self, read: Callable[[int], Value], *, for_s: float) -> None:
        self._read = read
        self._for_s = for_s
        self._lock = Lock()
        self._held: dict[int, tuple[Value, float]] = {}  # with its time on the monotonic clock

    def of(self, tenant: int) -> Value:
        """The tenant's value; while another thread reads anew, the last one.

        Raises:
            StoreError: what reading it raises.
        """
        held = self._held.get(tenant)
        if held is not None and time.monotonic() - held[1] < self._for_s:
            return held[0]
        if not self._lock.acquire(blocking=held is None):
            assert held is not None  # only then it is not waited for
            return held[0]
        try:
            held = self._held.get(tenant)
            if held is None or time.monotonic() - held[1] >= self._for_s:
                held = self._held[tenant] = (self._read(tenant), time.monotonic())
            return held[0]
        finally:
            self._lock.release()
