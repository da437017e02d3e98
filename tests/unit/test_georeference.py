"""Where a model is on earth: believed where its sources agree, doubted in words where they do not."""

import math
from pathlib import Path
from typing import Any

import ifcopenshell.api.georeference
import ifcopenshell.api.pset
import pytest

from data.building import map_coordinates
from data.building.model import Georeference
from data.building.reading import read
from tests.unit.ifc_models import House, Schema

# A made-up street in Potsdam, in degrees and in EPSG:25833; the map's north is 1.533° west of the true one.
LATITUDE, LONGITUDE = 52.39062, 13.06458
EASTINGS, NORTHINGS, CONVERGENCE = 368_298.31, 5_806_247.97, -1.5334


def dms(degrees: float) -> tuple[int, ...]:
    millionths = round(abs(degrees) * 3_600_000_000)
    seconds, rest = divmod(millionths, 1_000_000)
    parts = (seconds // 3600, seconds // 60 % 60, seconds % 60, rest)
    return tuple(-part for part in parts) if degrees < 0 else parts


def mapped(
    house: House,
    *,
    crs: str | None = "EPSG:25833",
    about: dict[str, Any] | None = None,
    **stated: float | None,
) -> House:
    """Give a house a map conversion."""
    ifcopenshell.api.georeference.add_georeferencing(house.file, name=crs or "")
    ifcopenshell.api.georeference.edit_georeferencing(
        house.file,
        projected_crs=about or {},
        coordinate_operation={"Eastings": EASTINGS, "Northings": NORTHINGS, **stated},
    )
    return house


def at(house: House, latitude: float, longitude: float) -> House:
    house.site.RefLatitude, house.site.RefLongitude = dms(latitude), dms(longitude)
    return house


def north(house: House, degrees: float) -> House:
    (context, *_) = house.file.by_type("IfcGeometricRepresentationContext", include_subtypes=False)
    turned = math.radians(degrees)
    context.TrueNorth = house.file.createIfcDirection((math.sin(turned), math.cos(turned)))
    return house


def place(house: House, folder: Path) -> Georeference:
    return read(house.write(folder / "house.ifc")).georeference


def assert_is_there(found: Georeference) -> None:
    assert (found.confidence, found.doubt) == ("stated", None)
    assert (found.latitude, found.longitude) == pytest.approx((LATITUDE, LONGITUDE), abs=1e-5)


def test_a_map_conversion_comes_to_latitude_and_longitude(tmp_path: Path) -> None:
    assert_is_there(place(mapped(House()), tmp_path))


def test_true_north_follows_from_the_maps_north_and_its_convergence(tmp_path: Path) -> None:
    turned = math.radians(18)
    house = mapped(House(), XAxisAbscissa=math.cos(turned), XAxisOrdinate=math.sin(turned))
    assert place(house, tmp_path).north_deg == pytest.approx(18 - CONVERGENCE, abs=1e-3)


@pytest.mark.parametrize(
    "name",
    [
        "EPSG:25833", "epsg:25833", "EPSG 25833", "EPSG25833", "EPSG::25833", "25833",
        "urn:ogc:def:crs:EPSG::25833", "urn:ogc:def:crs:EPSG:9.9:25833", "EPSG:25833+7837",
        "ETRS89 / UTM zone 33N", "ETRS89_UTM33", "ETRS89.UTM-33N", "UTM33",
        "WGS 84 / UTM zone 33N", "UTM zone 33N",
    ],
)  # fmt: skip
def test_a_reference_system_is_known_in_any_spelling(tmp_path: Path, name: str) -> None:
    assert_is_there(place(mapped(House(), crs=name), tmp_path))


def test_a_grid_is_known_by_its_projection_and_zone_when_its_name_says_nothing(tmp_path: Path) -> None:
    about = {"GeodeticDatum": "ETRS89", "MapProjection": "UTM", "MapZone": "33N"}
    assert_is_there(place(mapped(House(), crs="Site grid", about=about), tmp_path))


@pytest.mark.parametrize(
    ("name", "code"),
    [("GDA2020 / MGA zone 55", 7855), ("GDA94 MGA55", 28355), ("NAD83 UTM 10N", 26910), ("UTM 33S", 32733)],
)
def test_grids_of_other_datums_have_their_own_codes(name: str, code: int) -> None:
    system = map_coordinates.system(name, ())
    assert system is not None
    assert system.to_epsg() == code


@pytest.mark.parametrize(
    "name", ["", "Local", "EPSG:999999", "EPSG:4326", "+proj=tmerc +lat_0=52", "UTM 61N", "NAD83 UTM 29"]
)
def test_what_is_no_maps_reference_system_is_doubted(tmp_path: Path, name: str) -> None:
    found = place(mapped(House(), crs=name), tmp_path)
    assert (found.confidence, found.latitude) == ("doubtful", None)
    assert found.doubt


@pytest.mark.parametrize(
    ("scale", "note"),
    [
        (0.001, None),
        (0.0009996, None),  # the projection's own scale with it
        (None, None),
        (1000.0, "The scale of the map conversion is 1000, understood as 0.001."),
        (1.0, "The scale of the map conversion is 1, understood as 0.001."),
    ],
)
def test_the_scale_of_a_model_in_millimetres_is_understood(
    tmp_path: Path, scale: float | None, note: str | None
) -> None:
    about = {"MapUnit": None}
    house = mapped(House(unit_m=0.001), about=about, Scale=scale)
    house.file.by_type("IfcMapConversion")[0].Scale = scale
    found = place(house, tmp_path)
    assert_is_there(found)
    assert found.notes == (() if note is None else (note,))


def test_a_scale_that_fits_no_units_is_doubted_where_nothing_else_speaks_for_the_place(
    tmp_path: Path,
) -> None:
    found = place(mapped(House(), Scale=2.5), tmp_path)
    assert found.doubt == "the scale of the map conversion is 2.5, where its units ask for 1"


@pytest.mark.parametrize("per_metre", [1, 1000])
def test_eastings_are_in_the_units_of_the_map_or_of_the_model(tmp_path: Path, per_metre: float) -> None:
    house = mapped(House(unit_m=0.001), Eastings=EASTINGS * per_metre, Northings=NORTHINGS * per_metre)
    for crs in house.file.by_type("IfcProjectedCRS"):
        crs.MapUnit = None
    assert_is_there(place(house, tmp_path))


def test_a_site_that_agrees_with_the_map_conversion_is_no_doubt(tmp_path: Path) -> None:
    assert_is_there(place(at(mapped(House()), LATITUDE + 0.005, LONGITUDE), tmp_path))


def test_a_site_elsewhere_than_the_map_conversion_is_doubted_with_both_places(tmp_path: Path) -> None:
    found = place(at(mapped(House()), LATITUDE + 0.02, LONGITUDE), tmp_path)
    assert found.confidence == "doubtful"
    assert found.doubt == (
        "the map conversion says 52.3906, 13.0646 and the site 52.4106, 13.0646, which are 2 km apart"
    )
    assert (found.map_latitude, found.map_longitude) == pytest.approx((LATITUDE, LONGITUDE), abs=1e-5)


def test_a_default_place_of_the_site_does_not_speak_against_the_map_conversion(tmp_path: Path) -> None:
    found = place(at(mapped(House()), 42.3585, -71.0567), tmp_path)
    assert_is_there(found)
    assert found.notes == (
        "The site's latitude and longitude are an authoring tool's default place (Boston), "
        "so the map conversion counts alone.",
    )


@pytest.mark.parametrize(("stated", "doubtful"), [(0.0, False), (1.5, False), (-1.0, False), (20.0, True)])
def test_true_north_may_differ_from_the_map_conversions_by_a_degree(
    tmp_path: Path, stated: float, doubtful: bool
) -> None:
    found = place(north(mapped(House()), stated), tmp_path)
    assert (found.confidence == "doubtful") == doubtful


def test_a_map_conversion_of_zeros_is_doubted(tmp_path: Path) -> None:
    found = place(mapped(House(), Eastings=0.0, Northings=0.0), tmp_path)
    assert found.doubt == "the map conversion states the eastings and northings 0 and 0"


def test_a_map_conversion_to_outside_its_maps_area_is_doubted(tmp_path: Path) -> None:
    found = place(mapped(House(), Eastings=5_000_000.0), tmp_path)
    assert "outside the area of EPSG:25833" in (found.doubt or "")


@pytest.mark.parametrize("holder", ["project", "site"])
def test_property_sets_stand_for_a_map_conversion_in_ifc2x3(tmp_path: Path, holder: str) -> None:
    house = House(schema="IFC2X3")
    for name, values in (
        ("ePSet_MapConversion", {"Eastings": EASTINGS, "Northings": NORTHINGS, "Scale": 1.0}),
        ("EPset_ProjectedCRS", {"Name": "EPSG:25833"}),
    ):
        made = ifcopenshell.api.pset.add_pset(house.file, product=getattr(house, holder), name=name)
        ifcopenshell.api.pset.edit_pset(house.file, pset=made, properties=values)
    found = place(house, tmp_path)
    assert_is_there(found)
    assert found.source == "ePSet_MapConversion"


def test_a_rigid_operation_is_a_map_conversion_that_does_not_turn(tmp_path: Path) -> None:
    schema: Schema = "IFC4X3"
    house = House(schema=schema)
    crs = house.file.create_entity("IfcProjectedCRS", Name="EPSG:25833")
    (context, *_) = house.file.by_type("IfcGeometricRepresentationContext", include_subtypes=False)
    house.file.create_entity(
        "IfcRigidOperation",
        SourceCRS=context,
        TargetCRS=crs,
        FirstCoordinate=house.file.create_entity("IfcLengthMeasure", EASTINGS),
        SecondCoordinate=house.file.create_entity("IfcLengthMeasure", NORTHINGS),
    )
    found = place(house, tmp_path)
    assert_is_there(found)
    assert found.source == "IfcRigidOperation"


def test_a_site_far_from_the_models_origin_is_doubted(tmp_path: Path) -> None:
    house = at(House(), LATITUDE, LONGITUDE)
    house.place(house.site, 368_298.0, 5_806_247.0, 0)
    assert place(house, tmp_path).doubt == "the site stands 5,818 km from the model's origin"


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [
        (42.3585, -71.0567),
        (42.4149, -71.2581),
        (51.5002, -0.1262),
        (35.685, 139.751),
        (24.4667, 54.4167),
        (0.0, 0.0),
    ],
)
def test_an_authoring_tools_default_place_is_doubted(
    tmp_path: Path, latitude: float, longitude: float
) -> None:
    found = place(at(House(), latitude, longitude), tmp_path)
    assert found.confidence == "doubtful"
    assert "default place" in (found.doubt or "")


@pytest.mark.parametrize(
    ("latitude", "longitude"), [(49.1004, 8.4365), (-33.8568, 151.2153), (-0.5, -0.25), (40.0, -75.5)]
)
def test_degrees_minutes_and_seconds_keep_their_sign(
    tmp_path: Path, latitude: float, longitude: float
) -> None:
    found = place(at(House(), latitude, longitude), tmp_path)
    assert (found.source, found.confidence) == ("IfcSite", "stated")
    assert (found.latitude, found.longitude) == pytest.approx((latitude, longitude), abs=1e-6)
