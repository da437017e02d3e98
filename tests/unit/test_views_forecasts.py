"""Forecasts against their backtests, and against what came, in words."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dashboard.views import forecasts as views
from data.store.analysis_rows import Basis
from data.store.forecast_list import Counts, ForecastRow
from tests.unit.rows import NOW

ROW = ForecastRow(
    series_id=10, device_id=1, device="room-1", metric="temperature", quantity="temperature", space="1.01",
    building="Office", timezone="Europe/Berlin", state="shown", method="Holt-Winters", mase=0.624,
    coverage=0.81, backtests=14, backtest_since=NOW - timedelta(days=16), reason=None,
    right_count=80, judged_count=100,
    judged_since=NOW - timedelta(days=5), computed_at=NOW,
    basis=Basis(readings=720, source="hourly means"), total=1,
)  # fmt: skip

COUNTS = Counts(
    shown=3,
    withheld=1,
    lacking=2,
    mase=0.7,
    coverage=0.79,
    backtests=42,
    backtest_since=NOW - timedelta(days=16),
    right_count=81,
    judged_count=100,
    judged_since=NOW,
    computed_at=NOW,
)


def test_a_forecast_says_how_often_it_was_right_and_since_when() -> None:
    assert views.row(ROW).kept == "Right 8 in 10, 100 hours since 27 Feb 2026"


def test_a_forecast_that_is_right_as_often_as_promised_is_not_marked() -> None:
    assert not views.row(ROW).off


@pytest.mark.parametrize("right", [65, 95])
def test_a_band_that_holds_too_few_or_too_many_hours_is_marked(right: int) -> None:
    assert views.row(replace(ROW, right_count=right)).off


def test_few_hours_are_no_share() -> None:
    early = views.row(replace(ROW, right_count=2, judged_count=5))
    assert early.kept == "5 hours have come; 24 are needed"
    assert not early.off


def test_a_new_forecast_waits_for_its_hours() -> None:
    assert "still to come" in views.row(replace(ROW, right_count=0, judged_count=0, judged_since=None)).kept


def test_a_row_says_when_it_was_computed_and_from_what() -> None:
    said = views.row(ROW).computed
    assert "13:00:00 CET" in said
    assert "720 hourly means" in said


def test_of_a_blend_the_greatest_parts_are_named() -> None:
    said = views.method("blend of last week repeated 58%, Fourier + AR 15%, mean day 8%, linear map 4%")
    assert said.replace("\u00a0", " ") == "Blend of last week repeated 58%, Fourier + AR 15% and 2 more"


def test_a_method_alone_is_named() -> None:
    assert views.method("last week repeated") == "Last week repeated"


def test_all_forecasts_together_say_how_often_they_were_right() -> None:
    right = views.kpis(COUNTS, now=NOW)[-1]
    assert right.value == "8.1 in 10"
    assert "100 hours" in right.note


@pytest.mark.parametrize("judged", [0, 23])
def test_until_enough_hours_came_the_backtest_is_shown_and_named(judged: int) -> None:
    right = views.kpis(replace(COUNTS, right_count=0, judged_count=judged), now=NOW)[-1]
    assert (right.label, right.value) == ("Right in the backtest", "7.9 in 10")
    assert "42 tries since 16 Feb 2026" in right.note


def test_before_anything_was_tried_nothing_is_claimed() -> None:
    new = replace(COUNTS, judged_count=0, judged_since=None, coverage=None, backtests=0, backtest_since=None)
    assert views.kpis(new, now=NOW)[-1].value == "–"


def test_a_backtest_says_how_long_it_was() -> None:
    assert views.row(ROW).backtest == "right 8.1 in 10 over 16\u00a0days"


def test_the_address_says_what_is_chosen() -> None:
    choice = views.Choice.parse("?state=withheld&building=3&quantity=co2&search=room+1&sort=worst")
    assert views.Choice.parse(choice.search) == choice
    assert (choice.wanted.state, choice.wanted.building_id, choice.sort) == ("withheld", 3, "worst")


@pytest.mark.parametrize("search", ["", "?state=x&building=-1&quantity=<b>&sort=;"])
def test_an_address_that_says_nothing_known_asks_for_all(search: str) -> None:
    assert views.Choice.parse(search).search == ""
