"""How odd each room is among its peers, by what its readings do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.regular import Floats
from analytics.spatial.plan import Bools, Plan

LIMIT = 5.0  # robust standard deviations from the other rooms, above which a room is odd
_FEWEST_PEERS = 3
_SMOOTH_H = 6.0  # what passes sooner is people and doors
_LEAST_SPREAD = 0.5  # of what is assumed: rooms are never more alike
_PRIOR_SPREAD, _PRIOR_ROOMS = 0.35, 8  # what is assumed of the spread, as if so many rooms had shown it
_PRIOR_SLOPE = 0.05  # K that a room follows an outdoor K more or less than its peers
_OUTDOOR_LAGS_H = (1.0, 3.0, 6.0, 12.0)
_TOLD = 0.5  # of the variance, from which on the outdoor temperature is said to tell it
_ROUGH_H = 12.0
_FLAT_H = 6.0  # a sensor that says the same for less is at rest
_FLAT_TIMES = 4.0  # longer than its own next longest rest, and than that of the other rooms


@dataclass(frozen=True, slots=True)
class Oddness:
    """What is judged of all rooms at once; arrays of shape (steps, rooms) and (rooms,)."""

    apart: Floats  # from the peers, without own level, course of the day and what the weather tells
    smooth: Floats  # the same over hours
    with_weather: Floats  # the same with what the outdoor temperature tells left in
    moved: Floats  # robust z of how far `smooth` moves
    flat: Floats  # in the same units: how much too long a value stays the same
    exposed: Floats  # robust z of how much more it follows the outdoor temperature, where that tells it
    rough: Floats  # robust z of how far readings jump about
    level: Floats  # robust z of how far from its peers the room is throughout

    @property
    def worst(self) -> Floats:
        """The largest of them; shape (rooms,)."""
        worst: Floats = np.max([self.moved, self.flat, self.rough, self.level, self.exposed], axis=0)
        return worst


def oddness(plan: Plan, values: Floats) -> Oddness:
    """Judge every room by its peers.

    Args:
        plan: The rooms.
        values: Their readings; NaN through and through where a room is left out.
    """
    own_level = _over_time(values, "median")
    raw = apart_from_peers(plan, values - own_level)
    outdoor, slopes = exposure(plan, raw)
    apart = without_day(raw - outdoor * slopes, plan)
    smooth = smoothed(apart, plan.step, _SMOOTH_H)
    reach = _over_time(smooth, "max") - _over_time(smooth, "min")
    return Oddness(
        apart=apart,
        smooth=smooth,
        with_weather=smoothed(without_day(raw, plan), plan.step, _SMOOTH_H),
        moved=_robust(np.log(reach + 1e-3)),
        flat=_flat(plan, values),
        exposed=_robust(slopes, prior=_PRIOR_SLOPE) * (slopes != 0),
        rough=_robust(np.log(_roughness(plan, values))),
        # Rooms are wanted at different temperatures: it takes more to be odd by level alone.
        level=np.abs(_robust(own_level - _peer_levels(plan, own_level))) / 1.5,
    )


def smoothed(values: Floats, step: pd.Timedelta, hours: float) -> Floats:
    """Means around each time; a third of the hours must be known."""
    width = max(1, round(pd.Timedelta(hours=hours) / step))
    found: Floats = (
        pd.DataFrame(values).rolling(width, center=True, min_periods=-(-width // 3)).mean().to_numpy()
    )
    return found


def without_day(values: Floats, plan: Plan) -> Floats:
    """Less the median of the same time of all days; shape (steps, columns)."""
    clock = np.asarray((plan.index - plan.index.normalize()) / plan.step).astype(int)
    frame = pd.DataFrame(values)
    found: Floats = (frame - frame.groupby(clock).transform("median")).to_numpy(float)
    return found


def apart_from_peers(plan: Plan, values: Floats) -> Floats:
    """What each room differs by from the median of its neighbours and those on its plant."""
    apart = np.full_like(values, np.nan)
    known: Bools = np.asarray(np.isfinite(values).any(axis=0))
    for room in np.flatnonzero(known):
        peers = _peers(plan, int(room), known)
        if peers.any():
            apart[:, room] = values[:, room] - _across(values[:, peers])
    return apart


def exposure(plan: Plan, apart: Floats) -> tuple[Floats, Floats]:
    """The lagged outdoor temperature, and how much each room follows it; (steps, rooms) and (rooms,).

    0 for rooms whose difference from their peers it does not tell.
    """
    outdoor, slopes = np.zeros_like(apart), np.zeros(apart.shape[1])
    if plan.outdoor is None or not np.isfinite(plan.outdoor).any():
        return outdoor, slopes
    known = np.isfinite(apart)
    told = np.full(apart.shape[1], _TOLD)
    filled = pd.Series(plan.outdoor).interpolate(limit_direction="both")
    for hours in _OUTDOOR_LAGS_H:
        slow = filled.ewm(halflife=pd.Timedelta(hours=hours) / plan.step).mean()
        lagged = np.asarray(slow - slow.mean(), dtype=float)
        for room in np.flatnonzero(known.sum(axis=0) > len(apart) / 2):
            x, y = lagged[known[:, room]], apart[known[:, room], room]
            if x.std() > 0 and y.std() > 0:
                r = float(np.corrcoef(x, y)[0, 1])
                if r**2 > told[room]:
                    told[room] = r**2
                    slopes[room], outdoor[:, room] = r * y.std() / x.std(), lagged
    return outdoor, slopes


def _peers(plan: Plan, room: int, known: Bools) -> Bools:
    peers = (plan.beside[room] | plan.same_plant[room]) & known
    if peers.sum() < _FEWEST_PEERS:
        return np.asarray(known & (np.arange(len(known)) != room))
    return np.asarray(peers)


def _peer_levels(plan: Plan, levels: Floats) -> Floats:
    known: Bools = np.asarray(np.isfinite(levels))
    return np.array(
        [
            np.median(levels[peers]) if (peers := _peers(plan, room, known)).any() else np.nan
            for room in range(len(levels))
        ]
    )


def _flat(plan: Plan, values: Floats) -> Floats:
    hour = plan.step / pd.Timedelta(hours=1)
    longest, next_longest = np.full(values.shape[1], np.nan), np.full(values.shape[1], np.nan)
    for room in range(values.shape[1]):
        own = values[np.isfinite(values[:, room]), room]
        if len(own) > 1:
            changes = np.flatnonzero(np.r_[True, np.abs(np.diff(own)) > 1e-9, True])
            runs = np.sort(np.diff(changes))[::-1] * hour
            longest[room], next_longest[room] = runs[0], runs[1] if len(runs) > 1 else hour
    if not np.isfinite(longest).any():
        return np.zeros(values.shape[1])
    usual = np.fmax(next_longest, np.nanmedian(longest))
    too_long = LIMIT * np.log(longest / usual) / np.log(_FLAT_TIMES)
    flat: Floats = np.where(longest >= _FLAT_H, np.nan_to_num(too_long), 0.0)
    return flat


def _roughness(plan: Plan, values: Floats) -> Floats:
    """The usual bend between three readings, in the roughest hours; a single step is none of it."""
    bends = pd.DataFrame(np.abs(np.diff(values, n=2, axis=0)))
    width = max(9, round(pd.Timedelta(hours=_ROUGH_H) / plan.step))
    usual = bends.rolling(width, min_periods=width // 2).median()
    # What reads the same or one step of its resolution on is at its smoothest.
    least = float(np.nanmedian(bends[bends > 1e-9])) if bool((bends > 1e-9).any(axis=None)) else 1.0
    roughest: Floats = usual.max().to_numpy(float)
    return np.maximum(roughest, least)


def _robust(values: Floats, *, prior: float = _PRIOR_SPREAD) -> Floats:
    """How many spreads above the others; the spread of few rooms is drawn to what is usual."""
    known = values[np.isfinite(values)]
    if len(known) < 2:
        return np.zeros(len(values))
    middle = float(np.median(known))
    own = 1.4826 * float(np.median(np.abs(known - middle)))
    spread = (len(known) * own + _PRIOR_ROOMS * prior) / (len(known) + _PRIOR_ROOMS)
    return np.nan_to_num((values - middle) / max(spread, prior * _LEAST_SPREAD))


def _over_time(values: Floats, how: str) -> Floats:
    found: Floats = pd.DataFrame(values).agg(how).to_numpy(float)
    return found


def _across(values: Floats) -> Floats:
    found: Floats = pd.DataFrame(values).median(axis=1).to_numpy(float)
    return found
