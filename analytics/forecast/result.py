"""What a forecast is: numbers, how they were made, and how right the method was so far."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

LEVELS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """How the method did from earlier moments of the same series; NaN where it could not be tried.

    All figures are of windows of the asked horizon that the method had not seen.
    """

    mase: float  # mean absolute error of the median, in units of the seasonal-naive error within the history
    naive_mase: float  # the same of the best seasonal-naive forecast, from the same moments
    coverage: float  # share of values between quantiles 0.1 and 0.9; right is 0.8
    n: int  # moments forecast from
    since: pd.Timestamp | None = None  # the first step that was forecast in it; it reaches to the last one


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """The next values of a series as quantiles, and whether they may be shown."""

    quantiles: pd.DataFrame  # columns 0.1 … 0.9, one row a step; NaN only where there is no history at all
    method: str
    backtest: Backtest
    withheld: str | None  # why it should not be shown; None: it may be
