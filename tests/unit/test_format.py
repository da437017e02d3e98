"""How values and times are written."""

from datetime import UTC, datetime, timedelta

import pytest

from analytics.units import UnitSystem
from dashboard import format
from tests.unit.rows import NOW, row


def plain(text: str) -> str:
    """The text with ordinary spaces."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def test_a_number_has_the_digits_and_the_unit_of_its_quantity() -> None:
    assert plain(format.value(row(value=21.44))) == "21.4 °C"


def test_the_stated_unit_is_shown_when_it_is_another_than_the_quantitys() -> None:
    assert plain(format.value(row(value=72.52, unit="°F"))) == "72.52 °F"


def test_a_unit_is_shown_in_its_usual_spelling() -> None:
    assert plain(format.value(row(unit="degC"))) == "21.4 °C"


def test_a_value_is_shown_in_the_units_of_the_reader() -> None:
    assert plain(format.value(row(value=21.5), units="us")) == "70.7 °F"


def test_a_value_in_a_unit_that_is_not_its_quantitys_stays_as_it_is() -> None:
    assert plain(format.value(row(value=72.52, unit="°F"), units="us")) == "72.52 °F"


def test_a_value_of_no_known_quantity_stays_as_it_is() -> None:
    assert plain(format.measured(3.0, quantity=None, unit="m³/h", units="us")) == "3 m³/h"


@pytest.mark.parametrize(("units", "written"), [("metric", "0.4 °C"), ("us", "0.7 °F")])
def test_a_difference_knows_no_zero_of_a_scale(units: UnitSystem, written: str) -> None:
    assert plain(format.difference(-0.4, quantity="temperature", units=units)) == written


@pytest.mark.parametrize(("metres", "written"), [(35, "115 ft"), (1_609.344, "1.0 mi")])
def test_a_distance_is_told_in_feet_and_miles(metres: float, written: str) -> None:
    assert plain(format.distance(metres, units="us")) == written


def test_an_area_is_told_in_square_feet() -> None:
    assert plain(format.area(86.0, units="us")) == "926 ft²"


def test_a_height_is_told_in_feet() -> None:
    assert plain(format.height(2.75, units="us")) == "9.0 ft"


def test_a_kilowatt_is_not_rounded_as_a_watt_is() -> None:
    assert plain(format.value(row(quantity="power", unit="kW", value=1.234))) == "1.234 kW"


def test_a_boolean_is_on_or_off() -> None:
    states = [format.value(row(kind="boolean", value=value)) for value in (1.0, 0.0)]
    assert states == ["on", "off"]


def test_a_text_is_shown_as_it_is() -> None:
    assert format.value(row(kind="text", value=None, text="<b>open</b>")) == "<b>open</b>"


def test_a_series_without_a_value_is_a_dash() -> None:
    assert format.value(row(value=None, at=None)) == "–"


def test_a_number_never_parts_from_its_unit() -> None:
    assert " " not in format.value(row())


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (0, "0"),
        (3.0, "3"),
        (0.9344, "0.9344"),
        (1234.5678, "1235"),
        (12345.6, "12 346"),
        (-12345678, "−12 345 678"),
        (0.00001234, "1.23e−05"),
        (2.5e15, "2.5e+15"),
    ],
)
def test_a_number_of_no_known_quantity_has_the_digits_that_tell_something(
    number: float, written: str
) -> None:
    assert plain(format.number(number)) == written


def test_there_is_no_negative_zero() -> None:
    assert format.number(-0.04, digits=1) == "0.0"


@pytest.mark.parametrize(
    ("part", "whole", "written"),
    [(0, 0, "–"), (0, 9, "0 %"), (1, 1000, "1 %"), (999, 1000, "99 %"), (9, 9, "100 %")],
)
def test_only_all_is_a_hundred_percent_and_only_none_is_zero(part: int, whole: int, written: str) -> None:
    assert plain(format.share(part, whole)) == written


@pytest.mark.parametrize(
    ("passed", "written"),
    [
        (timedelta(seconds=-30), "just now"),
        (timedelta(seconds=14), "14 s ago"),
        (timedelta(minutes=3, seconds=59), "3 min ago"),
        (timedelta(hours=47), "47 h ago"),
        (timedelta(days=9), "9 days ago"),
    ],
)
def test_an_age_has_one_fitting_unit(passed: timedelta, written: str) -> None:
    assert plain(format.age(NOW - passed, now=NOW)) == written


def test_what_never_happened_has_no_age() -> None:
    assert format.age(None, now=NOW) == "never"


def test_a_time_is_told_by_the_buildings_clock() -> None:
    at = datetime(2026, 11, 22, 13, 3, 20, tzinfo=UTC)
    assert format.moment(at, zone=format.zone("Europe/Berlin")) == "22 Nov 2026, 14:03:20 CET"


@pytest.mark.parametrize("name", [None, "", "Middle/Earth", "../etc/passwd"])
def test_a_building_without_a_known_zone_has_utc(name: str | None) -> None:
    assert format.zone(name).key == "UTC"


def test_a_way_is_in_metres_or_kilometres() -> None:
    assert [plain(format.distance(metres)) for metres in (35.4, 1240)] == ["35 m", "1.2 km"]


@pytest.mark.parametrize(
    ("bytes_", "text"),
    [(0, "0 B"), (1_023, "1023 B"), (1_024, "1.0 KiB"), (1_048_575, "1.0 MiB"), (300 * 1024**2, "300 MiB")],
)
def test_an_amount_of_data_is_written_in_its_fitting_unit(bytes_: int, text: str) -> None:
    assert format.size(bytes_) == text.replace(" ", "\u00a0")
