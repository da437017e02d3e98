"""How right a forecast is, in words, and its fan in the reader's unit."""

from dataclasses import replace
from datetime import timedelta

import pytest

from analytics.units import Conversion
from dashboard.views import outlook
from data.store.analysis_rows import Basis, Forecast
from tests.unit.rows import NOW, row

HOUR = timedelta(hours=1)
FORECAST = Forecast(
    series_id=10, device_id=1, device="room-1", metric="temperature", quantity="temperature", unit=None,
    space=None, method="Fourier + AR", ats=(NOW, NOW + HOUR),
    quantiles={0.1: (18.0, None), 0.2: (19.0, 19.0), 0.3: (19.5, 20.0), 0.5: (20.0, 20.0),
               0.7: (20.5, 20.0), 0.8: (21.0, 21.0), 0.9: (22.0, 22.0)},
    mase=0.7, coverage=0.81, backtests=14, backtest_since=NOW - timedelta(days=16), withheld=None,
    right_count=573, judged_count=700,
    judged_since=NOW - timedelta(days=30), computed_at=NOW, basis=Basis(readings=720, source="hourly means"),
)  # fmt: skip


def test_a_forecast_says_how_often_it_was_right() -> None:
    assert outlook.right(FORECAST, now=NOW) == (
        "Right 8 times in 10 over the last 30\u00a0days: 573 of 700 hours fell into the 80 % band."
    )


def test_a_forecast_is_not_called_always_right_when_it_was_wrong_once() -> None:
    assert "99 times in 100" in outlook.right(replace(FORECAST, right_count=693), now=NOW)


def test_before_its_hours_came_a_forecast_tells_of_its_backtests() -> None:
    said = outlook.right(replace(FORECAST, judged_count=0, judged_since=None), now=NOW)
    assert said.startswith("Backtest: right 8 times in 10 over the last 16\u00a0days, in 14 forecasts")


def test_a_withheld_forecast_says_why() -> None:
    said = outlook.right(replace(FORECAST, withheld="It was no more right than the last day."), now=NOW)
    assert said == "Withheld: It was no more right than the last day."


def test_half_of_what_comes_lies_between_the_quarters() -> None:
    fan = outlook.fan(FORECAST, row(), Conversion("°C"), "metric")
    assert [fan.low50[0], fan.high50[0]] == pytest.approx([19.25, 20.75])


def test_a_fan_is_in_the_readers_unit() -> None:
    fan = outlook.fan(FORECAST, row(), Conversion("°F", 1.8, 32.0), "us")
    assert fan.middle[0] == pytest.approx(68.0)
    assert fan.written[0] == "68.0\u00a0°F, from 64.4\u00a0°F to 71.6\u00a0°F"


def test_an_hour_that_is_not_forecast_stays_open() -> None:
    assert outlook.fan(FORECAST, row(), Conversion("°C"), "metric").low80[1] is None
