"""Lives from what people record of a device."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.failure import Life, contradiction, lives, means_by_age
from analytics.failure.records import Kind

START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
NOW = START + 100 * DAY


@dataclass(frozen=True, slots=True)
class Record:
    kind: Kind
    at: datetime


def day(number: float) -> datetime:
    return START + number * DAY


def told(*records: tuple[Kind, float], heard: float | None = 0.0) -> list[tuple[float, float, str, bool]]:
    """Lives as days: beginning, end, how it ended, and whether the beginning was stated."""
    found = lives(_records(records), heard=None if heard is None else day(heard), now=NOW)
    return [((one.begins - START) / DAY, (one.ends - START) / DAY, one.end, one.stated) for one in found]


def doubted(*records: tuple[Kind, float], heard: float | None = 0.0) -> str | None:
    return contradiction(_records(records), heard=None if heard is None else day(heard), now=NOW)


def _records(said: tuple[tuple[Kind, float], ...]) -> list[Record]:
    return [Record(kind, day(at)) for kind, at in said]


def test_without_a_record_the_life_runs_from_the_first_reading() -> None:
    assert told() == [(0.0, 100.0, "running", False)]


def test_what_was_never_heard_and_never_put_into_service_has_no_life() -> None:
    assert told(heard=None) == []


def test_a_failure_ends_a_life_and_a_repair_begins_the_next() -> None:
    assert told(("failed", 10), ("in service", 12), ("failed", 30)) == [
        (0.0, 10.0, "failed", False),
        (12.0, 30.0, "failed", True),
    ]


def test_what_was_retired_did_not_fail() -> None:
    assert told(("in service", 5), ("retired", 20)) == [(5.0, 20.0, "retired", True)]


def test_what_was_measured_before_the_stated_beginning_is_no_life() -> None:
    assert told(("in service", 40)) == [(40.0, 100.0, "running", True)]


def test_a_life_may_begin_before_the_first_reading() -> None:
    assert told(("in service", 3), ("failed", 60), heard=50) == [(3.0, 60.0, "failed", True)]


def test_a_replacement_within_the_same_minute_ends_one_life_and_begins_another() -> None:
    assert [life[:3] for life in told(("in service", 10), ("retired", 10))] == [
        (0.0, 10.0, "retired"),
        (10.0, 100.0, "running"),
    ]


def test_a_failure_whose_beginning_is_no_longer_known_leaves_the_device_out_of_service() -> None:
    assert told(("failed", 10), heard=20) == []


@pytest.mark.parametrize(
    ("records", "heard", "said"),
    [
        ((("failed", 101),), 0.0, "lies in the future"),
        (
            (("failed", 5),),
            10.0,
            "first heard on 2026-01-11 00:00 UTC; record first when it was put into",
        ),
        ((("retired", 5),), None, "never heard; record first when it was put into service"),
        (
            (("failed", 5), ("failed", 9)),
            0.0,
            "failed on 2026-01-06 00:00 UTC and would end again on",
        ),
        ((("retired", 5), ("failed", 9)), 0.0, "was retired on 2026-01-06 00:00 UTC and would end again"),
        (
            (("in service", 5), ("in service", 9)),
            0.0,
            "record that it failed or was retired",
        ),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(
    records: tuple[tuple[Kind, float], ...], heard: float | None, said: str
) -> None:
    assert said in str(doubted(*records, heard=heard))


def test_the_order_in_which_things_are_recorded_does_not_matter() -> None:
    assert doubted(("failed", 30), ("in service", 12), ("failed", 10)) is None


ANY = st.lists(
    st.tuples(st.sampled_from(("in service", "failed", "retired")), st.integers(-20, 2_500)), max_size=12
)


@given(said=ANY, heard=st.none() | st.integers(0, 2_000))
def test_lives_never_overlap_and_every_reading_belongs_to_one_at_most(
    said: list[tuple[Kind, int]], heard: int | None
) -> None:
    """Whatever is recorded, contradictory or not."""
    records = [Record(kind, START + timedelta(hours=at)) for kind, at in said]
    found = lives(records, heard=None if heard is None else START + timedelta(hours=heard), now=NOW)
    assert all(one.begins < one.ends <= NOW for one in found)
    assert all(before.ends <= after.begins for before, after in pairwise(found))
    readings = [START + timedelta(hours=7 * place) for place in range(350)]
    assert all(sum(one.begins <= at < one.ends for one in found) <= 1 for at in readings)


@given(said=ANY, heard=st.integers(0, 2_000))
def test_where_nothing_is_contradicted_every_end_ends_a_life(
    said: list[tuple[Kind, int]], heard: int
) -> None:
    records = [Record(kind, START + timedelta(hours=at)) for kind, at in said]
    known = {"heard": START + timedelta(hours=heard), "now": NOW}
    if contradiction(records, **known) is None:
        ended = [(one.ends, one.end) for one in lives(records, **known) if one.end != "running"]
        assert ended == sorted((one.at, one.kind) for one in records if one.kind != "in service")


def life(begins: float, ends: float) -> Life:
    return Life(begins=day(begins), ends=day(ends), end="failed", stated=True)


def hourly(days: float) -> pd.DataFrame:
    index = pd.date_range(START, periods=int(days * 24), freq="h")
    return pd.DataFrame({"a": np.arange(len(index), dtype=float)}, index=index)


def test_the_days_of_a_life_are_counted_from_its_beginning() -> None:
    found = means_by_age(hourly(10), life(2.25, 4.5), step=pd.Timedelta(days=1))
    assert found.index.tolist() == [1.0, 2.0, 2.25]
    assert found["a"].tolist() == [54 + 11.5, 78 + 11.5, 102 + 2.5]


def test_an_hour_that_is_partly_outside_of_a_life_is_not_of_it() -> None:
    found = means_by_age(hourly(10), life(1 + 0.5 / 24, 1 + 3.5 / 24), step=pd.Timedelta(hours=1))
    assert found["a"].dropna().tolist() == [25.0, 26.0]


def test_silence_before_the_end_ages_too() -> None:
    said = hourly(10).iloc[:48]
    found = means_by_age(said, life(0, 5), step=pd.Timedelta(days=1))
    assert found.index.tolist() == [1.0, 2.0, 3.0, 4.0, 5.0]
    assert found["a"].isna().tolist() == [False, False, True, True, True]


def test_a_life_without_readings_has_no_course() -> None:
    assert means_by_age(hourly(1), life(2, 3), step=pd.Timedelta(days=1)).empty
