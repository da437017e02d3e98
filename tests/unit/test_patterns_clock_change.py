"""Patterns stand the hour that a clock shows twice, and the one it leaves out."""

import numpy as np
import pandas as pd
import pytest

from analytics import patterns

ZONE = "Europe/Berlin"


def course(begins: str, step: str) -> pd.Series:
    index = pd.date_range(
        begins, periods=int(pd.Timedelta(days=28) / pd.Timedelta(step)), freq=step, tz="UTC"
    )
    local = index.tz_convert(ZONE)
    used = (local.day_of_week < 5) & (local.hour >= 8) & (local.hour < 18)
    noise = np.random.default_rng(7).normal(0, 1, len(index))
    return pd.Series(400 + 400 * used + noise, index=local)


@pytest.mark.parametrize("begins", ["2026-10-12", "2026-03-16"])
@pytest.mark.parametrize("step", ["1h", "5min"])
def test_a_schedule_is_that_of_the_clock_on_the_wall(begins: str, step: str) -> None:
    found = patterns.schedule(course(begins, step))
    assert {(one.start_minute, one.end_minute) for one in found.intervals} == {(8 * 60, 18 * 60)}
    assert [one.weekday for one in found.intervals] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("begins", ["2026-10-12", "2026-03-16"])
def test_kinds_of_days_and_presence_are_found(begins: str) -> None:
    said = course(begins, "5min")
    assert set(patterns.daily_profiles(said)["cluster"]) == {0, 1}
    presence = patterns.occupancy(said.to_frame("co2"))
    assert presence.index.equals(said.index)
    assert presence.notna().all()
