"""Real models of many authoring tools come out as they are known to be."""

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import shapely

from data.building.model import Model
from data.building.reading import read
from data.errors import BadInput

FOLDER = Path(__file__).parents[3] / "shared" / "ifc"
TRUTH: dict[str, Any] = (
    json.loads((FOLDER / "truth.json").read_text(encoding="utf-8")) if FOLDER.is_dir() else {}
)
READABLE = [name for name, known in TRUTH.items() if known["open_ok"] and known["projects"]]
BROKEN = [name for name in TRUTH if name not in READABLE]

pytestmark = pytest.mark.skipif(not TRUTH, reason=f"the shared models are not at {FOLDER}")


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


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_model_gets_one_sentence(name: str) -> None:
    with pytest.raises(BadInput, match=rf"^{name}[^\n]+\.$"):
        read(FOLDER / name)
