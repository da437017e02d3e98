"""What the daily job learns from recorded lives, and what it says when it cannot."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache

import numpy as np
import pandas as pd
import pytest

from analytics.failure import Life
from analytics.failure.records import End
from data.jobs.analysis import remaining_life
from data.jobs.analysis.each import TooLittle
from data.jobs.analysis.remaining_life import FEWEST, Learned, learn, left_of, result_of
from data.store.analysis_results import FailureResult
from data.store.life_records import DeviceLives

pytestmark = pytest.mark.slow

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
DAY = timedelta(days=1)
UNITS = 14
SENSORS = {"vibration mm/s": 1, "heat °C": 2}


class Plant:
    """Machines that wear out within a length of time; all but the last have failed."""

    def __init__(self, *, lasts: timedelta = 80 * DAY, units: int = UNITS, seed: int = 3) -> None:
        self._random = np.random.default_rng(seed)
        self.lasts = {unit: lasts * self._random.uniform(0.8, 1.6) for unit in range(units)}
        self.known = {unit: self._machine(unit, unit == units - 1) for unit in range(units)}
        self.sensors = {unit: dict(SENSORS) for unit in range(units)}
        self.silent: set[int] = set()
        self.poisoned: set[int] = set()
        self.reads = 0

    def _machine(self, unit: int, runs: bool) -> DeviceLives:
        begins = NOW - self.lasts[unit] * (0.8 if runs else 1.3)
        end: End = "running" if runs else "failed"
        life = Life(begins=begins, ends=NOW if runs else begins + self.lasts[unit], end=end, stated=True)
        return DeviceLives(device_id=unit, type="Acme P100", heard=begins, records=(), lives=(life,))

    def read(self, device: int, life: Life, sensors: tuple[str, ...]) -> pd.DataFrame | None:
        """As the job reads it from the store."""
        self.reads += 1
        if not set(sensors) <= set(self.sensors[device]):
            return None
        hours = pd.date_range(pd.Timestamp(life.begins).ceil("h"), life.ends, freq="h", inclusive="left")
        if device in self.silent:
            hours = hours[:0]
        wear = 5 * np.exp(-np.asarray((life.begins + self.lasts[device] - hours) / self.lasts[device]) / 0.4)
        noise = np.random.default_rng(device).normal(0, 0.5, (len(hours), len(sensors)))
        values = wear[:, None] + noise
        if device in self.poisoned:
            values[::2] = 8e307
        columns = [f"sensor {number}" for number in range(len(sensors))]
        return pd.DataFrame(values, index=hours, columns=columns)

    def learned(self) -> Learned:
        return learn(self.known, self.sensors, self.read)

    def result(self, learned: Learned, warranty_until: date | None = None) -> FailureResult:
        """Of the machine that runs."""
        last = len(self.known) - 1
        left = left_of(self.known[last], learned, self.read)
        return result_of(left, learned, last, now=NOW, warranty_until=warranty_until)

    @property
    def fails(self) -> datetime:
        """When the machine that runs will."""
        (life,) = self.known[len(self.known) - 1].lives
        return life.begins + self.lasts[len(self.known) - 1]


@cache
def plant() -> Plant:
    return Plant()


@cache
def learned() -> Learned:
    return plant().learned()


def test_lives_of_months_are_counted_in_days() -> None:
    assert (learned().step, learned().basis.source) == (
        remaining_life.DAY,
        "daily means of lives of Acme P100",
    )
    assert (learned().basis.lives, learned().basis.failures) == (UNITS, UNITS - 1)


def test_lives_of_weeks_are_counted_in_hours_and_told_as_times() -> None:
    short = Plant(lasts=6 * DAY)
    found = short.learned()
    assert found.step == remaining_life.HOUR
    result = short.result(found)
    assert result.low_at is not None
    assert result.low_at <= short.fails <= (result.high_at or short.fails)
    assert "hours left" in result.sentence
    assert "within 30 hours" in result.sentence


def test_a_prediction_is_told_as_times_around_what_then_happens() -> None:
    result = plant().result(learned())
    assert result.low_at is not None
    assert result.fails_at is not None
    assert result.low_at <= plant().fails <= (result.high_at or plant().fails)
    assert abs(result.fails_at - plant().fails) < 10 * DAY
    assert result.sentence.startswith("It has about ")


@pytest.mark.parametrize(("days", "warned"), [(100, True), (1, False)])
def test_what_is_likely_to_fail_before_its_warranty_ends_says_so(days: int, warned: bool) -> None:
    result = plant().result(learned(), warranty_until=(NOW + days * DAY).date())
    assert ("likely to fail before its warranty ends" in result.sentence) is warned


def test_what_is_as_far_as_the_model_sees_is_no_failure_in_sight() -> None:
    ceiling = learned().model.ceiling
    far = pd.Series({"rul": ceiling, "low": ceiling * 0.8, "high": ceiling, "p_fail_30": 0.001})
    result = result_of(far, learned(), 1, now=NOW, warranty_until=(NOW + 1000 * DAY).date())
    assert (result.fails_at, result.high_at) == (None, None)
    assert result.sentence == (
        "No failure is in sight. The probability that it fails within 30 days is less than 1\u00a0%."
    )


@pytest.mark.parametrize(
    ("failures", "said"),
    [(0, "0 failures of its type are recorded"), (1, "1 failure of its type is recorded"), (8, "8 failures")],
)
def test_too_few_failures_are_counted_before_anything_is_read(failures: int, said: str) -> None:
    few = Plant(units=failures + 1)
    with pytest.raises(TooLittle, match=rf"^{said}.*; {FEWEST} are needed\.$"):
        few.learned()
    assert few.reads == 0


def test_failures_of_which_nothing_was_measured_teach_nothing() -> None:
    mute = Plant()
    mute.silent = set(range(6))
    with pytest.raises(TooLittle, match="7 failures of its type have readings; 9 are needed"):
        mute.learned()


def test_it_learns_from_what_all_that_failed_measured() -> None:
    mixed = Plant()
    mixed.sensors[0] = {"heat °C": 9, "load %": 3}
    assert mixed.learned().sensors == ("heat °C",)


def test_devices_that_measure_nothing_in_common_teach_nothing() -> None:
    apart = Plant()
    apart.sensors[0] = {"load %": 3}
    with pytest.raises(TooLittle, match="measured nothing in common"):
        apart.learned()


def test_a_device_that_lacks_a_sensor_is_told_which_are_needed() -> None:
    other = Plant()
    other.sensors[UNITS - 1] = {"heat °C": 3}
    with pytest.raises(
        TooLittle, match="does not measure all that was learned from: heat °C, vibration mm/s"
    ):
        other.result(learned())


def test_a_device_that_failed_is_told_to_be_out_of_service() -> None:
    with pytest.raises(TooLittle, match="out of service"):
        left_of(plant().known[0], learned(), plant().read)


def test_a_device_of_which_nothing_was_measured_since_its_repair_is_told_so() -> None:
    mute = Plant()
    mute.silent = {UNITS - 1}
    with pytest.raises(TooLittle, match="Nothing was measured since"):
        mute.result(learned())


def test_a_device_that_says_what_cannot_be_does_not_stop_the_others() -> None:
    odd = Plant()
    odd.poisoned = {2}
    result = odd.result(odd.learned())
    assert result.low_at is not None
    assert result.low_at <= odd.fails


def test_intervals_that_do_not_hold_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remaining_life, "LEAST_COVERAGE", 1.0)
    with pytest.raises(
        TooLittle, match=r"on lives it had not seen, it was right 9. times in 100 instead of 90"
    ):
        plant().learned()


def test_where_there_is_more_than_can_be_held_the_failures_are_what_is_learned_from(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(remaining_life, "MOST_ROWS", 1_400)
    long = Plant()
    running = replace(long.known[UNITS - 1], device_id=UNITS - 1)
    long.known |= {UNITS + number: replace(running, device_id=UNITS + number) for number in range(5)}
    long.sensors |= {UNITS + number: dict(SENSORS) for number in range(5)}
    long.lasts |= {UNITS + number: long.lasts[UNITS - 1] for number in range(5)}
    basis = long.learned().basis
    assert basis.failures == UNITS - 1
    assert basis.lives is not None
    assert basis.lives < UNITS + 5
    assert basis.readings is not None
    assert basis.readings <= 1_400
