"""What a floor plan tells of its rooms."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dashboard.views import building as buildings
from dashboard.views import plan as views
from dashboard.views import room as rooms
from dashboard.views.building import Building
from data.store.buildings import BuildingRow, PlanRoom, SpaceRow, StoreyRow
from data.store.places import PlacedSeries
from tests.unit.rows import NOW

HOUR = timedelta(hours=1)

SERIES = PlacedSeries(
    series_id=1,
    space_id=1,
    space="101",
    storey_id=7,
    device_id=1,
    device="sensor",
    metric="temperature",
    kind="number",
    quantity="temperature",
    unit=None,
    at=NOW,
    value=21.0,
    text=None,
)

ROOM = PlanRoom(
    id=1,
    name="101",
    long_name="Office",
    use="Work",
    footprint=None,
    label_point=None,
    area_m2=16.0,
    height_m=2.8,
)

SPACE = SpaceRow(
    id=1,
    building_id=1,
    storey_id=7,
    building="House",
    storey="Ground",
    name="101",
    long_name="Office",
    global_id=None,
    use=None,
    zones=[],
    footprint=None,
    area_m2=20.0,
    area_source="BaseQuantities.NetFloorArea",
    footprint_area_m2=20.4,
    height_m=None,
    floor_m=None,
    properties={},
    gone_at=None,
    served_by=[],
)

BUILDING = Building(
    row=BuildingRow(
        id=1,
        name="House",
        timezone="UTC",
        location=None,
        georeference=None,
        true_north_deg=None,
        model={},
        storeys=2,
        spaces=4,
        area_m2=100.0,
    ),
    revision="r",
    storeys=(
        StoreyRow(id=6, building_id=1, name="Foundation", elevation_m=-1.0, rooms=0),
        StoreyRow(id=7, building_id=1, name="Ground", elevation_m=0.0, rooms=4),
    ),
    series=(SERIES,),
)


def series(value: float | None = 21.0, **changes: Any) -> PlacedSeries:
    return replace(SERIES, value=value, **changes)


def told(*found: PlacedSeries, quantity: str = "temperature") -> tuple[str, str]:
    """State and text of what the series come to."""
    reading = views.reading(found, quantity, now=NOW)
    return reading.state, reading.written.replace("\u00a0", " ")


def listed(said: dict[int, float | None], **choice: Any) -> list[int]:
    every = [replace(ROOM, id=number, name=f"room {number}") for number in said]
    found = {
        number: views.reading([series(value)] if value is not None else [], "temperature", now=NOW)
        for number, value in said.items()
    }
    return [room.id for room in views.room_list(every, found, **choice).rooms]


def kpis(*found: PlacedSeries) -> dict[str, tuple[str, str, bool]]:
    shown = buildings.kpis(replace(BUILDING, series=found), now=NOW)
    return {kpi.label: (kpi.value.replace("\u00a0", " "), kpi.note, kpi.warns) for kpi in shown}


def test_a_rooms_value_is_the_mean_of_what_is_fresh_in_it() -> None:
    assert told(series(20.0), series(22.0), series(90.0, at=NOW - 2 * HOUR)) == ("fresh", "21.0 °C")


def test_a_room_whose_readings_are_all_old_shows_the_newest_as_stale() -> None:
    found = (series(20.0, at=NOW - 3 * HOUR), series(25.0, at=NOW - 2 * HOUR))
    assert told(*found) == ("stale", "25.0 °C")
    assert views.reading(found, "temperature", now=NOW).age == "2\u00a0h ago"


def test_a_room_without_the_quantity_has_no_data() -> None:
    assert told(quantity="co2") == ("none", "no data")
    assert told(series(), quantity="co2") == ("none", "no data")


def test_powers_in_a_room_are_added() -> None:
    found = (series(40.0, quantity="power", unit="W"), series(60.0, quantity="power", unit="W"))
    assert told(*found, quantity="power") == ("fresh", "100 W")


def test_a_room_is_occupied_when_any_device_says_so() -> None:
    found = (series(0.0, quantity="occupancy"), series(1.0, quantity="occupancy"))
    assert told(*found, quantity="occupancy") == ("fresh", "occupied")
    assert told(found[0], quantity="occupancy") == ("fresh", "free")


def test_numbers_in_another_unit_are_not_mixed_in() -> None:
    assert told(series(21.0), series(70.0, unit="°F")) == ("fresh", "21.0 °C")


def test_freshness_is_the_age_of_the_newest_reading_of_any_quantity() -> None:
    found = (series(at=NOW - 3 * HOUR), series(quantity="co2", at=NOW - HOUR / 6))
    reading = views.reading(found, views.FRESHNESS, now=NOW)
    assert (reading.value, reading.short) == (10.0, "10\u00a0min")


def test_a_plan_can_be_coloured_by_what_has_readings_by_freshness_and_by_health() -> None:
    found = (
        series(5.0, quantity="battery", unit="%"),
        series(0.4, quantity="voc", unit="ppm"),
        series(None, quantity="co2"),
        series(),
    )
    assert list(views.quantities(found)) == ["temperature", "battery", views.FRESHNESS, views.HEALTH]


def test_two_quantities_of_one_label_say_their_units() -> None:
    found = (series(quantity="voc"), series(quantity="voc_parts"))
    assert list(views.quantities(found).values())[:2] == [
        "Volatile organic compounds [µg/m³]",
        "Volatile organic compounds [ppb]",
    ]


def test_rooms_are_listed_by_value_and_those_without_one_last() -> None:
    assert listed({1: 20.0, 2: None, 3: 24.0, 10: None}) == [3, 1, 2, 10]


def test_rooms_are_listed_from_the_lowest_value_where_that_is_looked_for() -> None:
    assert listed({1: 20.0, 2: None, 3: 24.0}, lowest_first=True) == [1, 3, 2]


def test_the_order_is_kept_while_the_same_rooms_are_listed() -> None:
    assert listed({1: 20.0, 2: 24.0}, order=[1, 2]) == [1, 2]
    assert listed({1: 20.0, 2: 24.0, 3: 30.0}, order=[1, 2]) == [3, 2, 1]


def test_a_search_finds_rooms_by_all_their_words() -> None:
    assert listed({1: 20.0, 2: 24.0}, search="OFFICE room 2") == [2]


def test_of_many_rooms_some_are_listed_and_all_are_counted() -> None:
    every = [replace(ROOM, id=number) for number in range(500)]
    found = views.room_list(every, {room.id: views.NOTHING for room in every})
    assert len(found.rooms) < 100
    assert (found.matching, found.total) == (500, 500)


@pytest.mark.parametrize(("asked", "given"), [("6", 6), ("7", 7), ("99", 7), (None, 7), ("<b>", 7)])
def test_without_a_good_choice_the_first_storey_with_rooms_is_shown(asked: str | None, given: int) -> None:
    storey = BUILDING.storey(asked)
    assert storey is not None
    assert storey.id == given


def test_without_a_good_choice_the_first_quantity_is_shown() -> None:
    assert BUILDING.quantity("gold") == "temperature"
    assert replace(BUILDING, series=()).quantity(None) == views.FRESHNESS


def test_the_kpis_count_devices_and_rooms_that_are_measured() -> None:
    found = kpis(series(), series(space_id=2, device_id=2, at=NOW - 2 * HOUR))
    assert found["Devices placed"] == ("2", "in 2 of 4 rooms", False)
    assert found["Measured in 1 h"] == ("25 %", "1 of 4 rooms", True)


def test_the_worst_air_is_that_of_the_room_with_the_most_co2() -> None:
    found = kpis(
        series(700.0, quantity="co2"),
        series(1450.0, quantity="co2", space_id=2, space="102"),
        series(5000.0, quantity="co2", space_id=3, at=NOW - 2 * HOUR),
    )
    assert found["Highest CO₂"] == ("1450 ppm", "in 102", True)


def test_two_areas_are_told_only_when_they_differ() -> None:
    def area(space: SpaceRow) -> str:
        fact = next(fact for fact in rooms.room(space).facts if fact.label == "Area")
        return fact.value.replace("\u00a0", " ")

    assert area(SPACE) == "20.0 m², BaseQuantities.NetFloorArea"
    assert area(replace(SPACE, footprint_area_m2=25.0)).endswith("its outline has 25.0 m²")
    assert area(replace(SPACE, area_source="footprint")) == "20.0 m², of its outline"


def test_properties_are_written_as_text() -> None:
    space = replace(SPACE, properties={"Pset": {"IsExternal": False, "Height": 2.5, "Parts": [1, 2]}})
    said = {fact.label: fact.value for fact in rooms.room(space).properties[0].properties}
    assert said == {"IsExternal": "no", "Height": "2.5", "Parts": "[1, 2]"}


def test_a_room_is_read_in_the_units_of_the_reader() -> None:
    said = views.reading([SERIES], "temperature", now=NOW, units="us")
    assert (said.value, said.written, said.short) == (21.0, "69.8\u00a0°F", "69.8")


def test_what_is_coloured_is_named_with_the_readers_unit() -> None:
    names = [views.name(quantity, units="us") for quantity in ("temperature", "co2", views.FRESHNESS)]
    assert names == ["Temperature [°F]", "CO₂ [ppm]", "Last reading"]


def test_a_colour_bar_has_round_numbers_of_the_readers_unit_where_they_lie() -> None:
    ticks = views.ticks(16.0, 28.0, "temperature", units="us")
    assert [word for _, word in ticks] == ["65", "70", "75", "80"]
    assert [value for value, _ in ticks] == pytest.approx([18.333, 21.111, 23.889, 26.667], abs=1e-3)


@pytest.mark.parametrize("quantity", ["co2", "power", views.FRESHNESS])
def test_a_colour_bar_keeps_its_own_numbers_where_units_are_the_same(quantity: str) -> None:
    assert views.ticks(0.0, 100.0, quantity, units="us") == ()
