"""What is said of assets without failures: trends to a limit, and the stated service life."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.failure import ServiceLife, before_warranty_ends, trend_to_limit

START = pd.Timestamp("2025-01-01", tz="Europe/Berlin")


def line(days: int, *, slope: float, noise: float = 1.0, seed: int = 0) -> pd.Series:
    index = pd.date_range(START, periods=days, freq="D")
    return pd.Series(slope * np.arange(days) + np.random.default_rng(seed).normal(0, noise, days), index)


def in_days(moment: pd.Timestamp) -> float:
    return (moment - START) / pd.Timedelta(days=1)


def test_a_line_without_noise_crosses_where_it_must() -> None:
    found = trend_to_limit(line(100, slope=0.5, noise=0), limit=75)
    assert found is not None
    assert [round(in_days(moment)) for moment in found] == [150, 150, 150]
    assert found[0].tz is not None


def test_a_falling_line_crosses_a_limit_below() -> None:
    found = trend_to_limit(line(100, slope=-0.5, noise=0), limit=-75)
    assert found is not None
    assert round(in_days(found[0])) == 150


@pytest.mark.parametrize("noise", [0.5, 3.0])
def test_nine_of_ten_intervals_hold(noise: float) -> None:
    held = []
    for seed in range(100):
        found = trend_to_limit(line(90, slope=0.2, noise=noise, seed=seed), limit=30)
        assert found is not None
        held.append(found[1] <= START + pd.Timedelta(days=150) <= found[2])
    assert 0.82 <= np.mean(held) <= 0.98


def test_outliers_do_not_bend_it() -> None:
    values = line(100, slope=0.5)
    values.iloc[::10] = -500.0
    found = trend_to_limit(values, limit=75)
    assert found is not None
    assert abs(in_days(found[0]) - 150) < 10


def test_a_trend_that_began_later_is_judged_by_its_own_slope() -> None:
    values = line(200, slope=0.0)
    values += np.maximum(np.arange(200) - 100, 0) * 0.5
    found = trend_to_limit(values, limit=75)
    assert found is not None
    assert abs(in_days(found[0]) - 250) < 10


def test_noise_alone_is_no_trend() -> None:
    said = [trend_to_limit(line(100, slope=0, seed=seed), limit=3) is not None for seed in range(100)]
    assert np.mean(said) <= 0.15


def test_a_trend_away_from_the_limit_never_arrives() -> None:
    assert trend_to_limit(line(100, slope=-0.5), limit=75) is None


def test_a_limit_that_was_crossed_is_crossed_in_the_past() -> None:
    values = line(100, slope=0.5)
    found = trend_to_limit(values, limit=25)
    assert found is not None
    assert abs(in_days(found[0]) - 50) < 5


def test_a_limit_further_than_five_histories_is_not_foretold() -> None:
    assert trend_to_limit(line(100, slope=0.5), limit=1_000) is None


stamps = st.lists(st.integers(0, 10**6), max_size=60)
numbers = st.one_of(st.floats(-1e6, 1e6), st.sampled_from([np.nan, np.inf, 0.0]))


@settings(max_examples=100, deadline=None)
@given(stamps, st.data(), st.booleans())
def test_any_series_is_answered(minutes: list[int], data: st.DataObject, aware: bool) -> None:
    index = pd.DatetimeIndex(
        pd.Timestamp("2025-01-01", tz="UTC" if aware else None) + pd.to_timedelta(minutes, unit="min")
    )
    values = pd.Series(
        data.draw(st.lists(numbers, min_size=len(minutes), max_size=len(minutes))), index, dtype=float
    )
    before = values.copy(deep=True)
    found = trend_to_limit(values, limit=data.draw(st.floats(-1e6, 1e6)))
    assert found is None or found[1] <= found[0] <= found[2]
    pd.testing.assert_series_equal(values, before)


def test_half_of_assets_reach_the_stated_life() -> None:
    life = ServiceLife(median=15)
    assert life.survival(15) == pytest.approx(0.5)
    assert life.survival(0) == 1.0


def test_what_is_left_falls_with_age_and_never_ends() -> None:
    life = ServiceLife(median=15)
    left = [life.expected_left(age)[0] for age in (0, 5, 15, 30)]
    assert left[0] == pytest.approx(15)
    assert left == sorted(left, reverse=True)
    assert left[-1] > 0


def test_the_interval_of_what_is_left_holds_nine_of_ten() -> None:
    life = ServiceLife(median=15)
    _, low, high = life.expected_left(6)
    assert life.fails_between(6, 6 + low) == pytest.approx(0.05)
    assert life.fails_between(6, 6 + high) == pytest.approx(0.95)


def test_an_old_asset_under_a_long_warranty_is_a_finding_and_a_new_one_is_not() -> None:
    life = ServiceLife(median=10)
    assert before_warranty_ends(life, age=9, warranty=14).likely
    assert not before_warranty_ends(life, age=0, warranty=2).likely
    assert before_warranty_ends(life, age=3, warranty=2).probability == 0.0


def test_a_service_life_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="above 0"):
        ServiceLife(median=0)
