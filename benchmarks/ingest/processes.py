"""What processes cost: memory over time and seconds of processor."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field

import psutil

_EVERY_S = 0.1


@dataclass(slots=True)
class Watch:
    """The memory of one process and what it started, sampled whenever asked, but not too often."""

    process: psutil.Process
    samples: list[tuple[float, float]] = field(default_factory=list)  # s since 1970, resident MB

    def sample(self) -> None:
        """Note the memory in use, unless that was done a moment ago."""
        now = time.time()
        if not self.samples or now - self.samples[-1][0] >= _EVERY_S:
            self.samples.append((now, sum(_resident_mb(one) for one in _family(self.process))))

    def resident_mb(self, at: float) -> float:
        """Memory in use at an instant [s since 1970]."""
        place = bisect_left(self.samples, at, key=lambda sample: sample[0])
        return self.samples[min(place, len(self.samples) - 1)][1]

    def peak_mb(self) -> float:
        """The most that was in use."""
        return max(resident for _, resident in self.samples)


def processor_s(processes: Iterable[psutil.Process]) -> float:
    """User and system seconds of processes so far; those that ended count nothing."""
    total = 0.0
    for process in processes:
        try:
            spent = process.cpu_times()
        except psutil.Error:
            continue
        total += spent.user + spent.system
    return total


def _family(process: psutil.Process) -> list[psutil.Process]:
    return [process, *process.children(recursive=True)]


def _resident_mb(process: psutil.Process) -> float:
    try:
        return float(process.memory_info().rss) / 1e6
    except psutil.Error:
        return 0.0
