"""What the devices read: the simulation's truth with their inaccuracy, their counters and their faults."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import numpy as np

from data.demo.devices import Device, devices
from data.demo.simulation.building import POINTS, Day, simulate
from data.demo.simulation.clock import STEP_S, Array, generator, midnight
from data.demo.simulation.faults import Fault
from data.demo.simulation.meters import COUNTERS

_GRID_S = np.arange(POINTS) * STEP_S
_STATES = frozenset(("occupancy", "setpoint", "fan_speed"))  # they jump; nothing lies between two values

# What a reading scatters by, and what a device is off by for good (standard deviations).
_NOISE = {
    "temperature": (0.04, 0.15), "humidity": (0.4, 1.2), "co2": (6.0, 15.0), "illuminance": (4.0, 0.0),
    "supply_temp": (0.05, 0.2), "return_temp": (0.05, 0.2), "mixed_temp": (0.08, 0.2),
    "flow_temp": (0.05, 0.1), "filter_dp_pa": (1.2, 0.0), "air_flow_m3h": (12.0, 0.0),
    "wind_speed": (0.25, 0.0), "pressure": (0.1, 0.3),
}  # fmt: skip
_SIGNED = frozenset(("temperature", "supply_temp", "mixed_temp", "flow_temp"))  # others are never below 0
_BATTERY_DAYS = 800

Ledger = dict[date, dict[str, float]]  # kWh of each place's counter at a day's midnight


@dataclass(slots=True, kw_only=True)
class Sensing:
    """Reads devices at any time since `origin`; computes the days it needs and keeps them.

    `ledger` holds each counter at the midnights since `origin` and grows as days are read; it can be
    kept and given back, for it is the one thing that depends on all days before.
    """

    origin: date
    faults: Sequence[Fault] = ()
    seed: int = 1
    ledger: Ledger = field(default_factory=dict)
    _days: dict[date, Day] = field(default_factory=dict)
    _held: dict[tuple[Fault, str, str], float] = field(default_factory=dict)

    def prepare(self, days: Iterable[date]) -> None:
        """Compute days together, which is much faster than one by one."""
        self._load([day for day in days if day not in self._days])

    def forget(self, *, before: date) -> None:
        """Let go of the days before this one; they are computed anew if they are read again."""
        self._days = {day: kept for day, kept in self._days.items() if day >= before}

    def read(self, device: Device, at: Sequence[datetime]) -> list[dict[str, float]]:
        """The values of a device's metrics at some times of one UTC day."""
        columns = {metric: self._metric(device, metric, at) for metric in device.metrics}
        return [{metric: float(values[row]) for metric, values in columns.items()} for row in range(len(at))]

    def is_heard(self, device: Device, at: datetime) -> bool:
        """Whether what a device says at this time comes through."""
        return not any(
            fault.name == "gateway-outage"
            and fault.target in (device.gateway, device.name)
            and fault.acts(at)
            for fault in self.faults
        )

    def _metric(self, device: Device, metric: str, at: Sequence[datetime]) -> Array:
        values = self._healthy(device, metric, at)
        for fault in self.faults:
            if fault.target in (device.name, f"{device.name}/{metric}"):
                values = self._with_fault(fault, device, metric, at, values)
        return values

    def _with_fault(
        self, fault: Fault, device: Device, metric: str, at: Sequence[datetime], values: Array
    ) -> Array:
        acts = np.array([fault.acts(time) for time in at])
        if not acts.any():
            return values
        if fault.name == "stuck-sensor":
            return np.where(acts, self._at_begin(fault, device, metric), values)
        if fault.name == "drift":
            days = np.array([(time - fault.at) / timedelta(days=1) for time in at])
            return np.where(acts, values + fault.strength * days, values)
        if fault.name == "counter-reset" and metric in COUNTERS:
            return np.where(acts, values - self._at_begin(fault, device, metric), values)
        return values

    def _at_begin(self, fault: Fault, device: Device, metric: str) -> float:
        """What the device said when the fault began, or when the demo did."""
        key = (fault, device.name, metric)
        if key not in self._held:
            begin = max(fault.at, midnight(self.origin))
            self._held[key] = float(self._healthy(device, metric, [begin])[0])
        return self._held[key]

    def _healthy(self, device: Device, metric: str, at: Sequence[datetime]) -> Array:
        """The values that the device would say without a fault of its own."""
        day = at[0].astimezone(UTC).date()
        since_s = np.array([(time - midnight(day)).total_seconds() for time in at])
        if metric == "battery":
            return _battery(device, day, since_s)
        truth = self._day(day).values[device.place, metric]
        if metric in _STATES:
            steps: Array = truth[(since_s // STEP_S).astype(int)]
            return steps
        values: Array = np.interp(since_s, _GRID_S, truth + self._error(device, metric, day))
        if metric in COUNTERS:
            return values + self._at_midnight(day, device.place)
        if metric == "humidity":
            return np.clip(values, 0.0, 100.0)
        return values if metric in _SIGNED else np.maximum(values, 0.0)

    def _error(self, device: Device, metric: str, day: date) -> Array | float:
        if metric not in _NOISE:
            return 0.0
        scatter, off = _NOISE[metric]
        name = f"{device.name}/{metric}"
        always = generator(self.seed, name, date.min).standard_normal() * off
        error: Array = always + generator(self.seed, name, day).standard_normal(POINTS) * scatter
        return error

    def _day(self, day: date) -> Day:
        if day not in self._days:
            self._load([day])
        return self._days[day]

    def _load(self, days: Sequence[date]) -> None:
        for made in simulate(days, self.faults, seed=self.seed):
            self._days[made.date] = made

    def _at_midnight(self, day: date, place: str) -> float:
        if day not in self.ledger:
            self._count_up_to(day)
        return self.ledger[day][place]

    def _count_up_to(self, day: date) -> None:
        known = max((done for done in self.ledger if done < day), default=self.origin)
        if known not in self.ledger:
            self.ledger[known] = {place: _first_count(place) for place in _counted()}
        missing = [known + timedelta(days=ahead) for ahead in range((day - known).days)]
        self.prepare([*missing, day])
        for before in missing:
            energies = self._day(before).values
            self.ledger[before + timedelta(days=1)] = {
                place: count + float(energies[place, "energy"][-1])
                for place, count in self.ledger[before].items()
            }


def _counted() -> Iterable[str]:
    return sorted({device.place for device in devices() if "energy" in device.metrics})


def _first_count(place: str) -> float:
    """What a counter had counted when the demo began [kWh]; the meters are older than the plugs."""
    return float(zlib.crc32(place.encode()) % (2_000 if place[0].isdigit() else 400_000))


def _battery(device: Device, day: date, since_s: Array) -> Array:
    """Charge [%], falling in a straight line until the battery is changed."""
    age = (day.toordinal() + zlib.crc32(device.name.encode())) % _BATTERY_DAYS
    return 100.0 - 90.0 * (age + since_s / 86_400.0) / _BATTERY_DAYS
