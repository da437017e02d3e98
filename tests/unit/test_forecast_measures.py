"""The measures forecasts are judged by, on cases reckoned by hand."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.forecast import LEVELS, conformal
from benchmarks.forecast.__main__ import loads
from benchmarks.quality.forecasts import covered, mase, scaled_quantile_loss, seasonal_error


def test_the_seasonal_error_is_the_mean_change_over_a_season() -> None:
    assert seasonal_error(np.array([1.0, 2.0, 4.0, 8.0]), 2) == pytest.approx((3 + 6) / 2)


def test_the_seasonal_error_leaves_gaps_out() -> None:
    assert seasonal_error(np.array([1.0, np.nan, 4.0, 8.0]), 2) == pytest.approx(3)


def test_mase_is_the_mean_miss_in_units_of_the_seasonal_error() -> None:
    assert mase(np.array([1.0, np.nan, 5.0]), np.array([2.0, 0.0, 2.0]), 4.0) == pytest.approx(
        (1 + 3) / 2 / 4
    )


def test_the_quantile_loss_of_one_value_for_all_quantiles_is_mase() -> None:
    truth = np.array([3.0, 5.0])
    same = np.full((2, 9), 4.0)
    assert scaled_quantile_loss(truth, same, 2.0) == pytest.approx(mase(truth, same[:, 4], 2.0))


def test_the_quantile_loss_weighs_misses_by_their_level() -> None:
    quantiles = np.arange(1.0, 10.0)[None]  # 0.1 at 1 … 0.9 at 9
    # Truth 9: level q misses by 9 - 10 q, at the weight q: the sum of q (9 - 10 q) is 40.5 - 28.5.
    assert scaled_quantile_loss(np.array([9.0]), quantiles, 1.0) == pytest.approx(2 * (40.5 - 28.5) / 9)


def test_coverage_counts_both_ends_in_and_gaps_out() -> None:
    truth = np.array([1.0, 2.0, 3.0, np.nan])
    assert covered(truth, np.array([1.0, 0.0, 0.0, 0.0]), np.array([5.0, 1.9, 3.0, 9.0])) == pytest.approx(
        2 / 3
    )


def test_conformal_intervals_of_even_misses_hold_eight_in_ten() -> None:
    generator = np.random.default_rng(0)
    missed = generator.normal(size=(30, 28, 24)) * np.linspace(1, 4, 24)
    again = generator.normal(size=(30, 200, 24)) * np.linspace(1, 4, 24)
    offsets = conformal.offsets(missed, 28)
    inside = (again >= offsets[:, None, 0]) & (again <= offsets[:, None, -1])
    assert 0.78 <= inside.mean() <= 0.86
    assert inside.mean(axis=(0, 1)).min() > 0.74  # so many steps ahead as any other


def test_few_forecasts_give_wider_intervals_than_many() -> None:
    missed = np.random.default_rng(1).normal(size=(40, 100, 6))
    few, many = (np.ptp(conformal.offsets(missed[:, :count], count), axis=1).mean() for count in (5, 100))
    assert few > many


def test_held_out_coverage_sees_a_shift_that_the_interval_does_not() -> None:
    steady = np.random.default_rng(2).normal(size=(1, 40, 12))
    shifting = steady + np.repeat([0.0, 6.0, -6.0, 12.0], 10)[None, :, None]
    assert conformal.coverage(shifting, 40)[0] < 0.7 < conformal.coverage(steady, 40)[0]


def test_offsets_grow_from_level_to_level() -> None:
    offsets = conformal.offsets(np.random.default_rng(3).normal(size=(3, 10, 5)), 10)
    assert offsets.shape == (3, len(LEVELS), 5)
    assert (np.diff(offsets, axis=1) >= 0).all()


def test_made_up_loads_are_the_same_each_time() -> None:
    first, second = (loads(3, 72) for _ in range(2))
    assert first[0].equals(second[0])
    assert first[1].shape == (24, 3)
