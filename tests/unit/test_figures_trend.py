"""The course of one series as a figure."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from dashboard.figures import trend
from dashboard.theme import COLOURS

SINCE = datetime(2026, 3, 4, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def frame(minutes: list[int], means: list[float] | None = None, spread: float = 0.0) -> pd.DataFrame:
    mean = pd.Series(means if means is not None else [20.0 + n for n in range(len(minutes))], dtype=float)
    at = pd.Series(pd.to_datetime([SINCE + n * MINUTE for n in minutes], utc=True))
    return pd.DataFrame({"at": at, "mean": mean, "low": mean - spread, "high": mean + spread, "count": 1})


def window(zone: str = "UTC") -> trend.Window:
    return trend.Window(since=SINCE, until=SINCE + 60 * MINUTE, step=MINUTE, zone=ZoneInfo(zone))


def line(data: pd.DataFrame, **choice: Any) -> trend.Figure:
    values = [f"{mean:g}" for mean in data["mean"]]
    given: dict[str, Any] = {"window": window(), "unit": "°C", "colours": COLOURS["light"]} | choice
    return trend.line(data, values=values, **given)


def test_a_line_of_no_rows_says_no_data() -> None:
    assert line(frame([]))["layout"]["annotations"][0]["text"] == "No data in this period"


def test_a_line_of_no_rows_still_shows_the_period() -> None:
    assert line(frame([]))["layout"]["xaxis"]["range"] == ["2026-03-04 12:00:00", "2026-03-04 13:00:00"]


def test_a_line_breaks_where_readings_are_missing() -> None:
    assert line(frame([0, 1, 2, 30, 31]))["data"][0]["y"] == [20, 21, 22, None, 23, 24]


def test_a_slow_device_has_no_gap_between_its_readings() -> None:
    assert None not in line(frame([0, 10, 20, 30, 40]))["data"][0]["y"]


def test_a_reading_alone_between_two_gaps_is_a_dot() -> None:
    dots = line(frame([0, 1, 2, 30, 50, 51, 52]))["data"][-1]
    assert (dots["mode"], dots["y"]) == ("markers", [23])


def test_the_band_goes_out_along_the_highest_and_back_along_the_lowest() -> None:
    band = line(frame([0, 1], spread=2))["data"][0]
    assert (band["fill"], band["y"]) == ("toself", [22, 23, 19, 18])


def test_there_is_no_band_where_nothing_was_averaged() -> None:
    assert [trace["mode"] for trace in line(frame([0, 1, 2]))["data"]] == ["lines"]


def test_the_axis_shows_the_clock_of_the_building_and_names_its_zone() -> None:
    figure = line(frame([0, 1]), window=window("Europe/Berlin"))
    assert figure["data"][0]["x"][0] == "2026-03-04 13:00:00"
    assert figure["layout"]["xaxis"]["title"]["text"] == "Time (Europe/Berlin)"


def test_a_unit_of_a_device_is_no_markup() -> None:
    figure = line(frame([0, 1]), unit="<b>°C</b>")
    assert figure["layout"]["yaxis"]["title"]["text"] == "&lt;b&gt;°C&lt;/b&gt;"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_line_is_drawn_in_the_colours_of_its_scheme(scheme: Any) -> None:
    figure = line(frame([0, 1]), colours=COLOURS[scheme])
    assert figure["data"][0]["line"]["color"] == COLOURS[scheme].line


def test_the_same_values_give_the_same_figure() -> None:
    assert line(frame([0, 1, 30], spread=1)) == line(frame([0, 1, 30], spread=1))


def test_a_state_goes_in_steps_between_off_and_on() -> None:
    figure = trend.steps(
        frame([0, 1, 2], [0, 1, 1]), window=window(), values=["off", "on", "on"], colours=COLOURS["light"]
    )
    assert figure["data"][0]["line"]["shape"] == "hv"
    assert figure["layout"]["yaxis"]["ticktext"] == ["off", "on"]


def test_a_strange_stretch_is_as_high_as_the_figure_and_ends_with_the_period() -> None:
    marked = trend.Window(
        since=SINCE, until=SINCE + 60 * MINUTE, step=MINUTE, zone=ZoneInfo("UTC"),
        strange=((SINCE - 30 * MINUTE, SINCE + 2 * MINUTE),),
    )  # fmt: skip
    stretch = line(frame([0, 1, 2]), window=marked)["data"][-1]
    assert (stretch["y"], stretch["yaxis"]) == ([0, 1, 1, 0, 0], "y2")
    assert (stretch["x"][0], stretch["x"][2]) == ("2026-03-04 12:00:00", "2026-03-04 12:02:00")


def test_a_reading_with_a_quality_flag_has_a_sign_at_the_bottom() -> None:
    marked = trend.Window(
        since=SINCE, until=SINCE + 60 * MINUTE, step=MINUTE, zone=ZoneInfo("UTC"), flagged=(SINCE,)
    )
    sign = line(frame([0, 1, 2]), window=marked)["data"][-1]
    assert (sign["mode"], sign["x"]) == ("markers", ["2026-03-04 12:00:00"])


def test_nothing_is_marked_where_nothing_is_drawn() -> None:
    marked = trend.Window(
        since=SINCE, until=SINCE + 60 * MINUTE, step=MINUTE, zone=ZoneInfo("UTC"), flagged=(SINCE,)
    )
    assert line(frame([]), window=marked)["data"] == []
