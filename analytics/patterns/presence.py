"""Whether somebody is in a room, told by the air: nobody says so, people breathe."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from scipy.special import expit

from analytics import regular
from analytics.patterns.threshold import parting
from analytics.regular import Floats

_HOUR = pd.Timedelta(hours=1)
_STEP = pd.Timedelta(minutes=1)
_SMOOTH = pd.Timedelta(minutes=9)  # noise of sensors is faster, people who come and go are slower
_SLOPE = pd.Timedelta(minutes=15)
_HELD = pd.Timedelta(minutes=30)  # a reading stands for no longer
_BELL = 2 / np.pi  # the share of its variance that parting a single bell leaves between its halves
_SURE = 6.0  # the most that one signal can say, in log odds
_NOISE = 2.0  # standard deviations
_LEAST_PPM_H = 45.0  # half of what one person (18 L/h) adds to 200 m³ of air an hour
_LEAST_G_KG_H = 0.1  # half of what one person (50 g/h) adds to 240 kg of air an hour

_WORDS = {
    "co2": re.compile(r"co2|co₂|carbon.?dioxide", re.IGNORECASE),
    "light": re.compile(r"light|lux|illuminance|brightness", re.IGNORECASE),
    "ratio": re.compile(r"humidity.?ratio|mixing.?ratio|absolute.?humidity", re.IGNORECASE),
    "humidity": re.compile(r"hum|(?<![a-z])rh(?![a-z])", re.IGNORECASE),
    "temperature": re.compile(r"temp|(?<![a-z])t[ac]?(?![a-z])", re.IGNORECASE),
}


def occupancy(frame: pd.DataFrame) -> pd.Series:
    """How likely it is at each time that somebody is in the room.

    CO₂ and moisture of the room's air follow a mass balance: what is given off is what they rise by and
    what the air change carries away. The air change is taken from how they fall when they fall. Each signal
    says by itself where its two kinds of times part, and counts as much as they are two.

    Args:
        frame: Columns are known by words in any case: CO2 [ppm], humidity [%], temperature [°C], light [lx].
            Any of them may be missing; gaps and NaN are bridged for half an hour.

    Returns:
        0 … 1; same index; 0.5 is undecided. 0 where nothing tells of anybody, NaN where nothing was measured.

    Source: steady-state-free CO₂ balance, S. Wang and X. Jin, 1998; parting of kinds, N. Otsu, 1979.
    """
    known = _signals(frame)
    step = _step(pd.DatetimeIndex(frame.index))
    evidence = {name: _evidence(str(name), one, step) for name, one in known.items()}
    odds = pd.DataFrame(evidence, index=known.index)
    said = pd.Series(expit(odds.sum(axis=1, min_count=1).to_numpy(float)), known.index)
    said = said.fillna(0.0).where(known.notna().any(axis=1))
    index = pd.DatetimeIndex(frame.index)
    # A clock shows an hour twice in autumn: steps are counted where it does not.
    steps = index.floor(step) if index.tz is None else index.tz_convert("UTC").floor(step)
    found = said.reindex(steps).to_numpy(float) if len(said) else np.full(len(index), np.nan)
    return pd.Series(found, frame.index, name="occupancy")


def _step(index: pd.DatetimeIndex) -> pd.Timedelta:
    usual = regular.step_of(index[index.notna()].sort_values()) or _STEP
    return max(_STEP, usual.ceil("1min"))


def _signals(frame: pd.DataFrame) -> pd.DataFrame:
    """What the columns measure, on even steps; columns `co2`, `moisture`, `light`, those there are."""
    index = pd.DatetimeIndex(frame.index)
    found: dict[str, list[pd.Series]] = {}
    for position, column in enumerate(frame.columns):
        kind = _kind(str(column))
        one = regular.cleaned(frame.iloc[:, position].set_axis(index))
        if kind and len(one):
            found.setdefault(kind, []).append(_bridged(regular.evened(one, _step(index)), _step(index)))
    means = {kind: pd.concat(several, axis=1).mean(axis=1) for kind, several in found.items()}
    if "temperature" in means and "humidity" in means:
        means.setdefault("ratio", _mixing_ratio(means["temperature"], means["humidity"]))
    # Weather moves moisture too: beside CO₂ it is no witness.
    names = ("co2" if "co2" in means else "ratio", "light")
    signals = {name: means[name] for name in names if name in means}
    return pd.DataFrame(signals) if signals else pd.DataFrame(index=pd.DatetimeIndex([]))


def _kind(column: str) -> str | None:
    if re.search(r"out(door|side)|ambient|set.?point", column, re.IGNORECASE):
        return None
    return next((kind for kind, words in _WORDS.items() if words.search(column)), None)


def _bridged(values: pd.Series, step: pd.Timedelta) -> pd.Series:
    return values.interpolate(limit=max(1, int(_HELD / step)), limit_area="inside")


def _mixing_ratio(temp_c: pd.Series, rh_pct: pd.Series) -> pd.Series:
    """Water in the air [g/kg dry air] at sea level.

    Source: Magnus form over water, WMO-No. 8, Annex 4.B.
    """
    vapour_hpa = rh_pct / 100 * 6.112 * np.exp(17.62 * temp_c / (243.12 + temp_c))
    return 622 * vapour_hpa / (1013.25 - vapour_hpa)


def _evidence(name: str, values: pd.Series, step: pd.Timedelta) -> pd.Series:
    """Log odds that somebody is there, from one signal alone; NaN where it is silent."""
    if name == "light":
        # Lamps are left on and the sun shines: light alone is half as sure.
        return _odds(np.log1p(values.clip(lower=0)), least=np.log1p(50.0)).clip(-_SURE / 2, _SURE / 2)
    if name == "ratio":
        # A ratio given in kg/kg is a thousandth of one in g/kg.
        grams = values * (1000.0 if values.median() < 0.1 else 1.0)
        level = _smoothed(grams, step)
        # Outdoors it changes with the weather, so every day has its own floor.
        floor = level.rolling("24h", center=True, min_periods=1).quantile(0.05)
        return _of_balance(level, floor, step, least=_LEAST_G_KG_H)
    level = _smoothed(values, step)
    floor = pd.Series(level.quantile(0.02), level.index)
    return _of_balance(level, floor, step, least=_LEAST_PPM_H)


def _smoothed(values: pd.Series, step: pd.Timedelta) -> pd.Series:
    width = max(3, int(_SMOOTH / step)) | 1
    level = values.rolling(width, center=True, min_periods=1).median()
    return level.rolling(width, center=True, min_periods=1).mean()


def _given_off(level: pd.Series, floor: pd.Series, step: pd.Timedelta) -> pd.Series:
    """What the room's air is given an hour, in units of the level, by the mass balance.

    Args:
        level: Smooth, on even steps.
        floor: What the air that comes in brings; same index.
        step: The steps.
        step: The steps.
    """
    slope = pd.Series(np.gradient(level.to_numpy(float)) if len(level) > 1 else 0.0, level.index)
    slope = slope.rolling(max(3, int(_SLOPE / step)) | 1, center=True, min_periods=1).mean() / (step / _HOUR)
    above = level - floor
    falling = (slope < 0) & (above > 0.15 * above.quantile(0.99))
    # Who is still there slows the fall: the quicker quarter is that of empty rooms.
    changes = float((-slope / above)[falling].quantile(0.75)) if falling.any() else 0.0
    return slope + changes * above


def _of_balance(level: pd.Series, floor: pd.Series, step: pd.Timedelta, *, least: float) -> pd.Series:
    # Who stays for an hour raises the level by as much; what moves by less is noise.
    if (level - floor).quantile(0.99) < least:
        return pd.Series(np.nan, level.index)
    given = _given_off(level, floor, step)
    # Nobody takes CO₂ or moisture away, so what is below zero shows how far noise and draughts reach.
    below = float(np.sqrt((given[given < 0] ** 2).mean())) if (given < 0).any() else 0.0
    return _odds(np.sqrt(given.clip(lower=0)), least=float(np.sqrt(max(least, _NOISE * below))))


def _odds(values: pd.Series, *, least: float) -> pd.Series:
    """Log odds of the upper of two kinds, the weaker the less they are two; somebody makes `least`."""
    known: Floats = values.dropna().to_numpy(float)
    at, apart = parting(known)
    within = float(known.var()) * (1 - apart) if len(known) else 0.0
    weight = max(0.0, (apart - _BELL) / (1 - _BELL))
    if within <= 0 or weight == 0:
        return pd.Series(np.nan, values.index)
    lower, upper = known[known <= at].mean(), known[known > at].mean()
    slope = weight * float(upper - lower) / within
    return (slope * (values - max(at, least))).clip(-_SURE, _SURE)
