"""Devices as pages show them."""

from datetime import timedelta

import pytest

from dashboard.views import devices
from tests.unit.rows import NOW, row


def test_a_quantity_names_its_series_when_it_is_the_only_one() -> None:
    assert [point.label for point in devices.device([row()], now=NOW).points] == ["Temperature"]


def test_two_series_of_one_quantity_go_by_their_metrics() -> None:
    rows = [row(series_id=10, metric="temperature/supply"), row(series_id=11, metric="temperature/return")]
    labels = {point.label for point in devices.device(rows, now=NOW).points}
    assert labels == {"temperature/supply", "temperature/return"}


def test_the_most_telling_series_come_first() -> None:
    rows = [
        row(series_id=1, metric="uptime", quantity=None),
        row(series_id=2, metric="co2", quantity="co2"),
        row(series_id=3, metric="setpoint", value=None, at=None),
        row(series_id=4),
    ]
    assert [point.series_id for point in devices.device(rows, now=NOW).points] == [4, 2, 1, 3]


@pytest.mark.parametrize(
    ("passed", "level"),
    [(timedelta(minutes=15), "fresh"), (timedelta(hours=24), "quiet"), (timedelta(hours=25), "silent")],
)
def test_a_device_is_fresh_then_quiet_then_silent(passed: timedelta, level: str) -> None:
    assert devices.freshness(NOW - passed, now=NOW).level == level


def test_what_was_never_heard_is_silent() -> None:
    assert devices.freshness(None, now=NOW).level == "silent"


def test_rows_are_grouped_by_device() -> None:
    rows = [row(device_id=1, series_id=1), row(device_id=1, series_id=2), row(device_id=2, series_id=3)]
    assert [len(group) for group in devices.by_device(rows)] == [2, 1]


def test_names_sort_as_people_sort_them() -> None:
    names = ["room-10", "Room-9", "9", "lobby", "room-²"]
    assert sorted(names, key=devices.natural) == ["9", "lobby", "Room-9", "room-10", "room-²"]


def test_values_are_in_the_units_of_the_reader() -> None:
    shown = devices.device([row(value=20.0)], now=NOW, units="us")
    assert [point.value for point in shown.points] == ["68.0\u00a0°F"]
