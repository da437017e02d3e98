"""The whole building, day by day: what every sensor and meter in it could see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from data.demo.simulation import drives, faults, meters, occupancy, weather
from data.demo.simulation.air_handling import UnitState
from data.demo.simulation.clock import STEPS, Array, Days
from data.demo.simulation.enclosure import office
from data.demo.simulation.faults import Fault
from data.demo.simulation.meters import Values
from data.demo.simulation.stepping import Inputs, Rows, State, step
from data.demo.simulation.thermal import RoomState

POINTS = STEPS + 1  # of a day: its last is midnight again
WARM_UP_DAYS = 7  # walls remember about two days, so what was assumed at first is forgotten


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One UTC day's truth, every 5 minutes; energies are kWh since its midnight."""

    date: date
    values: Values  # (place, quantity) -> shape (POINTS,)


def simulate(wanted: Iterable[date], faulty: Sequence[Fault] = (), *, seed: int = 1) -> list[Day]:
    """Compute days, oldest first, each after a warm-up of its own; all are stepped side by side.

    A day is the same whichever others are computed with it, for its state at midnight comes from its
    warm-up alone. So it does not quite continue the day before; the gap is below what a sensor sees.
    """
    dates = sorted(set(wanted))
    if not dates:
        return []
    inputs = _inputs(dates, faulty, seed)
    place = {day: row for row, day in enumerate(inputs.days.dates)}
    rows = np.array(
        [[place[day - timedelta(days=back)] for back in range(WARM_UP_DAYS, -1, -1)] for day in dates]
    )
    recorded = _run(inputs, rows)
    return [
        Day(
            date=day,
            values=meters.values(
                inputs.enclosure,
                {name: value[row] for name, value in recorded.items()},
                _outdoors(inputs, rows[row, -1]),
            ),
        )
        for row, day in enumerate(dates)
    ]


def _inputs(dates: Sequence[date], faulty: Sequence[Fault], seed: int) -> Inputs:
    all_dates = {day - timedelta(days=back) for day in dates for back in range(WARM_UP_DAYS + 1)}
    days, enclosure = Days(tuple(sorted(all_dates))), office()
    outdoors = weather.make(days, seed)
    people = occupancy.people(enclosure.rooms, days, seed)
    return Inputs(
        days=days,
        enclosure=enclosure,
        weather=outdoors,
        outdoor_g_kg=outdoors.grams_per_kg,
        drives=drives.make(enclosure, days, outdoors, people, seed),
        damage=faults.damage(faulty, enclosure, days),
    )


def _run(inputs: Inputs, rows: Rows) -> dict[str, Array]:
    """Step through warm-ups and days; gives each quantity as (days, POINTS, rooms or units)."""
    state = _begin(inputs, rows[:, 0])
    seen: list[dict[str, Array]] = []
    for column in range(rows.shape[1]):
        for at in range(STEPS):
            state, now = step(inputs, rows[:, column], at, state)
            if column == WARM_UP_DAYS:
                seen.append(now)
    _, midnight = step(inputs, rows[:, -1], STEPS - 1, state)
    seen.append(midnight)
    return {name: np.stack([now[name] for now in seen], axis=1) for name in midnight}


def _begin(inputs: Inputs, rows: Rows) -> State:
    """The state that is assumed before a warm-up: what the day's mean outdoors lets expect."""
    enclosure, mean_c = inputs.enclosure, inputs.weather.temp_c[rows].mean(axis=1, keepdims=True)
    shape, units = (len(rows), len(enclosure.rooms)), (len(rows), enclosure.served.shape[1])
    inside_c = np.broadcast_to(np.clip(mean_c + 5.0, 20.0, 27.0), shape)
    water = np.broadcast_to(inputs.outdoor_g_kg[rows].mean(axis=1, keepdims=True) + 0.5, shape)
    rooms = RoomState(
        air_c=inside_c, mass_c=inside_c, co2_ppm=np.full(shape, weather.CO2_PPM), water_g_kg=water
    )
    calm_c = np.full(units, 20.0)
    still = UnitState(coil=np.zeros(units), supply_c=calm_c, mixed_c=calm_c, return_c=calm_c)
    return State(rooms=rooms, units=still, radiators=np.zeros(shape))


def _outdoors(inputs: Inputs, row: int) -> dict[str, Array]:
    sky = inputs.weather
    seen = {
        "temperature": sky.temp_c[row],
        "humidity": sky.humidity_pct[row],
        "pressure": sky.pressure_hpa[row],
        "wind_speed": sky.wind_m_s[row],
        "irradiance": sky.horizontal_w_m2[row],
        "illuminance": sky.horizontal_w_m2[row] * weather.LUMEN_PER_WATT,
    }
    return {name: np.append(value, value[-1]) for name, value in seen.items()}
