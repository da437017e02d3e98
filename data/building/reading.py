"""Read a whole building model from a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import ifcopenshell

from data.building import drawing, equipment, georeference, hierarchy, opening, plain, spaces, units
from data.building.model import Georeference, Model, Place, Storey
from data.building.spaces import Room


def read(
    path: Path,
    *,
    name: str | None = None,
    on_stage: Callable[[str, float], object] = lambda stage, share: None,
    on_rooms: Callable[[Model], object] = lambda model: None,
) -> Model:
    """Everything Clerestory takes from an .ifc or .ifczip file.

    Args:
        path: The file.
        name: What it is called in sentences; None: as on disk.
        on_stage: Told what is done next, and the share of the whole that is done, 0 to 1.
        on_rooms: Given the model when storeys and rooms are known and the rest is not.

    Raises:
        BadInput: the file is not a whole IFC model of a schema that is read; one sentence says why.
    """
    on_stage("opening the file", 0.0)
    source = opening.open_model(path, name)
    file = source.file
    scale = units.read(file)
    on_stage("storeys and rooms", 0.15)
    storeys = hierarchy.storeys(file, scale)
    rooms = spaces.rooms(file, scale, storeys)
    model = _with_rooms(source, scale, storeys, rooms)
    on_rooms(model)
    on_stage("walls, windows and doors", 0.3)
    elements, doors = drawing.draw(file, scale, storeys, rooms)
    on_stage("equipment and systems", 0.9)
    devices = equipment.equipment(file, scale, rooms)
    return replace(
        model,
        elements=tuple(elements),
        doors=tuple(doors),
        equipment=tuple(devices),
        systems=tuple(equipment.systems(file, devices)),
        links=tuple(equipment.links(file, devices)),
    )


def _with_rooms(
    source: opening.Source, scale: units.Units, storeys: list[Storey], rooms: list[Room]
) -> Model:
    file = source.file
    place = georeference.read(file, scale)
    buildings = hierarchy.places(file, "IfcBuilding")
    return Model(
        sha256=source.sha256,
        schema=file.schema,
        length_unit=scale.length,
        length_unit_m=scale.length_m,
        project=hierarchy.name(file.by_type("IfcProject")[0]),
        sites=hierarchy.places(file, "IfcSite"),
        buildings=buildings,
        storeys=tuple(storeys),
        spaces=tuple(room.space for room in rooms),
        elements=(),
        doors=(),
        equipment=(),
        systems=(),
        links=(),
        georeference=place,
        warnings=(
            *source.warnings,
            *scale.warnings,
            *hierarchy.storey_warnings(storeys),
            *spaces.warnings(rooms, storeys),
            *_identities(file),
            *place.notes,
            *_place(place),
            *_several(buildings),
        ),
    )


def _identities(file: ifcopenshell.file) -> list[str]:
    """GlobalIds that identify nothing, so that the next version of the model cannot be matched by them."""
    stated = Counter(plain.text(one.GlobalId) for one in file.by_type("IfcRoot"))
    bad = sum(count for one, count in stated.items() if one is None or len(one) != 22)
    twice = sum(1 for one, count in stated.items() if one is not None and count > 1)
    said = ((bad, "missing or not 22 characters long"), (twice, "used more than once"))
    return [f"GlobalIds {what}: {count}." for count, what in said if count]


def _several(buildings: tuple[Place, ...]) -> list[str]:
    return [f"The file holds {len(buildings)} buildings; they are kept as one."] if len(buildings) > 1 else []


def _place(place: Georeference) -> list[str]:
    return [f"The place on earth is doubtful: {place.doubt}."] if place.doubt else []
