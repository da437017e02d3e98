"""What costs health, and how parts make a whole."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.health import WEIGHTS, HealthScore, HealthSpec, Reason, SeriesSpec, roll_up, score

ROWS = 14 * 288


def device(seed: int = 0, columns: int = 2) -> pd.DataFrame:
    """Two weeks of five-minute readings with the rhythm of a day."""
    random = np.random.default_rng(seed)
    index = pd.date_range("2025-03-01", periods=ROWS, freq="5min", tz="UTC")
    day = np.sin(np.arange(ROWS) * 2 * np.pi / 288)[:, None]
    return pd.DataFrame(21 + day + random.normal(0, 0.2, (ROWS, columns)), index, list("abcd")[:columns])


def points(found: HealthScore, kind: str) -> float:
    return sum(reason.points for reason in found.reasons if reason.kind == kind)


def judged(frame: pd.DataFrame, **spec: object) -> HealthScore:
    return score(frame, expected=HealthSpec(**spec))  # type: ignore[arg-type]


def test_a_device_that_does_what_it_always_did_is_well() -> None:
    assert judged(device()).value > 97


def test_a_device_that_never_spoke_is_unknown() -> None:
    found = judged(device().iloc[:0])
    assert np.isnan(found.value)
    assert found.unknown


def test_a_series_that_fell_silent_costs_more_the_longer() -> None:
    lost = []
    for hours in (0, 1, 4, 24):
        now = device().index[-1] + pd.Timedelta(hours=hours)
        lost.append(points(judged(device(), now=now), "silence"))
    assert lost[0] == 0 < lost[1] < lost[2] < lost[3]
    assert lost[3] == pytest.approx(100, abs=0.1)


def test_one_silent_series_of_two_is_named() -> None:
    frame = device()
    frame.loc[frame.index[-288] :, "b"] = np.nan
    reasons = judged(frame).reasons
    assert reasons[0].kind == "silence"
    assert reasons[0].of == ("b",)


def test_gaps_cost_and_a_slower_interval_is_no_gap() -> None:
    holes = device()[np.arange(ROWS) // 50 % 2 == 0]
    assert points(judged(holes), "gaps") > 10
    assert points(judged(device().iloc[::12]), "gaps") == 0


def test_a_value_that_stands_still_costs_and_one_that_never_varied_does_not() -> None:
    frame = device()
    frame.iloc[-600:, 0] = 21.0
    assert points(judged(frame), "stuck") > 20
    assert points(judged(device().assign(a=50.0)), "stuck") == 0


def test_a_switch_that_rests_where_it_mostly_rests_is_not_stuck() -> None:
    frame = device()
    frame["a"] = (np.arange(ROWS) % 100 == 0) & (np.arange(ROWS) < 2_000)
    assert points(judged(frame), "stuck") == 0


def test_a_value_may_be_said_to_stand_still_only_so_long() -> None:
    hour = SeriesSpec(stuck_after=pd.Timedelta(hours=1))
    assert points(judged(device().assign(a=50.0), series={"a": hour}), "stuck") > 20


def test_spikes_cost() -> None:
    frame = device()
    frame.iloc[::40, 0] += 50
    assert points(judged(frame), "spikes") > 5
    assert points(judged(device()), "spikes") == 0


def test_what_cannot_be_costs() -> None:
    spec = {"a": SeriesSpec(low=0, high=20)}
    assert points(judged(device(), series=spec), "range") > 20
    assert points(judged(device(), series={"a": SeriesSpec(low=-60, high=150)}), "range") == 0


def test_drift_from_the_own_beginning_costs_more_the_further() -> None:
    lost = []
    for drift in (0.0, 1.0, 3.0, 9.0):
        frame = device()
        frame["a"] += drift * np.clip((np.arange(ROWS) - ROWS // 2) / 288, 0, 1)  # after a week, in a day
        lost.append(points(judged(frame), "drift"))
    assert lost == sorted(lost)
    assert lost[0] < 1 < 20 < lost[3]


def test_a_weekend_is_no_drift_of_working_days() -> None:
    frame = device().shift(freq="2D")  # from a Monday on: the last two days are a weekend
    frame.loc[pd.DatetimeIndex(frame.index).day_of_week >= 5] -= 4.0
    assert points(judged(frame), "drift") < 1


def test_a_device_that_switches_between_two_regimes_has_not_drifted() -> None:
    frame = device()
    on = np.random.default_rng(1).random(ROWS) < np.where(np.arange(ROWS) < ROWS // 2, 0.3, 0.8)
    switched = frame.add(np.where(on, 40.0, 0.0), axis=0)
    assert points(judged(switched), "drift") < 1


def test_leaving_the_neighbours_costs_and_moving_with_them_does_not() -> None:
    frame, moved = device(columns=1), device(columns=1)
    moved["a"] += np.where(np.arange(ROWS) > ROWS // 2, 5.0, 0.0)
    near = device(seed=5, columns=3)
    beside = {"a": SeriesSpec(neighbours=near)}
    with_it = {"a": SeriesSpec(neighbours=near.add(moved["a"] - frame["a"], axis=0))}
    assert points(judged(moved, series=beside), "neighbours") > 20
    assert points(judged(moved, series=with_it), "neighbours") < 1


def test_open_alerts_and_age_cost() -> None:
    found = judged(device(), open_alerts=2, age=15, service_life=15)
    assert points(found, "alerts") == pytest.approx(WEIGHTS["alerts"].points * 0.75)
    assert points(found, "service life") == pytest.approx(WEIGHTS["service life"].points * 0.5)


def test_stamps_without_a_zone_are_in_utc() -> None:
    naive = device().tz_localize(None)
    now = pd.Timestamp("2025-03-16 12:00", tz="Europe/Berlin")
    beside = {"a": SeriesSpec(neighbours=device(seed=1))}
    assert judged(naive, now=now, series=beside) == judged(device(), now=now, series=beside)


def test_the_order_of_rows_and_repeated_rows_do_not_count() -> None:
    frame = device()
    mixed = pd.concat([frame, frame.iloc[:50]]).sample(frac=1, random_state=0)
    assert judged(mixed).value == pytest.approx(judged(frame).value)


def test_nothing_that_is_given_is_changed() -> None:
    frame = device()
    judged(frame)
    pd.testing.assert_frame_equal(frame, device())


numbers = st.one_of(st.floats(-1e9, 1e9), st.sampled_from([np.nan, np.inf, -np.inf, 0.0]))
tables = st.lists(st.tuples(st.integers(0, 10**5), numbers, numbers), max_size=60)


@settings(max_examples=100, deadline=timedelta(seconds=5))
@given(tables, st.booleans())
def test_any_frame_is_answered_and_the_points_add_up(
    rows: list[tuple[int, float, float]], aware: bool
) -> None:
    start = pd.Timestamp("2025-01-01", tz="UTC" if aware else None)
    index = pd.DatetimeIndex([start + pd.Timedelta(minutes=row[0]) for row in rows])
    if not rows:
        index = pd.DatetimeIndex([], tz="UTC" if aware else None)
    frame = pd.DataFrame([row[1:] for row in rows], index, ["a", "b"], dtype=float)
    found = judged(frame)
    if np.isnan(found.value):
        assert not np.isfinite(frame.to_numpy()).any()
        return
    assert 0 <= found.value <= 100
    assert sum(reason.points for reason in found.reasons) == pytest.approx(found.lost, abs=1e-6)


def health(value: float) -> HealthScore:
    return HealthScore.of([Reason(kind="stuck", points=100 - value)])


values = st.lists(st.floats(0, 100), min_size=1, max_size=40)


@given(values, st.data())
def test_one_part_moves_a_whole_by_no_more_than_its_bound(parts: list[float], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(parts) - 1))
    other = [*parts[:place], data.draw(st.floats(0, 100)), *parts[place + 1 :]]
    moved = abs(roll_up([health(one) for one in parts]).value - roll_up([health(one) for one in other]).value)
    assert moved <= 100 / np.sqrt(len(parts)) + 1e-6


@given(values)
def test_a_dead_part_shows_more_than_in_a_mean_and_less_than_in_a_minimum(parts: list[float]) -> None:
    whole = roll_up([health(one) for one in parts]).value
    assert min(parts) - 1e-6 <= whole <= np.mean(parts) + 1e-6


@given(values, st.data())
def test_a_better_part_never_makes_a_worse_whole(parts: list[float], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(parts) - 1))
    better = [*parts[:place], data.draw(st.floats(parts[place], 100)), *parts[place + 1 :]]
    assert (
        roll_up([health(one) for one in better]).value >= roll_up([health(one) for one in parts]).value - 1e-6
    )


@given(values)
def test_the_reasons_of_a_whole_add_up(parts: list[float]) -> None:
    whole = roll_up({str(place): health(one) for place, one in enumerate(parts)})
    assert sum(reason.points for reason in whole.reasons) == pytest.approx(whole.lost, abs=1e-6)


def test_one_dead_sensor_of_a_hundred_costs_ten_points() -> None:
    assert roll_up([health(0), *[health(100)] * 99]).value == pytest.approx(90)


def test_a_reason_says_whose_it_is_from_the_whole_down() -> None:
    room = roll_up({"thermostat": judged(device(), open_alerts=1), "lamp": health(100)})
    assert roll_up({"room 1": room}).reasons[0].of == ("room 1", "thermostat")


def test_parts_nothing_is_known_of_do_not_count() -> None:
    unknown = judged(device().iloc[:0])
    assert roll_up([health(50), unknown]).value == pytest.approx(50)
    assert np.isnan(roll_up([unknown]).value)
    assert np.isnan(roll_up([]).value)


def test_every_weight_has_its_reason() -> None:
    assert all(weight.why.endswith(".") and 0 < weight.points <= 100 for weight in WEIGHTS.values())
