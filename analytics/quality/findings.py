"""Everything that is wrong with a series."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas as pd

from analytics.quality.clock import jumps, shifts
from analytics.quality.finding import Finding, Flag, Samples, samples
from analytics.quality.gaps import gaps
from analytics.quality.sentinels import sentinels
from analytics.quality.spikes import spikes
from analytics.quality.stuck import stuck
from analytics.quality.unit_switches import unit_switches
from analytics.regular import Ints, floats


def findings(
    values: pd.Series, *, expected_interval: pd.Timedelta | None = None, unit: str | None = None
) -> list[Finding]:
    """What is wrong with a series: gaps, stuck values, spikes, sentinels, other units, jumps of the clock.

    What is found first is left out of what the rest is judged by: a sentinel is no spike, and no step between
    units.

    Args:
        values: As they came: a clock that jumps back shows only where the stamps are in the order of arrival.
            Doubled stamps, gaps and NaN allowed.
        expected_interval: How often readings come; what is usual in the series when not given.
        unit: What the values are in, in any spelling; it tells which numbers cannot be sentinels, and which
            are the end of what can be.

    Returns:
        In order of time.
    """
    found = jumps(values)
    known = samples(values)
    index = pd.DatetimeIndex(values.index)
    missing = index[~np.isfinite(floats(values)) & index.notna()]
    found += gaps(known, missing, expected_interval)
    for look in (partial(sentinels, unit=unit), unit_switches, spikes, partial(stuck, unit=unit)):
        more = look(known)
        found += more
        known = known.without(_places(known, more))
    if not any(one.flag == Flag.CLOCK for one in found):
        found += shifts(known)
    return sorted(found, key=lambda one: (one.start, one.flag))


def _places(known: Samples, found: Sequence[Finding]) -> Ints:
    taken = [at for one in found for at in one.positions]
    return np.flatnonzero(np.isin(known.positions, taken))
