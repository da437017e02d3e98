"""A forecast as a figure."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pandas as pd

from dashboard.figures import fan, trend
from dashboard.theme import COLOURS
from dashboard.views.outlook import Fan
from tests.unit.rows import NOW

HOUR = timedelta(hours=1)
AHEAD = Fan(
    ats=(NOW, NOW + HOUR, NOW + 2 * HOUR),
    low80=(1.0, None, 1.0),
    low50=(2.0, 2.0, 2.0),
    middle=(3.0, 3.0, 3.0),
    high50=(4.0, 4.0, 4.0),
    high80=(5.0, 5.0, 5.0),
    written=("3", "3", "3"),
)
WINDOW = trend.Window(since=NOW - 2 * HOUR, until=NOW + 2 * HOUR, step=HOUR, zone=ZoneInfo("UTC"))


def figure(hours: int) -> trend.Figure:
    at = pd.to_datetime([NOW - n * HOUR for n in range(hours, 0, -1)], utc=True)
    past = pd.DataFrame({"at": pd.Series(at), "mean": 3.0, "low": 3.0, "high": 3.0, "count": 1})
    return fan.fan(past, AHEAD, window=WINDOW, values=["3"] * hours, unit="°C", colours=COLOURS["light"])


def test_a_band_goes_out_along_the_highest_and_back_along_the_lowest() -> None:
    assert figure(2)["data"][1]["y"] == [4, 4, 4, 2, 2, 2]


def test_an_hour_that_is_not_forecast_is_left_out_of_its_band() -> None:
    assert figure(2)["data"][0]["y"] == [5, 5, 1, 1]


def test_the_past_lies_between_the_bands_and_the_middle() -> None:
    traces = figure(2)["data"]
    assert traces[2]["x"] == ["2026-03-04 10:00:00", "2026-03-04 11:00:00"]
    assert traces[-1]["line"]["dash"] == "dot"


def test_a_forecast_of_a_series_that_fell_silent_is_still_drawn() -> None:
    found = figure(0)
    assert (len(found["data"]), found["layout"]["annotations"]) == (3, [])
