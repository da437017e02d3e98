"""What a day of an air-handling unit looked like: signs of trouble that hold for every unit and weather.

Source: the rules of NIST's APAR (House, Vaezi-Nejad, Whitcomb 2001, "An expert rule set for fault detection
in air-handling units", ASHRAE Transactions 107) and ASHRAE Guideline 36, as amounts instead of yes or no.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.anomaly import air_points

_CLOSED, _OPEN, _FULL = 0.02, 0.1, 0.98  # shares of a valve's or damper's travel
_APART_K = 4.0  # outdoor and return air: nearer to each other, what is mixed of which cannot be told
_FREE_K = 2.0  # outdoor air is so much colder than return air: it cools for nothing
_MOST_K = 10.0  # a minute counts as no more, so that a start-up does not stand for the day
_SETTLED = "5min"  # after valves have closed, coils are cold


@dataclass(frozen=True, slots=True)
class Symptom:
    """One number a day."""

    name: str
    tolerance: float  # what sensors and actuators of a sound unit are off by
    ideal: float | None = None  # None: differs by unit, so only its normal days can tell


SYMPTOMS = (
    Symptom("too_cold_k", 1.0, 0.0),  # supply air below its set point
    Symptom("too_warm_k", 1.0, 0.0),
    Symptom("mixed_outside_k", 1.0, 0.0),  # mixed air beyond both airs it is mixed of
    Symptom("idle_k", 1.0, 0.5),  # warming between mixed and supply air with both coils off: the fan's
    Symptom("cooling_warms_k", 1.0, 0.0),
    Symptom("heating_cools_k", 1.0, 0.0),
    Symptom("both_coils", 0.1, 0.0),
    Symptom("pressure", 0.1, 0.0),  # duct pressure against its set point, as a share of that
    Symptom("fresh_air", 0.15),  # share of outdoor air against the damper's position
    Symptom("cooling_full", 0.1),  # share of the day
    Symptom("heating_full", 0.1),
    Symptom("no_free_cooling", 0.2),  # share of the day that it was there to have
    Symptom("return_c", 1.0),
    Symptom("fan", 0.1),
    Symptom("return_fan", 0.1),
    Symptom("cooling_k", 10.0),  # that the fully open valve would cool the air by
    Symptom("heating_k", 10.0),
    Symptom("cooling_travel", 0.6),  # strokes an hour
    Symptom("heating_travel", 0.6),
    Symptom("damper_travel", 0.6),
)


def symptoms(frame: pd.DataFrame) -> pd.DataFrame:
    """Symptoms of each day, over the rows in which the unit ran for people.

    Args:
        frame: The unit's points by the names people gave them; DatetimeIndex in order of time.

    Returns:
        One row a day with such rows, index of dates; one column a symptom, NaN where points for it are
        missing or it did not occur (a coil that was never off says nothing about being off).
    """
    known = air_points.points(frame)
    known = known[_in_use(known)]
    days = pd.DatetimeIndex(known.index).date
    found = pd.DataFrame({**_temperatures(known), **_coils(known), **_air(known)})
    daily = found.groupby(days).mean()
    return daily.assign(**_ratios(known, days)).reindex(columns=[one.name for one in SYMPTOMS])


def _in_use(known: pd.DataFrame) -> pd.Series:
    """Rows with people and the fan on; a point that is missing is taken to say yes."""
    fan = known["fan"].fillna(known["running"])
    return (fan.isna() | (fan > _CLOSED)) & (known["occupied"].isna() | (known["occupied"] > 0))


def _temperatures(known: pd.DataFrame) -> dict[str, pd.Series]:
    low = known["heat_to"].fillna(known["target"]) - known["supply"]
    high = known["supply"] - known["cool_to"].fillna(known["target"])
    airs = known[["outdoor", "returned"]]
    below = airs.min(axis=1, skipna=False) - known["mixed"]
    above = known["mixed"] - airs.max(axis=1, skipna=False)
    return {
        "too_cold_k": low.clip(0, _MOST_K),
        "too_warm_k": high.clip(0, _MOST_K),
        "mixed_outside_k": below.clip(0, _MOST_K) + above.clip(0, _MOST_K),
        "return_c": known["returned"],
    }


def _coils(known: pd.DataFrame) -> dict[str, pd.Series]:
    cooling, heating = known["cooling"], known["heating"]
    warming = known["supply"] - known["mixed"]
    off = (cooling.fillna(0) < _CLOSED) & (heating.fillna(0) < _CLOSED)
    settled = off.astype(float).rolling(_SETTLED, closed="both").min() > 0
    return {
        "idle_k": warming.clip(-_MOST_K, _MOST_K).where(settled),
        "cooling_warms_k": warming.clip(0, _MOST_K).where(_only(cooling, heating)),
        "heating_cools_k": (-warming).clip(0, _MOST_K).where(_only(heating, cooling)),
        "both_coils": pd.concat([cooling, heating], axis=1).min(axis=1, skipna=False),
        "cooling_full": _share(cooling > _FULL, cooling),
        "heating_full": _share(heating > _FULL, heating),
    }


def _air(known: pd.DataFrame) -> dict[str, pd.Series]:
    apart = known["outdoor"] - known["returned"]
    fresh = ((known["mixed"] - known["returned"]) / apart.where(apart.abs() > _APART_K)).clip(-0.5, 1.5)
    wasted = (known["cooling"] > _CLOSED) & (apart < -_FREE_K) & (known["damper"] < 1 - _OPEN)
    target = known["pressure_target"]
    off = (known["pressure"] - target) / target.abs().where(target != 0)
    return {
        "fresh_air": fresh - known["damper"],
        "no_free_cooling": _share(wasted, apart + known["cooling"] + known["damper"]),
        "pressure": off.clip(-2, 2),
        "fan": known["fan"],
        "return_fan": known["return_fan"],
    }


def _ratios(known: pd.DataFrame, days: NDArray[np.object_]) -> dict[str, pd.Series]:
    """Symptoms that are one sum of a day over another."""
    cooling, heating = known["cooling"], known["heating"]
    warming = known["supply"] - known["mixed"]
    hours = known.index.to_series().diff().dt.total_seconds().clip(0, 3600) / 3600
    found = {
        "cooling_k": (-warming, cooling, _only(cooling, heating)),
        "heating_k": (warming, heating, _only(heating, cooling)),
    }
    ratios = {
        name: top.where(which).groupby(days).sum(min_count=1)
        / bottom.where(which).groupby(days).sum(min_count=1)
        for name, (top, bottom, which) in found.items()
    }
    for name in ("cooling", "heating", "damper"):
        moved = known[name].diff().abs().groupby(days).sum(min_count=1)
        ratios[f"{name}_travel"] = moved / hours.groupby(days).sum(min_count=1).replace(0, np.nan)
    return ratios


def _only(coil: pd.Series, other: pd.Series) -> pd.Series:
    return (coil > _OPEN) & (other.fillna(0) < _CLOSED)


def _share(which: pd.Series, known: pd.Series) -> pd.Series:
    return which.astype(float).where(known.notna())
