"""The small map: outlines from near, dots from afar, numbers only."""

from urllib.parse import unquote

import pytest

from dashboard.figures import map_small
from dashboard.figures.map_small import Sketch
from tests.unit.test_figures_map import SCALE, Told, block, placed, point


def sketch(*places: tuple[float, float], told: dict[int, Told] | None = None) -> Sketch:
    there = [
        placed(id=n, name=f"<House {n}>", location=point(*place), footprints=[block(-20, -10, 20, 10)])
        for n, place in enumerate(places)
    ]
    drawn = map_small.sketch(there, told or {}, scale=SCALE)
    assert drawn is not None
    return drawn


def test_without_a_place_there_is_no_map() -> None:
    assert map_small.sketch([], {}, scale=SCALE) is None


def test_a_building_alone_is_an_outline_in_the_middle() -> None:
    drawn = sketch((13.0, 52.0))
    assert unquote(drawn.image).count("<path") == 1
    assert drawn.spots[0].across == pytest.approx(0.5, abs=0.01)


def test_buildings_far_apart_are_dots() -> None:
    assert unquote(sketch((13.0, 52.0), (8.0, 49.0)).image).count("<circle") == 2


def test_north_is_up_and_east_is_right() -> None:
    south_west, north_east = sketch((8.0, 49.0), (13.0, 52.0)).spots
    assert south_west.across < north_east.across
    assert south_west.down > north_east.down


def test_all_buildings_are_inside() -> None:
    spots = sketch((-179.0, -60.0), (179.0, 70.0), (13.0, 52.0)).spots
    assert all(0 < spot.across < 1 and 0 < spot.down < 1 for spot in spots)


def test_a_building_has_the_colour_of_its_figure() -> None:
    assert SCALE.colour(800.0) in unquote(sketch((13.0, 52.0), told={0: Told(value=800.0)}).image)


def test_a_name_that_would_overlap_another_is_not_shown() -> None:
    assert [spot.named for spot in sketch((13.0, 52.0), (13.0002, 52.0), (8.0, 49.0)).spots] == [
        True, False, True,
    ]  # fmt: skip


def test_no_name_is_in_the_picture() -> None:
    assert "House" not in unquote(sketch((13.0, 52.0)).image)
