"""Every method of forecasting: nothing of the future, and right where it should be."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from analytics.forecast import candidates
from analytics.forecast.boosted import boosted
from analytics.forecast.grid import Values
from analytics.forecast.task import Method, Task

pytestmark = pytest.mark.slow

STEPS, HORIZON = 1400, 30


def task(values: Values, *, known: int = 1200) -> Task:
    origins = np.array([known, known + 24, known + 100])
    return Task(values=values, horizon=HORIZON, day=24, week=168, origins=origins, known=known)


def loads(*, noise: float = 1.0) -> Values:
    """Two series that repeat daily, but for weekends and noise."""
    clock = np.arange(STEPS)
    shape = 10 * np.sin(2 * np.pi * clock / 24) + 8 * (clock // 24 % 7 < 5)
    return np.stack([shape, 3 * shape + 5]) + np.random.default_rng(0).normal(0, noise, (2, STEPS))


def methods() -> dict[str, Method]:
    asked = task(loads())
    nothing_else = np.empty((STEPS + HORIZON, 0))
    trees = {"boosted trees": partial(boosted, covariates=nothing_else)}
    return {**candidates.naive(asked), **candidates.learned(asked), **trees}


@pytest.mark.parametrize("name", methods())
def test_a_forecast_knows_nothing_of_what_comes_after_it(name: str) -> None:
    method, values = methods()[name], loads()
    asked = task(values)
    changed = values.copy()
    changed[:, asked.origins[1] :] = 1e3
    before, after = method(asked), method(replace(asked, values=changed))
    np.testing.assert_allclose(before[:, :2], after[:, :2], rtol=1e-9)


@pytest.mark.parametrize("name", methods())
def test_what_is_learned_is_learned_before_the_first_origin(name: str) -> None:
    method, values = methods()[name], loads()
    asked = task(values)
    changed = values.copy()
    changed[:, asked.known : asked.known + 40] += 500  # between the first origin and the last window
    first, again = method(asked), method(replace(asked, values=changed))
    np.testing.assert_allclose(first[:, 0], again[:, 0], rtol=1e-9)


@pytest.mark.parametrize("name", sorted(set(methods()) - {"last value", "last day repeated", "mean day"}))
def test_a_repeating_week_is_forecast(name: str) -> None:
    values = loads(noise=0.01)
    asked = task(values)
    truth = values[:1, asked.origins[:, None] + np.arange(HORIZON)]
    assert np.abs(methods()[name](asked)[:1] - truth).mean() < 4.0  # the weekend alone is 8 lower


@pytest.mark.parametrize("name", candidates.learned(task(loads())))
def test_series_are_forecast_in_their_own_units(name: str) -> None:
    method, values = methods()[name], loads()
    asked = task(values)
    greater = replace(asked, values=values * 1000 + 50)
    np.testing.assert_allclose(method(greater), method(asked) * 1000 + 50, rtol=1e-5)
