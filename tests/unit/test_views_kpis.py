"""The numbers managers read, and how they are read once for all of them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest

from dashboard.views import kpis
from dashboard.views.kpis import KeyFigure, Summaries
from data.errors import StoreUnavailable
from data.store import summary
from data.store.summary import HeardHour, MeterHour, RefusedHour, RoomHour, RoomNow, Summary
from tests.unit import away
from tests.unit.rows import NOW

EMPTY = Summary(read_at=NOW, until=NOW)
ROOM = RoomNow(
    building_id=1, building="House", timezone="UTC", storey_id=1, id=1, name="101", long_name=None,
    thermal=None, devices=1, fresh=True, temperature_c=21.0, co2_ppm=None,
)  # fmt: skip
DAY = range(1, 25)
DAY_A_WEEK_BEFORE = range(7 * 24 + 1, 8 * 24 + 1)


def metered(kwh: Callable[[int], float], *ago: range) -> Summary:
    """A summary with one meter and what it counted so many hours ago."""
    hours = sorted((number for part in ago for number in part), reverse=True)
    return replace(
        EMPTY,
        meters=tuple(
            MeterHour(series_id=1, device="main", at=NOW - timedelta(hours=number), kwh=kwh(number))
            for number in hours
        ),
    )


def warm(temperature: Callable[[int], float], *ago: range) -> Summary:
    """A summary with the mean temperature of two rooms."""
    return replace(
        EMPTY,
        rooms_hourly=tuple(
            RoomHour(quantity="temperature", at=NOW - timedelta(hours=n), value=temperature(n), rooms=2)
            for part in ago
            for n in part
        ),
    )


def figure(found: Summary, label: str) -> KeyFigure:
    return next(one for one in kpis.kpis(found) if one.label == label)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_without_data_there_is_a_dash_and_no_change() -> None:
    shown = {one.label: (one.value, one.change) for one in kpis.kpis(EMPTY)}
    assert shown == {
        "Energy": ("–", ""),
        "Mean room temperature": ("–", ""),
        "Mean room CO₂": ("–", ""),
        "Data received": ("–", ""),
        "Messages refused": ("0", "as a week before"),
    }


def test_energy_is_the_sum_of_a_day_and_its_change_in_percent() -> None:
    shown = figure(metered(lambda ago: 2.0 if ago <= 24 else 1.0, DAY, DAY_A_WEEK_BEFORE), "Energy")
    assert (plain(shown.value), plain(shown.change), shown.note) == ("48.0 kWh", "▲ 100 %", "24 h · main")


def test_each_meter_is_told_by_itself() -> None:
    both = metered(lambda _: 1.0, DAY).meters
    other = tuple(replace(hour, series_id=2, device="heat") for hour in both)
    shown = [one for one in kpis.kpis(replace(EMPTY, meters=both + other)) if one.label == "Energy"]
    assert [one.note for one in shown] == ["24 h · main", "24 h · heat"]


def test_a_temperature_is_a_mean_and_its_change_in_degrees() -> None:
    shown = figure(
        warm(lambda ago: 20.0 if ago <= 24 else 21.5, DAY, DAY_A_WEEK_BEFORE), "Mean room temperature"
    )
    assert (plain(shown.value), plain(shown.change)) == ("20.0 °C", "▼ 1.5 °C")
    assert shown.note == "24 h · in 2 rooms"


def test_a_difference_too_small_to_be_written_is_none() -> None:
    shown = figure(warm(lambda ago: 20.0 + ago / 1e5, DAY, DAY_A_WEEK_BEFORE), "Mean room temperature")
    assert shown.change == "as a week before"


def test_a_part_of_a_day_says_so_and_is_not_compared() -> None:
    shown = figure(metered(lambda _: 1.0, range(1, 6), DAY_A_WEEK_BEFORE), "Energy")
    assert (shown.change, shown.note) == ("", "5 of 24 h · main")


def test_hours_that_only_one_of_the_two_days_has_are_not_compared() -> None:
    missing_two = range(7 * 24 + 3, 8 * 24 + 1)
    assert figure(metered(lambda _: 1.0, DAY, missing_two), "Energy").change == "as a week before"


def test_a_change_from_nothing_has_no_percent() -> None:
    assert figure(metered(lambda ago: float(ago <= 24), DAY, DAY_A_WEEK_BEFORE), "Energy").change == ""


def test_a_course_is_broken_where_hours_are_missing() -> None:
    course = figure(metered(lambda _: 1.0, range(1, 5), range(9, 13)), "Energy").course
    assert (len(course), course[-4:]) == (42, (None, 4.0, None, 4.0))


def test_data_received_is_the_share_of_the_expected_hours() -> None:
    heard = tuple(HeardHour(at=NOW - timedelta(hours=n), heard=3, expected=4) for n in DAY)
    shown = figure(replace(EMPTY, heard=heard), "Data received")
    assert (plain(shown.value), shown.note) == ("75 %", "24 h · of 4 series")


def test_refused_messages_warn() -> None:
    hours = (RefusedHour(at=NOW - timedelta(hours=1), messages=3),)
    shown = figure(replace(EMPTY, refused=hours), "Messages refused")
    assert (shown.value, shown.change, shown.warns) == ("3", "▲ 3", True)


class Database:
    """What the store answers, and how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.away = False
        self.summary = EMPTY

    def read(self, *_: Any, **__: Any) -> Summary:
        self.asked += 1
        if self.away:
            raise StoreUnavailable
        return self.summary


class Clock:
    """A clock that goes on when it is told to."""

    now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> Database:
    database = Database()
    monkeypatch.setattr(summary, "read", database.read)
    return database


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(kpis, "time", clock)
    return clock


@pytest.fixture
def summaries(database: Database, clock: Clock) -> Summaries:
    return Summaries(away.store())


def test_within_a_minute_the_store_is_asked_once(
    summaries: Summaries, database: Database, clock: Clock
) -> None:
    database.summary = replace(EMPTY, rooms=(ROOM,))
    summaries.of(1)
    clock.now += 59
    summaries.of(1)
    assert database.asked == 1
    clock.now += 2
    summaries.of(1)
    assert database.asked == 2


def test_the_first_rooms_are_not_a_minute_late(
    summaries: Summaries, database: Database, clock: Clock
) -> None:
    summaries.of(1)
    database.summary = replace(EMPTY, rooms=(ROOM,))
    clock.now += 6
    found = summaries.of(1)
    assert found is not None
    assert found.rooms == (ROOM,)


def test_an_outage_keeps_the_last_summary(summaries: Summaries, database: Database, clock: Clock) -> None:
    summaries.of(1)
    database.away = True
    clock.now += 61
    assert summaries.of(1) is EMPTY


def test_an_outage_from_the_start_is_asked_about_ever_less_often(
    summaries: Summaries, database: Database, clock: Clock
) -> None:
    database.away = True
    for _ in range(1000):
        clock.now += 0.5
        assert summaries.of(1) is None
    assert database.asked < 25


def test_an_outage_heals_by_itself(summaries: Summaries, database: Database, clock: Clock) -> None:
    database.away = True
    summaries.of(1)
    database.away = False
    clock.now += 120
    assert summaries.of(1) is EMPTY


def test_first_viewers_wait_for_one_reader(summaries: Summaries, database: Database) -> None:
    together = Barrier(8)

    def view() -> Summary | None:
        together.wait()
        return summaries.of(1)

    with ThreadPoolExecutor(8) as viewers:
        seen = [viewer.result() for viewer in [viewers.submit(view) for _ in range(8)]]
    assert (seen, database.asked) == ([EMPTY] * 8, 1)


def test_each_tenant_has_its_own(summaries: Summaries, database: Database) -> None:
    summaries.of(1)
    summaries.of(2)
    assert database.asked == 2


def test_a_change_of_temperature_is_converted_as_a_difference() -> None:
    found = warm(lambda ago: 20.0 if ago <= 24 else 21.5, range(1, 25), range(169, 193))
    shown = next(one for one in kpis.kpis(found, units="us") if one.label == "Mean room temperature")
    assert (plain(shown.value), plain(shown.change)) == ("68.0 °F", "▼ 2.7 °F")
