"""A model that is not current yet is drawn as the Building page would draw it."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard.figures import drawing
from dashboard.views import model_preview
from data.building.model import Model
from data.building.reading import read
from tests.unit.ifc_models import House, box


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    """A storey with two rooms, one above it, an empty one below, and a room on no storey."""
    house = House()
    for number, name in enumerate(("101", "102")):
        room = house.add("IfcSpace", name, part_of=house.storey)
        house.extrude(room, box(4, 3), 2.5, at=(5.0 * number, 0, 0))
    for name, height in (("Cellar", -3.0), ("Attic", 3.0)):
        storey = house.add("IfcBuildingStorey", name, part_of=house.building)
        storey.Elevation = height
        house.place(storey, 0, 0, height)
    house.add("IfcSpace", "Yard", part_of=house.site)
    path: Path = house.write(tmp_path_factory.mktemp("models") / "house.ifc")
    return read(path)


def test_storeys_come_from_below_and_rooms_on_none_come_last(model: Model) -> None:
    found = [(one.name, one.rooms) for one in model_preview.storeys(model)]
    assert found == [("Cellar", 0), ("Ground", 2), ("Attic", 0), ("On no storey", 1)]


def test_the_lowest_storey_with_a_room_that_is_drawn_is_shown_first(model: Model) -> None:
    found = model_preview.storeys(model)
    assert model_preview.first(found) == found[1].key


def test_a_storeys_rooms_are_drawn_with_their_areas(model: Model) -> None:
    plan = model_preview.plan(model, model_preview.storeys(model)[1].key)
    assert [room.name for room in drawing.draw(plan).rooms] == ["101", "102"]
    assert {one.written for one in model_preview.areas(plan).values()} == {"12.0\u00a0m²"}


def test_a_room_without_an_outline_is_no_reason_to_draw(model: Model) -> None:
    plan = model_preview.plan(model, model_preview.storeys(model)[-1].key)
    assert [room.name for room in plan.rooms] == ["Yard"]
    assert drawing.draw(plan).bounds is None
