"""Whether it is the sensor, the room or the weather that makes a room odd."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from sklearn.isotonic import IsotonicRegression

from analytics.patterns.partition import best_split, running_sums
from analytics.regular import Floats
from analytics.spatial.oddness import LIMIT, Oddness, without_day
from analytics.spatial.plan import Plan

Verdict = Literal["sensor", "room", "weather"]

LAGS_H = (1.0, 3.0, 6.0, 12.0)  # half-lives at which neighbours may follow
_WEATHER_LAGS_H = (3.0, 6.0, 12.0, 24.0)
_FELT = 3.0  # standard errors by which neighbours follow more than rooms further off
_USUAL_SPREAD = 0.01  # of how rooms further off follow, as if two had shown it
_FELT_LEAST = 0.01  # of the room's own deviation
_AT_ONCE = 0.5  # of the whole deviation between two readings: air and walls are slower
_TOLD = 0.7  # of the variance of the deviation that the weather must tell


def verdict(plan: Plan, values: Floats, odd: Oddness, room: int) -> Verdict:
    """Why a room is odd.

    A value that stays the same, or jumps about, is a sensor's. Neighbours who follow with a lag felt it: it
    is in the room, unless the weather tells it better than an event does. What nobody felt, or what came at
    once, is a sensor's.
    """
    if max(odd.flat[room], odd.rough[room]) >= LIMIT:
        return "sensor"
    if odd.exposed[room] >= LIMIT and max(odd.moved[room], odd.level[room]) < LIMIT:
        return "weather"
    deviation = _filled(odd.smooth[:, room])
    felt = felt_by_neighbours(plan, values, deviation, room)
    at_once = _at_once(odd.apart[:, room], deviation) > _AT_ONCE
    if felt is not None and not felt and at_once:
        return "sensor"
    if _is_weather(plan, _filled(odd.with_weather[:, room])) and not at_once:
        return "weather"
    if felt is None:
        return "sensor" if at_once else "room"
    return "room" if felt else "sensor"


def felt_by_neighbours(plan: Plan, values: Floats, deviation: Floats, room: int) -> bool | None:
    """Whether rooms beside it follow its deviation more than others do; None: there are none to compare."""
    gains = following(plan, values, deviation, room)
    beside = plan.beside[room] & np.isfinite(gains).any(axis=0)
    others = ~plan.beside[room] & np.isfinite(gains).any(axis=0)
    others[room] = False
    if not beside.any() or others.sum() < 2:
        return None
    best = 0.0
    for row in gains:
        spread = (others.sum() * float(row[others].std(ddof=1)) + 2 * _USUAL_SPREAD) / (others.sum() + 2)
        error = spread / np.sqrt(beside.sum())
        gain = float(row[beside].mean())
        if gain > _FELT_LEAST:
            best = max(best, (gain - float(row[others].mean())) / error)
    return best > _FELT


def following(plan: Plan, values: Floats, deviation: Floats, room: int) -> Floats:
    """How much of the deviation each room follows with, at each of the lags; shape (lags, rooms)."""
    others = ~plan.beside[room]
    others[room] = False
    own = values - pd.DataFrame(values).median().to_numpy(float)
    common = pd.DataFrame(own[:, others]).median(axis=1).to_numpy(float)
    apart = without_day(own - common[:, None], plan)
    known = np.isfinite(apart)
    gains = np.full((len(LAGS_H), values.shape[1]), np.nan)
    for k, hours in enumerate(LAGS_H):
        lagged = lag(deviation, plan.step, hours)
        weight = (known * (lagged**2)[:, None]).sum(axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            means = np.where(known, apart, 0.0).sum(axis=0) / known.sum(axis=0)
            gains[k] = (np.where(known, apart - means, 0.0) * lagged[:, None]).sum(axis=0) / weight
    return gains


def lag(values: Floats, step: pd.Timedelta, hours: float) -> Floats:
    """A signal as a first-order lag passes it on, about its mean."""
    slow = pd.Series(values).ewm(halflife=pd.Timedelta(hours=hours) / step).mean()
    about: Floats = np.asarray(slow - slow.mean(), dtype=float)
    return about


def _filled(values: Floats) -> Floats:
    whole = pd.Series(values).interpolate(limit_direction="both").fillna(0.0)
    about: Floats = np.asarray(whole - whole.median(), dtype=float)
    return about


def _at_once(apart: Floats, deviation: Floats) -> float:
    """The largest step between three readings and the next three, as a share of the whole deviation."""
    threes = pd.Series(apart).dropna().rolling(3).median().to_numpy(float)
    steps = np.abs(threes[3:] - threes[:-3])
    steps = steps[np.isfinite(steps)]
    reach = float(np.ptp(deviation))
    return float(steps.max()) / reach if len(steps) and reach > 0 else 0.0


def _is_weather(plan: Plan, deviation: Floats) -> bool:
    """Whether the deviation goes up and down with the outdoor temperature, better than with two events."""
    if plan.outdoor is None or not np.isfinite(plan.outdoor).any() or np.ptp(deviation) == 0:
        return False
    outdoor = _filled(plan.outdoor)
    told = 0.0
    for hours in _WEATHER_LAGS_H:
        lagged = lag(outdoor, plan.step, hours)
        rest = deviation - IsotonicRegression().fit_transform(lagged, deviation)
        told = max(told, 1 - float(np.var(rest) / np.var(deviation)))
    return told > max(_TOLD, _told_by_events(deviation))


def _told_by_events(deviation: Floats) -> float:
    """The share of the variance that a start and an end of something tell."""
    sums = running_sums(deviation)
    n = len(deviation)
    first, lowered = best_split(sums, 0, n)
    second = max(best_split(sums, 0, first)[1], best_split(sums, first, n)[1])
    return (lowered + second) / (n * float(np.var(deviation)))
