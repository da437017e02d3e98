"""Series as buildings make them, made up at random, and faults put into them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
KINDS = ("gap", "stuck", "spike", "sentinel", "unit", "clock")


@dataclass(frozen=True, slots=True, kw_only=True)
class Injected:
    """A series and the fault that was put into it, if any."""

    values: pd.Series
    start: pd.Timestamp | None
    end: pd.Timestamp | None


def clean(seed: int) -> pd.Series:
    """Thirty days of a room's temperature, humidity or CO₂, outdoor temperature, power, or a valve."""
    rng = np.random.default_rng(seed)
    step_min = int(rng.choice([1, 5, 10, 15, 30]))
    index = pd.date_range("2024-01-01", periods=30 * 24 * 60 // step_min, freq=f"{step_min}min", tz="UTC")
    make, resolution = _QUANTITIES[int(rng.integers(len(_QUANTITIES)))]
    raw = make(rng, index, step_min / 60)
    return pd.Series(np.round(raw / resolution) * resolution, index)


def injected(seed: int, kind: str) -> Injected:
    """The same series with one fault of a kind."""
    values = clean(seed)
    rng = np.random.default_rng([seed, KINDS.index(kind)])
    n = len(values)
    at = int(rng.integers(n // 5, 3 * n // 5))
    per_hour = round(3600 / (values.index[1] - values.index[0]).total_seconds())
    return _INJECT[kind](rng, values, at, per_hour)


def _wander(rng: np.random.Generator, n: int, step_h: float, *, memory_h: float, scale: float) -> Floats:
    keeps = np.exp(-step_h / memory_h)
    steps = rng.normal(scale=scale * np.sqrt(1 - keeps**2), size=n)
    out = np.zeros(n)
    for i in range(1, n):
        out[i] = keeps * out[i - 1] + steps[i]
    return out


def _day(index: pd.DatetimeIndex, peak_h: float) -> Floats:
    hours = np.asarray(index.hour + index.minute / 60, dtype=float)
    return np.asarray(np.cos(2 * np.pi * (hours - peak_h) / 24))


def _at_work(rng: np.random.Generator, index: pd.DatetimeIndex) -> Floats:
    starts, ends = rng.integers(6, 10), rng.integers(16, 20)
    used = (index.day_of_week < 5) & (index.hour >= starts) & (index.hour < ends)
    return np.asarray(used, dtype=float)


def _room(rng: np.random.Generator, index: pd.DatetimeIndex, step_h: float) -> Floats:
    slow = _wander(rng, len(index), step_h, memory_h=20, scale=0.6)
    noise = rng.normal(scale=0.05, size=len(index))
    return 21 + rng.uniform(0.3, 1.5) * _day(index, 15) + slow + noise


def _outdoor(rng: np.random.Generator, index: pd.DatetimeIndex, step_h: float) -> Floats:
    slow = _wander(rng, len(index), step_h, memory_h=60, scale=4)
    return rng.uniform(-3, 18) + rng.uniform(2, 6) * _day(index, 15) + slow


def _humidity(rng: np.random.Generator, index: pd.DatetimeIndex, step_h: float) -> Floats:
    slow = _wander(rng, len(index), step_h, memory_h=30, scale=6)
    raw: Floats = 45 + 4 * _day(index, 5) + slow + rng.normal(scale=0.2, size=len(index))
    return np.clip(raw, 5, 99)


def _co2(rng: np.random.Generator, index: pd.DatetimeIndex, step_h: float) -> Floats:
    used = _at_work(rng, index) * np.clip(
        1 + _wander(rng, len(index), step_h, memory_h=1, scale=0.4), 0, None
    )
    level = pd.Series(used).ewm(halflife=1.0 / step_h).mean().to_numpy(float)
    return 420 + rng.uniform(300, 900) * level + rng.normal(scale=6, size=len(index))


def _power(rng: np.random.Generator, index: pd.DatetimeIndex, step_h: float) -> Floats:
    used = _at_work(rng, index)
    cycles = (np.cumsum(np.ones(len(index))) * step_h % rng.uniform(1, 4)) < 0.5
    load: Floats = rng.uniform(200, 800) + rng.uniform(1000, 5000) * used + 300 * cycles
    return load * np.exp(rng.normal(scale=0.05, size=len(index)))


def _valve(rng: np.random.Generator, index: pd.DatetimeIndex, step_h: float) -> Floats:
    wanted = 40 - 30 * _day(index, 15) + _wander(rng, len(index), step_h, memory_h=10, scale=25)
    asked: Floats = np.clip(wanted, 0, 100) * np.maximum(_at_work(rng, index), rng.choice([0.0, 1.0]))
    return asked


_QUANTITIES: tuple[tuple[Callable[[np.random.Generator, pd.DatetimeIndex, float], Floats], float], ...] = (
    (_room, 0.1), (_room, 0.01), (_outdoor, 0.1), (_humidity, 1.0), (_humidity, 0.1), (_co2, 1.0),
    (_power, 1.0), (_valve, 1.0),
)  # fmt: skip


def _gap(rng: np.random.Generator, values: pd.Series, at: int, per_hour: int) -> Injected:
    lost = max(3, int(rng.uniform(0.5, 48) * per_hour))
    kept = values.drop(values.index[at : at + lost])
    return Injected(values=kept, start=values.index[at - 1], end=values.index[at + lost])


def _stuck(rng: np.random.Generator, values: pd.Series, at: int, per_hour: int) -> Injected:
    long = max(12, int(rng.uniform(24, 96) * per_hour))
    out = values.copy()
    out.iloc[at : at + long] = out.iloc[at]
    return Injected(values=out, start=values.index[at], end=values.index[at + long - 1])


def _spike(rng: np.random.Generator, values: pd.Series, at: int, _: int) -> Injected:
    out = values.copy()
    long = int(rng.integers(1, 3))
    out.iloc[at : at + long] += rng.choice([-1, 1]) * rng.uniform(2, 6) * float(np.ptp(values))
    return Injected(values=out, start=values.index[at], end=values.index[at + long - 1])


def _sentinel(rng: np.random.Generator, values: pd.Series, at: int, _: int) -> Injected:
    out = values.copy()
    long = int(rng.integers(1, 20))
    apart = [
        one for one in (327.67, -127.0, 65535.0, -9999.0) if abs(one - values).min() > 2 * np.ptp(values)
    ]
    out.iloc[at : at + long] = rng.choice(apart)
    return Injected(values=out, start=values.index[at], end=values.index[at + long - 1])


def _unit(rng: np.random.Generator, values: pd.Series, at: int, per_hour: int) -> Injected:
    out = values.copy()
    long = int(rng.uniform(6, 200) * per_hour)
    factor, offset = (
        [(1.8, 32.0), (1.0, 273.15)][int(rng.integers(2))] if values.median() < 30 else (0.001, 0.0)
    )
    out.iloc[at : at + long] = out.iloc[at : at + long] * factor + offset
    return Injected(values=out, start=values.index[at], end=out.index[min(at + long, len(out)) - 1])


def _clock(rng: np.random.Generator, values: pd.Series, at: int, per_hour: int) -> Injected:
    """The clock goes ahead by hours for a time, then is right again: stamps as they came."""
    long, hours = int(rng.uniform(12, 120) * per_hour), int(rng.integers(1, 12))
    stamps = values.index.to_series().reset_index(drop=True)
    stamps.iloc[at : at + long] += pd.Timedelta(hours=hours)
    out = pd.Series(values.to_numpy(float), pd.DatetimeIndex(stamps))
    return Injected(values=out, start=stamps.iloc[at], end=stamps.iloc[at + long - 1])


_INJECT: dict[str, Callable[[np.random.Generator, pd.Series, int, int], Injected]] = {
    "gap": _gap, "stuck": _stuck, "spike": _spike, "sentinel": _sentinel, "unit": _unit, "clock": _clock,
}  # fmt: skip
