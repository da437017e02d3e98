"""A room says what is next to it and where what it does not measure is measured nearest."""

from __future__ import annotations

import pytest

from dashboard.views import room as views
from data.store.spatial import NearSensor, Neighbour, RoomRow, Sensor


def neighbour(**ways: object) -> Neighbour:
    room = RoomRow(id=7, name="102", long_name="102", storey_id=3, storey="Ground", area_m2=12.0)
    none = {"doors": (), "wall_m": 0.0, "above_m2": 0.0, "below_m2": 0.0}
    return Neighbour(room=room, **(none | ways))  # type: ignore[arg-type]


def near(space_id: int | None) -> NearSensor:
    sensor = Sensor(
        series_id=1, metric="t", device_id=5, device="north/102", space_id=space_id, space="102",
        storey_id=3, storey="Ground",
    )  # fmt: skip
    return NearSensor(sensor=sensor, distance_m=4.2)


@pytest.mark.parametrize(
    ("ways", "said"),
    [
        ({"doors": ("D1",)}, "through a door (D1)"),
        ({"doors": ("", "")}, "through 2 doors"),
        ({"doors": ("M_Single-Flush:0915 x 2134mm:146885",)}, "through a door"),
        ({"wall_m": 3.0}, "3.00\N{NARROW NO-BREAK SPACE}m of wall"),
        ({"above_m2": 2.0}, "above"),
        ({"doors": ("D1",), "below_m2": 2.0}, "through a door (D1), below"),
    ],
)
def test_a_neighbour_says_how_it_is_one(ways: dict[str, object], said: str) -> None:
    (one,) = views.beside([neighbour(**ways)], building=2, quantity=None)
    assert one.how.replace("\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}") == said


def test_a_neighbour_leads_to_its_storey_in_the_colours_that_are_shown() -> None:
    (one,) = views.beside([neighbour(wall_m=1.0)], building=2, quantity="co2")
    assert (one.href, one.long_name) == ("/building/2?storey=3&quantity=co2&room=7", None)


def test_the_nearest_sensor_says_where_it_stands() -> None:
    found = views.nearest(near(7), room=8, quantity="co2")
    assert found is not None
    assert (found.what, found.where) == ("CO₂", "102, Ground, 4\N{NO-BREAK SPACE}m away")


def test_a_room_with_its_own_sensor_needs_no_other() -> None:
    assert views.nearest(near(7), room=7, quantity="co2") is None
    assert views.nearest(None, room=7, quantity="co2") is None
