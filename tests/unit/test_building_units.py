"""Lengths and areas come out in metres whatever units a file is written in, and areas by their own unit."""

from pathlib import Path

import ifcopenshell.api.pset
import pytest
from ifcopenshell import entity_instance

from data.building.model import Model
from data.building.reading import read
from tests.unit.ifc_models import House, box

US_SURVEY_FOOT_M = 1200 / 3937
LENGTHS = {"inch": 0.0254, "foot": 0.3048, "US survey foot": US_SURVEY_FOOT_M}
AREAS = {"square inch": 0.0254**2, "square foot": 0.3048**2, "US survey square foot": US_SURVEY_FOOT_M**2}


def converted(house: House, kind: str, name: str, size: float) -> entity_instance:
    """A unit that is so many of an SI unit."""
    make = house.file
    length = kind == "LENGTHUNIT"
    si = make.create_entity("IfcSIUnit", UnitType=kind, Name="METRE" if length else "SQUARE_METRE")
    value = make.create_entity("IfcLengthMeasure" if length else "IfcAreaMeasure", size)
    factor = make.create_entity("IfcMeasureWithUnit", ValueComponent=value, UnitComponent=si)
    exponents = make.create_entity("IfcDimensionalExponents", 1 if length else 2, 0, 0, 0, 0, 0, 0)
    return make.create_entity(
        "IfcConversionBasedUnit", Dimensions=exponents, UnitType=kind, Name=name, ConversionFactor=factor
    )


def model(folder: Path, *, length: str, area: str) -> Model:
    """A room of 4 m by 3 m whose quantity says 11 m², in other units."""
    house = House(unit_m=LENGTHS[length])
    units = [converted(house, "LENGTHUNIT", length, LENGTHS[length])]
    house.project.UnitsInContext.Units = [*units, converted(house, "AREAUNIT", area, AREAS[area])]
    room = house.add("IfcSpace", "101", part_of=house.storey)
    house.extrude(room, box(4, 3), 2.5, at=(0, 0, 0))
    base = ifcopenshell.api.pset.add_qto(house.file, product=room, name="Qto_SpaceBaseQuantities")
    ifcopenshell.api.pset.edit_qto(house.file, qto=base, properties={"NetFloorArea": 11.0 / AREAS[area]})
    return read(house.write(folder / "house.ifc"))


@pytest.mark.parametrize("area", AREAS)
@pytest.mark.parametrize("length", LENGTHS)
def test_a_room_in_customary_units(tmp_path: Path, length: str, area: str) -> None:
    (space,) = model(tmp_path, length=length, area=area).spaces
    assert (space.footprint_area_m2, space.height_m) == pytest.approx((12.0, 2.5), rel=1e-3)
    assert space.area_m2 == pytest.approx(11.0, rel=1e-4)


def test_areas_in_square_millimetres_beside_lengths_in_metres(tmp_path: Path) -> None:
    house = House()
    area = house.file.create_entity("IfcSIUnit", UnitType="AREAUNIT", Prefix="MILLI", Name="SQUARE_METRE")
    length = next(one for one in house.project.UnitsInContext.Units if one.UnitType == "LENGTHUNIT")
    house.project.UnitsInContext.Units = [length, area]
    room = house.add("IfcSpace", "101", part_of=house.storey)
    house.extrude(room, box(4, 3), 2.5, at=(0, 0, 0))
    base = ifcopenshell.api.pset.add_qto(house.file, product=room, name="Qto_SpaceBaseQuantities")
    ifcopenshell.api.pset.edit_qto(house.file, qto=base, properties={"NetFloorArea": 11.0e6})
    (space,) = read(house.write(tmp_path / "house.ifc")).spaces
    assert space.area_m2 == pytest.approx(11.0)
    assert space.footprint_area_m2 == pytest.approx(12.0)
