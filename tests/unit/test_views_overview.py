"""What the Overview shows."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dashboard.snapshot import Snapshot
from dashboard.views import overview as views
from data.store.devices import Refusal
from data.store.summary import BuildingSize, HeardHour, RoomNow, Summary
from tests.unit.rows import NOW, row

SNAPSHOT = Snapshot(
    version=7,
    read_at=NOW,
    rows=(
        row(device_id=1, device="lobby", space="Entrance", series_id=1),
        row(device_id=1, device="lobby", space="Entrance", series_id=2, metric="co2", quantity="co2"),
        row(device_id=2, device="room-9", series_id=3, last_seen=NOW - timedelta(hours=2)),
        row(device_id=3, device="room-10", series_id=4, last_seen=NOW - timedelta(minutes=1)),
    ),
    refusals=(
        Refusal(reason="not JSON", count=40, total=42, last_at=NOW, topic="a/b"),
        Refusal(reason="not a number", count=2, total=42, last_at=NOW - timedelta(hours=3), topic="c"),
    ),
)


def names(**choice: object) -> list[str]:
    shown = views.overview(SNAPSHOT, now=NOW, **choice)  # type: ignore[arg-type]
    return [device.name for device in shown.devices]


def test_devices_heard_lately_are_counted() -> None:
    shown = views.overview(SNAPSHOT, now=NOW)
    assert (shown.heard, shown.total) == (2, 3)


def test_devices_are_sorted_by_name() -> None:
    assert names() == ["lobby", "room-9", "room-10"]


def test_devices_are_sorted_by_when_they_were_heard() -> None:
    assert names(sort="heard") == ["lobby", "room-10", "room-9"]


def test_every_word_that_is_searched_for_must_be_found() -> None:
    assert names(search="ENTRANCE co₂") == ["lobby"]
    assert names(search="room temperature") == ["room-9", "room-10"]
    assert names(search="lobby nowhere") == []


def test_a_search_never_matches_across_two_texts() -> None:
    assert names(search="lobbyentrance") == []


def test_hundreds_of_devices_come_in_pages() -> None:
    many = replace(SNAPSHOT, rows=tuple(row(device_id=n, device=f"d{n}", series_id=n) for n in range(1, 101)))
    shown = views.overview(many, now=NOW, page=9)
    assert (shown.pages, shown.matching, [d.name for d in shown.devices]) == (
        9,
        100,
        ["d97", "d98", "d99", "d100"],
    )


def test_a_page_that_is_not_there_gives_the_nearest() -> None:
    assert views.overview(SNAPSHOT, now=NOW, page=9).page == 1


def test_refused_messages_are_shown_by_reason() -> None:
    refused = views.overview(SNAPSHOT, now=NOW).refused
    assert [(item.reason, item.count, item.topic) for item in refused] == [
        ("not JSON", "40", "a/b"),
        ("not a number", "2", "c"),
    ]


HOUSE = BuildingSize(id=1, name="House", timezone="Europe/Berlin", rooms=4, area_m2=200.4)
ROOM = RoomNow(
    building_id=1,
    building="House",
    timezone="Europe/Berlin",
    storey_id=7,
    id=1,
    name="101",
    long_name="Office",
    thermal=None,
    devices=2,
    fresh=True,
    temperature_c=None,
    co2_ppm=None,
)
SUNDAY = datetime(2026, 3, 8, 12, tzinfo=UTC)


def house(*rooms: RoomNow, at: datetime = NOW) -> Summary:
    return Summary(read_at=at, until=at, buildings=(HOUSE,), rooms=rooms)


def worst(*rooms: RoomNow, at: datetime = NOW) -> list[tuple[str, str]]:
    found = views.worst_rooms(house(*rooms, at=at))
    return [(room.name, room.value.replace("\u00a0", " ")) for room in found.rooms]


def test_a_building_says_how_much_of_it_is_measured() -> None:
    (card,) = views.buildings(house(ROOM, replace(ROOM, id=2, fresh=False)))
    assert (card.rooms, card.area.replace("\u00a0", " "), card.devices) == ("4", "200 m²", "4")
    assert (card.fresh.replace("\u00a0", " "), card.warns) == ("25 %", True)


def test_the_worst_rooms_are_those_furthest_out() -> None:
    assert worst(
        replace(ROOM, id=1, name="stuffy", co2_ppm=1300.0),
        replace(ROOM, id=2, name="cold", temperature_c=17.0),
        replace(ROOM, id=3, name="good", temperature_c=22.0, co2_ppm=600.0),
    ) == [("cold", "17.0 °C"), ("stuffy", "1300 ppm")]


def test_a_room_that_is_out_twice_is_told_by_the_worse() -> None:
    assert worst(replace(ROOM, temperature_c=27.0, co2_ppm=2000.0)) == [("101", "2000 ppm")]


def test_at_most_five_of_the_rooms_are_told_and_all_are_counted() -> None:
    found = views.worst_rooms(house(*(replace(ROOM, id=n, co2_ppm=1000.0 + n) for n in range(1, 9))))
    assert (len(found.rooms), found.outside, found.judged) == (5, 8, 8)


def test_a_cold_room_on_a_free_day_is_meant_to_be() -> None:
    assert worst(replace(ROOM, temperature_c=16.0), at=SUNDAY) == []
    assert worst(replace(ROOM, co2_ppm=1500.0), at=SUNDAY) == [("101", "1500 ppm")]


def test_working_hours_are_those_of_the_building() -> None:
    cold = replace(ROOM, temperature_c=16.0)
    assert worst(cold, at=datetime(2026, 3, 4, 6, 30, tzinfo=UTC)) == [("101", "16.0 °C")]
    assert worst(replace(cold, timezone="UTC"), at=datetime(2026, 3, 4, 6, 30, tzinfo=UTC)) == []


def test_a_room_is_held_to_what_its_model_asks_for() -> None:
    server_room = replace(
        ROOM, thermal={"SpaceTemperatureMin": 18, "SpaceTemperatureMax": 28.0}, temperature_c=27.0
    )
    assert worst(server_room) == []
    assert worst(replace(server_room, thermal=None)) == [("101", "27.0 °C")]


@pytest.mark.parametrize(
    "thermal",
    [
        {"SpaceTemperatureMin": 293.0, "SpaceTemperatureMax": 299.0},
        {"SpaceTemperatureMin": 26.0, "SpaceTemperatureMax": 20.0},
        {"SpaceTemperatureMin": "20", "SpaceTemperatureMax": None},
        {"SpaceTemperatureMin": True, "SpaceTemperatureMax": False},
        {"SpaceTemperatureMin": 20.0},
        {},
    ],
)
def test_a_band_that_cannot_be_believed_is_not(thermal: dict[str, Any]) -> None:
    assert views.comfort_c(thermal) == views.COMFORT_C


def test_no_fresh_value_is_nothing_to_judge() -> None:
    assert views.worst_rooms(house(ROOM)).judged == 0


def test_days_are_those_of_the_building() -> None:
    heard = tuple(
        HeardHour(at=NOW - timedelta(hours=n), heard=1 if n <= 13 else 0, expected=1)
        for n in range(8 * 24, 0, -1)
    )
    shown = views.days(replace(house(), heard=heard))
    assert [day.name for day in shown] == ["Thu 26", "Fri 27", "Sat 28", "Sun 1", "Mon 2", "Tue 3", "Wed 4"]
    # Noon in UTC is 13 o'clock in Berlin: all thirteen hours of that day were heard.
    assert [day.share for day in shown][-2:] == [0.0, 1.0]


def test_a_day_on_which_nothing_was_expected_has_no_share() -> None:
    assert {(day.share, day.written) for day in views.days(house())} == {(None, "–")}


def test_the_period_is_said_in_the_buildings_time() -> None:
    assert views.period(house()).startswith("24 full hours until 13:00 CET")


def test_a_band_is_told_in_the_units_of_the_reader() -> None:
    found = views.worst_rooms(house(replace(ROOM, temperature_c=17.0)), units="us")
    assert [(one.value, one.band) for one in found.rooms] == [("62.6\u00a0°F", "68 to 78.8\u00a0°F")]
    assert found.held_to.endswith("else 68 to 78.8\u00a0°F.")
