"""Faults that can be asked for: what they are called, what they act on, and how they show.

A fault of the building acts on the physics; a fault of a device acts on what it says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from data.demo.simulation.clock import STEP_S, STEPS, Array, Days, midnight
from data.demo.simulation.enclosure import AHUS, Enclosure


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of fault."""

    name: str
    target: str  # what it acts on, in words
    summary: str
    size: float | None = None  # the default, where it has a size
    unit: str = ""


KINDS = {
    kind.name: kind
    for kind in (
        Kind(name="stuck-sensor", target="DEVICE or DEVICE/METRIC",
             summary="says the value it had when it began"),
        Kind(name="drift", target="DEVICE or DEVICE/METRIC",
             summary="is further from the truth every day", size=0.5, unit="of its unit a day"),
        Kind(name="gateway-outage", target="GATEWAY or DEVICE",
             summary="nothing that passes through it is heard"),
        Kind(name="counter-reset", target="METER or PLUG", summary="counts again from zero"),
        Kind(name="failed-fan", target="AHU", summary="the fan stands still though it is told to run"),
        Kind(name="clogging-filter", target="AHU",
             summary="dust fills the filter", size=0.25, unit="fillings a day"),
        Kind(name="stuck-valve", target="ROOM with a valve, its DEVICE, or AHU",
             summary="the heating valve stands still", size=1.0, unit="open, from 0 to 1"),
        Kind(name="open-window", target="ROOM with a window",
             summary="a window stands open", size=0.8, unit="m²"),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault and its time."""

    name: str  # a key of KINDS
    target: str  # as the simulation calls it: a room's number, AHU-1, a device, device/metric, a gateway
    at: datetime  # aware
    until: datetime | None = None  # aware; None: it lasts
    size: float | None = None

    @property
    def strength(self) -> float:
        """Its size, or its kind's."""
        size = KINDS[self.name].size if self.size is None else self.size
        return 0.0 if size is None else size

    def acts(self, at: datetime) -> bool:
        """Whether it is there at this time."""
        return self.at <= at and (self.until is None or at < self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """What the faults of the building do at each step; shapes (days, steps, rooms or units)."""

    window_m2: Array  # opened
    radiator: Array  # position of a stuck valve, NaN where it is free
    coil: Array  # position of a stuck valve, NaN where it is free
    fan: Array  # 1 runs, 0 failed
    dust: Array  # fillings of the filter beside the ordinary dust


def damage(faults: Iterable[Fault], enclosure: Enclosure, days: Days) -> Damage:
    """What these faults do to the building on these days."""
    shape = (len(days.dates), STEPS)
    rooms, units = (*shape, len(enclosure.rooms)), (*shape, len(AHUS))
    done = Damage(
        window_m2=np.zeros(rooms), radiator=np.full(rooms, np.nan), coil=np.full(units, np.nan),
        fan=np.ones(units), dust=np.zeros(units),
    )  # fmt: skip
    for fault in faults:
        for row, acting, since_d in _times(fault, days):
            _apply(done, fault, enclosure, row, acting, since_d)
    return done


def _times(fault: Fault, days: Days) -> Iterator[tuple[int, slice, Array]]:
    """The steps of each day that begin within the fault, and how many days it has lasted then."""
    for row, day in enumerate(days.dates):
        begin = (fault.at - midnight(day)) / timedelta(seconds=STEP_S)
        end = STEPS if fault.until is None else (fault.until - midnight(day)) / timedelta(seconds=STEP_S)
        steps = np.arange(STEPS, dtype=np.float64)
        acting = steps[(steps >= begin) & (steps < end)]
        if acting.size:
            yield row, slice(int(acting[0]), int(acting[-1]) + 1), (acting - begin) * (STEP_S / 86_400.0)


def _apply(done: Damage, fault: Fault, enclosure: Enclosure, row: int, acting: slice, since_d: Array) -> None:
    if fault.name == "open-window":
        done.window_m2[row, acting, enclosure.index(fault.target)] += fault.strength
    elif fault.name == "failed-fan":
        done.fan[row, acting, AHUS.index(fault.target)] = 0.0
    elif fault.name == "clogging-filter":
        done.dust[row, acting, AHUS.index(fault.target)] += fault.strength * since_d
    elif fault.name == "stuck-valve" and fault.target in AHUS:
        done.coil[row, acting, AHUS.index(fault.target)] = fault.strength
    elif fault.name == "stuck-valve":
        done.radiator[row, acting, enclosure.index(fault.target)] = fault.strength
