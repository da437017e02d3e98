"""Buildings made up at random: rooms in a thermal network, the plants that heat them, weather, and one fault.

Each room has a heat capacity, a conductance to every neighbour and to outdoors, a heater on its plant's
flow with a proportional valve, people and sun; a sensor adds lag, noise and steps. What is drawn at random
is drawn from wide ranges: nothing here is fitted to what is tested with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Fault = Literal["stuck", "offset", "drift", "noise", "window", "heater off", "heater on", "weather", "none"]
FAULTS: tuple[Fault, ...] = (
    "stuck", "offset", "drift", "noise", "window", "heater off", "heater on", "weather", "none",
)  # fmt: skip
VERDICTS: dict[Fault, str] = {
    "stuck": "sensor", "offset": "sensor", "drift": "sensor", "noise": "sensor",
    "window": "room", "heater off": "room", "heater on": "room", "weather": "weather", "none": "",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Building:
    """Rooms, which of them share a wall, what was measured, and what is true of the odd one."""

    rooms: pd.DataFrame  # id, plant, storey
    neighbours: list[tuple[str, str]]
    readings: pd.DataFrame  # time × room, and `outdoor`
    odd: str | None
    verdict: str


def building(seed: int, fault: Fault, *, walls: list[tuple[int, int]] | None = None) -> Building:
    """A building with a fault in one room, from some time in its second quarter on.

    Args:
        seed: Everything random follows from it.
        fault: What happens to the room.
        walls: Pairs of rooms that share a wall; drawn at random when not given.
    """
    rng = np.random.default_rng(seed)
    pairs = _walls(rng) if walls is None else walls
    n = 1 + max(max(pair) for pair in pairs)
    step_h = float(rng.choice([5, 10, 15, 30])) / 60
    steps = int(rng.integers(8, 16) * 24 / step_h)
    odd = int(rng.integers(n))
    start = int(steps * rng.uniform(0.3, 0.6))
    # Half of what goes wrong is put right again after a day or more.
    stop = steps if rng.random() < 0.5 else int(min(steps, start + rng.uniform(24, 96) / step_h))
    outdoor = _outdoor(rng, steps, step_h, snap=start if fault == "weather" else None)
    plants = rng.integers(0, max(1, n // 6) + 1, n)
    air = _temperatures(rng, pairs, plants, outdoor, step_h, odd=odd, faulty=(start, stop), fault=fault)
    index = pd.date_range("2024-01-08", periods=steps, freq=pd.Timedelta(hours=step_h), tz="UTC")
    names = [f"room {i}" for i in range(n)]
    readings = pd.DataFrame(
        _sensed(rng, air, step_h, odd=odd, faulty=(start, stop), fault=fault), index, names
    )
    readings["outdoor"] = outdoor + rng.normal(scale=0.1, size=steps)
    return Building(
        rooms=pd.DataFrame({"id": names, "plant": [f"plant {k}" for k in plants], "storey": "1"}),
        neighbours=[(names[a], names[b]) for a, b in pairs],
        readings=readings.mask(rng.random(readings.shape) < 0.01),
        odd=None if fault == "none" else names[odd],
        verdict=VERDICTS[fault],
    )


def _walls(rng: np.random.Generator) -> list[tuple[int, int]]:
    """Rooms along corridors: each beside the next, some opposite one another."""
    across, along = int(rng.integers(1, 4)), int(rng.integers(4, 9))
    pairs = [(r * along + c, r * along + c + 1) for r in range(across) for c in range(along - 1)]
    pairs += [(r * along + c, (r + 1) * along + c) for r in range(across - 1) for c in range(along)]
    kept = [pair for pair in pairs if rng.random() < 0.85]
    return [*kept, (across * along - 2, across * along - 1)] if kept else pairs


def _outdoor(rng: np.random.Generator, steps: int, step_h: float, *, snap: int | None) -> Floats:
    hours = np.arange(steps) * step_h
    slow = np.zeros(steps)
    for i in range(1, steps):
        slow[i] = slow[i - 1] * np.exp(-step_h / 60) + rng.normal(scale=0.35 * np.sqrt(step_h))
    outdoor: Floats = rng.uniform(-2, 10) + rng.uniform(1, 5) * np.sin(2 * np.pi * (hours - 9) / 24) + slow
    if snap is not None:
        outdoor = outdoor - rng.uniform(10, 16) * (1 - np.exp(-np.maximum(hours - hours[snap], 0) / 10))
    return outdoor


def _temperatures(
    rng: np.random.Generator,
    pairs: list[tuple[int, int]],
    plants: npt.NDArray[np.int64],
    outdoor: Floats,
    step_h: float,
    *,
    odd: int,
    faulty: tuple[int, int],
    fault: Fault,
) -> Floats:
    """Air of the rooms [°C], shape (steps, rooms), by small steps of Euler's method."""
    n, steps = len(plants), len(outdoor)
    start, stop = faulty
    capacity = rng.uniform(0.6, 2.0, n)  # kWh/K
    walls = np.zeros((n, n))
    for a, b in pairs:
        walls[a, b] = walls[b, a] = rng.uniform(0.02, 0.06)  # kW/K
    outside = rng.uniform(0.01, 0.03, n)  # kW/K
    most = outside * rng.uniform(28, 34, n) + 0.1  # kW of the heater
    if fault == "weather":
        # Much glass, and a heater that is just enough for ordinary weather.
        outside[odd] = rng.uniform(0.10, 0.15)
        most[odd] = outside[odd] * (23 - outdoor[:start].min())
    wanted = 21 + rng.normal(scale=0.5, size=n)
    people, sun = rng.uniform(0, 0.15, n), rng.uniform(0, 0.2, n)
    flow = 1 + 0.05 * rng.normal(size=plants.max() + 1)[plants]
    air = np.empty((steps, n))
    now = wanted.copy()
    hours = np.arange(steps) * step_h
    opening = rng.uniform(0.04, 0.12)  # kW/K
    for i in range(steps):
        now_faulty = start <= i < stop
        loss, valve = outside.copy(), np.clip((wanted + 1 - now) / 2, 0, 1)
        if now_faulty and fault == "window":
            loss[odd] += opening
        if now_faulty and fault == "heater off":
            valve[odd] = 0.0
        power = most * flow * valve
        if now_faulty and fault == "heater on":
            power[odd] = most[odd] + 0.2
        daytime = 8 <= hours[i] % 24 < 18
        noon = max(0.0, float(np.sin(np.pi * (hours[i] % 24 - 8) / 10)))
        gains = daytime * (people * rng.uniform(0.3, 1.0, n) + sun * noon)
        for _ in range(3):
            between = walls @ now - walls.sum(axis=1) * now
            now = now + step_h / 3 * (between + loss * (outdoor[i] - now) + power + gains) / capacity
        air[i] = now
    return air


def _sensed(
    rng: np.random.Generator, air: Floats, step_h: float, *, odd: int, faulty: tuple[int, int], fault: Fault
) -> Floats:
    steps, n = air.shape
    keeps = np.exp(-step_h / rng.uniform(0.05, 0.5, n))
    seen = np.empty_like(air)
    seen[0] = air[0]
    for i in range(1, steps):
        seen[i] = keeps * seen[i - 1] + (1 - keeps) * air[i]
    seen += rng.normal(scale=0.25, size=n) + rng.normal(scale=rng.uniform(0.02, 0.1, n), size=air.shape)
    start, stop = faulty
    at = np.arange(steps)
    after = (at >= start) & (at < stop)
    sign = rng.choice([-1, 1])
    if fault == "offset":
        seen[:, odd] += after * sign * rng.uniform(2, 5)
    if fault == "drift":
        seen[:, odd] += sign * rng.uniform(2.5, 5) * after * (at - start) / (stop - start)
    if fault == "noise":
        seen[:, odd] += after * rng.normal(scale=rng.uniform(0.6, 2.0), size=steps)
    if fault == "stuck":
        seen[after, odd] = seen[start, odd]
    resolution = float(rng.choice([0.01, 0.1]))
    sensed: Floats = np.round(seen / resolution) * resolution
    return sensed
