"""Real models of many authoring tools come out as they are known to be."""

import json
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import shapely

from data.building.model import Model
from data.building.reading import read
from data.building.sandbox import read_safely
from data.errors import BadInput

FOLDER = Path(__file__).parents[3] / "shared" / "ifc"
TRUTH: dict[str, Any] = (
    json.loads((FOLDER / "truth.json").read_text(encoding="utf-8")) if FOLDER.is_dir() else {}
)
READABLE = [name for name, known in TRUTH.items() if known["open_ok"] and known["projects"]]
BROKEN = [name for name in TRUTH if name not in READABLE]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not TRUTH, reason=f"the shared models are not at {FOLDER}"),
]


@cache
def model(name: str) -> Model:
    return read(FOLDER / name)


def close(found: float | None, known: float) -> bool:
    return found is not None and abs(found - known) <= 0.01 * known


@pytest.mark.parametrize("name", READABLE)
def test_storeys_and_their_elevations_agree(name: str) -> None:
    known = {
        one["name"]: one["placement_z_m"] if one["elevation_m"] is None else one["elevation_m"]
        for one in TRUTH[name]["storeys"]
    }
    found = {one.name: one.elevation_m for one in model(name).storeys}
    assert found == pytest.approx(known, abs=0.01)


@pytest.mark.parametrize("name", READABLE)
def test_rooms_their_storeys_outlines_and_areas_agree(name: str) -> None:
    storeys = {one.key: one.name for one in model(name).storeys}
    known = {one["GlobalId"]: one for one in TRUTH[name]["spaces"]}
    wrong = [
        (space.name, space.footprint_area_m2, truth["geom"]["area_projection_m2"])
        for space in model(name).spaces
        if (truth := known[space.global_id])
        and not (
            close(space.footprint_area_m2, truth["geom"]["area_projection_m2"])
            and storeys[space.storey or 0] == truth["parent_name"]
        )
    ]
    assert (len(model(name).spaces), wrong) == (TRUTH[name]["n_spaces"], [])


@pytest.mark.parametrize("name", READABLE)
def test_the_best_area_quantity_is_taken(name: str) -> None:
    known = {one["GlobalId"]: one["area_best_quantity_m2"] for one in TRUTH[name]["spaces"]}
    wrong = [
        (space.name, space.area_source, best)
        for space in model(name).spaces
        if (best := known[space.global_id])
        and not (space.area_source == best["key"] and close(space.area_m2, best["value"]))
    ]
    assert wrong == []


@pytest.mark.parametrize("name", READABLE)
def test_drawn_outlines_are_valid_and_have_the_holes_of_the_rooms(name: str) -> None:
    known = {one["GlobalId"]: one["geom"]["n_holes"] for one in TRUTH[name]["spaces"]}
    shapes = {one.global_id: shapely.geometry.shape(one.footprint) for one in model(name).spaces}
    holes = {
        key: sum(len(part.interiors) for part in shapely.get_parts(shape)) for key, shape in shapes.items()
    }
    assert (holes, all(shape.is_valid for shape in shapes.values())) == (known, True)


@pytest.mark.parametrize("name", READABLE)
def test_equipment_agrees_by_the_kind_of_its_type(name: str) -> None:
    known: Counter[str] = Counter()
    for one in TRUTH[name]["equipment_by_class"]:
        known[(one["type_class"] or one["class"]).removeprefix("Ifc").removesuffix("Type")] += one["n"]
    assert Counter(one.kind for one in model(name).equipment) == known


@pytest.mark.parametrize("name", READABLE)
def test_true_north_and_the_sites_place_agree(name: str) -> None:
    north = next((one["deg_cw_from_project_Y"] for one in TRUTH[name]["true_north"]), None)
    (site,) = TRUTH[name]["sites"]
    place = model(name).georeference
    assert (place.true_north_deg, place.latitude, place.longitude) == pytest.approx(
        (north, site["lat"], site["lon"]), abs=1e-3
    )


@pytest.mark.parametrize("name", READABLE)
def test_an_authoring_tools_default_place_is_doubted(name: str) -> None:
    default = any("authoring-tool default" in trap for trap in TRUTH[name]["traps"])
    assert ("default place" in (model(name).georeference.doubt or "")) == default


@pytest.mark.parametrize("name", READABLE)
def test_the_source_of_the_place_and_the_maps_words_agree(name: str) -> None:
    place, (site,) = model(name).georeference, TRUTH[name]["sites"]
    sets = {key: values for one in TRUTH[name]["epset_georef"] for key, values in one.items()}
    stated = next(iter(TRUTH[name]["map_conversions"]), None)
    source = (
        "IfcMapConversion" if stated
        else "ePSet_MapConversion" if sets
        else "none" if site["lat"] is None
        else "IfcSite"
    )  # fmt: skip
    said = stated or sets.get("ePSet_MapConversion", {})
    assert (place.source, place.eastings, place.northings, place.scale) == (
        source, said.get("Eastings"), said.get("Northings"), said.get("Scale"),
    )  # fmt: skip


def test_a_map_conversion_that_agrees_with_the_site_is_believed_whatever_its_scale() -> None:
    place = model("georef_utm_ifc4x3.ifc").georeference
    assert (place.confidence, place.notes) == (
        "stated",
        ("The scale of the map conversion is 1000, understood as 0.001.",),
    )


def test_a_map_conversion_to_luxembourg_of_a_site_in_chicago_is_doubted() -> None:
    place = model("duplex_a_georef_ifc2x3.ifc").georeference
    assert place.confidence == "doubtful"
    assert (place.map_latitude, place.map_longitude) == pytest.approx((49.6292, 6.1220), abs=1e-3)


@pytest.mark.parametrize("name", ["duplex_a_ifc2x3.ifc", "b03_heating_building_ifc4.ifc"])
def test_reading_in_a_process_of_its_own_gives_the_same(name: str) -> None:
    # But for where the outline of a wall begins, which the geometry kernels leave to chance.
    apart, here = (replace(one, elements=()) for one in (read_safely(FOLDER / name), model(name)))
    assert apart == here


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_model_gets_one_sentence(name: str) -> None:
    with pytest.raises(BadInput, match=rf"^{name}[^\n]+\.$"):
        read(FOLDER / name)
