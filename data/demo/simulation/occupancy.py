"""Who is where: people in each room, by its use, its seats, the weekday and the hour."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from data.demo.office.plan import Room, Use
from data.demo.simulation.calendar import is_working_day
from data.demo.simulation.clock import STEPS, Array, Days, generator

_ATTENDANCE = (0.72, 0.80, 0.80, 0.75, 0.52)  # share of seats taken, Monday to Friday
_ON_A_FREE_DAY = 0.02
_MEETING_CHANCE = 0.42  # that a given hour begins one

# People on average during office hours where nobody has a seat; and how many more at lunch time.
_PASSING = {
    Use.LOBBY: (0.8, 1.5), Use.CORRIDOR: (0.4, 1.0), Use.STAIR: (0.3, 1.0), Use.WC: (0.25, 0.2),
    Use.KITCHENETTE: (0.35, 3.0), Use.STORAGE: (0.06, 0.0), Use.PLANT: (0.01, 0.0),
}  # fmt: skip


def people(rooms: Sequence[Room], days: Days, seed: int) -> Array:
    """People in each room; shape (days, steps, rooms)."""
    made = np.zeros((len(days.dates), STEPS, len(rooms)))
    for row, day in enumerate(days.dates):
        hour = days.local_hour[row]
        for column, room in enumerate(rooms):
            random = generator(seed, f"people {room.number}", day)
            made[row, :, column] = _in_room(room, day, hour, random)
    return made


def _in_room(room: Room, day: date, hour: Array, random: np.random.Generator) -> Array:
    if room.use in (Use.OFFICE, Use.OPEN_PLAN):
        return _at_desks(room.seats, day, hour, random)
    if not is_working_day(day):
        return np.zeros(STEPS)
    if room.use is Use.MEETING:
        return _in_meetings(room.seats, hour, random)
    ordinary, lunch = _PASSING.get(room.use, (0.0, 0.0))
    at_lunch = np.exp(-(((hour - 12.5) / 0.6) ** 2))
    mean = ((hour > 7.5) & (hour < 18.0)) * (ordinary + lunch * at_lunch)
    return np.asarray(random.poisson(mean), dtype=np.float64)


def _at_desks(seats: int, day: date, hour: Array, random: np.random.Generator) -> Array:
    """Each seat's person comes, has lunch, is away twice, and leaves; all at times of their own."""
    attendance = _ATTENDANCE[day.weekday()] if is_working_day(day) else _ON_A_FREE_DAY
    comes = random.random(seats) < attendance
    arrival, leaving = random.normal(8.4, 0.6, seats), random.normal(17.0, 0.9, seats)
    away = np.stack([random.normal(12.4, 0.3, seats), *random.uniform(8.5, 16.5, (2, seats))])
    lasts = np.stack([np.full(seats, 0.6), *random.uniform(0.2, 1.2, (2, seats))])
    now = hour[:, None]
    there = (now >= arrival) & (now < leaving) & comes
    for start, length in zip(away, lasts, strict=True):
        there &= ~((now >= start) & (now < start + length))
    return np.asarray(there.sum(axis=1), dtype=np.float64)


def _in_meetings(seats: int, hour: Array, random: np.random.Generator) -> Array:
    there = np.zeros(STEPS)
    end = 0.0
    for start in range(8, 17):
        held, size, length = random.random(), random.uniform(0.25, 0.95), random.uniform(0.7, 1.9)
        if held < _MEETING_CHANCE and start >= end:
            end = start + length
            there[(hour >= start) & (hour < end)] = max(2.0, np.round(size * seats))
    return there
