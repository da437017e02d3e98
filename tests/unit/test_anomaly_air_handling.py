"""An air-handling unit of our own making, with an economiser, two coils and weather."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.anomaly.air_handling import day_scores
from analytics.anomaly.air_points import points
from analytics.anomaly.air_symptoms import symptoms

DAYS = [date(2026, 3, 2) + timedelta(days=n) for n in range(8)]
FAULTY = DAYS[-1]


def unit(seed: int = 1) -> pd.DataFrame:
    """Eight days of five minutes, each of other weather [°C]."""
    random = np.random.default_rng(seed)
    index = pd.date_range(DAYS[0], periods=8 * 288, freq="5min", tz="Europe/Berlin")
    hour = index.hour + index.minute / 60
    mean = np.repeat(random.uniform(-2, 24, 8), 288)
    outdoor = mean + 5 * np.sin((hour - 9) * np.pi / 12) + random.normal(0, 0.2, len(index))
    returned = 22 + random.normal(0, 0.1, len(index))
    target = np.full(len(index), 16.0)
    free = np.clip((returned - target + 1) / np.maximum(returned - outdoor, 0.1), 0.2, 1)
    damper = np.where(outdoor < returned, free, 0.2)
    mixed = returned + damper * (outdoor - returned) + random.normal(0, 0.2, len(index))
    need = target - mixed - 0.5
    occupied = ((hour >= 7) & (hour < 18)).astype(float)
    return pd.DataFrame(
        {
            "AHU: Supply Air Temperature": target + random.normal(0, 0.2, len(index)),
            "AHU: Supply Air Temperature Set Point": target,
            "AHU: Outdoor Air Temperature": outdoor,
            "AHU: Mixed Air Temperature": mixed,
            "AHU: Return Air Temperature": returned,
            "AHU: Supply Air Fan Speed Control Signal": 0.7 * occupied,
            "AHU: Outdoor Air Damper Control Signal": damper,
            "AHU: Cooling Coil Valve Control Signal": np.clip(-need / 15, 0, 1),
            "AHU: Heating Coil Valve Control Signal": np.clip(need / 20, 0, 1),
            "Occupancy Mode Indicator": occupied,
        },
        index=index,
    )


def changed(frame: pd.DataFrame, words: str, by: float = 0.0, to: float | None = None) -> pd.DataFrame:
    """The last day with a column moved by, or standing at, a value."""
    column = next(name for name in frame.columns if words in name)
    day = pd.DatetimeIndex(frame.index).date == FAULTY
    return frame.assign(**{column: frame[column].mask(day, frame[column] + by if to is None else to)})


FAULTS = {
    "cooling without effect": ("Cooling Coil Valve", 0.0, 0.9),
    "damper shut": ("Mixed", 6.0, None),
    "supply air too warm": ("Supply Air Temperature", 4.0, None),
    "no fan control": ("Fan Speed", 0.0, 1.0),
    "outdoor sensor off": ("Outdoor Air Temperature", 12.0, None),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("known", [1, 3, 7])
def test_a_faulty_day_is_the_strangest(fault: str, known: int) -> None:
    scores = day_scores(changed(unit(), *FAULTS[fault]), normal_days=DAYS[:known])
    assert scores.idxmax() == FAULTY


@pytest.mark.parametrize("fault", ["cooling without effect", "supply air too warm"])
def test_rules_alone_find_it_with_no_normal_day_known(fault: str) -> None:
    assert day_scores(changed(unit(), *FAULTS[fault]), normal_days=[]).idxmax() == FAULTY


def test_days_that_are_all_sound_score_low() -> None:
    scores = day_scores(unit(), normal_days=DAYS[:3])
    broken = day_scores(changed(unit(), *FAULTS["supply air too warm"]), normal_days=DAYS[:3])
    assert scores.max() < broken.max() / 2


def test_a_day_that_is_called_normal_is_judged_by_the_others() -> None:
    frame = changed(unit(), *FAULTS["supply air too warm"])
    called, not_called = day_scores(frame, normal_days=DAYS), day_scores(frame, normal_days=DAYS[:-1])
    assert called[FAULTY] == not_called[FAULTY]


@pytest.mark.parametrize(
    ("scale", "offset", "signal"), [(1.8, 32.0, 100.0), (1.0, 273.15, 1.0)], ids=["°F and %", "K"]
)
def test_the_scale_of_points_changes_nothing(scale: float, offset: float, signal: float) -> None:
    frame = changed(unit(), *FAULTS["cooling without effect"])
    heat = [column for column in frame.columns if "Temperature" in column]
    signals = [column for column in frame.columns if "Signal" in column]
    other = frame.assign(**(frame[heat] * scale + offset), **(frame[signals] * signal))
    pd.testing.assert_series_equal(
        day_scores(other, normal_days=DAYS[:3]), day_scores(frame, normal_days=DAYS[:3])
    )


def test_other_names_of_points_change_nothing() -> None:
    frame = changed(unit(), *FAULTS["cooling without effect"])
    names = ["SA-Temp", "SA_Temp_SP", "OAT", "MA temp", "returnAirTemp", "SF spd", "OA dmpr", "clgVlv",
             "HTG VLV", "Occupied"]  # fmt: skip
    other = frame.set_axis(names, axis=1)
    pd.testing.assert_series_equal(
        day_scores(other, normal_days=DAYS[:3]), day_scores(frame, normal_days=DAYS[:3])
    )


def test_points_nobody_knows_change_nothing() -> None:
    frame = unit()
    more = frame.assign(truth=np.arange(len(frame)), note="a text")
    pd.testing.assert_series_equal(
        day_scores(more, normal_days=DAYS[:3]), day_scores(frame, normal_days=DAYS[:3])
    )


def test_a_set_point_is_no_temperature() -> None:
    frame = unit()[["AHU: Supply Air Temperature Set Point"]]
    assert points(frame)["supply"].isna().all()


def test_a_day_nobody_was_in_has_no_score() -> None:
    frame = unit()
    frame.loc[pd.DatetimeIndex(frame.index).date == DAYS[2], "Occupancy Mode Indicator"] = 0.0
    scores = day_scores(frame, normal_days=DAYS[:2])
    assert scores.index.tolist() == DAYS
    assert scores.isna().tolist() == [day == DAYS[2] for day in DAYS]


def test_a_unit_with_no_known_point_has_no_scores() -> None:
    assert day_scores(unit()[[]].assign(power=1.0), normal_days=DAYS[:2]).isna().all()


def test_two_coils_at_once_are_counted_by_the_smaller() -> None:
    frame = changed(changed(unit(), "Heating", to=0.3), "Cooling", to=0.5)
    assert symptoms(frame)["both_coils"][FAULTY] == pytest.approx(0.3)


def test_an_empty_frame_has_no_days() -> None:
    assert day_scores(unit().iloc[:0], normal_days=DAYS).empty


@given(st.data())
@settings(max_examples=15)
def test_any_frame_gets_a_score_a_day(data: st.DataObject) -> None:
    rows = data.draw(st.integers(0, 40))
    frame = unit().iloc[: 288 * 3 : 31].iloc[:rows]
    order = data.draw(st.permutations(range(len(frame))))
    holes = data.draw(st.lists(st.booleans(), min_size=frame.size, max_size=frame.size))
    holed = frame.mask(np.array(holes, dtype=bool).reshape(frame.shape), data.draw(st.sampled_from(
        [np.nan, np.inf, 0.0, -1e30, 42.0])))  # fmt: skip
    mixed = pd.concat([holed.iloc[list(order)], holed.iloc[:3]])
    before = mixed.copy()
    scores = day_scores(mixed, normal_days=data.draw(st.lists(st.sampled_from(DAYS))))
    pd.testing.assert_frame_equal(mixed, before)
    assert scores.index.tolist() == sorted(set(pd.DatetimeIndex(mixed.index).date))
    assert (scores.dropna() >= 0).all()
    assert not np.isinf(scores).any()
