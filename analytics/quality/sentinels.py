"""Numbers that mean "no value"."""

from __future__ import annotations

import numpy as np

from analytics import unit_table
from analytics.quality.finding import Finding, Flag, Repair, Samples, runs
from analytics.regular import Bools, Floats

# The least and greatest numbers of registers, whole, in tenths and hundredths; what probes say without a
# connection (-127) or before their first conversion (85); what programs write for nothing.
_NUMBERS = {
    327.67: "the greatest of a register in hundredths",
    -327.68: "the least of a register in hundredths",
    3276.7: "the greatest of a register in tenths",
    -3276.8: "the least of a register in tenths",
    655.35: "the greatest of an unsigned register in hundredths",
    6553.5: "the greatest of an unsigned register in tenths",
    32767.0: "the greatest of a register",
    -32768.0: "the least of a register",
    65535.0: "the greatest of an unsigned register",
    65534.0: "next to the greatest of an unsigned register",
    2147483647.0: "the greatest of a long register",
    4294967295.0: "the greatest of an unsigned long register",
    -127.0: "what a probe says that is not connected",
    85.0: "what a probe says before its first conversion",
    -40.0: "the least of many probes",
    -273.15: "absolute zero",
    999.0: "written for nothing", -999.0: "written for nothing",
    999.9: "written for nothing", -999.9: "written for nothing",
    9999.0: "written for nothing", -9999.0: "written for nothing",
    99999.0: "written for nothing", -99999.0: "written for nothing",
}  # fmt: skip
_NEVER_MEASURED = (327.67, -327.68, -127.0, -273.15)
_OF_PROBES = (-127.0, 85.0, -40.0, -273.15)
_LEAP = 4.0  # times the largest ordinary step


def sentinels(known: Samples, *, unit: str | None = None) -> list[Finding]:
    """Such numbers, where the series leaps to them and nothing else it measured is near."""
    found: list[Finding] = []
    stated = unit_table.unit(unit) if unit else None
    warm = stated is None or stated.dimension == "temperature"
    for number, meaning in _NUMBERS.items():
        same = np.isclose(known.values, number, rtol=0, atol=1e-6 * max(1.0, abs(number)))
        if not same.any() or (number in _OF_PROBES and not warm):
            continue
        if not (~same).any():
            places = np.arange(len(known)) if number in _NEVER_MEASURED else np.arange(0)
        else:
            places = np.flatnonzero(same) if _is_apart(known.values, same, number) else np.arange(0)
        for run in runs(places):
            # Not one of the finding's numbers: in another unit nobody would know it again.
            text = f"{number:g} is {meaning}."
            found.append(known.finding(Flag.SENTINEL, run, text, Repair(action="mask")))
    return sorted(found, key=lambda one: one.start)


def _is_apart(values: Floats, same: Bools, number: float) -> bool:
    others = values[~same]
    # Other sentinels and spikes are no measure of what is ordinary.
    low, high = np.quantile(others, [0.01, 0.99])
    ordinary = others[(others >= low) & (others <= high)]
    steps = np.abs(np.diff(ordinary))
    largest = float(np.quantile(steps, 0.995)) if len(steps) else 0.0
    distance = max(low - number, number - high)
    return bool(distance > 0 and distance > _LEAP * largest and distance > 0.5 * (high - low))
