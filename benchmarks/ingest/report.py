"""The figures as tables for people and as JSON for machines."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import TypeVar

import psutil

from benchmarks.ingest.contenders import BATCHED
from benchmarks.ingest.drain import Drained
from benchmarks.ingest.figures import Spread, ratio
from benchmarks.ingest.killed import Killed
from benchmarks.ingest.live import Lived

T = TypeVar("T")

_DRAIN = ("drain", "messages", "msg/s", "(least-most)", "ratio", "rows/s", "total s", "missing",
          "us CPU/msg", "ratio", "store us", "MB at 10/50/100 %", "peak MB")  # fmt: skip
_LIVE = ("live", "msg/s", "sent", "kept up", "p50 ms", "p95 ms", "p99 ms", "max ms", "missing",
         "core", "store core")  # fmt: skip
_KILLED = ("kill -9", "messages", "kills", "lost rows", "stored twice")


@dataclass(slots=True)
class Report:
    """All that one run of the benchmark measured."""

    machine: dict[str, str]
    drained: list[Drained] = field(default_factory=list)
    lived: list[Lived] = field(default_factory=list)
    killed: list[Killed] = field(default_factory=list)
    load_averages: list[float] = field(default_factory=list)  # of one minute, before every measurement

    def note_load(self) -> None:
        """Keep how busy the machine is; others may work on it too."""
        self.load_averages.append(round(os.getloadavg()[0], 2))

    def as_json(self) -> str:
        """Every single measurement."""
        return json.dumps(asdict(self), indent=1)

    def as_text(self) -> str:
        """Medians of all rounds, and ratios against batched Node-RED."""
        parts = [", ".join(f"{name} {value}" for name, value in self.machine.items())]
        if self.load_averages:
            loads = Spread.of(self.load_averages)
            parts.append(f"load average {loads.median:.1f} ({loads.least:.1f}-{loads.most:.1f})")
        if self.drained:
            parts.append(_table(_DRAIN, self._drain_rows()))
        if self.lived:
            parts.append(_table(_LIVE, self._live_rows()))
        if self.killed:
            parts.append(_table(_KILLED, map(_killed_row, self.killed)))
        return "\n\n".join(parts)

    def _drain_rows(self) -> Iterable[Sequence[str]]:
        rates = {
            name: [one.messages_per_s for one in found] for name, found in _grouped(self.drained).items()
        }
        yardstick = Spread.of(rates[BATCHED]).median if BATCHED in rates else 0.0
        costs = {name: _cost_us(found) for name, found in _grouped(self.drained).items()}
        for name, found in _grouped(self.drained).items():
            rate = Spread.of(rates[name])
            yield (
                name,
                f"{found[0].messages:,}",
                f"{rate.median:,.0f}",
                f"({rate.least:,.0f}-{rate.most:,.0f})",
                f"{ratio(rate.median, yardstick):.2f}",
                f"{_median(found, lambda one: one.rows_per_s):,.0f}",
                f"{_median(found, lambda one: one.total_s):.1f}",
                str(sum(one.missing_rows for one in found)),
                f"{costs[name]:.1f}",
                f"{ratio(costs[name], costs.get(BATCHED, 0.0)):.2f}",
                f"{1e6 * _median(found, lambda one: (one.store_processor_s or 0) / one.messages):.1f}",
                " / ".join(f"{_median(found, _resident(place)):.0f}" for place in range(3)),
                f"{_median(found, lambda one: one.peak_mb or 0):.0f}",
            )

    def _live_rows(self) -> Iterable[Sequence[str]]:
        cells: dict[tuple[str, int], list[Lived]] = {}
        for one in self.lived:
            cells.setdefault((one.contender, one.rate), []).append(one)
        for (name, rate), found in cells.items():
            delays = (lambda one: one.p50_ms, lambda one: one.p95_ms, lambda one: one.p99_ms)
            yield (
                name,
                f"{rate:,}",
                f"{_median(found, lambda one: one.sent_per_s):,.0f}",
                f"{sum(one.kept_up for one in found)} of {len(found)}",
                *(f"{_median(found, delay):,.0f}" for delay in delays),
                f"{max(one.max_ms for one in found):,.0f}",
                str(sum(one.missing_rows for one in found)),
                f"{_median(found, lambda one: one.processor_share):.2f}",
                f"{_median(found, lambda one: one.store_processor_share):.2f}",
            )


def machine() -> dict[str, str]:
    """What the benchmark runs on."""
    return {
        "cores": str(os.cpu_count()),
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
    }


def _grouped(drained: Iterable[Drained]) -> dict[str, list[Drained]]:
    groups: dict[str, list[Drained]] = {}
    for one in drained:
        groups.setdefault(one.contender, []).append(one)
    return groups


def _cost_us(found: Sequence[Drained]) -> float:
    return 1e6 * _median(found, lambda one: (one.processor_s or 0) / one.messages)


def _resident(place: int) -> Callable[[Drained], float]:
    return lambda one: one.resident_mb[place] if one.resident_mb else 0.0


def _median(found: Sequence[T], of: Callable[[T], float]) -> float:
    return Spread.of([of(one) for one in found]).median


def _killed_row(one: Killed) -> Sequence[str]:
    return one.contender, f"{one.messages:,}", str(one.kills), f"{one.lost_rows:,}", f"{one.repeated_rows:,}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    )
