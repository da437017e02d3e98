"""Kinds of days, times of use, what goes together, and who is in."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from analytics import patterns


def _office(days: int = 35, seed: int = 0, tz: str | None = None) -> pd.Series:
    """Power of an office: use on working days from 8 to 18."""
    index = pd.date_range("2024-01-01", periods=days * 48, freq="30min", tz=tz)
    used = (index.day_of_week < 5) & (index.hour >= 8) & (index.hour < 18)
    return pd.Series(20 + 60 * used + np.random.default_rng(seed).normal(scale=4, size=len(index)), index)


def test_days_of_two_shapes_are_two_kinds_and_the_commoner_is_0() -> None:
    kinds = patterns.daily_profiles(_office())
    assert list(kinds.columns) == ["date", "cluster"]
    assert [one.weekday() >= 5 for one in kinds["date"]] == list(kinds["cluster"] == 1)


def test_days_of_one_shape_are_one_kind() -> None:
    index = pd.date_range("2024-01-01", periods=40 * 24, freq="h")
    course = 10 + np.sin(2 * np.pi * index.hour / 24)
    noisy = pd.Series(course + np.random.default_rng(0).normal(scale=0.3, size=len(index)), index)
    assert set(patterns.daily_profiles(noisy)["cluster"]) == {0}


def test_a_day_that_is_mostly_missing_is_of_no_kind() -> None:
    office = _office()
    office.loc["2024-01-10 06:00":"2024-01-10 18:00"] = np.nan
    assert date(2024, 1, 10) not in set(patterns.daily_profiles(office)["date"])


def test_the_usual_week_is_learned() -> None:
    week = patterns.schedule(_office(tz="Europe/Berlin"))
    assert [(one.weekday, one.start_minute, one.end_minute) for one in week.intervals] == [
        (day, 8 * 60, 18 * 60) for day in range(5)
    ]
    assert all(one.confidence > 0.95 for one in week.intervals)
    assert week.odd_days == ()


def test_a_holiday_and_a_worked_saturday_are_odd_days() -> None:
    office = _office()
    office.loc["2024-01-17"] = 20.0 + np.random.default_rng(1).normal(size=48)
    office.loc["2024-01-20 09:00":"2024-01-20 15:00"] += 60.0
    odd = patterns.schedule(office).odd_days
    assert [(one.day, one.kind) for one in odd] == [
        (date(2024, 1, 17), "unused"),
        (date(2024, 1, 20), "extra"),
    ]


def test_noise_has_no_schedule() -> None:
    index = pd.date_range("2024-01-01", periods=30 * 48, freq="30min")
    noise = pd.Series(np.random.default_rng(0).normal(size=len(index)), index)
    assert patterns.schedule(noise).intervals == ()


def _sharing_a_day(n: int = 20 * 96) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    course = 5 * np.sin(2 * np.pi * np.arange(n) / 96)
    cause = pd.Series(rng.normal(size=n)).ewm(span=8).mean().to_numpy()
    frame = {
        "cause": course + cause,
        "effect": course + np.r_[np.zeros(4), cause[:-4]] + rng.normal(scale=0.05, size=n),
        "other": course + pd.Series(rng.normal(size=n)).ewm(span=8).mean().to_numpy(),
    }
    return pd.DataFrame(frame, pd.date_range("2024-01-01", periods=n, freq="15min"))


def test_an_effect_follows_its_cause_by_its_lag() -> None:
    first = patterns.correlations(_sharing_a_day()).iloc[0]
    assert (first["a"], first["b"], first["lag"]) == ("cause", "effect", pd.Timedelta(hours=1))
    assert first["r"] > 0.8
    assert first["p"] < 1e-6


def test_a_shared_day_alone_does_not_correlate() -> None:
    table = patterns.correlations(_sharing_a_day())
    apart = table[(table["a"] == "other") | (table["b"] == "other")]
    assert (apart["r"].abs() < 0.35).all()
    assert (apart["p"] > 0.01).all()


def test_chance_finds_no_more_than_its_share() -> None:
    rng = np.random.default_rng(4)
    slow = pd.DataFrame(rng.normal(size=(2000, 12))).ewm(span=20).mean()
    slow.index = pd.date_range("2024-01-01", periods=2000, freq="15min")
    table = patterns.correlations(slow)
    assert len(table) == 66
    assert (table["p"] < 0.05).mean() < 0.15


def _room(seed: int = 0) -> tuple[pd.DataFrame, pd.Series]:
    """A room of 60 m³ with its mass balance of CO₂ in steps of five minutes; two people at work."""
    index = pd.date_range("2024-01-01", periods=7 * 288, freq="5min", tz="UTC")
    there = (index.day_of_week < 5) & (index.hour >= 9) & (index.hour < 17)
    co2 = np.full(len(index), 420.0)
    for i in range(1, len(index)):
        co2[i] = co2[i - 1] + (2 * 18_000 / 60 * there[i] - 0.8 * (co2[i - 1] - 420)) / 12
    co2 += np.random.default_rng(seed).normal(scale=8, size=len(index))
    return pd.DataFrame({"zone_CO2_ppm": co2}, index), pd.Series(there, index)


def test_people_are_told_by_what_they_breathe_out() -> None:
    frame, there = _room()
    likely = patterns.occupancy(frame)
    assert likely.index.equals(frame.index)
    assert ((likely >= 0.5) == there).mean() > 0.95


def test_an_empty_room_is_hardly_ever_taken_for_a_full_one() -> None:
    frame = _room()[0]
    frame["zone_CO2_ppm"] = 420 + np.random.default_rng(1).normal(scale=8, size=len(frame))
    assert (patterns.occupancy(frame) < 0.5).mean() > 0.97


def test_a_stuffy_empty_room_is_told_from_a_full_one() -> None:
    frame = _room()[0]
    index = pd.DatetimeIndex(frame.index)
    evening = (index.hour == 18) & (index.day_of_week < 5)
    assert (patterns.occupancy(frame)[evening] < 0.5).mean() > 0.9


@pytest.mark.parametrize("columns", [[], ["setpoint"], ["outdoor_temperature"]])
def test_columns_that_tell_of_nobody_give_no_likelihood(columns: list[str]) -> None:
    index = pd.date_range("2024-01-01", periods=10, freq="5min")
    assert patterns.occupancy(pd.DataFrame(1.0, index, columns)).isna().all()
