"""Equipment is in the room that holds it, else in the one around it."""

from pathlib import Path

import pytest

from data.building.model import Model
from data.building.reading import read
from tests.unit.ifc_models import House, box


@pytest.fixture
def house() -> House:
    """Two rooms side by side on the ground, each 4 m wide."""
    made = House()
    for name, x in (("left", 0.0), ("right", 4.2)):
        made.extrude(made.add("IfcSpace", name, part_of=made.storey), box(4, 3), 2.5, at=(x, 0, 0))
    return made


def room_of(model: Model) -> str | None:
    (one,) = model.equipment
    return next((space.name for space in model.spaces if space.key == one.space), None)


@pytest.mark.parametrize("kind", ["IfcSensor", "IfcUnitaryEquipment"])
def test_the_room_that_holds_it_counts_wherever_it_is_placed(house: House, tmp_path: Path, kind: str) -> None:
    left = house.file.by_type("IfcSpace")[0]
    house.place(house.add(kind, "Thing", inside=left), 6, 1, 1)
    assert room_of(read(house.write(tmp_path / "house.ifc"))) == "left"


@pytest.mark.parametrize("kind", ["IfcSensor", "IfcUnitaryEquipment"])
@pytest.mark.parametrize("holder", ["storey", "building", "site"])
def test_without_a_room_that_holds_it_the_one_around_it_counts(
    house: House, tmp_path: Path, kind: str, holder: str
) -> None:
    house.place(house.add(kind, "Thing", inside=getattr(house, holder)), 6, 1, 1)
    assert room_of(read(house.write(tmp_path / "house.ifc"))) == "right"


@pytest.mark.parametrize(("x", "z"), [(20.0, 1.0), (6.0, 9.0)])
def test_what_is_in_no_room_is_in_none(house: House, tmp_path: Path, x: float, z: float) -> None:
    house.place(house.add("IfcSensor", "Thing", inside=house.storey), x, 1, z)
    assert room_of(read(house.write(tmp_path / "house.ifc"))) is None
