"""A trend: when it has something new to show, and in which units."""

from datetime import timedelta
from typing import cast

import pandas as pd
import pytest

from dashboard.views import trend
from data.store import Store, analysis, readings
from tests.unit.rows import NOW, row


def test_a_new_reading_is_new_to_an_hour() -> None:
    assert trend.newest(row(), "1h") < trend.newest(row(at=NOW + timedelta(seconds=5)), "1h")


def test_a_reading_that_moves_no_pixel_is_not_new_to_a_year() -> None:
    assert trend.newest(row(), "1y") == trend.newest(row(at=NOW + timedelta(seconds=5)), "1y")


def test_a_series_without_a_reading_has_nothing_new() -> None:
    assert trend.newest(row(at=None, value=None), "24h") == 0


def test_a_course_is_in_the_units_of_the_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = pd.DataFrame({"at": [NOW], "mean": [20.0], "low": [10.0], "high": [25.0], "count": [3]})
    monkeypatch.setattr(readings, "trend", lambda *_, **__: frame)
    monkeypatch.setattr(readings, "events", lambda *_, **__: [])
    monkeypatch.setattr(analysis, "bands", lambda *_, **__: ())
    monkeypatch.setattr(analysis, "runs", lambda *_, **__: ())
    monkeypatch.setattr(analysis, "flags", lambda *_, **__: ())
    found = trend.trend(cast(Store, None), tenant=1, row=row(), period="1h", now=NOW, units="us")
    assert found.frame[["mean", "low", "high"]].to_numpy().tolist() == [pytest.approx([68.0, 50.0, 77.0])]
    assert (found.unit, found.values) == ("°F", ("68.0\u00a0°F",))
    assert found.figures == trend.Figures(low="50.0\u00a0°F", mean="68.0\u00a0°F", high="77.0\u00a0°F")
