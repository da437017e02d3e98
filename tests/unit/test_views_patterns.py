"""Patterns in words and in the reader's units."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dashboard.views import patterns as views
from dashboard.views.pattern_choice import NOWHERE, Choice, Series, options
from data.store.analysis_rows import Basis, OddRoom, Pattern, Run
from data.store.places import PlacedSeries
from tests.unit.rows import NOW, row

BERLIN = ZoneInfo("Europe/Berlin")
BASIS = Basis(since=NOW - timedelta(days=30), until=NOW, readings=720, source="hourly means")
SERIES = Series(
    id=10, device_id=1, device="room-1", room=1, what="Temperature", label="Temperature · room-1",
    quantity="temperature", unit="°C",
)  # fmt: skip
MONDAY = date(2026, 3, 2)


def pattern(kind: Any, result: dict[str, Any]) -> Pattern:
    return Pattern(kind=kind, series_id=10, space_id=None, result=result, computed_at=NOW, basis=BASIS)


def days(*kinds: int) -> Pattern:
    """One day of each kind after the other, from a Monday on."""
    said = [
        {"date": str(MONDAY + timedelta(days=place)), "cluster": kind} for place, kind in enumerate(kinds)
    ]
    profiles = {str(kind): [20.0 + kind] * 23 + [None] for kind in sorted(set(kinds))}
    return pattern("daily profiles", {"days": said, "profiles": profiles})


def intervals(*parts: tuple[int, int, int], contrast: float = 0.9) -> Pattern:
    said = [
        {"weekday": weekday, "start_minute": start, "end_minute": end, "confidence": 1.0}
        for weekday, start, end in parts
    ]
    return pattern("schedule", {"intervals": said, "odd_days": [], "days": 28, "contrast": contrast})


def pairs(*said: dict[str, Any]) -> Pattern:
    return pattern("correlations", {"pairs": [{"a": 10, "b": 11, "p": 0.0, "n": 99, **one} for one in said]})


OTHER = replace(SERIES, id=11, what="CO₂", label="CO₂ · room-1", quantity="co2")
KNOWN = {10: SERIES, 11: OTHER}


def test_kinds_of_days_say_which_week_days_they_are() -> None:
    found = views.profiles(days(*[0, 0, 0, 0, 0, 1, 1] * 2), SERIES, zone=BERLIN, units="metric")
    assert [kind.days for kind in found.kinds] == ["10 days, mostly Mon–Fri", "4 days, mostly Sat, Sun"]


def test_the_calendar_begins_on_a_monday_and_leaves_days_without_a_kind_empty() -> None:
    found = views.profiles(days(0, 0, 1), SERIES, zone=BERLIN, units="metric")
    assert found.weeks[0][:4] == (
        (MONDAY, 0), (MONDAY + timedelta(days=1), 0), (MONDAY + timedelta(days=2), 1),
        (MONDAY + timedelta(days=3), None),
    )  # fmt: skip


def test_the_course_of_a_kind_is_in_the_readers_unit_and_keeps_its_gaps() -> None:
    kind = views.profiles(days(0), SERIES, zone=BERLIN, units="us").kinds[0]
    assert kind.values[0] == pytest.approx(68.0)
    assert kind.values[-1] is None
    assert kind.written[0] == "68.0\u00a0°F"


def test_days_of_use_that_are_alike_are_said_once() -> None:
    found = views.use(intervals(*((weekday, 420, 1110) for weekday in range(5))), zone=BERLIN)
    assert found.sentence.startswith("In use Mon–Fri 07:00–18:30; Sat, Sun not at all.")


def test_where_use_cannot_be_told_from_rest_there_is_no_week() -> None:
    found = views.use(intervals(contrast=0.4), zone=BERLIN)
    assert found.week == ()
    assert "cannot be told" in found.sentence


def test_a_day_that_was_not_as_usual_is_named_with_its_hours() -> None:
    odd = {"day": "2026-03-06", "kind": "unused", "usual_hours": 11.5, "hours": 0.0}
    week = intervals((4, 420, 1110))
    found = views.use(replace(week, result={**week.result, "odd_days": [odd]}), zone=BERLIN)
    assert found.odd == ("Fri 6 Mar 2026: hardly used, 0 h instead of 12 h",)


def test_a_change_of_level_says_when_and_from_what_to_what_newest_first() -> None:
    ats = [NOW - timedelta(days=n) for n in (9, 6, 3, 0)]
    said = [
        {"since": a.isoformat(), "until": b.isoformat(), "mean": mean}
        for a, b, mean in zip(ats, ats[1:], (20.0, 22.0, 19.0), strict=False)
    ]
    found = views.changes(pattern("change points", {"segments": said}), SERIES, zone=BERLIN, units="metric")
    assert [what.replace("\u00a0", " ") for _, what in found.said] == [
        "22.0 °C → 19.0 °C",
        "20.0 °C → 22.0 °C",
    ]
    assert found.said[0][0] == "1 Mar 2026"


def test_of_two_that_move_together_the_later_one_follows() -> None:
    found = views.together(pairs({"r": 0.8, "lag_s": 900.0}), KNOWN, zone=BERLIN).pairs[0]
    assert found.sentence == "Move strongly together; CO₂ follows Temperature by 15\u00a0min."


def test_a_lag_below_zero_turns_who_follows() -> None:
    found = views.together(pairs({"r": -0.5, "lag_s": -900.0}), KNOWN, zone=BERLIN).pairs[0]
    assert found.sentence == "Move clearly in opposite directions; Temperature follows CO₂ by 15\u00a0min."


def test_two_of_one_quantity_are_told_apart_by_their_devices() -> None:
    known = {10: SERIES, 11: replace(SERIES, id=11, device="valve")}
    found = views.together(pairs({"r": 0.9, "lag_s": 300.0}), known, zone=BERLIN).pairs[0]
    assert found.sentence.endswith("valve follows room-1 by 5\u00a0min.")


def test_a_pair_of_a_series_that_is_gone_is_left_out() -> None:
    assert views.together(pairs({"r": 0.9, "lag_s": 0.0}), {10: SERIES}, zone=BERLIN).pairs == ()


def test_presence_says_what_told_of_it() -> None:
    result = {"ats": [], "share": [], "week": [0.0] * 168, "told_by": ["co2", "humidity"]}
    found = views.presence(pattern("occupancy", result), zone=BERLIN)
    assert found.sentence == "Estimated from CO₂ and humidity; nobody was counted."
    assert [len(one) for one in found.week] == [24] * 7


@pytest.mark.parametrize(
    ("numbers", "words"),
    [([0, 1, 2, 3, 4], "Mon–Fri"), ([5, 6], "Sat, Sun"), ([0, 2], "Mon, Wed"), (list(range(7)), "every day")],
)
def test_week_days_in_a_row_are_joined(numbers: list[int], words: str) -> None:
    assert views.weekdays(numbers) == words


def ran(**changes: Any) -> Run:
    fields: dict[str, Any] = {
        "kind": "patterns", "series_id": 10, "device_id": None, "building_id": None, "computed_at": NOW,
        "first_at": NOW, "lacking": None, "failed": None,
    }  # fmt: skip
    return Run(**fields | changes)


@pytest.mark.parametrize(
    ("runs", "said"),
    [
        ([], views.LATER),
        ([ran(lacking="Needs 7 days of readings; has 3.0.")], "Needs 7 days of readings; has 3.0."),
        ([ran(failed="ValueError")], "It could not be computed; the worker's log says why."),
        ([ran(series_id=11)], views.LATER),
        ([ran()], None),
    ],
)
def test_what_is_missing_is_said(runs: list[Run], said: str | None) -> None:
    assert views.lacking(runs, "patterns", series=10) == said


def test_a_room_says_what_a_kind_of_pattern_lacks() -> None:
    lack = "Needs 3 days of readings; has 0.5."
    short = Pattern(
        kind="occupancy", series_id=None, space_id=4, result={"lacking": lack}, computed_at=NOW, basis=BASIS
    )
    done = ran(kind="rooms", series_id=None, building_id=2)
    assert views.room_lacks(short, [done]) == lack
    assert views.room_lacks(None, []) == views.LATER
    assert views.room_lacks(None, [done]).startswith("Nothing was measured in this room")


def test_rooms_that_were_judged_are_counted_with_what_they_were_judged_by() -> None:
    room = OddRoom(
        space_id=1, space="1.01", storey_id=1, quantity="temperature", score=0.1, verdict=None,
        computed_at=NOW, basis=BASIS,
    )  # fmt: skip
    assert views.judged([room, room], zone=BERLIN).startswith("2 rooms judged by temperature. Computed ")


def placed(series: int, space: int, name: str, **changes: Any) -> PlacedSeries:
    fields: dict[str, Any] = {
        "series_id": series, "space_id": space, "space": name, "storey_id": 1, "device_id": space,
        "device": f"device {space}", "metric": "temperature", "kind": "number", "quantity": "temperature",
        "unit": None, "at": datetime(2026, 3, 4, tzinfo=UTC), "value": 1.0, "text": None,
    }  # fmt: skip
    return PlacedSeries(**fields | changes)


HOUSE = options(
    [placed(1, 7, "room 10"), placed(2, 8, "room 9"), placed(3, 8, "room 9", quantity="battery"),
     placed(4, 8, "room 9", kind="text")],
    [row(series_id=5, space=None), row(series_id=1, space="room 10")],
)  # fmt: skip


def test_rooms_are_offered_as_people_count_and_devices_in_none_come_last() -> None:
    assert list(HOUSE.rooms.values()) == ["room 9", "room 10", "In no room"]


def test_only_numbers_are_offered_the_most_telling_first() -> None:
    assert [one.id for one in HOUSE.of_room(8)] == [2, 3]


def test_devices_in_no_room_have_their_series_offered() -> None:
    assert [one.id for one in HOUSE.of_room(NOWHERE)] == [5]


def test_what_is_left_open_is_chosen() -> None:
    assert HOUSE.settled(Choice(building=1)) == Choice(building=1, room=8, series=2)


def test_another_room_takes_a_series_of_its_own() -> None:
    assert HOUSE.settled(Choice(building=1, room=7, series=2)) == Choice(building=1, room=7, series=1)


def test_a_series_alone_says_where_it_is() -> None:
    assert HOUSE.settled(Choice(building=1, series=3)) == Choice(building=1, room=8, series=3)


def test_the_address_says_what_is_looked_at() -> None:
    choice = Choice(building=1, room=NOWHERE, series=5)
    assert Choice.parse(choice.search) == choice
