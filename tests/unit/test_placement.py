"""Devices are put into rooms of their name first, the others into what is left."""

import pytest

from data.demo.placement import Room, assign
from data.errors import BadInput

ROOMS = [
    Room(id=1, name="A101", long_name="Hall", area_m2=60.0),
    Room(id=2, name="A102", long_name="Office", area_m2=20.0),
    Room(id=3, name="A103", long_name=None, area_m2=10.0),
]


def where(names: list[str], wishes: dict[str, str] | None = None) -> dict[str, int]:
    return {name: room.id for name, room in assign(names, ROOMS, wishes or {}).items()}


def test_a_device_goes_into_the_room_of_its_name() -> None:
    assert where(["A103", "Office"]) == {"A103": 3, "Office": 2}


def test_a_wish_comes_before_the_name() -> None:
    assert where(["A103", "x"], {"A103": "Hall"}) == {"A103": 1, "x": 2}


def test_a_wish_for_a_room_that_is_not_there_is_refused() -> None:
    with pytest.raises(BadInput, match="There is no room Cellar"):
        where(["x"], {"x": "Cellar"})


def test_the_others_take_the_rooms_that_are_left_the_largest_first() -> None:
    assert where(["x", "A101", "y"]) == {"A101": 1, "x": 2, "y": 3}


def test_more_devices_than_rooms_share_them() -> None:
    assert where(["a", "b", "c", "d"]) == {"a": 1, "b": 2, "c": 3, "d": 1}
