"""Which room a device may mean by what it is called."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.building.room_names import FILLERS, Room, RoomNames, name, words


def room(key: int, called: str, long_name: str | None = None, *, building: str = "House") -> Room:
    return Room(id=key, name=called, long_name=long_name, storey=None, building_id=1, building=building)


HOUSE = RoomNames(
    [
        room(1, "2.07", "Meeting room Elbe"),
        room(2, "2.08", "Office"),
        room(3, "5", "Küche"),
        room(4, "Raum 101"),
        room(5, "Meeting"),
        room(6, "2.08", "Archive", building="Annex"),
    ]
)
CALLED = st.text(st.characters(codec="utf-8"), max_size=40)
ROOMS = st.lists(
    st.builds(room, st.integers(1, 9), CALLED.filter(bool), st.none() | CALLED),
    max_size=6,
    unique_by=lambda one: one.id,
)


def meant(area: str | None = None, *texts: str) -> list[int]:
    return [found.id for found in HOUSE.suggest(area=area, texts=texts)]


@pytest.mark.parametrize(
    "area", ["2.07", "2.7", "02-07", "Room 2.07", "raum2.07", "MEETING ROOM ELBE", "Meeting  Élbe"]
)
def test_case_accents_punctuation_zeros_and_words_like_room_do_not_count(area: str) -> None:
    assert meant(area) == [1]


def test_the_area_decides_before_a_name() -> None:
    assert meant("Küche", "2.07 climate") == [3]


def test_a_room_is_found_as_whole_words_within_a_label_or_a_name() -> None:
    assert meant(None, "Climate Kuche left") == [3]
    assert meant(None, "x", "floor2/raum_101/temp") == [4]
    assert meant(None, "kuchen") == []
    assert meant(None, "sensor-1013") == []


def test_an_area_that_says_more_than_the_room_still_names_it() -> None:
    assert meant("2nd floor, 2.07 window side") == [1]


def test_the_longest_name_is_meant() -> None:
    assert meant(None, "meeting elbe co2") == [1]
    assert meant(None, "meeting co2") == [5]


def test_one_character_alone_names_a_room_only_after_a_word_like_room() -> None:
    assert meant(None, "Sensor 5") == []
    assert meant(None, "Zimmer 5 Sensor") == [3]
    assert meant("5") == [3]


def test_every_room_of_a_name_is_offered() -> None:
    assert meant("2.08") == [2, 6]


def test_the_building_that_is_named_too_is_meant() -> None:
    assert meant(None, "annex/2.08/co2") == [6]


def test_a_device_that_says_nothing_is_offered_nothing() -> None:
    assert meant(None, "lwt-4711") == []
    assert meant("", "") == []


def test_a_room_that_is_only_called_room_keeps_its_name() -> None:
    assert name("Room") == ("room",)


@given(CALLED)
def test_case_and_punctuation_never_count(text: str) -> None:
    assert words(f" -{text}. ") == words(text)
    assert words(" ".join(words(text))) == words(text)


@given(ROOMS, st.none() | CALLED, st.lists(CALLED, max_size=3))
def test_only_rooms_that_are_there_are_offered_each_once(
    rooms: list[Room], area: str | None, texts: list[str]
) -> None:
    found = RoomNames(rooms).suggest(area=area, texts=texts)
    assert set(found) <= set(rooms)
    assert len(set(found)) == len(found)


@given(ROOMS)
def test_a_room_is_always_offered_for_its_own_name(rooms: list[Room]) -> None:
    for one in rooms:
        if name(one.name):
            assert one in RoomNames(rooms).suggest(area=one.name, texts=())


@given(st.sampled_from(sorted(FILLERS)), st.integers(0, 9999))
def test_a_number_is_the_same_with_and_without_a_word_like_room(filler: str, number: int) -> None:
    assert name(f"{filler} {number:05}") == name(f"{filler}{number}") == name(str(number))
