"""What drives the rooms at each step and does not depend on them: sun, people, schedules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from data.demo.office.plan import Use
from data.demo.office.properties import COMFORT_C, ORDINARY_C
from data.demo.simulation import weather as outdoors
from data.demo.simulation.calendar import is_working_day
from data.demo.simulation.clock import STEPS, Array, Days, Mask, generator
from data.demo.simulation.enclosure import Enclosure
from data.demo.simulation.weather import Weather

_SOLAR_GAIN = 0.5 * 0.75  # of the glass, times the share of a window that is glass
_BLIND = 0.25  # what a closed outside blind lets through
_BLIND_W_M2 = 200.0
_SETBACK_K = 4.0
_LAMP_W_M2, _LAMP_LUX = 7.0, 480.0
_SWITCH_ON_LUX = 380.0
_HEATING_LIMIT_C = 15.0  # daily mean outdoors above which nothing is heated


@dataclass(frozen=True, slots=True, kw_only=True)
class Drives:
    """Shapes (days, steps, rooms) unless said otherwise."""

    people: Array
    sun_w: Array  # into the room
    lux: Array  # on the desks, with the lamps
    lamps_w: Array
    plugs_w: Array
    setpoint_c: Array
    ventilated: Array  # (days, steps) 1 while the air handling is scheduled
    night: Array  # (days, steps) 1 while free cooling is allowed
    heating: Array  # (days, steps) 1 when it is cold enough to heat
    dust: Array  # (days, steps, units) share of a full filter


def make(enclosure: Enclosure, days: Days, weather: Weather, people: Array, seed: int) -> Drives:
    """Everything that drives the rooms on these days."""
    sun_w, daylight = _sun(enclosure, weather)
    lit = (people > 0) & (daylight < _SWITCH_ON_LUX)
    hour, working = days.local_hour, np.array([is_working_day(day) for day in days.dates])[:, None]
    warm_up_from = np.array([3.0 if day.weekday() == 0 else 5.0 for day in days.dates])[:, None]
    comfort = working & (hour >= warm_up_from) & (hour < 18.0)
    cold = weather.temp_c.mean(axis=1, keepdims=True) < _HEATING_LIMIT_C
    return Drives(
        people=people,
        sun_w=sun_w,
        lux=daylight + lit * _LAMP_LUX,
        lamps_w=lit * _LAMP_W_M2 * enclosure.area_m2,
        plugs_w=_plugs(enclosure, days, people, seed),
        setpoint_c=_setpoints(enclosure, comfort),
        ventilated=(working & (hour >= 6.0) & (hour < 19.0)).astype(float),
        night=((hour < 6.0) | (hour >= 22.0)).astype(float),
        heating=np.repeat(cold.astype(float), STEPS, axis=1),
        dust=_dust(days),
    )  # fmt: skip


def _sun(enclosure: Enclosure, weather: Weather) -> tuple[Array, Array]:
    """Heat [W] and daylight [lx] that come through the windows.

    Blinds close where a facade is in full sun. Daylight by the average daylight factor of BRE, with
    the sky that a window sees: T W θ M / (A (1 - R²)), sunlight counted as if it came from the sky.
    """
    heat = np.zeros((*weather.temp_c.shape, len(enclosure.rooms)))
    lux = np.zeros_like(heat)
    surfaces_m2 = 2 * enclosure.area_m2 + 3.0 * 4 * np.sqrt(enclosure.area_m2)
    for facade, azimuth in enumerate(enclosure.facades_deg):
        irradiance = weather.on_wall(azimuth)
        passed = np.where(irradiance > _BLIND_W_M2, _BLIND, 1.0) * irradiance
        glass = enclosure.window_m2[:, facade]
        heat += _SOLAR_GAIN * passed[..., None] * glass
        factor = 0.65 * 0.85 * 55.0 * glass / (surfaces_m2 * 0.75) / 100.0
        # A wall sees half the sky, so twice its irradiance stands for the horizontal one.
        lux += 2.0 * outdoors.LUMEN_PER_WATT * passed[..., None] * factor
    return heat, lux


def _plugs(enclosure: Enclosure, days: Days, people: Array, seed: int) -> Array:
    """Power of what is plugged in [W]: some always, some with each person."""
    per_person = 110.0 * enclosure.where(Use.OFFICE, Use.OPEN_PLAN) + 35.0 * enclosure.where(Use.MEETING)
    per_person += 420.0 * enclosure.where(Use.KITCHENETTE)
    always = 0.8 * enclosure.area_m2 + 140.0 * enclosure.where(Use.KITCHENETTE)
    always += 3_200.0 * enclosure.where(Use.SERVER) + 350.0 * enclosure.where(Use.PLANT)
    noise = np.stack([generator(seed, "plugs", day).standard_normal(people.shape[1:]) for day in days.dates])
    power: Array = (always + per_person * people) * (1.0 + 0.04 * noise)
    return power


def _setpoints(enclosure: Enclosure, comfort: Mask) -> Array:
    least = np.array([COMFORT_C.get(room.use, ORDINARY_C)[0] for room in enclosure.rooms])
    setback = _SETBACK_K * (1.0 - enclosure.where(Use.SERVER, Use.PLANT))
    setpoint: Array = least - setback * (1.0 - comfort[..., None])
    return setpoint


def _dust(days: Days) -> Array:
    """Filters are changed on 1 April and 1 October; a half-year fills one.

    It is counted in days, not in the air that passed, so that no earlier day need be computed.
    """
    since = np.array([(day - _last_change(day)).days for day in days.dates], dtype=np.float64)
    filled = since[:, None, None] + (np.arange(STEPS) / STEPS)[None, :, None]
    shares: Array = filled / 183.0 * np.array([1.0, 0.85])  # the second unit's air is a little cleaner
    return shares


def _last_change(day: date) -> date:
    if day.month < 4:
        return date(day.year - 1, 10, 1)
    return date(day.year, 4 if day.month < 10 else 10, 1)
