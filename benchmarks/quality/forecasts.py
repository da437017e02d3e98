"""Forecasts: transformer loads a week ahead, buildings a day ahead, a state's demand with its weather.

Origins are spread evenly over the last fifth of every series; each forecast is made afresh from all before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.forecast import LEVELS, forecast
from benchmarks.quality.row import Row

_HELD = 0.2  # of every series, at its end
_WITHIN = (0.77, 0.83)  # of the 80 % interval's coverage

Values = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Of one forecast, or means over several."""

    mase: float
    sql: float
    coverage: float
    naive: float  # MASE of the seasonal-naive forecast


def mase(truth: Values, median: Values, scale: float) -> float:
    """Mean absolute scaled error (Hyndman & Koehler 2006); NaN in the truth are left out."""
    return float(np.nanmean(np.abs(truth - median)) / scale)


def scaled_quantile_loss(truth: Values, quantiles: Values, scale: float) -> float:
    """Twice the pinball loss, mean over steps and levels, over the seasonal error (fev-bench's SQL).

    Quantiles are (steps, levels). It equals MASE where only the median is asked.
    """
    apart = truth[:, None] - quantiles
    levels = np.array(LEVELS)
    return float(2 * np.nanmean(np.maximum(levels * apart, (levels - 1) * apart)) / scale)


def covered(truth: Values, low: Values, high: Values) -> float:
    """Share of the values that are there and inside their interval."""
    there = ~np.isnan(truth)
    return float(np.mean((truth[there] >= low[there]) & (truth[there] <= high[there])))


def seasonal_error(history: Values, season: int) -> float:
    """The unit of MASE: mean absolute change over a season within the history."""
    return float(np.nanmean(np.abs(history[season:] - history[:-season])))


def rows(data: Path) -> list[Row]:
    """The table of the forecasts."""
    week = _mean([_mean(list(_tried(one, 168, 24, 20))) for one in _columns(_ett(data))])
    day = _mean([_mean(list(_tried(one, 24, 168, 14))) for one in _columns(_buildings(data))])
    demand, weather = _victoria(data)
    known = _mean(list(_tried(demand, 48, 336, 5, weather)))
    alone = _mean(list(_tried(demand, 48, 336, 5)))
    return [
        *_rows("Week-ahead forecast, ETTh1", week, baseline=(1.245, 0.75), goal=1.16),
        *_rows("Day-ahead load, BDG2", day, baseline=(0.712, 0.85), goal=0.60),
        *_rows("Day-ahead demand, Victoria, weather known", known, baseline=(alone.mase, None), goal=None),
    ]


def _rows(
    task: str, scores: Scores, *, baseline: tuple[float, float | None], goal: float | None
) -> list[Row]:
    less_is_better = {
        "MASE": (scores.mase, baseline[0], goal),
        "MASE, seasonal naive": (scores.naive, None, None),
        "scaled quantile loss": (scores.sql, None, None),
    }
    return [
        Row(task=task, metric=metric, value=value, higher_is_better=False, baseline=simple, goal=wanted)
        for metric, (value, simple, wanted) in less_is_better.items()
    ] + [
        Row(
            task=task,
            metric="80 % coverage",
            value=scores.coverage,
            baseline=baseline[1],
            within=None if goal is None else _WITHIN,
        )
    ]


def _tried(
    series: pd.Series, horizon: int, season: int, count: int, covariates: pd.DataFrame | None = None
) -> Iterator[Scores]:
    for origin in _origins(len(series), horizon, count):
        history, truth = series.iloc[:origin], series.iloc[origin : origin + horizon].to_numpy(float)
        scale = seasonal_error(history.to_numpy(float), season)
        table = forecast(history, horizon=horizon, covariates=covariates).quantiles
        naive = history.to_numpy(float)[-season:][np.arange(horizon) % season]
        yield Scores(
            mase=mase(truth, table[0.5].to_numpy(), scale),
            sql=scaled_quantile_loss(truth, table.to_numpy(), scale),
            coverage=covered(truth, table[0.1].to_numpy(), table[0.9].to_numpy()),
            naive=mase(truth, naive, scale),
        )


def _origins(length: int, horizon: int, count: int) -> list[int]:
    """Evenly spread whole horizons in the held part."""
    all_of_them = np.arange(int(length * (1 - _HELD)), length - horizon + 1, horizon)
    chosen = np.linspace(0, len(all_of_them) - 1, count).round().astype(int)
    return [int(all_of_them[one]) for one in chosen]


def _mean(several: list[Scores]) -> Scores:
    def mean(name: str) -> float:
        return float(np.mean([getattr(one, name) for one in several]))

    return Scores(mase=mean("mase"), sql=mean("sql"), coverage=mean("coverage"), naive=mean("naive"))


def _columns(frame: pd.DataFrame) -> Iterator[pd.Series]:
    return (frame[name] for name in frame)


def _ett(data: Path) -> pd.DataFrame:
    frame = pd.read_parquet(data / "ett" / "ETTh1.parquet")
    return frame.set_index(pd.DatetimeIndex(pd.to_datetime(frame.pop("date"))))


def _buildings(data: Path) -> pd.DataFrame:
    return pd.read_csv(
        data / "bdg2" / "bdg2_two_buildings_hourly.csv", index_col="timestamp", parse_dates=["timestamp"]
    )


def _victoria(data: Path) -> tuple[pd.Series, pd.DataFrame]:
    """Demand, and the temperature and holidays that a forecast may know."""
    frame = pd.read_parquet(data / "vic_electricity" / "vic.parquet").set_index("Time")
    return frame["Demand"], frame[["Temperature", "Holiday"]].astype(float)
