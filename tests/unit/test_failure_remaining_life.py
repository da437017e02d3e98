"""What is learned from runs to failure."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from analytics.failure import RemainingLife
from analytics.failure.regimes import find
from analytics.failure.runs import arrange, mean_of_first, mean_of_last, slope_of_last
from tests.unit.lives import SENSORS, cut, lives

pytestmark = pytest.mark.slow

LATER = 24.0  # one machine counts days, the other hours


@cache
def history(regimes: int = 1) -> pd.DataFrame:
    return lives(15, seed=1, regimes=regimes, modes=regimes, step=LATER if regimes > 1 else 1.0)


@cache
def model(regimes: int = 1) -> RemainingLife:
    return fit(history(regimes))


def fit(runs: pd.DataFrame, ended: str | None = None) -> RemainingLife:
    return RemainingLife.fit(runs, unit="unit", age="age", sensors=SENSORS, ended=ended)


@pytest.mark.parametrize("regimes", [1, 2])
def test_it_is_much_nearer_than_the_best_constant(regimes: int) -> None:
    step = LATER if regimes > 1 else 1.0
    runs, left = cut(lives(40, seed=2, regimes=regimes, modes=regimes, step=step), seed=3)
    left = left.clip(upper=model(regimes).ceiling)
    late = model(regimes).predict(runs)["rul"] - left
    assert np.sqrt((late**2).mean()) < 0.7 * left.std()


def test_three_regimes_are_found_and_one_is_not_split() -> None:
    for regimes in (1, 3):
        runs = arrange(lives(12, seed=4, regimes=regimes), unit="unit", age="age", sensors=SENSORS)
        assert find(runs).count == regimes


def test_sensors_that_never_vary_are_left_out() -> None:
    runs = arrange(lives(6, seed=4), unit="unit", age="age", sensors=SENSORS)
    assert find(runs).telling.tolist() == [True, True, True, True, True, False]


def test_intervals_hold_for_units_it_has_not_seen() -> None:
    runs = lives(60, seed=5)
    found = model().trace(runs)
    left = (runs.groupby("unit")["age"].transform("max") - runs["age"]).clip(upper=model().ceiling)
    held = (found["low"] <= left) & (left <= found["high"])
    assert 0.8 < held.mean() < 0.98


def test_how_good_it_is_where_it_had_not_seen_the_unit_is_near_what_comes() -> None:
    tried, runs = model().validation, lives(60, seed=5)
    assert tried is not None
    left = (runs.groupby("unit")["age"].transform("max") - runs["age"]).clip(upper=model().ceiling)
    found = model().trace(runs)
    assert tried.units == 15
    assert tried.coverage == pytest.approx(
        ((found["low"] <= left) & (left <= found["high"])).mean(), abs=0.08
    )
    assert tried.error == pytest.approx((found["rul"] - left).abs().mean(), rel=0.4)


def test_the_probability_of_failing_soon_is_near_what_happens() -> None:
    runs = lives(60, seed=5)
    said = model().trace(runs)["p_fail_30"]
    left = runs.groupby("unit")["age"].transform("max") - runs["age"]
    assert abs(said.mean() - (left <= 30).mean()) < 0.05
    assert said[left <= 15].mean() > 0.8 > 0.2 > said[left > 45].mean()


def test_there_is_a_row_a_unit_in_order_of_first_appearance_whatever_the_order_of_rows() -> None:
    runs, _ = cut(lives(6, seed=6), seed=6)
    shuffled = runs.sample(frac=1, random_state=0)
    found = model().predict(shuffled)
    assert list(found.columns) == ["rul", "low", "high", "p_fail_30"]
    assert found.index.tolist() == shuffled["unit"].drop_duplicates().tolist()
    pd.testing.assert_frame_equal(found.sort_index(), model().predict(runs), check_index_type=False)


def test_what_was_said_at_a_row_does_not_change_when_more_comes() -> None:
    runs, _ = cut(lives(3, seed=7), seed=7)
    early = runs[runs.groupby("unit").cumcount() < 25]
    pd.testing.assert_frame_equal(model().trace(early), model().trace(runs).loc[early.index])


def test_the_last_row_is_what_is_predicted() -> None:
    runs, _ = cut(lives(3, seed=7), seed=7)
    last = model().trace(runs)[~runs["unit"].duplicated(keep="last")]
    np.testing.assert_allclose(last, model().predict(runs))


def test_the_prediction_lies_in_its_interval_and_probabilities_are_probabilities() -> None:
    found = model().trace(lives(10, seed=8))
    assert (found["low"] <= found["rul"]).all()
    assert (found["rul"] <= found["high"]).all()
    assert found["p_fail_30"].between(0, 1).all()
    assert (found["low"] >= 0).all()


def test_runs_that_have_not_ended_are_not_taken_for_failures() -> None:
    whole = lives(12, seed=9)
    stopped, left = cut(whole[whole["unit"] % 2 == 0], seed=10)
    runs = pd.concat([whole[whole["unit"] % 2 == 1].assign(failed=True), stopped.assign(failed=False)])
    found = fit(runs, ended="failed").predict(stopped)
    assert found["rul"][left > 30].mean() > 30


def test_too_few_failures_teach_nothing_and_say_so() -> None:
    runs = lives(2, seed=1)
    found = fit(runs).predict(runs)
    assert found.isna().all(axis=None)
    assert len(found) == 2


def test_where_sensors_say_nothing_age_is_all_it_goes_by() -> None:
    runs = lives(4, seed=1).assign(**dict.fromkeys(SENSORS, 1.0))
    left = fit(runs).trace(runs)["rul"]
    assert left.iloc[0] > left.iloc[len(runs[runs["unit"] == 0]) - 1]


def test_no_rows_make_no_predictions() -> None:
    empty = lives(1, seed=1).iloc[:0]
    assert fit(empty).predict(empty).empty
    assert model().predict(empty).empty


def test_a_unit_without_an_age_is_unknown_and_the_others_are_not() -> None:
    runs = lives(2, seed=13)
    runs.loc[runs["unit"] == 0, "age"] = np.nan
    assert model().predict(runs)["rul"].isna().tolist() == [True, False]


def test_missing_readings_do_not_keep_it_from_answering() -> None:
    runs, _ = cut(lives(8, seed=14), seed=14)
    holes = np.random.default_rng(0).random((len(runs), len(SENSORS))) < 0.3
    runs[list(SENSORS)] = runs[list(SENSORS)].mask(holes)
    assert model().predict(runs).notna().all(axis=None)


def test_nothing_that_is_given_is_changed() -> None:
    model().predict(history())
    pd.testing.assert_frame_equal(history(), lives(15, seed=1))


def test_means_and_slopes_stay_within_a_unit() -> None:
    values = np.array([[1.0], [2.0], [3.0], [10.0], [np.nan], [30.0]])
    begins = np.array([0, 0, 0, 3, 3, 3])
    assert mean_of_last(values, begins, 2).ravel().tolist() == [1.0, 1.5, 2.5, 10.0, 10.0, 30.0]
    assert mean_of_first(values, begins, 2).ravel().tolist() == [1.0, 1.5, 1.5, 10.0, 10.0, 10.0]
    np.testing.assert_allclose(slope_of_last(values, begins, 3).ravel(), [0, 1, 1, 0, 0, 10])
