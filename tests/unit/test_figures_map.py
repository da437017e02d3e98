"""The map as deck.gl is told to draw it."""

from dataclasses import dataclass
from typing import Any

import pytest
from shapely.geometry import shape

from dashboard.figures import colour_scale, mercator
from dashboard.figures import map as figures
from dashboard.figures.map import Basemap, Placed

SCALE = colour_scale.of("co2")
DEGREE_M = 111_195.0  # of latitude, about


@dataclass(frozen=True, kw_only=True)
class Ground:
    id: int = 1
    name: str = "House"
    location: dict[str, Any] | None
    true_north_deg: float | None = None
    footprints: list[dict[str, Any]] | None = None
    bottom_m: float | None = -3.0
    top_m: float | None = 9.0


@dataclass(frozen=True, kw_only=True)
class Told:
    value: float | None
    written: str = "800 ppm"
    note: str = "in 3 rooms"


def point(longitude: float = 13.0, latitude: float = 52.0) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [longitude, latitude]}


def block(left: float, bottom: float, right: float, top: float) -> dict[str, Any]:
    corners = [[left, bottom], [right, bottom], [right, top], [left, top], [left, bottom]]
    return {"type": "Polygon", "coordinates": [corners]}


def placed(**given: Any) -> Placed:
    found = figures.place(Ground(**{"location": point()} | given))
    assert found is not None
    return found


def spec(
    *there: Placed, told: dict[int, Told] | None = None, basemap: Basemap | None = None
) -> dict[str, Any]:
    return figures.spec(
        there,
        told or {},
        scale=SCALE,
        scheme="light",
        devices="/tiles/{z}/{x}/{y}.geojson",
        places=[one.at for one in there],
        basemap=basemap,
    )


def layer(drawn: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in drawn["layers"] if one["id"] == name)
    return found


def test_a_building_without_a_place_is_not_on_the_map() -> None:
    assert figures.place(Ground(location=None)) is None


def test_a_building_lies_where_its_model_says_from_its_place() -> None:
    north = placed(footprints=[block(-5, 100, 5, 110)])
    assert north.at[0] == pytest.approx(13.0)
    assert (north.at[1] - 52.0) * DEGREE_M == pytest.approx(105, abs=0.5)


def test_a_building_is_turned_by_true_north() -> None:
    # North is where the plan's x axis points: what is ahead in the plan is in the west.
    turned = placed(footprints=[block(-5, 100, 5, 110)], true_north_deg=90.0)
    assert turned.at[0] < 13.0
    assert turned.at[1] == pytest.approx(52.0, abs=1e-6)


def test_rooms_and_the_walls_between_them_are_one_outline() -> None:
    house = placed(footprints=[block(0, 0, 4, 4), block(4.3, 0, 8.3, 4)])
    assert len(house.polygons) == 1


def test_its_area_is_that_of_its_rooms_and_walls() -> None:
    house = placed(footprints=[block(0, 0, 40, 20)])
    degrees = shape({"type": "Polygon", "coordinates": house.polygons[0]}).area
    metres = degrees * 111_267.0 * 68_677.0  # the lengths of a degree at 52° north
    assert metres == pytest.approx(41.2 * 21.2, rel=0.002)


def test_rooms_far_from_the_models_origin_are_drawn_at_the_place() -> None:
    utm = placed(footprints=[block(450_000, 5_000_000, 450_010, 5_000_010)])
    assert utm.at == pytest.approx((13.0, 52.0))


def test_a_building_without_outlines_is_a_small_block() -> None:
    assert len(placed().polygons) == 1


def test_a_building_is_as_high_as_from_its_lowest_floor_to_its_highest_ceiling() -> None:
    assert placed(footprints=[block(0, 0, 9, 9)]).height_m == 12.0


def test_a_building_has_the_colour_of_its_figure_and_leads_to_it() -> None:
    rows = layer(spec(placed(), told={1: Told(value=800.0)}), "buildings")["data"]
    assert rows[0]["building"] == 1
    assert rows[0]["note"] == "House\n800 ppm · in 3 rooms"
    assert rows[0]["colour"] != layer(spec(placed()), "buildings")["data"][0]["colour"]


def test_without_a_basemap_no_other_host_is_named() -> None:
    drawn = spec(placed())
    assert "mapStyle" not in drawn
    assert "http" not in str(drawn)


def test_a_basemap_takes_the_place_of_the_grid() -> None:
    drawn = spec(placed(), basemap=Basemap(style="https://maps.example/style.json", key="none"))
    assert drawn["mapStyle"] == "https://maps.example/style.json"
    assert "grid" not in [one["id"] for one in drawn["layers"]]


def test_the_first_view_holds_all_places() -> None:
    view = figures.view_of([(8.4, 49.1), (13.1, 52.4)])
    assert view["longitude"] == pytest.approx(10.75)
    assert 49.1 < view["latitude"] < 52.4
    px_apart = (13.1 - 8.4) / 360 * 512 * 2 ** view["zoom"]
    assert 150 < px_apart < 700
    assert view["pitch"] == 0


def test_one_building_alone_is_seen_from_near() -> None:
    view = figures.view_of([(13.0, 52.0)])
    assert view["zoom"] == 17.5
    assert view["pitch"] > 0


def test_names_that_would_overlap_show_only_from_near() -> None:
    neighbours = [placed(id=n, name=f"House {n}", location=point(13.0 + n / 10_000)) for n in range(2)]
    far = placed(id=9, name="Far", location=point(2.0, 41.0))
    drawn = spec(*neighbours, far)
    assert [row["name"] for row in layer(drawn, "names")["data"]] == ["House 0", "Far"]
    assert [row["name"] for row in layer(drawn, "names-near")["data"]] == ["House 1"]


def test_names_that_would_overlap_on_a_phone_alone_are_left_out_there() -> None:
    row = [placed(id=n, name=f"House {n}", location=point(13.0 + n)) for n in range(3)]
    drawn = spec(*row)
    assert [one["name"] for one in layer(drawn, "names")["data"]] == ["House 0", "House 2"]
    assert [one["name"] for one in layer(drawn, "names-wide")["data"]] == ["House 1"]
    assert [one.get("without", []) for one in drawn["framed"]] == [["names-wide"], []]


@pytest.mark.parametrize("canvas", figures.CANVASES)
@pytest.mark.parametrize("degrees", [18, 100])
def test_all_places_are_in_the_picture_on_every_canvas(canvas: tuple[float, float], degrees: int) -> None:
    row = [placed(id=n, location=point(13.0 + degrees / 2 * n)) for n in range(3)]
    (view,) = (one["view"] for one in spec(*row)["framed"] if one["canvas"] == canvas)
    px_apart = degrees / 360 * 512 * 2 ** view["zoom"]
    assert 0.4 * canvas[0] < px_apart < 0.7 * canvas[0]


def test_the_grid_of_tiles_side_by_side_meets() -> None:
    def ends(z: int, x: int, y: int) -> set[float]:
        lines = mercator.grid(z, x, y)["features"][0]["geometry"]["coordinates"]
        return {at[0] for line in lines for at in line}

    assert max(ends(5, 16, 10)) == min(ends(5, 17, 10)) == 11.25
