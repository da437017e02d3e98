"""What goes together, and which of two comes first."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
from scipy import stats

from analytics import regular
from analytics.regular import Floats

_COLUMNS = ("a", "b", "lag", "r", "p", "n")
_MOST_STEPS = 20_000
_LEAST_TOGETHER = 24  # steps both must have been measured for a correlation to be said


def correlations(frame: pd.DataFrame, *, longest_lag: pd.Timedelta | None = None) -> pd.DataFrame:
    """How strongly each two columns move together, at the lag at which they do so most.

    The course of the day, of weekends and the slow trend are removed first: what shares nothing but a day
    does not correlate. Ranks are correlated, so that spikes count as one value each.

    Args:
        frame: One column a series; any units; gaps and NaN allowed.
        longest_lag: Either way; a twelfth of what was measured and at most twelve hours, when not given.

    Returns:
        One row a pair, the strongest first: `a`, `b` (column names), `lag` (Timedelta; above zero, `b`
        follows `a`), `r` (-1 … 1), `p` (of no relation, for autocorrelated values and the number of lags
        tried), `n` (steps that both have). Pairs with too little in common are left out.

    Source: effective sample size, M. S. Bartlett, 1935; G. Pyper and R. Peterman, 1998. Lags tried: Z. Šidák,
    1967.
    """
    series = {column: regular.cleaned(frame[column]) for column in frame.columns}
    step = _common_step(list(series.values()))
    if step is None:
        return _table([])
    rest = pd.DataFrame(
        {name: _residual(regular.evened(one, step), step) for name, one in series.items() if len(one)}
    )
    lags = _lags(len(rest), step, longest_lag)
    ranks = rest.rank().to_numpy(float)
    memory = [_autocorrelation(ranks[:, i], lags) for i in range(ranks.shape[1])]
    rows = []
    for i, j in combinations(range(ranks.shape[1]), 2):
        r, n = _crossed(ranks[:, i], ranks[:, j], lags)
        if np.isfinite(r).any():
            best = int(np.nanargmax(np.abs(r)))
            p = _chance(float(r[best]), int(n[best]), memory[i] * memory[j], tried=2 * lags + 1)
            rows.append(
                (rest.columns[i], rest.columns[j], (best - lags) * step, float(r[best]), p, int(n[best]))
            )
    return _table(sorted(rows, key=lambda row: -abs(row[3])))


def _table(rows: list[tuple[object, object, pd.Timedelta, float, float, int]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=list(_COLUMNS))
    return table.astype({"lag": "timedelta64[ns]", "r": float, "p": float, "n": "int64"})


def _common_step(series: list[pd.Series]) -> pd.Timedelta | None:
    known = [one for one in series if len(one) > 1]
    steps = [step for one in known if (step := regular.step_of(pd.DatetimeIndex(one.index)))]
    if len(steps) < 2:
        return None
    span = max(one.index[-1] for one in known) - min(one.index[0] for one in known)
    return max(max(steps), pd.Timedelta(span) / _MOST_STEPS)


def _residual(values: pd.Series, step: pd.Timedelta) -> pd.Series:
    """Without course of the day and what is slower than three days."""
    rest = regular.without_season(values, step)
    width = round(3 * regular.DAY / step)
    if width < 3 or len(rest) < 2 * width:
        return rest
    return rest - rest.rolling(width, center=True, min_periods=width // 3).median()


def _lags(n: int, step: pd.Timedelta, longest: pd.Timedelta | None) -> int:
    asked = int(longest / step) if longest is not None else int(min(n / 12, regular.DAY / 2 / step))
    return max(0, min(asked, n // 3))


def _crossed(a: Floats, b: Floats, lags: int) -> tuple[Floats, Floats]:
    """Correlation of a[t] with b[t + lag] for lags from -lags to lags, and how many values each is from."""
    known_a, known_b = np.isfinite(a), np.isfinite(b)
    x = np.where(known_a, a - np.nanmean(a) if known_a.any() else 0.0, 0.0)
    y = np.where(known_b, b - np.nanmean(b) if known_b.any() else 0.0, 0.0)
    n = _sum_of_products(known_a.astype(float), known_b.astype(float), lags).round()
    xy = _sum_of_products(x, y, lags)
    xx = _sum_of_products(x**2, known_b.astype(float), lags)
    yy = _sum_of_products(known_a.astype(float), y**2, lags)
    with np.errstate(divide="ignore", invalid="ignore"):
        r = np.where((n >= _LEAST_TOGETHER) & (xx > 1e-9) & (yy > 1e-9), xy / np.sqrt(xx * yy), np.nan)
    return np.clip(r, -1.0, 1.0), n


def _sum_of_products(a: Floats, b: Floats, lags: int) -> Floats:
    size = 1 << (2 * len(a) - 1).bit_length()
    whole = np.fft.irfft(np.conj(np.fft.rfft(a, size)) * np.fft.rfft(b, size), size)
    return np.concatenate([whole[size - lags :], whole[: lags + 1]]) if lags else whole[:1]


def _autocorrelation(values: Floats, lags: int) -> Floats:
    r, _ = _crossed(values, values, lags)
    return np.nan_to_num(r[lags + 1 :])


def _chance(r: float, n: int, memory: Floats, *, tried: int) -> float:
    """The probability of so strong a correlation, at the best of several lags, between unrelated series."""
    independent = n / max(1.0, 1.0 + 2.0 * float(memory.sum()))
    if independent <= 3 or abs(r) >= 1:
        return 1.0 if independent <= 3 else 0.0
    one = 2 * float(stats.norm.sf(abs(np.arctanh(r)) * np.sqrt(independent - 3)))
    # Neighbouring lags of slow series are one trial.
    trials = max(1.0, tried * independent / n)
    return float(-np.expm1(trials * np.log1p(-min(one, 1 - 1e-12))))
