"""What the map tells of buildings and of devices outdoors."""

from datetime import UTC, datetime, timedelta

import pytest

from dashboard.views import map as views
from data.store.map import Cluster, Near
from data.store.summary import BuildingSize, RoomNow, Summary

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)  # a Wednesday


def room(number: int, *, temperature_c: float | None = None, co2_ppm: float | None = None) -> RoomNow:
    return RoomNow(
        building_id=1, building="House", timezone="UTC", storey_id=1, id=number, name=str(number),
        long_name=None, thermal=None, devices=1,
        fresh=temperature_c is not None or co2_ppm is not None,
        temperature_c=temperature_c, co2_ppm=co2_ppm,
    )  # fmt: skip


def summary(*rooms: RoomNow) -> Summary:
    sizes = [BuildingSize(id=n, name=name, timezone="UTC", rooms=4, area_m2=None) for n, name in
             ((1, "House"), (2, "Empty"))]  # fmt: skip
    return Summary(read_at=NOW, until=NOW, buildings=tuple(sizes), rooms=rooms)


FOUND = summary(room(1, temperature_c=21.0), room(2, temperature_c=31.0), room(3, co2_ppm=800.0), room(4))


@pytest.mark.parametrize(
    ("figure", "value", "written", "note"),
    [
        ("out", pytest.approx(100 / 3), "33 %", "1 of 3 measured rooms"),
        ("temperature", 26.0, "26.0 °C", "in 2 rooms"),
        ("co2", 800.0, "800 ppm", "in 1 room"),
        ("measured", 75.0, "75 %", "3 of 4 rooms"),
    ],
)
def test_a_building_has_each_figure(figure: views.Figure, value: float, written: str, note: str) -> None:
    said = views.told(FOUND, figure)[1]
    assert (said.value, said.written.replace("\u00a0", " "), said.note) == (value, written, note)


@pytest.mark.parametrize("figure", ["out", "temperature", "co2"])
def test_a_building_without_readings_has_none(figure: views.Figure) -> None:
    assert views.told(FOUND, figure)[2] == views.NOTHING


def test_a_figure_is_read_in_the_readers_units() -> None:
    assert views.told(FOUND, "temperature", units="us")[1].written.replace("\u00a0", " ") == "78.8 °F"


def test_before_anything_was_read_nothing_is_told() -> None:
    assert views.told(None, "out") == {}


def test_an_unknown_figure_is_the_first() -> None:
    assert views.figure_of("weather") == "out"


def test_a_cluster_is_silent_when_all_in_it_are() -> None:
    def cluster(silent: int) -> Cluster:
        return Cluster(
            devices=3, longitude=13.0, latitude=52.0, device_id=1, device="a", last_seen=NOW, silent=silent
        )

    features = views.tile([cluster(2), cluster(3)])["features"]
    assert [one["properties"] for one in features] == [
        {"devices": 3, "silent": False},
        {"devices": 3, "silent": True},
    ]


def test_a_device_nearby_is_told_with_its_distance_and_age() -> None:
    one = Near(
        device_id=1,
        device="a",
        last_seen=NOW - timedelta(hours=3),
        longitude=13,
        latitude=52,
        distance_m=1234.0,
    )
    said = views.nearby([one], now=NOW)[0]
    assert (said.distance, said.age, said.silent) == ("1.2\u00a0km", "3\u00a0h ago", True)
