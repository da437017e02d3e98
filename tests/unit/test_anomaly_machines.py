"""A machine of our own making: a pump whose flow and current belong together, and a motor that warms up."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analytics.anomaly.episodes import episodes
from analytics.anomaly.machines import alarms_many, score_many

TRAIN = 300
ROWS = 800
FAULT = slice(500, 650)


def pump(seed: int = 1, rows: int = ROWS) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    load = np.sin(np.arange(rows) / 9) + random.normal(0, 0.2, rows)
    return pd.DataFrame(
        {
            "flow": 30 + 4 * load + random.normal(0, 0.4, rows),
            "current": 2 + 0.5 * load + random.normal(0, 0.05, rows),
            "pressure": 1.2 + random.normal(0, 0.02, rows),
            "motor": 60 + np.cumsum(random.normal(0, 0.1, rows)),
        },
        index=pd.date_range("2026-03-04", periods=rows, freq="s", tz="UTC"),
    )


def faulty(column: str, by: float, seed: int = 1) -> pd.DataFrame:
    frame = pump(seed)
    during = np.zeros(len(frame))
    during[FAULT] = by
    return frame.assign(**{column: frame[column] + during})


def test_a_fault_of_one_sensor_is_stranger_than_anything_normal() -> None:
    score = score_many(faulty("pressure", 0.2), train_rows=TRAIN)
    assert score.iloc[520:650].min() > 2 * score.iloc[:500].max()


def test_sensors_that_part_are_strange_though_each_is_where_it_may_be() -> None:
    frame = pump()
    frame.iloc[FAULT, 1] = 4 - frame["current"].iloc[FAULT]  # falls when the flow rises
    score = score_many(frame, train_rows=TRAIN)
    assert score.iloc[520:650].mean() > 2 * score.iloc[TRAIN:500].mean()


def test_what_wandered_in_training_may_wander_on() -> None:
    frame = pump()
    learnt, later = frame["motor"].iloc[:TRAIN], frame["motor"].iloc[TRAIN:]
    assert (later > learnt.max()).any() or (later < learnt.min()).any()
    assert not alarms_many(frame, train_rows=TRAIN).any()


def test_an_alarm_lasts_as_its_fault_does() -> None:
    alarmed = alarms_many(faulty("pressure", 0.2), train_rows=TRAIN).to_numpy()
    assert np.flatnonzero(alarmed)[[0, -1]] == pytest.approx([500, 650], abs=25)
    assert alarmed[525:640].all()


def test_normal_rows_are_hardly_ever_alarms() -> None:
    alarms = [alarms_many(pump(seed), train_rows=TRAIN).iloc[TRAIN:].mean() for seed in range(20)]
    assert np.mean(alarms) < 0.02


def test_training_rows_are_never_alarms() -> None:
    frame = pump()
    frame.iloc[100:150] += 10
    assert not alarms_many(frame, train_rows=TRAIN).iloc[:TRAIN].any()


@given(st.integers(TRAIN, ROWS))
@settings(max_examples=10)
def test_the_future_changes_no_score(rows: int) -> None:
    frame = faulty("flow", -20)
    whole = score_many(frame, train_rows=TRAIN).iloc[:rows]
    pd.testing.assert_series_equal(score_many(frame.iloc[:rows], train_rows=TRAIN), whole)


@given(st.integers(TRAIN, ROWS))
@settings(max_examples=10)
def test_the_future_changes_no_alarm(rows: int) -> None:
    frame = faulty("flow", -20)
    whole = alarms_many(frame, train_rows=TRAIN).iloc[:rows]
    pd.testing.assert_series_equal(alarms_many(frame.iloc[:rows], train_rows=TRAIN), whole)


def test_the_unit_of_a_sensor_changes_nothing() -> None:
    frame = faulty("motor", 20)
    other = frame.assign(motor=frame["motor"] * 1.8 + 32)
    pd.testing.assert_series_equal(
        score_many(other, train_rows=TRAIN), score_many(frame, train_rows=TRAIN), rtol=1e-6
    )


def test_rows_out_of_order_keep_their_scores() -> None:
    frame = faulty("flow", -20)
    mixed = frame.iloc[np.random.default_rng(2).permutation(ROWS)]
    found = score_many(mixed, train_rows=TRAIN)
    assert found.index.equals(mixed.index)
    pd.testing.assert_series_equal(found.sort_index(), score_many(frame, train_rows=TRAIN), check_freq=False)


def test_silence_of_a_sensor_is_not_strange() -> None:
    frame = pump()
    frame.iloc[450:, 2] = np.nan
    assert not alarms_many(frame, train_rows=TRAIN).any()


def test_a_column_that_never_changed_is_left_out() -> None:
    frame = pump()
    more = frame.assign(setpoint=np.where(np.arange(ROWS) < 600, 21.3, 23.0), name="pump 1")
    pd.testing.assert_series_equal(score_many(more, train_rows=TRAIN), score_many(frame, train_rows=TRAIN))


@pytest.mark.parametrize("train_rows", [-1, 0, 49])
def test_too_few_rows_to_learn_from_say_nothing(train_rows: int) -> None:
    assert not score_many(pump(), train_rows=train_rows).any()
    assert not alarms_many(pump(), train_rows=train_rows).any()


@given(
    arrays(float, st.tuples(st.integers(0, 130), st.integers(0, 3)), elements=st.floats(width=32)),
    st.integers(0, 140),
    st.sampled_from([None, "UTC", "America/New_York"]),
)
@settings(max_examples=40)
def test_any_frame_gets_a_score_and_keeps_its_index(
    values: np.ndarray[tuple[int, int], np.dtype[np.float64]], train_rows: int, zone: str | None
) -> None:
    stamps = pd.Timestamp("2026-03-04") + pd.to_timedelta(np.arange(len(values)) * 37 % 61, unit="s")
    frame = pd.DataFrame(values, index=pd.DatetimeIndex(stamps).tz_localize(zone))
    before = frame.copy()
    score, alarmed = score_many(frame, train_rows=train_rows), alarms_many(frame, train_rows=train_rows)
    pd.testing.assert_frame_equal(frame, before)
    assert score.index.equals(frame.index)
    assert alarmed.index.equals(frame.index)
    assert alarmed.dtype == bool
    assert np.isfinite(score).all()
    assert (score >= 0).all()


@pytest.mark.parametrize(
    ("score", "alarmed"),
    [
        ([1, 3, 5, 5], [0, 0, 1, 1]),  # above the threshold
        ([1, 5, 9, 4.4, 4.4], [0, 1, 1, 0, 0]),  # has halved: what is left is no new alarm
        ([1, 5, 9, 4.4, 8.9], [0, 1, 1, 0, 1]),  # has doubled again
        ([1, 5, 3, 1.9], [0, 1, 1, 0]),  # less than half the threshold
        ([3.9, 3.9, 2.1], [0, 0, 0]),
    ],
)
def test_an_alarm_begins_by_doubling_and_ends_by_halving(score: list[float], alarmed: list[int]) -> None:
    assert episodes(np.array(score, dtype=float), threshold=4).astype(int).tolist() == alarmed
