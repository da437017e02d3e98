"""How strange a day of an air-handling unit was, by what a sound unit does and what this one does when sound.

Few normal days are known of a real unit, and of few kinds of weather. So a day is described by symptoms that
hold in any weather (`air_symptoms`), an ideal unit counts as one normal day, and a day is strange only by
what lies outside of everything that normal days showed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.anomaly.air_symptoms import SYMPTOMS, symptoms

Floats = NDArray[np.float64]

# What a sound unit shows, in tolerances; NaN: that differs by unit.
_IDEAL = np.array([np.nan if one.ideal is None else one.ideal / one.tolerance for one in SYMPTOMS])


def day_scores(frame: pd.DataFrame, *, normal_days: Sequence[date]) -> pd.Series:
    """One score a day, for the hours in which the unit ran for people.

    Each symptom counts log(1 + z²), z being its distance from the range of normal days in its tolerance and
    their standard deviation: the surprise of a heavy-tailed error, so that one sensor gone wild does not hide
    what others say. What few normal days have taught counts less.

    Args:
        frame: One column a point, DatetimeIndex (days are those of its time zone). Points are known by the
            words in their names, such as "Supply Air Temperature Set Point", "OA damper", "clg vlv"; in °C,
            °F or K, shares or per cent. Points the unit lacks, and gaps, cost the symptoms that need them.
        normal_days: On which it is known to have run well; none: it is judged by the rules alone. Such a day
            is itself judged by the others, so that its score means what those of other days do.

    Returns:
        Index of dates in order; not negative, higher is stranger. NaN: the unit did not run for people, or
        has no points to judge it by.
    """
    stamped = frame[frame.index.notna()]
    every = sorted(set(pd.DatetimeIndex(stamped.index).date))
    if not every:
        return pd.Series([], index=pd.Index([], dtype=object, name="day"), dtype=float)
    daily = symptoms(stamped.iloc[np.argsort(stamped.index, kind="stable")])
    amounts = daily.to_numpy() / [one.tolerance for one in SYMPTOMS]
    known = {day.date() if isinstance(day, datetime) else day for day in normal_days}
    normal = np.array([day in known for day in daily.index], dtype=bool)
    scores = _surprise(amounts, amounts[normal])
    for row in np.flatnonzero(normal):
        others = normal.copy()
        others[row] = False
        scores[row] = _surprise(amounts[[row]], amounts[others])[0]
    found = pd.Series(scores, index=daily.index)
    return found.reindex(pd.Index(every, dtype=object, name="day"))


def _surprise(amounts: Floats, normal: Floats) -> Floats:
    """Days against normal ones, both with one row a day and symptoms in tolerances."""
    usual = np.vstack([normal, _IDEAL])
    beyond = np.fmax(amounts - np.fmax.reduce(usual), np.fmin.reduce(usual) - amounts)
    variance = pd.DataFrame(usual).var().fillna(0).to_numpy()
    surprise = _trust(normal) * np.log1p(np.maximum(beyond, 0) ** 2 / (1 + variance))
    judged = ~np.isnan(surprise).all(axis=1)
    return np.where(judged, np.nansum(surprise, axis=1), np.nan)


def _trust(normal: Floats) -> Floats:
    """How much a symptom counts: a rule fully, what was learnt by how many days it was learnt from.

    Of new sound days a share of (n - 1) / (n + 1) is expected within the range of n of them (Wilks 1941); the
    ideal unit counts as one more.
    """
    days = np.count_nonzero(~np.isnan(normal), axis=0)
    return np.where(np.isnan(_IDEAL), days / (days + 2), 1.0)
