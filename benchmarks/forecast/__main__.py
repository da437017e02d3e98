"""`python -m benchmarks.forecast`: many series a day ahead at once, beside MSTL one by one, in one run."""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
from statsmodels.tools.sm_exceptions import ConvergenceWarning
from statsmodels.tsa.exponential_smoothing.ets import ETSModel
from statsmodels.tsa.seasonal import MSTL

from analytics.forecast import Forecast, forecast_many
from benchmarks.ingest.figures import Spread
from benchmarks.ingest.report import machine

_DAY, _WEEK = 24, 168
_WANTED = 100  # times faster than MSTL

T = TypeVar("T")
Values = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one contender took for all the series, and how far off it was."""

    processor_s: float
    error: float  # mean absolute error over that of repeating the last day; 1 is as right as that


def main(arguments: list[str]) -> int:
    """The command line; 1 when we are less than 100 times faster or a backtest is worse than naive."""
    chosen = _parser().parse_args(arguments)
    known, truth = loads(chosen.series, chosen.hours)
    print(", ".join(f"{name} {value}" for name, value in machine().items()))
    ours, theirs = [], []
    for _ in range(chosen.rounds):
        made, found = _ours(known, truth)
        ours.append(found)
        theirs.append(_mstl(known.iloc[:, : chosen.mstl], truth[:, : chosen.mstl], chosen.series))
    times = _median([one.processor_s for one in theirs]) / _median([one.processor_s for one in ours])
    worse = sum(not one.backtest.mase <= one.backtest.naive_mase for one in made.values())
    print("| contender | processor s | error of naive's |\n|---|---|---|")
    print(f"| forecast_many | {_median([one.processor_s for one in ours]):.2f} | {ours[0].error:.2f} |")
    print(f"| MSTL | {_median([one.processor_s for one in theirs]):.1f} | {theirs[0].error:.2f} |")
    print(f"{times:.0f} times faster; {worse} of {len(made)} worse than naive in their backtest; "
          f"{sum(one.withheld is None for one in made.values())} shown")  # fmt: skip
    return 0 if times >= _WANTED and not worse else 1


def loads(series: int, hours: int) -> tuple[pd.DataFrame, Values]:
    """Made-up loads of buildings [kW], hourly, and the day after them: (24, series).

    Each has its own size, working hours, weekend and noise, and a slow drift.
    """
    generator = np.random.default_rng(1)
    clock = np.arange(hours + _DAY)[:, None]
    opens, stays = generator.uniform(5, 10, series), generator.uniform(6, 14, series)
    hour = clock % _DAY
    works = clock // _DAY % 7 < generator.integers(5, 8, series)
    busy = 1 / (1 + np.exp(-(hour - opens))) / (1 + np.exp(hour - opens - stays))
    noise = generator.normal(0, generator.uniform(0.02, 0.2, series), (len(clock), series))
    drift = generator.normal(0, 0.01, (len(clock), series)).cumsum(axis=0)
    table = generator.lognormal(3, 1, series) * (
        1 + busy * works * generator.uniform(0.2, 2, series) + noise + drift
    )
    index = pd.date_range("2024-01-01", periods=hours, freq="h", tz="UTC")
    return pd.DataFrame(table[:hours], index), table[hours:]


def _ours(known: pd.DataFrame, truth: Values) -> tuple[dict[object, Forecast], Measured]:
    made, spent = _timed(lambda: forecast_many(known, horizon=_DAY))
    medians = np.stack([one.quantiles[0.5].to_numpy() for one in made.values()], axis=1)
    return made, Measured(processor_s=spent, error=_error(medians, known, truth))


def _mstl(known: pd.DataFrame, truth: Values, series: int) -> Measured:
    """Some of the series, and what all would take: one takes as long as another."""
    table, spent = _timed(lambda: np.stack([_one(known[name]) for name in known], axis=1))
    return Measured(processor_s=spent * series / known.shape[1], error=_error(table, known, truth))


def _one(history: pd.Series) -> Values:
    """Day and week by MSTL, what is left by simple exponential smoothing."""
    parts = MSTL(history.to_numpy(), periods=(_DAY, _WEEK)).fit()
    rest = history.to_numpy() - parts.seasonal.sum(axis=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        level = ETSModel(rest).fit(disp=False).forecast(_DAY)
    day, week = parts.seasonal[:, 0], parts.seasonal[:, 1]
    return np.asarray(level + day[-_DAY:] + week[-_WEEK:][:_DAY])


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    began = time.process_time()
    return work(), time.process_time() - began


def _error(medians: Values, known: pd.DataFrame, truth: Values) -> float:
    naive = np.abs(known.to_numpy()[-_DAY:] - truth).mean(axis=0)
    return float(np.mean(np.abs(medians - truth).mean(axis=0) / naive))


def _median(values: list[float]) -> float:
    return Spread.of(values).median


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.forecast", description=__doc__)
    parser.add_argument("--series", type=int, default=500, help="how many")
    parser.add_argument("--hours", type=int, default=720, help="how long each is")
    parser.add_argument("--mstl", type=int, default=50, help="how many of them MSTL does")
    parser.add_argument("--rounds", type=int, default=3, help="how often each contender runs")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
