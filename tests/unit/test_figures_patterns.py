"""Figures of how something usually goes."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dashboard.figures import patterns
from dashboard.theme import COLOURS

LIGHT = COLOURS["light"]
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def test_each_kind_of_days_has_a_line_in_its_colour_broken_at_gaps() -> None:
    course = patterns.Course(name="A", values=[20.0, None], written=["20 °C", "–"], colour="#123456")
    figure = patterns.courses([course, course], unit="°C", colours=LIGHT)
    assert [trace["line"]["color"] for trace in figure["data"]] == ["#123456"] * 2
    assert figure["data"][0]["y"] == [20.0, None]


def test_units_of_a_device_are_never_markup() -> None:
    course = patterns.Course(name="A", values=[1.0], written=["1 <b>"], colour="#123456")
    figure = patterns.courses([course], unit="<b>", colours=LIGHT)
    assert figure["layout"]["yaxis"]["title"]["text"] == "&lt;b&gt;"
    assert figure["data"][0]["customdata"] == ["1 &lt;b&gt;"]


def test_levels_lie_over_the_course_on_the_clock_of_the_building() -> None:
    level = patterns.Stretch(since=NOON, until=NOON + timedelta(hours=1), mean=20.0, written="20")
    below = {"data": [{"type": "scatter"}], "layout": {}}
    figure = patterns.levels(below, [level], zone=ZoneInfo("Europe/Berlin"), colours=LIGHT)
    assert figure["data"][0] == {"type": "scatter"}
    assert figure["data"][1]["x"] == ["2026-03-04 13:00:00", "2026-03-04 14:00:00", None]
    assert len(below["data"]) == 1


def test_an_hour_of_the_week_that_is_not_known_stays_empty() -> None:
    figure = patterns.week([[0.5, None]], days=["Mon"], colours=LIGHT)
    assert figure["data"][0]["z"] == [[0.5, None]]
    assert figure["data"][0]["text"] == [["50%", ""]]


def test_a_share_over_time_is_on_the_clock_of_the_building() -> None:
    figure = patterns.shares([NOON], [0.4], zone=ZoneInfo("Europe/Berlin"), colours=LIGHT)
    assert figure["data"][0]["x"] == ["2026-03-04 13:00:00"]
    assert figure["layout"]["xaxis"]["title"]["text"] == "Time (Europe/Berlin)"
