"""When a trend has something new to show."""

from datetime import timedelta

from dashboard.views import trend
from tests.unit.rows import NOW, row


def test_a_new_reading_is_new_to_an_hour() -> None:
    assert trend.newest(row(), "1h") < trend.newest(row(at=NOW + timedelta(seconds=5)), "1h")


def test_a_reading_that_moves_no_pixel_is_not_new_to_a_year() -> None:
    assert trend.newest(row(), "1y") == trend.newest(row(at=NOW + timedelta(seconds=5)), "1y")


def test_a_series_without_a_reading_has_nothing_new() -> None:
    assert trend.newest(row(at=None, value=None), "24h") == 0
