"""The odd room out, in buildings made up at random and in the rooms of a real heating network."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.spatial import odd_room_out
from benchmarks.odd_rooms import counted
from data.building.reading import read
from tests.plants import Building, Fault, building

pytestmark = pytest.mark.slow

B03 = Path(__file__).parents[3] / "shared" / "ifc" / "b03_heating_building_ifc4.ifc"


def test_odd_rooms_and_their_reasons_are_found_in_buildings_made_up_at_random() -> None:
    counts = counted(building, range(3))
    every = counts["all"]
    assert every["found"] / every["said"] >= 0.8
    assert every["found"] / every["odd"] >= 0.8
    assert every["right"] / every["odd"] >= 0.75
    assert counts["none"]["said"] <= 1


@pytest.mark.skipif(not B03.exists(), reason=f"the shared model is not at {B03}")
def test_odd_rooms_are_found_where_pipes_of_a_real_model_join_rooms() -> None:
    model = read(B03)
    place = {space.key: i for i, space in enumerate(model.spaces)}
    room_of = {one.key: place[one.space] for one in model.equipment if one.space in place}
    joined = {
        (min(pair), max(pair))
        for link in model.links
        if link.source in room_of and link.target in room_of
        for pair in [(room_of[link.source], room_of[link.target])]
        if pair[0] != pair[1]
    }
    assert joined

    def made(seed: int, fault: Fault) -> Building:
        return building(seed, fault, walls=sorted(joined))

    every = counted(made, range(3))["all"]
    assert every["found"] / every["said"] >= 0.8
    assert every["found"] / every["odd"] >= 0.75


def _same(tables: list[pd.DataFrame]) -> None:
    for table in tables[1:]:
        pd.testing.assert_frame_equal(table, tables[0])


def test_rooms_neighbours_and_readings_may_be_said_in_many_ways() -> None:
    made = building(5, "offset")
    beside: dict[str, list[str]] = {}
    for one, other in made.neighbours:
        beside.setdefault(one, []).append(other)
    quantities = pd.concat({"temperature": made.readings, "humidity": made.readings * 2}, axis=1)
    _same(
        [
            odd_room_out(made.rooms, made.neighbours, made.readings),
            odd_room_out(made.rooms.set_index("id"), beside, made.readings),
            odd_room_out(made.rooms.to_dict("records"), pd.DataFrame(made.neighbours), quantities),
            odd_room_out(made.rooms, made.neighbours, quantities.swaplevel(axis=1)),
        ]
    )


def test_a_room_nobody_measures_is_not_odd() -> None:
    made = building(5, "none")
    rooms = [*made.rooms["id"], "cellar"]
    last = odd_room_out(rooms, made.neighbours, made.readings).iloc[-1]
    assert (last["room"], last["score"], last["verdict"]) == ("cellar", 0.0, "")


@pytest.mark.parametrize("n", [0, 1, 3])
def test_too_few_rooms_have_no_odd_one(n: int) -> None:
    index = pd.date_range("2024-01-01", periods=500, freq="h")
    readings = pd.DataFrame(np.random.default_rng(0).normal(size=(500, n)), index, range(n))
    table = odd_room_out(list(range(n)), [], readings)
    assert list(table.columns) == ["room", "score", "verdict"]
    assert table["verdict"].tolist() == [""] * n


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0.0, 20.0, 1e9, float("nan")]), st.integers(0, 72))
def test_whatever_is_measured_every_room_gets_a_row(seed: int, constant: float, rows: int) -> None:
    rng = np.random.default_rng(seed)
    stamps = pd.Timestamp("2024-01-01", tz="UTC") + pd.to_timedelta(rng.integers(0, 80, rows), unit="h")
    values = np.where(rng.random((rows, 6)) < 0.4, rng.normal(size=(rows, 6)) * 10, constant)
    readings = pd.DataFrame(values, pd.DatetimeIndex(stamps), list("abcdef"))
    before = readings.copy()
    table = odd_room_out(list("abcdef"), [("a", "b"), ("b", "x")], readings)
    assert table["room"].tolist() == list("abcdef")
    assert table["score"].between(0, 1).all()
    pd.testing.assert_frame_equal(readings, before)
