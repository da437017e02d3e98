"""Forecasts: what they promise for any series, and that they are right where they can be."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.forecast import LEVELS, Forecast, forecast, forecast_many

pytestmark = pytest.mark.slow

START = pd.Timestamp("2024-01-01", tz="UTC")


def hours(count: int, *, zone: str | None = "UTC") -> pd.DatetimeIndex:
    return pd.date_range("2024-01-01", periods=count, freq="h", tz=zone)


def office(weeks: float = 6, *, noise: float = 1.0, seed: int = 0) -> pd.Series:
    """Load [kW] of an office: high on workdays, low at night and on weekends."""
    index = hours(int(weeks * 168))
    busy = (index.hour >= 7) & (index.hour < 19) & (index.day_of_week < 5)
    return pd.Series(20 + 30 * busy + np.random.default_rng(seed).normal(0, noise, len(index)), index)


@st.composite
def any_series(draw: st.DrawFn) -> pd.Series:
    count = draw(st.integers(0, 60))
    step = draw(st.sampled_from([1, 60, 900, 3600, 86_400]))
    jitter = draw(st.lists(st.integers(0, 4), min_size=count, max_size=count))
    values = draw(
        st.lists(
            st.one_of(st.just(float("nan")), st.floats(-1e6, 1e6), st.just(float("inf")), st.just(5.0)),
            min_size=count, max_size=count,
        )
    )  # fmt: skip
    offsets = step * (np.arange(count) + np.array(jitter, dtype=int))
    zone = draw(st.sampled_from([None, "UTC", "Europe/Zurich"]))
    index = pd.DatetimeIndex(pd.Timestamp("2024-03-30") + pd.to_timedelta(offsets, unit="s"))
    series = pd.Series(values, index if zone is None else index.tz_localize("UTC").tz_convert(zone), float)
    return series.sample(frac=1, random_state=draw(st.integers(0, 9)))


@given(history=any_series(), horizon=st.integers(1, 30))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_history_is_answered_and_left_as_it_was(history: pd.Series, horizon: int) -> None:
    before = history.copy()
    made = forecast(history, horizon=horizon)
    pd.testing.assert_series_equal(history, before)
    if history.empty:
        assert made.quantiles.empty
    else:
        assert len(made.quantiles) == horizon
        assert made.quantiles.index[0] > history.index.max() - pd.Timedelta(days=2000)
    assert tuple(made.quantiles.columns.astype(float)) == LEVELS
    if np.isfinite(history).any():
        table = made.quantiles.to_numpy()
        assert np.isfinite(table).all()
        assert (np.diff(table, axis=1) >= 0).all()
    else:
        assert made.withheld


@pytest.fixture(scope="module")
def shown() -> Forecast:
    return forecast(office(), horizon=24)


def test_the_forecast_starts_one_step_after_the_last_value(shown: Forecast) -> None:
    assert list(shown.quantiles.index) == list(hours(1008 + 24)[1008:])


def test_an_office_s_week_is_forecast_within_its_noise() -> None:
    history = office(9, noise=1.0)
    made = forecast(history[:-168], horizon=168)
    assert np.abs(made.quantiles[0.5] - history[-168:]).mean() < 1.3
    assert made.withheld is None


def test_the_interval_holds_about_eight_values_in_ten() -> None:
    frame = pd.DataFrame({seed: office(8, noise=2.0, seed=seed) for seed in range(20)})
    inside = [
        frame[seed][-48:].between(made.quantiles[0.1], made.quantiles[0.9]).mean()
        for seed, made in forecast_many(frame[:-48], horizon=48).items()
    ]
    assert 0.75 <= np.mean(inside) <= 0.87


def test_noise_alone_is_not_shown_as_knowledge() -> None:
    walk = pd.Series(np.random.default_rng(3).normal(size=400).cumsum(), hours(400))
    made = forecast(walk, horizon=24)
    assert made.withheld is not None or made.backtest.mase < made.backtest.naive_mase


def test_what_is_shown_was_better_than_repeating_the_last_season(shown: Forecast) -> None:
    assert shown.withheld is None
    assert shown.backtest.mase < shown.backtest.naive_mase


def test_a_perfectly_repeating_series_is_withheld_as_no_better_than_the_last_day() -> None:
    history = pd.Series(np.tile(np.arange(24.0), 40), hours(960))
    made = forecast(history, horizon=24)
    assert made.withheld == "It was no more right than the last day repeated."
    np.testing.assert_allclose(made.quantiles[0.5], np.arange(24.0), atol=1e-9)


def test_a_short_history_is_forecast_widely_and_withheld() -> None:
    made = forecast(pd.Series([20.0, 21.0, 20.5], hours(3)), horizon=5)
    assert made.withheld == "The history is too short to try a forecast on."
    width = made.quantiles[0.9] - made.quantiles[0.1]
    assert width.is_monotonic_increasing
    assert width.iloc[0] > 1.0


def test_a_constant_series_stays_what_it_is() -> None:
    made = forecast(pd.Series(7.0, hours(500)), horizon=12)
    assert (made.quantiles == 7.0).all().all()
    assert made.withheld


def test_load_that_was_never_negative_is_not_forecast_negative() -> None:
    history = (office(6, noise=8) - 25).clip(lower=0)
    assert (forecast(history, horizon=48).quantiles >= 0).all().all()


def test_gaps_doubles_and_disorder_change_little() -> None:
    history = office(8)
    broken = history.drop(history.index[300:340]).copy()
    broken.iloc[500:503] = np.nan
    broken = pd.concat([broken, broken.iloc[100:120]]).sample(frac=1, random_state=1)
    whole, patched = (forecast(one, horizon=24).quantiles[0.5] for one in (history, broken))
    assert np.abs(whole - patched).mean() < 1.0


def test_an_uneven_clock_is_put_on_its_median_step() -> None:
    index = hours(400) + pd.to_timedelta(np.random.default_rng(0).integers(-300, 300, 400), unit="s")
    made = forecast(pd.Series(np.sin(np.arange(400) * np.pi / 12), index), horizon=6)
    steps = made.quantiles.index[1:] - made.quantiles.index[:-1]
    assert steps.nunique() == 1
    assert abs(steps[0] - pd.Timedelta(hours=1)) < pd.Timedelta(minutes=2)


def test_local_time_stays_local() -> None:
    history = office()[-60:].tz_convert("Europe/Zurich")
    assert str(pd.DatetimeIndex(forecast(history, horizon=3).quantiles.index).tz) == "Europe/Zurich"


def test_naive_stamps_stay_naive() -> None:
    made = forecast(office()[-60:].tz_localize(None), horizon=3)
    assert pd.DatetimeIndex(made.quantiles.index).tz is None


def warm_building() -> tuple[pd.Series, pd.DataFrame]:
    """A load that follows tomorrow's weather, which repeats nothing."""
    index = hours(1344 + 48)
    weather = pd.Series(np.repeat(np.random.default_rng(5).normal(20, 6, len(index) // 24), 24), index)
    load = 50 + 4 * (weather - 18).clip(lower=0) + 5 * np.sin(np.arange(len(index)) * np.pi / 12)
    return load, weather.to_frame("outdoor")


def test_tomorrow_s_weather_helps_where_it_is_known() -> None:
    load, weather = warm_building()
    without = forecast(load[:-24], horizon=24).backtest
    with_it = forecast(load[:-24], horizon=24, covariates=weather).backtest
    assert with_it.mase < 0.6 * without.mase


def test_weather_known_only_for_the_past_is_left_out() -> None:
    load, weather = warm_building()
    history = load[:-24]
    without = forecast(history, horizon=24)
    past_only = forecast(history, horizon=24, covariates=weather[:-24])
    pd.testing.assert_frame_equal(without.quantiles, past_only.quantiles)


def test_covariates_with_holes_are_borne() -> None:
    load, weather = warm_building()
    holed = weather.mask(np.random.default_rng(1).random(weather.shape) < 0.3)
    assert forecast(load[:-24], horizon=24, covariates=holed).quantiles.notna().all().all()


def test_the_same_history_gives_the_same_forecast(shown: Forecast) -> None:
    pd.testing.assert_frame_equal(shown.quantiles, forecast(office(), horizon=24).quantiles)


def test_many_series_are_each_forecast_by_name() -> None:
    frame = pd.DataFrame({"a": office(5, seed=1), "b": office(5, seed=2) * 3, "silent": np.nan})
    made = forecast_many(frame, horizon=24)
    assert list(made) == ["a", "b", "silent"]
    assert all(isinstance(one, Forecast) for one in made.values())
    assert made["silent"].withheld == "There is no history."
    assert made["b"].quantiles[0.5].mean() == pytest.approx(3 * made["a"].quantiles[0.5].mean(), rel=0.1)


def test_none_of_many_is_worse_than_naive_in_its_backtest() -> None:
    generator = np.random.default_rng(7)
    frame = pd.DataFrame({k: office(4, noise=3, seed=k) for k in range(10)})
    frame["walk"] = generator.normal(size=len(frame)).cumsum()
    for made in forecast_many(frame, horizon=24).values():
        assert made.backtest.mase <= made.backtest.naive_mase + 1e-12


def test_a_horizon_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="one or more"):
        forecast(office(), horizon=0)
