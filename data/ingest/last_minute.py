"""What happened in the last minute, in slices of ten seconds: memory stays flat whatever comes."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field

SOURCES = 2_000  # are counted exactly in a slice; of more, the busiest are kept

_SLICE_S = 10.0
_SLICES = 6


@dataclass(slots=True)
class _Slice:
    """Ten seconds."""

    begins: float  # on the clock
    messages: int = 0
    rows: int = 0
    understood: int = 0
    dead_letters: int = 0
    waits_s: list[float] = field(default_factory=list)  # one a batch, and batches take time
    heard: Counter[tuple[str, str]] = field(default_factory=Counter)  # messages by tenant and source


class LastMinute:
    """Counts of the last minute. Thread-safe."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._slices: deque[_Slice] = deque(maxlen=_SLICES)
        self._began = clock()

    def add(self, *, messages: int = 0, rows: int = 0, understood: int = 0, dead_letters: int = 0) -> None:
        """Count messages that came, rows that are new, values understood, and messages set aside."""
        with self._lock:
            now = self._now()
            now.messages += messages
            now.rows += rows
            now.understood += understood
            now.dead_letters += dead_letters

    def waited(self, seconds: float) -> None:
        """Remember how long a batch took."""
        with self._lock:
            self._now().waits_s.append(seconds)

    def heard(self, tenant: str, source: str, messages: int) -> None:
        """Count messages of one source."""
        with self._lock:
            heard = self._now().heard
            heard[tenant, source] += messages
            if len(heard) >= 2 * SOURCES:
                _keep_busiest(heard)

    def figures(self) -> dict[str, float | None]:
        """Rates [1/s], counts, and the time below which half and 99 % of the batches were done [s]."""
        with self._lock:
            slices = self._recent()
            # What has just begun is measured over the time that there was.
            span_s = max(1.0, self._clock() - max(self._began, self._oldest()))
            waits = sorted(wait for one in slices for wait in one.waits_s)
            return {
                "messages_per_s": round(sum(one.messages for one in slices) / span_s, 2),
                "rows_per_s": round(sum(one.rows for one in slices) / span_s, 2),
                "understood": sum(one.understood for one in slices),
                "dead_letters": sum(one.dead_letters for one in slices),
                "latency_p50_s": _quantile(waits, 0.5),
                "latency_p99_s": _quantile(waits, 0.99),
            }

    def noisiest(self, number: int) -> dict[str, dict[str, int]]:
        """By tenant the `number` sources with most messages, and how many; at least so many, if not all."""
        total: Counter[tuple[str, str]] = Counter()
        with self._lock:
            for one in self._recent():
                total.update(one.heard)
        found: dict[str, dict[str, int]] = {}
        for (tenant, source), messages in total.most_common():
            of_tenant = found.setdefault(tenant, {})
            if len(of_tenant) < number:
                of_tenant[source] = messages
        return found

    def _now(self) -> _Slice:
        now = self._clock()
        if not self._slices or now >= self._slices[-1].begins + _SLICE_S:
            self._slices.append(_Slice(now - now % _SLICE_S))
        return self._slices[-1]

    def _recent(self) -> list[_Slice]:
        oldest = self._oldest()
        return [one for one in self._slices if one.begins >= oldest]

    def _oldest(self) -> float:
        """When the oldest slice that counts begins: the one that is still being filled is the last."""
        now = self._clock()
        return now - now % _SLICE_S - (_SLICES - 1) * _SLICE_S


def _quantile(ordered: list[float], share: float) -> float | None:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else None


def _keep_busiest(heard: Counter[tuple[str, str]]) -> None:
    """Halve the sources by the rule of Misra and Gries: what is kept is undercounted by a known bound.

    A source that sends more than one in `SOURCES` of a slice's messages is never lost.
    """
    least = heard.most_common(SOURCES + 1)[-1][1]
    kept = {source: messages - least for source, messages in heard.items() if messages > least}
    heard.clear()
    heard.update(kept)
