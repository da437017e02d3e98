"""What is written of devices in the inbox."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dashboard.views import inbox as views
from data.building.room_names import Room, RoomNames
from data.store.inbox import DeviceRow, Move, SeriesFlag, SeriesNow
from tests.unit.rows import NOW

ROW = DeviceRow(
    id=1,
    name="z/0x1",
    label=None,
    convention="zigbee2mqtt",
    manufacturer=None,
    model=None,
    firmware=None,
    area=None,
    created_at=NOW - timedelta(minutes=5),
    ignored_at=None,
    last_seen=NOW,
    online=None,
    online_at=None,
    clock_ahead_s=None,
    space_id=None,
    space=None,
    storey=None,
    building_id=None,
    building=None,
    total=1,
)
ROOMS = RoomNames(
    Room(id=key, name=name, long_name=long_name, storey=storey, building_id=7, building="House")
    for key, name, long_name, storey in ((1, "101", "Lab", "Ground"), (2, "102", "102", None))
)


def device(**changes: Any) -> views.Device:
    return views.device(replace(ROW, **changes), now=NOW, rooms=ROOMS)


def series(metric: str = "temperature", **changes: Any) -> SeriesNow:
    told = SeriesNow(
        device_id=1,
        metric=metric,
        kind="number",
        quantity=None,
        unit=None,
        at=NOW,
        value=21.5,
        text=None,
        total=1,
    )
    return replace(told, **changes)


def flag(name: Any, detail: dict[str, Any], count: int = 1) -> SeriesFlag:
    at = NOW - timedelta(minutes=3)
    return SeriesFlag(device_id=1, metric="t", flag=name, count=count, last_at=at, detail=detail)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_a_device_is_called_by_its_label_and_its_name_stays_beside_it() -> None:
    assert (device(label="Window").title, device(label="Window").name) == ("Window", "z/0x1")
    assert (device().title, device().name) == ("z/0x1", None)


def test_a_product_is_what_is_known_of_it() -> None:
    assert device(manufacturer="Aqara", model="T1").product == "Aqara · T1"
    assert device(model="T1").product == "T1"
    assert device().product == ""


@pytest.mark.parametrize(
    ("online", "since", "said"),
    [(True, 3, "online for 3 min"), (False, 3, "offline for 3 min"), (True, None, "online")],
)
def test_availability_is_what_the_device_says_with_since_when(
    online: bool, since: int | None, said: str
) -> None:
    at = NOW - timedelta(minutes=since) if since else None
    availability = device(online=online, online_at=at).availability
    assert availability is not None
    assert plain(availability.text) == said


def test_a_device_that_says_nothing_of_its_availability_has_none() -> None:
    assert device().availability is None


def test_a_device_that_was_never_heard_says_never() -> None:
    assert device(last_seen=None).heard.age == "never"


def test_a_chip_tells_the_quantity_and_the_value() -> None:
    (chip,) = device(series=(series(quantity="temperature"),)).chips
    assert plain(chip.text) == "Temperature 21.5 °C"


def test_two_series_of_a_quantity_are_told_apart_by_metric() -> None:
    shown = device(series=(series("in", quantity="temperature"), series("out", quantity="temperature")))
    assert [plain(chip.text) for chip in shown.chips] == ["in 21.5 °C", "out 21.5 °C"]


def test_series_beyond_the_chips_are_counted() -> None:
    assert device(series=(series(total=9), series("b", total=9))).more == 7


def test_a_room_is_suggested_to_a_device_without_one_alone() -> None:
    (offered,) = device(area="101").suggested
    assert (offered.room, offered.where, offered.href) == ("101 Lab", "Ground · House", "/building/7?room=1")
    placed = device(area="101", space_id=2, space="102", building_id=7, building="House")
    assert (placed.suggested, placed.place and placed.place.where) == ((), "House")


def test_a_long_name_that_is_the_name_is_not_said_twice() -> None:
    assert device(area="102").suggested[0].room == "102"


def test_the_list_of_rooms_begins_with_those_suggested_and_has_each_room_once() -> None:
    groups = views.room_choices(ROOMS, device(area="102").suggested)
    assert [(group["group"], [item["label"] for item in group["items"]]) for group in groups] == [
        ("Suggested", ["102 · House"]),
        ("Ground · House", ["101 Lab"]),
    ]


@pytest.mark.parametrize(
    ("ahead_s", "short"),
    [(190.0, ["clock 3 min ahead"]), (-7200.0, ["clock 2 h behind"]), (20.0, []), (-60.0, [])],
)
def test_a_clock_is_odd_when_it_is_far_off(ahead_s: float, short: list[str]) -> None:
    assert [plain(odd.short) for odd in device(clock_ahead_s=ahead_s).oddities] == short


def test_two_values_for_one_time_are_said_with_which_was_kept() -> None:
    (odd,) = device(flags=(flag("conflict", {"kept": 20, "refused": 25.5}, 12),)).oddities
    assert odd.short == "two values for one time (12)"
    assert "12 times, the last 3 min ago: 20 came first and was kept, 25.5 was not" in plain(odd.sentence)


@pytest.mark.parametrize(
    ("name", "detail", "short"),
    [
        ("unit", {"from": "°C", "to": "°F"}, "unit changed from °C to °F"),
        ("unit", {"from": None, "to": "°F"}, "unit changed from none to °F"),
        ("kind", {"from": "number", "to": "text"}, "kind changed from number to text"),
    ],
)
def test_a_change_of_unit_or_kind_is_said(name: str, detail: dict[str, Any], short: str) -> None:
    assert [odd.short for odd in device(flags=(flag(name, detail),)).oddities] == [short]


def test_ages_alone_do_not_make_a_card_anew() -> None:
    later = views.device(replace(ROW, last_seen=NOW - timedelta(hours=1)), now=NOW, rooms=ROOMS)
    assert device().fixed == later.fixed
    assert device().fixed != device(area="101").fixed


HERE = replace(ROW, space_id=1, space="101")
TO_101 = Move(device_id=1, from_id=None, to_id=1)


@pytest.mark.parametrize(
    ("rows", "moves", "moved", "said"),
    [
        ([HERE], [TO_101], {1}, "z/0x1 stands in 101 now."),
        ([ROW], [Move(device_id=1, from_id=1, to_id=None)], {1}, "z/0x1 stands in no room now."),
        ([HERE], [TO_101], set(), None),
        (
            [ROW],
            [TO_101],
            set(),
            "One device stayed: moved by somebody else meanwhile, or the room is gone.",
        ),
        (
            [HERE, replace(HERE, id=2)],
            [TO_101, replace(TO_101, device_id=2)],
            {1, 2},
            "2 devices stand in their rooms now.",
        ),
        (
            [HERE, replace(ROW, id=2)],
            [TO_101, replace(TO_101, device_id=2)],
            {1},
            "z/0x1 stands in 101 now. "
            "One device stayed: moved by somebody else meanwhile, or the room is gone.",
        ),
    ],
)
def test_what_a_move_came_to_is_said(
    rows: list[DeviceRow], moves: list[Move], moved: set[int], said: str | None
) -> None:
    assert views.told(rows, moves, moved) == said
