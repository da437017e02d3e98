"""Scores and alarms of one series, on series made here."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analytics.anomaly import alarms, score
from analytics.anomaly.budget import affordable

pytestmark = pytest.mark.slow

START = pd.Timestamp("2026-03-02T00:00Z")
ROWS = 2000
LEARNED = 1344  # two weeks: each kind of day was seen


def building(seed: int = 0, *, rows: int = ROWS, minutes: int = 15) -> pd.Series:
    """Power of a building: a day's course, quieter weekends, noise [kW]."""
    rng = np.random.default_rng(seed)
    times = pd.date_range(START, periods=rows, freq=f"{minutes}min")
    working = np.asarray((times.hour >= 8) & (times.hour < 18) & (times.day_of_week < 5))
    return pd.Series(10 + 30 * working + rng.normal(0, 1, rows), index=times)


def changed(values: pd.Series, where: slice, to: object) -> pd.Series:
    copy = values.copy()
    copy.iloc[where] = to
    return copy


FAULTS = {
    "a peak": (slice(1500, 1502), 80.0),
    "a level never seen": (slice(1500, 1560), -20.0),
    "day at night": (slice(1536, 1560), 41.0),
    "a stuck value": (slice(1500, 1560), 25.0),
}
FAULT_NAMES = list(FAULTS)


@pytest.mark.parametrize("name", FAULT_NAMES)
@pytest.mark.parametrize("seed", range(3))
def test_the_highest_score_is_where_the_fault_begins(name: str, seed: int) -> None:
    where, to = FAULTS[name]
    scores = score(changed(building(seed), where, to)).to_numpy()

    highest = LEARNED + int(scores[LEARNED:].argmax())
    assert where.start <= highest <= where.start + 8


@pytest.mark.parametrize("name", FAULT_NAMES)
def test_scores_stay_raised_while_a_fault_lasts(name: str) -> None:
    where, to = FAULTS[name]
    values = building()
    after = slice(where.start + 2, where.start + 40)

    assert score(changed(values, where, to)).iloc[after].mean() > 1.5 * score(values).iloc[after].mean()


@pytest.mark.parametrize("name", FAULT_NAMES)
def test_an_alarm_is_raised_where_a_fault_begins(name: str) -> None:
    where, to = FAULTS[name]
    raised = alarms(changed(building(), where, to))

    first = building().index[where.start]
    assert ((raised >= first) & (raised <= first + pd.Timedelta(hours=6))).any()


@pytest.mark.parametrize("seed", range(3))
def test_an_ordinary_building_raises_few_alarms(seed: int) -> None:
    twelve_weeks = building(seed, rows=2016, minutes=60)

    assert len(alarms(twelve_weeks)) <= 6


def test_what_is_no_stronger_than_before_raises_no_alarm_past_the_budget() -> None:
    times_s = np.arange(0, 84 * 86_400.0, 3600)
    scores = np.where(np.arange(len(times_s)) % 48 == 0, 0.5, 0.0)  # as strong every other day for 12 weeks

    assert len(affordable(times_s, scores, above=1 / 3)) == 3


def test_what_is_stronger_than_before_is_worth_an_alarm_past_the_budget() -> None:
    times_s = np.arange(0, 84 * 86_400.0, 3600)
    scores = np.where(np.arange(len(times_s)) % 48 == 0, 0.5, 0.0)
    scores[500] = 0.9

    assert 500 in affordable(times_s, scores, above=1 / 3)


def test_nothing_is_alarming_while_all_is_new() -> None:
    values = changed(changed(building(), slice(100, 102), 60.0), slice(1500, 1502), 80.0)

    raised = alarms(values)
    assert values.index[1500] in raised
    assert raised.min() >= values.index[256]


def test_alarms_are_a_day_apart() -> None:
    values = building()
    for row in range(1000, 2000, 20):
        values.iloc[row] = row

    assert (alarms(values).to_series().diff().dropna() >= pd.Timedelta(days=1)).all()


@pytest.mark.parametrize("causal", [True, False])
def test_a_score_knows_no_unit(causal: bool) -> None:
    values = changed(building(), slice(1500, 1502), 80.0)

    fahrenheit = score(values * 1.8 + 32, causal=causal)
    assert np.allclose(fahrenheit, score(values, causal=causal), atol=1e-6)


def test_a_sentinel_spoils_no_later_score() -> None:
    values = changed(building(), slice(700, 701), 1e300)

    later = slice(1600, None)
    assert score(values).iloc[later].corr(score(building()).iloc[later]) > 0.5


@given(
    length=st.integers(0, ROWS),
    seed=st.integers(0, 3),
    peak=st.floats(-1e6, 1e6),
)
@settings(max_examples=8, deadline=None)
def test_the_future_changes_no_causal_score_and_no_alarm(length: int, seed: int, peak: float) -> None:
    whole = changed(building(seed), slice(1500, 1510), peak)

    part = whole.iloc[:length]

    pd.testing.assert_series_equal(score(part), score(whole).iloc[:length], check_freq=False)
    raised = alarms(whole)
    assert alarms(part).equals(raised[raised.isin(part.index)])


values_and_times = st.lists(
    st.tuples(
        st.one_of(st.floats(), st.sampled_from([0.0, 21.5, 85.0])),
        st.integers(0, 400_000),
    ),
    max_size=60,
)


@given(
    readings=values_and_times,
    again=st.integers(1, 12),
    zone=st.sampled_from([None, "UTC", "Europe/Berlin"]),
    causal=st.booleans(),
)
@example(readings=[*[(0.0, 0)] * 15, (1.6e9, 1), (1.5e-299, 0)], again=4, zone=None, causal=False)
@settings(max_examples=60, deadline=None)
def test_every_series_is_answered_on_its_own_index(
    readings: list[tuple[float, int]], again: int, zone: str | None, causal: bool
) -> None:
    seconds = [second for _, second in readings] * again
    index = pd.DatetimeIndex(pd.to_datetime(seconds, unit="s", utc=True)).tz_convert(zone)
    values = pd.Series([value for value, _ in readings] * again, index=index, dtype=float)
    before = values.copy()

    scores = score(values, causal=causal)

    pd.testing.assert_series_equal(values, before)
    assert scores.index.equals(index)
    assert scores.between(0, 1).all()
    raised = alarms(values)
    assert raised.tz == index.tz
    assert raised.isin(index).all()


@pytest.mark.parametrize("causal", [True, False])
def test_a_constant_series_is_never_strange(causal: bool) -> None:
    values = pd.Series(21.0, index=pd.date_range(START, periods=1000, freq="5min"))

    assert (score(values, causal=causal) < 0.5).all()
    assert alarms(values).empty


def test_missing_values_score_nothing() -> None:
    values = changed(building(), slice(100, 900), np.nan)

    assert (score(values).iloc[100:900] == 0).all()


def test_the_order_of_the_rows_changes_nothing() -> None:
    values = changed(building(), slice(1500, 1502), 80.0)
    shuffled = values.sample(frac=1, random_state=0)

    pd.testing.assert_series_equal(score(shuffled).sort_index(), score(values), check_freq=False)
