"""Plans from GeoJSON and back."""

import json
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, Polygon, box, mapping, shape
from shapely.geometry.base import BaseGeometry

from data.building import geojson_export, geojson_plan
from data.building.model import Model
from data.building.projection import Projection
from data.errors import BadInput
from data.store.buildings import BuildingRow, PlanDoor, PlanElement, PlanRoom, StoreyPlan
from tests.unit.test_views_plan import BUILDING

MM = 1e-3
WORDS = {"type": "Polygon", "coordinates": [[["a"]]]}
HERE = Projection(longitude=8.4037, latitude=49.0069)


def feature(outline: BaseGeometry | dict[str, Any] | None, **properties: Any) -> dict[str, Any]:
    geometry = mapping(outline) if isinstance(outline, BaseGeometry) else outline
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def parse(*features: dict[str, Any], **more: Any) -> Model:
    collection = {"type": "FeatureCollection", "features": features} | more
    return geojson_plan.parse(json.dumps(collection).encode(), name="plan.geojson")


def refusal(content: bytes | dict[str, Any]) -> str:
    text = content if isinstance(content, bytes) else json.dumps(content).encode()
    with pytest.raises(BadInput) as caught:
        geojson_plan.parse(text, name="plan.geojson")
    return str(caught.value)


def rooms(*outlines: BaseGeometry) -> list[dict[str, Any]]:
    return [feature(outline, name=str(number)) for number, outline in enumerate(outlines)]


def kept(model: Model) -> tuple[BuildingRow, list[StoreyPlan]]:
    """The building as the store gives it back."""
    place = model.georeference
    there = {"type": "Point", "coordinates": [place.longitude, place.latitude]}
    row = replace(
        BUILDING.row, location=None if place.longitude is None else there, true_north_deg=place.true_north_deg
    )
    plans = [
        StoreyPlan(
            id=storey.key,
            building_id=1,
            name=storey.name,
            elevation_m=storey.elevation_m,
            true_north_deg=place.true_north_deg,
            rooms=tuple(
                PlanRoom(
                    id=one.key, name=one.name, long_name=one.long_name, use=one.use, footprint=one.footprint,
                    label_point=one.label_point, area_m2=one.area_m2, height_m=one.height_m,
                    global_id=one.global_id,
                )
                for one in model.spaces if one.storey == storey.key
            ),
            doors=tuple(
                PlanDoor(id=one.key, name=one.name, outline=one.outline, spaces=one.spaces)
                for one in model.doors if one.storey == storey.key
            ),
            elements=tuple(
                PlanElement(kind=one.kind, outline=one.outline)
                for one in model.elements if one.storey == storey.key
            ),
        )
        for storey in model.storeys
    ]  # fmt: skip
    return row, plans


def written(model: Model, *, on_earth: bool = False) -> bytes:
    row, plans = kept(model)
    return json.dumps(geojson_export.plan(row, plans, on_earth=on_earth)).encode()


def outlines(model: Model) -> list[BaseGeometry]:
    return [shape(one.footprint) for one in model.spaces if one.footprint]


@st.composite
def drawings(draw: st.DrawFn) -> list[Polygon]:
    """A row of rooms, some round and some with a hole, on a plan turned by any angle."""
    angle = draw(st.floats(0, 360))
    found = []
    for number in range(draw(st.integers(1, 6))):
        width, depth = draw(st.floats(1, 9)), draw(st.floats(1, 30))
        room = box(number * 10, 0, number * 10 + width, depth)
        if draw(st.booleans()):
            room = room.difference(Point(number * 10 + width / 2, depth / 2).buffer(0.3))
        found.append(shapely.affinity.rotate(room, angle, origin=(0, 0)))
    return found


@settings(deadline=None, max_examples=40)
@given(drawings())
def test_a_plan_in_metres_comes_back_within_a_millimetre(drawn: list[Polygon]) -> None:
    first = parse(*rooms(*drawn), units="m")
    again = geojson_plan.parse(written(first), name="again")
    for one, other, original in zip(outlines(first), outlines(again), drawn, strict=True):
        assert one.hausdorff_distance(other) < MM
        assert one.hausdorff_distance(original) < 3 * MM  # of it, two are the corners that nobody misses


@settings(deadline=None, max_examples=15)
@given(drawings(), st.floats(-179, 179), st.floats(-70, 70), st.floats(0, 360))
def test_a_plan_on_earth_comes_back_within_a_millimetre(
    drawn: list[Polygon], longitude: float, latitude: float, north: float
) -> None:
    first = parse(*rooms(*drawn), units="m")
    there = replace(first.georeference, longitude=longitude, latitude=latitude, true_north_deg=north)
    again = geojson_plan.parse(written(replace(first, georeference=there), on_earth=True), name="again")
    said = json.loads(written(again, on_earth=True))
    place = Projection(longitude=longitude, latitude=latitude, true_north_deg=north)
    back = [place.metres(shape(one["geometry"])) for one in said["features"]]
    for one, other in zip(outlines(first), back, strict=True):
        assert one.hausdorff_distance(other) < MM


def test_metres_on_a_plan_are_metres_on_earth() -> None:
    # 0.001° of latitude is 111.2 m at 49° north, of longitude 73.2 m (WGS 84).
    model = parse(*rooms(box(8.4, 49.0, 8.401, 49.001)))
    left, bottom, right, top = shape(model.spaces[0].footprint).bounds
    assert (right - left, top - bottom) == pytest.approx((73.17, 111.21), abs=0.02)


def test_everything_that_is_drawn_comes_back() -> None:
    office = feature(
        box(0, 0, 4, 4), name="101", long_name="Büro", use="Office", height=2.7, storey="EG", elevation=0
    )
    corridor = feature(box(4.2, 0, 6, 4), name="102", storey="EG", elevation=0)
    attic = feature(box(0, 0, 6, 4), name="201", storey="DG", elevation=3.1)
    door = feature(box(4, 1, 4.2, 2), kind="door", storey="EG", name="D1")
    wall = feature(box(4, 0, 4.2, 1), kind="wall", storey="EG")
    first = parse(attic, office, corridor, door, wall)
    again = geojson_plan.parse(written(first), name="again")
    assert [(one.name, one.elevation_m) for one in again.storeys] == [("EG", 0), ("DG", 3.1)]
    assert {one.name: (one.long_name, one.use, one.height_m) for one in again.spaces} == {
        "101": ("Büro", "Office", 2.7),
        "102": (None, None, None),
        "201": (None, None, None),
    }
    assert [(one.kind, one.storey) for one in again.elements] == [("wall", again.storeys[0].key)]
    names = {one.key: one.name for one in again.spaces}
    assert [sorted(names[key] for key in one.spaces) for one in again.doors] == [["101", "102"]]
    assert {one.global_id for one in again.spaces} == {one.global_id for one in first.spaces}


def test_degrees_give_the_building_its_place() -> None:
    place = parse(*rooms(HERE.degrees(box(-5, -3, 5, 3)))).georeference
    assert (place.source, place.confidence) == ("GeoJSON", "stated")
    assert (place.longitude, place.latitude) == pytest.approx((HERE.longitude, HERE.latitude), abs=1e-7)


def test_metres_give_no_place_but_true_north_where_it_is_said() -> None:
    place = parse(*rooms(box(0, 0, 4, 4)), true_north_deg=19.5).georeference
    assert (place.source, place.true_north_deg) == ("none", 19.5)


@pytest.mark.parametrize("name", ["urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326", "urn:ogc:def:crs:EPSG::4326"])
def test_the_reference_system_of_older_files_is_read(name: str) -> None:
    crs = {"type": "name", "properties": {"name": name}}
    assert parse(*rooms(HERE.degrees(box(0, 0, 400, 4))), crs=crs).georeference.source == "GeoJSON"


def test_an_outline_that_crosses_itself_is_put_right_and_said() -> None:
    bow = Polygon([(0, 0), (4, 4), (4, 0), (0, 4)])
    model = parse(*rooms(bow, box(9, 0, 12, 3)))
    assert shape(model.spaces[0].footprint).is_valid
    assert model.spaces[0].area_m2 == pytest.approx(8)
    assert "Outlines that crossed themselves and were put right: 1 (0)." in model.warnings


def test_levels_order_the_storeys_where_no_heights_are_said() -> None:
    model = parse(*(feature(box(0, 0, 4, 4), name=f"r{level}", level=level) for level in (2, -1, 0)))
    assert [storey.name for storey in model.storeys] == ["-1", "0", "2"]


def test_rooms_keep_their_id_or_are_known_by_storey_and_name() -> None:
    one, other = feature(box(0, 0, 4, 4), name="101"), feature(box(5, 0, 9, 4), name="102", storey="EG")
    model = parse(one | {"id": "a7"}, other)
    assert {room.name: room.global_id for room in model.spaces} == {"101": "a7", "102": "EG/102"}


def test_what_is_no_outline_is_left_out_and_said() -> None:
    model = parse(*rooms(box(0, 0, 4, 4)), feature(Point(1, 1), name="sensor"), feature(None, name="x"))
    assert len(model.spaces) == 1
    assert model.warnings[0].endswith("window or stair: 2.")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x00\xff", "is not GeoJSON"),
        (b"[" * 100_000, "is not GeoJSON"),
        (b'{"type": "Feature"}', "is no GeoJSON FeatureCollection"),
        (b'{"type": "FeatureCollection", "features": [NaN]}', "NaN is no number"),
        ({"type": "FeatureCollection", "features": [1, None, {}]}, "has no room"),
        ({"type": "FeatureCollection", "features": [feature(Point(1, 1), name="x")]}, "has no room"),
        (
            {"type": "FeatureCollection", "features": [feature(WORDS)]},
            "feature 1 has an outline that cannot be read",
        ),
        (
            {"type": "FeatureCollection", "features": [feature({"type": "Polygon", "coordinates": []})]},
            "feature 1 has an outline without an area",
        ),
        (
            {"type": "FeatureCollection", "features": rooms(Polygon([(0, 0), (1, 1), (2, 2)]))},
            "feature 1 has an outline without an area",
        ),
        ({"type": "FeatureCollection", "features": rooms(box(0, 0, 1e6, 2))}, "m across"),
        ({"type": "FeatureCollection", "features": rooms(box(8, 49, 9, 50)), "units": "degrees"}, "° across"),
        ({"type": "FeatureCollection", "features": rooms(box(0, 0, 500, 5)), "units": "deg"}, "beyond 180"),
        (
            {
                "type": "FeatureCollection",
                "features": rooms(box(0, 0, 5, 5)),
                "crs": {"properties": {"name": "EPSG:25832"}},
            },
            "is in EPSG:25832",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_a_plan_is_refused_in_one_sentence(content: Any, said: str) -> None:
    sentence = refusal(content)
    assert said in sentence
    assert "\n" not in sentence


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        geojson_plan.read(tmp_path / "none.geojson")


PARTS = st.sampled_from(["type", "geometry", "coordinates", "properties", "name"])


@settings(deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(PARTS, inner),
    )
)
def test_any_feature_is_read_or_refused(said: Any) -> None:
    content = json.dumps({"type": "FeatureCollection", "features": [said, *rooms(box(0, 0, 4, 4))]}).encode()
    with suppress(BadInput):
        assert geojson_plan.parse(content, name="plan").spaces


@settings(deadline=None)
@given(st.recursive(st.floats() | st.integers() | st.text(), st.lists))
def test_any_coordinates_are_read_or_refused(coordinates: Any) -> None:
    outline = {"type": "Polygon", "coordinates": coordinates}
    content = json.dumps({"type": "FeatureCollection", "features": [feature(outline, name="x")]}).encode()
    with suppress(BadInput):
        assert geojson_plan.parse(content, name="plan").spaces


def test_a_building_without_a_place_has_no_plan_on_earth() -> None:
    with pytest.raises(BadInput, match="has no place on earth"):
        written(parse(*rooms(box(0, 0, 4, 4))), on_earth=True)


def test_outlines_on_earth_run_counter_clockwise() -> None:
    said = json.loads(written(parse(*rooms(HERE.degrees(box(0, 0, 4, 4)))), on_earth=True))
    assert Polygon(said["features"][0]["geometry"]["coordinates"][0]).exterior.is_ccw


def test_places_are_points_and_a_building_without_one_has_none() -> None:
    there = {"type": "Point", "coordinates": [8.4, 49.0]}
    said = geojson_export.places([BUILDING.row, replace(BUILDING.row, id=2, location=there)])
    assert [(one["id"], one["geometry"]) for one in said["features"]] == [(1, None), (2, there)]
