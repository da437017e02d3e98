"""Alarms become stretches of time."""

import pandas as pd

from analytics.anomaly.bands import Band, bands


def score(*values: float) -> pd.Series:
    return pd.Series(values, index=pd.date_range("2026-03-04", periods=len(values), freq="30min", tz="UTC"))


def at(of: pd.Series, *positions: int) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(of.index[list(positions)])


def spans(found: list[Band], of: pd.Series) -> list[tuple[int, int | None, float]]:
    stamps = list(of.index)
    return [
        (stamps.index(one.began), None if one.ended is None else stamps.index(one.ended), one.peak)
        for one in found
    ]


def test_a_band_lasts_while_the_score_is_at_half_of_the_alarms() -> None:
    said = score(0.1, 0.4, 0.8, 0.9, 0.4, 0.1, 0.1, 0.1)
    assert spans(bands(said, at(said, 2)), said) == [(1, 4, 0.9)]


def test_a_dip_of_an_hour_is_bridged_and_a_longer_one_is_not() -> None:
    said = score(0.8, 0.1, 0.8, 0.1, 0.1, 0.8, 0.1)
    assert spans(bands(said, at(said, 0)), said) == [(0, 2, 0.8)]


def test_a_band_that_reaches_the_newest_reading_has_no_end() -> None:
    said = score(0.1, 0.1, 0.9, 0.9)
    assert spans(bands(said, at(said, 2)), said) == [(2, None, 0.9)]


def test_alarms_of_one_stretch_are_one_band() -> None:
    said = score(0.1, 0.8, 0.9, 0.8, 0.1, 0.1, 0.1)
    assert spans(bands(said, at(said, 1, 3)), said) == [(1, 3, 0.9)]


def test_alarms_far_apart_are_two_bands() -> None:
    said = score(0.8, 0.1, 0.1, 0.1, 0.8, 0.1)
    assert spans(bands(said, at(said, 4, 0)), said) == [(0, 0, 0.8), (4, 4, 0.8)]


def test_without_an_alarm_there_is_no_band() -> None:
    said = score(0.9, 0.9)
    assert bands(said, at(said)) == []
    assert bands(said.iloc[:0], at(said)) == []
