"""The health of a device from the readings of its series."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analytics.failure.prior import ServiceLife
from analytics.health import drift, troubles
from analytics.health.scores import HealthScore, Reason
from analytics.health.spec import HealthSpec, SeriesSpec
from analytics.health.weights import WEIGHTS
from analytics.health.windows import Floats, Times, times, utc

_DAY = pd.Timedelta(days=1)


def score(frame: pd.DataFrame, *, expected: HealthSpec) -> HealthScore:
    """How well a device and its series are, from 0 to 100, and what costs points.

    Each kind of trouble has a severity from 0 to 1 in each series and costs its part of the points in the
    table of weights. Of several series, a kind costs the quadratic mean, as in `roll_up`.

    Args:
        frame: DatetimeIndex in any order, without a zone in UTC; one column a series of numbers, NaN where it
            did not speak.
        expected: What is expected of them.

    Returns:
        The score; unknown where no series ever spoke.
    """
    values = frame.to_numpy(dtype=np.float64, na_value=np.nan)
    values = np.where(np.isfinite(values), values, np.nan)
    spoke = np.isfinite(values).any(axis=1) & frame.index.notna()
    if not spoke.any():
        return HealthScore(value=float("nan"), unknown="None of the series has a reading.")
    index, values = _ordered(utc(pd.DatetimeIndex(frame.index[spoke])), values[spoke])
    when = times(index, now=expected.now, normal_until=expected.normal_until)
    severities = np.array(
        [
            list(_troubles(values[:, place], index, when, expected.series.get(str(name), SeriesSpec())))
            for place, name in enumerate(frame.columns)
        ]
    )
    drifts = np.array([not expected.series.get(str(name), SeriesSpec()).wears for name in frame.columns])
    distances = np.where(drifts, drift.distances(values, when), 0.0)
    severities = np.column_stack([severities, drift.severity(distances)])
    reasons = [*_reasons([str(name) for name in frame.columns], severities), *_of_the_whole(expected)]
    return HealthScore.of(reasons)


_KINDS = ("silence", "gaps", "stuck", "spikes", "range", "neighbours", "drift")


def _ordered(index: pd.DatetimeIndex, values: Floats) -> tuple[pd.DatetimeIndex, Floats]:
    """By time; of rows with one stamp the last."""
    order = np.argsort(index.asi8, kind="stable")
    index, values = index[order], values[order]
    last = np.append(np.diff(index.asi8) != 0, True)
    return index[last], values[last]


def _troubles(values: Floats, index: pd.DatetimeIndex, when: Times, spec: SeriesSpec) -> Iterator[float]:
    """Severities in the order of _KINDS, drift aside."""
    known = np.isfinite(values)
    days, said = when.days[known], values[known]
    every = troubles.interval(days) if spec.interval is None else spec.interval / _DAY
    yield troubles.silence(days, now=when.now, every=every)
    yield troubles.gaps(days, every=every)
    yield troubles.stuck(days, said, after=None if spec.stuck_after is None else spec.stuck_after / _DAY)
    yield troubles.spikes(said)
    yield troubles.outside(said, low=spec.low, high=spec.high)
    if spec.neighbours is None or spec.neighbours.empty:
        yield 0.0
        return
    others = _at(index, spec.neighbours, within=max(every, 1e-6))
    yield troubles.disagreement(values, others, normal=when.normal, recent=when.recent)


def _at(index: pd.DatetimeIndex, others: pd.DataFrame, *, within: float) -> Floats:
    """What others said last at each stamp, not longer ago than an interval."""
    ordered = others.set_axis(utc(pd.DatetimeIndex(others.index))).sort_index()
    ordered = ordered[~ordered.index.duplicated(keep="last")]
    at = ordered.reindex(index, method="ffill", tolerance=pd.Timedelta(days=within))
    return at.to_numpy(dtype=np.float64, na_value=np.nan)


def _reasons(names: list[str], severities: Floats) -> Iterator[Reason]:
    """A kind's points, shared out to the series in proportion to the squares of their severities."""
    for place, kind in enumerate(_KINDS):
        squares = severities[:, place] ** 2
        whole = float(np.sqrt(squares.mean()))
        for name, square, severity in zip(names, squares, severities[:, place], strict=True):
            if square > 0:
                points = WEIGHTS[kind].points * whole * float(square / squares.sum())
                yield Reason(kind=kind, points=points, of=(name,), severity=float(severity))


def _of_the_whole(expected: HealthSpec) -> Iterator[Reason]:
    """What is not of one series: open alerts, and age."""
    alerts = 1 - 0.5 ** max(expected.open_alerts, 0)
    yield Reason(kind="alerts", points=WEIGHTS["alerts"].points * alerts, severity=alerts)
    if expected.age is not None and expected.service_life is not None and expected.service_life > 0:
        worn = 1 - ServiceLife(median=expected.service_life).survival(expected.age)
        yield Reason(kind="service life", points=WEIGHTS["service life"].points * worn, severity=worn)
