"""Where a series changed for good."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analytics import patterns
from benchmarks.quality.change_points import covering, f_measure, true_positives


def _series(values: np.ndarray, freq: str = "D") -> pd.Series:
    return pd.Series(values, pd.date_range("2024-01-01", periods=len(values), freq=freq))


def _wandering(n: int, memory: float, seed: int) -> np.ndarray:
    steps = np.random.default_rng(seed).normal(size=n)
    values = np.zeros(n)
    for i in range(1, n):
        values[i] = memory * values[i - 1] + steps[i]
    return values


@pytest.mark.parametrize("seed", range(5))
def test_a_new_level_is_found_within_five_samples(seed: int) -> None:
    noise = np.random.default_rng(seed).normal(size=300)
    found = patterns.change_points(_series(noise + 3.0 * (np.arange(300) >= 170)))
    assert len(found) == 1
    assert abs(found[0] - 170) <= 5


@pytest.mark.parametrize("memory", [0.0, 0.9, 1.0])
def test_noise_that_remembers_has_no_change(memory: float) -> None:
    for seed in range(4):
        assert patterns.change_points(_series(_wandering(300, memory, seed))) == []


def test_days_are_no_changes_and_a_new_level_under_them_is_found() -> None:
    n = 20 * 96
    days = 3 * np.sin(2 * np.pi * np.arange(n) / 96) + 0.1 * _wandering(n, 0.9, seed=1)
    assert patterns.change_points(_series(days, "15min")) == []
    found = patterns.change_points(_series(days + 2.0 * (np.arange(n) >= 1000), "15min"))
    assert len(found) == 1
    assert abs(found[0] - 1000) <= 96


def test_positions_are_those_of_the_series_as_given() -> None:
    steps = _series(np.random.default_rng(2).normal(size=200) + 4.0 * (np.arange(200) >= 120))
    with_gaps = pd.concat([pd.Series(np.nan, pd.date_range("2023-01-01", periods=30, freq="D")), steps])
    assert abs(patterns.change_points(with_gaps)[0] - 150) <= 5
    backwards = steps[::-1]
    assert abs(patterns.change_points(backwards)[0] - (199 - 120)) <= 5


def test_true_positives_use_a_guess_once() -> None:
    assert true_positives({1, 10, 20, 23}, {3, 8, 20}) == 3
    assert true_positives({1, 10, 20, 23}, {1, 3, 5, 8, 20}) == 3
    assert true_positives(set(), {1, 2, 3}) == 0


def test_f_measure_is_that_of_the_hand_computed_case() -> None:
    # Precision: 0 and 10 of {0, 10, 50} are marked by somebody. Recall: 2 of 2, and 1 of 2.
    assert f_measure([[10], [90]], [10, 50]) == pytest.approx(2 * (2 / 3) * 0.75 / (2 / 3 + 0.75))
    assert f_measure([[], []], []) == 1.0


def test_covering_is_that_of_the_hand_computed_case() -> None:
    # Marked 0-5-10, found one segment: each half overlaps it by half.
    assert covering([[5]], [], 10) == pytest.approx(0.5)
    assert covering([[5], []], [5], 10) == pytest.approx((1.0 + 0.5) / 2)
