"""Readings that went on in another unit."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd

from analytics.quality.finding import Finding, Flag, Repair, Samples, paces, quantile_by_pace
from analytics.regular import Bools, Floats

# value * factor + offset, from the unit of the rest to that of the part; each also the other way round.
_CONVERSIONS: tuple[tuple[str, float, float], ...] = (
    ("°C and °F", 1.8, 32.0),
    ("°C and K", 1.0, 273.15),
    ("parts and per cent, or Pa and hPa", 100.0, 0.0),
    ("thousands, as W and kW or Pa and kPa", 1000.0, 0.0),
    ("tenths", 10.0, 0.0),
    ("km/h and m/s", 3.6, 0.0),
    ("kWh and MJ, or W and BTU/h", 3.41214, 0.0),
    ("hPa and inHg", 33.8639, 0.0),
    ("bar and psi", 14.5038, 0.0),
    ("kg and lb", 2.20462, 0.0),
    ("L and gal", 3.78541, 0.0),
    ("m³/h and ft³/min", 1.69901, 0.0),
)
_SHORTEST = 6  # readings; less is a spike
_LEAP = 5.0  # times the largest ordinary step
_NEAR = 2.0  # ordinary steps between the last reading and the first one converted back
_STRANGE = 0.9  # of the readings of a part lie where the series has never been
# What is switched on one day of the week is at a multiple by chance; a factor and an offset never fit so.
_WEEK = pd.Timedelta(days=7)
_ALIKE = 8.0  # times the mean step of the rest, or its part, that the mean step of a part is once converted
_MOST = 3  # switched parts
_SIDE = 200  # readings of each side that are compared


def unit_switches(known: Samples) -> list[Finding]:
    """Parts that leap to values which a conversion brings back to where the series was."""
    if len(known) < 4 * _SHORTEST:
        return []
    steps = np.abs(np.diff(known.values))
    moved = steps > 0
    if not moved.any():
        return []
    ordinary = np.full(len(steps), np.inf)
    ordinary[moved] = quantile_by_pace(steps[moved], paces(known)[1:][moved], 0.98, least=_SIDE)
    leaps = np.flatnonzero(steps > _LEAP * ordinary) + 1
    if not 0 < len(leaps) <= len(known) / (2 * _SHORTEST):
        return []
    edges = np.r_[0, leaps, len(known)]
    pieces = [(int(a), int(b)) for a, b in pairwise(edges)]
    first = max(range(len(pieces)), key=lambda k: pieces[k][1] - pieces[k][0])
    usual = np.zeros(len(known), dtype=bool)
    usual[slice(*pieces[first])] = True
    found = [
        one
        for order in (range(first + 1, len(pieces)), range(first - 1, -1, -1))
        for one in _along(known, [pieces[k] for k in order], usual.copy(), ordinary)
    ]
    # What switches all the time is not a unit but a machine.
    return sorted(found, key=lambda one: one.start) if len(found) <= _MOST else []


def _along(known: Samples, pieces: list[tuple[int, int]], usual: Bools, ordinary: Floats) -> list[Finding]:
    """Judge pieces one after another, away from the one whose unit is taken to be right."""
    found = []
    for start, end in pieces:
        rest = np.flatnonzero(usual)
        if end - start < _SHORTEST:
            continue
        # Of what is known to be right, that which is next to the piece.
        near = rest[-_SIDE:] if rest[-1] < start else rest[:_SIDE]
        if rest[-1] < start:
            part = known.values[start : min(end, start + _SIDE)]
            pair, seam = (float(known.values[near[-1]]), float(part[0])), start - 1
        else:
            part = known.values[max(start, end - _SIDE) : end]
            pair, seam = (float(known.values[near[0]]), float(part[-1])), end - 1
        right = known.values[rest]
        strange = np.mean((part < right.min()) | (part > right.max())) >= _STRANGE
        week = known.index[rest[-1]] - known.index[rest[0]] >= _WEEK
        switch = _switch(known.values[near], part, pair, float(ordinary[seam]), week) if strange else None
        if switch is None:
            usual[start:end] = True
            continue
        name, factor, offset = switch
        text = f"Values go on as if in another unit: {name}."
        repair = Repair(action="convert", factor=1 / factor, offset=-offset / factor)
        found.append(known.finding(Flag.UNIT, np.arange(start, end), text, repair))
    return found


def _switch(
    rest: Floats, part: Floats, pair: tuple[float, float], ordinary: float, week: bool
) -> tuple[str, float, float] | None:
    """The conversion that explains a leap best: the seam closes, the part spans and moves as the rest."""
    low, high = np.quantile(rest, [0.02, 0.98])
    reach = max(high - low, ordinary)
    best: tuple[float, tuple[str, float, float]] | None = None
    for name, factor, offset in _both_ways():
        if not offset and not week:
            continue
        back = (part - offset) / factor
        seam = abs((pair[1] - offset) / factor - pair[0])
        middle = float(np.median(back))
        if seam > _NEAR * ordinary or not low - reach / 2 <= middle <= high + reach / 2:
            continue
        # A fan that was off is near zero, where any division leads; but it does not move as it does on.
        if not 1 / _ALIKE <= _unrest(back) / max(_unrest(rest), 1e-12) <= _ALIKE:
            continue
        if best is None or seam < best[0]:
            best = seam, (name, factor, offset)
    return best[1] if best else None


def _unrest(values: Floats) -> float:
    return float(np.abs(np.diff(values)).mean())


def _both_ways() -> list[tuple[str, float, float]]:
    return [*_CONVERSIONS, *((name, 1 / factor, -offset / factor) for name, factor, offset in _CONVERSIONS)]
