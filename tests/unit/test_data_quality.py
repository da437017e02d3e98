"""What is wrong with a series is found, marked and can be repaired; what is sound is left alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.quality import Finding, Flag, findings, flags, repaired
from benchmarks.data_quality import counted
from tests.faults_in_series import clean, injected


def _room(days: int = 20, seed: int = 0) -> pd.Series:
    index = pd.date_range("2024-05-01", periods=days * 144, freq="10min", tz="UTC")
    noise = np.random.default_rng(seed).normal(scale=0.1, size=len(index))
    return pd.Series(21 + np.sin(2 * np.pi * np.arange(len(index)) / 144) + noise, index)


def _only(found: list[Finding], kind: str) -> Finding:
    assert [one.kind for one in found] == [kind]
    return found[0]


def test_faults_put_into_series_made_up_at_random_are_found() -> None:
    for kind, one in counted(range(4)).items():
        assert one["found"] >= one["injected"] - 1, kind
        assert one["false"] <= 1, kind


def test_sound_series_made_up_at_random_have_no_findings() -> None:
    assert [(seed, one.detail) for seed in range(8) for one in findings(clean(seed))] == []


def test_a_gap_is_counted_and_a_short_one_filled() -> None:
    room = _room()
    holed = room.drop(room.index[500:503])
    gap = _only(findings(holed), "gap")
    assert (gap.count, gap.start, gap.end) == (3, room.index[499], room.index[503])
    filled = repaired(holed, [gap])
    assert filled.index.equals(room.index)
    assert filled.notna().all()


def test_readings_that_are_nan_are_missing() -> None:
    room = _room()
    room.iloc[500:560] = np.nan
    gap = _only(findings(room), "gap")
    assert gap.count == 60
    marks = flags(room, [gap])
    assert (marks.iloc[500:560] == int(Flag.GAP)).all()
    assert marks.sum() == 60 * int(Flag.GAP)


def test_what_reports_on_change_has_no_gaps_between() -> None:
    rng = np.random.default_rng(1)
    index = pd.Timestamp("2024-01-01") + pd.to_timedelta(np.cumsum(rng.exponential(600, 2000)), unit="s")
    assert findings(pd.Series(rng.normal(size=2000), index)) == []


def test_a_stuck_value_is_masked_and_nights_without_change_are_not() -> None:
    room = _room()
    room.iloc[1000:1300] = room.iloc[1000]
    stuck = _only(findings(room), "stuck")
    assert stuck.count == pytest.approx(300, abs=1)
    assert repaired(room, [stuck]).iloc[1001:1299].isna().all()
    night = pd.DatetimeIndex(room.index).hour < 6
    still = _room().mask(night, 20.0)
    assert findings(still) == []


def test_a_probe_that_is_not_connected_is_a_sentinel_and_no_spike() -> None:
    room = _room()
    room.iloc[[100, 900, 901]] = -127.0
    found = findings(room, unit="°C")
    assert [(one.kind, one.count) for one in found] == [("sentinel", 1), ("sentinel", 2)]
    assert repaired(room, found).isna().sum() == 3


def test_85_degrees_of_a_boiler_are_no_sentinel() -> None:
    hot = (_room() * 4).round(0)
    assert (hot == 85).any()
    assert findings(hot, unit="°C") == []


def test_a_spike_is_drawn_over() -> None:
    room = _room()
    expected = room.iloc[700]
    room.iloc[700] = 60.0
    spike = _only(findings(room), "spike")
    assert abs(repaired(room, [spike]).iloc[700] - expected) < 0.5


def test_a_device_that_is_told_to_speak_more_often_had_no_gaps_before() -> None:
    room = _room(14)
    faster = _room(4, seed=1)
    said = pd.concat([room[::3], faster.shift(freq="14D").resample("1min").interpolate().dropna()])
    assert findings(said) == []
    holed = said.drop(said.index[200:206])
    assert _only(findings(holed), "gap").count == 6


def _switched(level: float, *, seed: int = 0, noise: float = 1.0) -> pd.Series:
    """What a fan says that runs on working days from 5 to 18: next to nothing, or its level."""
    index = pd.date_range("2024-05-06", periods=14 * 96, freq="15min", tz="UTC")
    on = (index.day_of_week < 5) & (index.hour >= 5) & (index.hour < 18)
    scattered = np.random.default_rng(seed).normal(scale=noise, size=len(index))
    return pd.Series(np.maximum(level * on + scattered, 0).round(1), index)


@pytest.mark.parametrize("level", [170.0, 5_500.0])
@pytest.mark.parametrize("days", [3, 5, 9, 14])
def test_a_fan_that_is_switched_on_says_nothing_in_another_unit(level: float, days: int) -> None:
    fan = _switched(level, noise=level / 450)
    assert findings(fan[fan.index >= fan.index[-1] - pd.Timedelta(days=days)]) == []


def test_a_light_that_is_switched_off_for_a_moment_is_no_spike() -> None:
    light = _switched(480.0, noise=4.0)
    light.iloc[[40, 41, 140]] = 0.0
    assert findings(light, unit="lx") == []
    light.iloc[300] = 9_000.0
    assert _only(findings(light, unit="lx"), "spike").count == 1


def test_a_meter_of_what_rests_at_night_is_not_stuck_over_the_weekend() -> None:
    meter = _switched(50.0).where(lambda power: power > 25, 0.0).cumsum()
    assert findings(meter) == []
    always = (_room(14).abs() + 1).cumsum()
    always.iloc[900:1200] = always.iloc[900]
    assert _only(findings(always), "stuck").count == pytest.approx(300, abs=1)


@pytest.mark.parametrize(("end", "unit"), [(0.0, "W"), (100.0, "%")])
def test_what_is_at_its_end_again_is_not_stuck(end: float, unit: str) -> None:
    share = (_room() * 2).clip(0, 100)
    share.iloc[[500, 501]] = end
    share.iloc[1000:1300] = end
    assert [one.kind for one in findings(share, unit=unit) if one.kind == "stuck"] == []


def test_a_battery_that_was_seen_to_change_once_is_not_stuck() -> None:
    battery = (_room(3) * 0 + 57.0).round()
    battery.iloc[:2] = 58.0
    assert findings(battery, unit="%") == []


@pytest.mark.parametrize(("factor", "offset"), [(1.8, 32.0), (1.0, 273.15), (100.0, 0.0)])
def test_another_unit_is_converted_back(factor: float, offset: float) -> None:
    room = _room()
    other = room.copy()
    other.iloc[1500:] = other.iloc[1500:] * factor + offset
    switch = _only(findings(other), "unit")
    assert switch.count == len(room) - 1500
    np.testing.assert_allclose(repaired(other, [switch]), room, rtol=1e-6)


def test_a_clock_that_was_ahead_is_set_back() -> None:
    room = _room()
    stamps = room.index.to_series().reset_index(drop=True)
    stamps.iloc[800:1100] += pd.Timedelta(hours=3)
    came = pd.Series(room.to_numpy(), pd.DatetimeIndex(stamps))
    jump = next(one for one in findings(came) if one.kind == "clock")
    assert (jump.count, jump.repair.by) == (300, pd.Timedelta(hours=-3))
    assert repaired(came, [jump]).index.equals(room.index)


def test_days_that_lie_hours_off_the_others_show_a_clock_that_was_wrong() -> None:
    room = _room(40)
    values = room.to_numpy().copy()
    values[20 * 144 : 30 * 144] = np.roll(values[20 * 144 : 30 * 144], 5 * 6)
    shift = _only(findings(pd.Series(values, room.index)), "clock")
    assert shift.repair.by == pd.Timedelta(hours=-5)
    assert abs(shift.count - 10 * 144) <= 144


_VALUES = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True, width=32),
    st.sampled_from([0.0, 21.5, 85.0, -127.0, 327.67]),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(st.integers(0, 3_000_000), _VALUES), max_size=80),
    st.sampled_from([None, "UTC", "Europe/Berlin"]),
    st.booleans(),
)
def test_whatever_came_it_is_judged_marked_and_repaired(
    rows: list[tuple[int, float]], zone: str | None, ordered: bool
) -> None:
    rows = sorted(rows, key=lambda row: row[0]) if ordered else rows
    stamps = pd.to_datetime([1_700_000_000 + at for at, _ in rows], unit="s", utc=True)
    values = pd.Series([value for _, value in rows], stamps.tz_convert(zone), dtype=float)
    before = values.copy()
    found = findings(values)
    marks = flags(values, found)
    assert marks.index.equals(values.index)
    assert all(one.start <= one.end and one.count > 0 for one in found)
    assert len(repaired(values, found)) >= len(values)
    pd.testing.assert_series_equal(values, before)


def test_a_repair_that_is_not_wanted_is_not_done() -> None:
    made = injected(3, "spike").values
    pd.testing.assert_series_equal(repaired(made, []), made, check_freq=False)
