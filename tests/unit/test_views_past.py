"""Which moments of a building's past can be looked at, and how they are played."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dashboard.views import past
from dashboard.views.past import Moment, Player, Range
from data.store.past import Window
from tests.unit.test_views_plan import series

NOW = datetime(2026, 11, 22, 11, 3, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
FIVE = timedelta(minutes=5)


def moments(player: Player) -> Range:
    return player.range(now=NOW, zone=BERLIN)


def test_a_day_has_a_moment_every_step_up_to_now() -> None:
    found = moments(Player())
    assert (found.since, found.steps) == (datetime(2026, 11, 21, 11, 0, tzinfo=UTC), 288)
    assert found.at(found.steps) == datetime(2026, 11, 22, 11, 0, tzinfo=UTC)


def test_days_are_those_of_the_buildings_calendar() -> None:
    found = moments(Player(period="days", days=(date(2026, 10, 25), date(2026, 10, 25)), step_min=60))
    assert found.since == datetime(2026, 10, 24, 22, tzinfo=UTC)
    assert found.steps == 25  # clocks went back that night


def test_no_moment_is_after_now() -> None:
    today = moments(Player(period="days", days=(date(2026, 11, 22), date(2026, 12, 31))))
    assert today.at(today.steps) <= NOW
    assert moments(Player(period="days", days=(date(2027, 1, 1), date(2027, 1, 2)))).steps == 0


def test_playing_from_live_begins_at_the_beginning() -> None:
    started = Player().started(now=NOW, zone=BERLIN)
    assert (started.playing, started.at) == (True, moments(started).since)


def test_playing_from_a_moment_goes_on_there() -> None:
    at = datetime(2026, 11, 22, 8, tzinfo=UTC)
    assert Player(at=at).started(now=NOW, zone=BERLIN).at == at


def test_a_play_stops_at_the_last_moment() -> None:
    last = moments(Player()).at(288)
    almost = Player(at=last - 2 * FIVE, playing=True).moved(1, now=NOW, zone=BERLIN)
    assert (almost.at, almost.playing) == (last - FIVE, True)
    ended = almost.moved(1, now=NOW, zone=BERLIN)
    assert (ended.at, ended.playing) == (last, False)


def test_a_step_back_from_live_is_the_moment_before_now() -> None:
    assert Player().moved(-1, now=NOW, zone=BERLIN).at == datetime(2026, 11, 22, 10, 55, tzinfo=UTC)


def test_a_longer_period_goes_by_hours_and_a_shorter_one_by_minutes() -> None:
    week = Player().over("7d", None, now=NOW, zone=BERLIN)
    assert week.step_min == 60
    assert week.over("24h", None, now=NOW, zone=BERLIN).step_min == 5


def test_another_period_keeps_a_moment_that_it_has() -> None:
    at = datetime(2026, 11, 22, 8, tzinfo=UTC)
    assert Player(at=at).over("7d", None, now=NOW, zone=BERLIN).at == at
    days = (date(2026, 11, 1), date(2026, 11, 2))
    other = Player(at=at).over("days", days, now=NOW, zone=BERLIN)
    assert other.at == datetime(2026, 10, 31, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "period"),
    [("2026-11-22T08:35Z", "24h"), ("2026-11-18T08:35Z", "7d"), ("2026-03-18T08:35Z", "days")],
)
def test_an_address_opens_the_very_moment_it_names(said: str, period: str) -> None:
    at = past.parse(said)
    opened = Player().opened(at, now=NOW, zone=BERLIN)
    assert (opened.at, opened.period, opened.playing) == (at, period, False)
    found = moments(opened)
    assert at is not None
    assert found.at(found.number(at)) == at


@pytest.mark.parametrize(
    "said", ["", "yesterday", "2026-13-01T00:00Z", "9999-12-31T23:59Z", "1970-01-01T00:00Z", 5, None]
)
def test_what_names_no_moment_is_live(said: object) -> None:
    assert past.parse(said) is None


def test_what_is_still_to_come_is_live() -> None:
    assert Player().opened(NOW + FIVE, now=NOW, zone=BERLIN).at is None


def test_a_moment_is_written_and_read_alike() -> None:
    at = datetime(2026, 11, 22, 8, 35, tzinfo=UTC)
    assert past.parse(past.write(at)) == at
    assert Moment.of(Moment(at=at, step_min=5).kept) == Moment(at=at, step_min=5)


@pytest.mark.parametrize(
    "kept", [None, 7, {}, {"at": "x", "step_min": 5}, {"at": "2026-11-22T08:35Z", "step_min": 7}]
)
def test_a_page_that_keeps_no_moment_is_live(kept: object) -> None:
    assert Moment.of(kept) is None


def test_a_moment_is_told_on_the_buildings_clock() -> None:
    told = past.told(datetime(2026, 11, 22, 10, 5, tzinfo=UTC), zone=BERLIN)
    assert told == "Sun 22 Nov 2026, 11:05 CET"


def test_marks_stand_at_round_hours_of_the_building() -> None:
    assert [label for _, label in past.marks(moments(Player()), zone=BERLIN)] == [
        "12:00",
        "18:00",
        "00:00",
        "06:00",
        "12:00",
    ]


def test_marks_of_a_week_are_its_midnights() -> None:
    week = moments(Player(period="7d", step_min=60))
    found = past.marks(week, zone=BERLIN)
    assert [label for _, label in found][:2] == ["Mon 16", "Tue 17"]
    assert week.at(found[0][0]) == datetime(2026, 11, 15, 23, tzinfo=UTC)


def test_marks_of_a_year_are_few() -> None:
    year = moments(Player(period="days", days=(date(2025, 11, 1), date(2026, 10, 31)), step_min=60))
    assert 5 <= len(past.marks(year, zone=BERLIN)) <= 9


def test_of_a_number_and_a_text_the_later_is_known() -> None:
    at_s = NOW.timestamp()
    window = Window(
        since=NOW, until=NOW, step=FIVE, numbers={1: ([at_s - 60], [5.0])}, texts={1: ([at_s - 30], ["away"])}
    )
    (said,) = window.as_of([series()], NOW)
    assert (said.value, said.text, said.at) == (None, "away", NOW - timedelta(seconds=30))
    (number,) = replace(window, texts={1: ([at_s - 60], ["away"])}).as_of([series()], NOW)
    assert (number.value, number.text) == (5.0, None)
