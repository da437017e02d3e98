"""A floor plan from a GeoJSON file, for buildings without an IFC model.

A FeatureCollection of Polygons and MultiPolygons, in metres or in longitude and latitude; `docs/geojson.md`
says which properties are read. It becomes the same `model.Model` as an IFC file does.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, NoReturn, cast

import shapely
from shapely.geometry.base import BaseGeometry

from data.building import drawing, geojson_shapes, geometry
from data.building.model import GEOJSON, Door, Element, Georeference, Model, Space, Storey
from data.building.plain import number, text
from data.building.spaces import Room
from data.errors import BadInput

SUFFIXES = (".geojson", ".json")
MAX_BYTES = 64 << 20

_MOST_FEATURES = 20_000
_LONGEST_NAME = 200
_ROOM = "room"
_KINDS = (_ROOM, "door", "wall", "column", "window", "stair")
_Drawn = Literal["wall", "column", "window", "stair"]
_NO_STOREY = "Ground"
_AROUND_M = 1.5  # farther than a door reaches into its rooms


@dataclass(frozen=True, slots=True, kw_only=True)
class _Feature:
    """One feature that is drawn, its shape in metres."""

    number: int  # in the file, from 1
    kind: str
    storey: str
    id: str | None
    properties: Mapping[str, Any]
    shape: BaseGeometry


def read(path: Path, *, name: str | None = None) -> Model:
    """The plan in a file, which sentences call by the name if there is one.

    Raises:
        BadInput: the file is no GeoJSON plan of rooms; one sentence says why.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise BadInput(
                f"{name or path.name} is larger than {MAX_BYTES >> 20} MB; give a file for each building."
            )
        content = path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror or error}.") from error
    return parse(content, name=name or path.name)


def parse(content: bytes, *, name: str) -> Model:
    """The plan in the bytes of a file of this name. Raises what `read` does."""
    collection = _collection(content, name)
    found = [one for one in enumerate(collection["features"], start=1) if _is_drawn(one[1])]
    if not any(_kind(feature) == _ROOM for _, feature in found):
        raise BadInput(f"{name} has no room: give each one a Polygon and a property name.")
    outlines = [geojson_shapes.outline(feature["geometry"], f"{name}, feature {n}") for n, feature in found]
    placed = geojson_shapes.place([one.shape for one in outlines], collection, name)
    features = [
        _feature(n, feature, shape, name) for (n, feature), shape in zip(found, placed.shapes, strict=True)
    ]
    repaired = [one for one, outline in zip(features, outlines, strict=True) if outline.repaired]
    left_out = len(collection["features"]) - len(found)
    model = _model(features, placed.georeference)
    return replace(
        model,
        sha256=hashlib.sha256(content).hexdigest(),
        length_unit=placed.unit,
        project=_name(collection.get("name")),
        warnings=tuple(_warnings(features, repaired, left_out)),
    )


def _collection(content: bytes, name: str) -> dict[str, Any]:
    try:
        said = json.loads(content.decode("utf-8-sig"), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{name} is not GeoJSON: {' '.join(str(error).split())[:120]}.") from error
    features = said.get("features") if isinstance(said, dict) else None
    if not isinstance(features, list) or said.get("type") != "FeatureCollection":
        raise BadInput(f"{name} is no GeoJSON FeatureCollection; export the plan as one.")
    if len(features) > _MOST_FEATURES:
        raise BadInput(f"{name} has more than {_MOST_FEATURES} features; give a file for each building.")
    return cast(dict[str, Any], said)


def _no_number(said: str) -> NoReturn:
    raise ValueError(f"{said} is no number")


def _is_drawn(feature: object) -> bool:
    if not isinstance(feature, dict) or not isinstance(feature.get("geometry"), dict):
        return False
    return feature["geometry"].get("type") in ("Polygon", "MultiPolygon") and _kind(feature) in _KINDS


def _properties(feature: Mapping[str, Any]) -> Mapping[str, Any]:
    said = feature.get("properties")
    return said if isinstance(said, dict) else {}


def _kind(feature: Mapping[str, Any]) -> str:
    """What a feature is: what it says, and a room where it says nothing."""
    said = _properties(feature).get("kind")
    return said if isinstance(said, str) else _ROOM


def _feature(number_: int, feature: Mapping[str, Any], shape: BaseGeometry, name: str) -> _Feature:
    properties = _properties(feature)
    stated = properties.get("storey", properties.get("level"))
    if shape.area <= 0:
        raise BadInput(f"{name}, feature {number_} has no area; draw its outline again.")
    return _Feature(
        number=number_,
        kind=_kind(feature),
        storey=_name(stated) or _NO_STOREY,
        id=_name(feature.get("id", properties.get("id"))),
        properties=properties,
        shape=shape,
    )


def _model(features: Sequence[_Feature], place: Georeference) -> Model:
    storeys = _storeys(features)
    keys = {storey.name: storey.key for storey in storeys}
    rooms = [_room(one, keys) for one in features if one.kind == _ROOM]
    near = _Near(rooms)
    return Model(
        sha256="",
        schema=GEOJSON,
        length_unit="METRE",
        length_unit_m=1.0,
        project=None,
        sites=(),
        buildings=(),
        storeys=tuple(storeys),
        spaces=tuple(room.space for room in rooms),
        elements=tuple(
            Element(storey=keys[one.storey], kind=cast(_Drawn, one.kind), outline=geometry.geojson(one.shape))
            for one in features
            if one.kind not in (_ROOM, "door")
        ),
        doors=tuple(_door(one, keys, near) for one in features if one.kind == "door"),
        equipment=(),
        systems=(),
        links=(),
        georeference=place,
        warnings=(),
    )


def _storeys(features: Iterable[_Feature]) -> list[Storey]:
    """The storeys that features name: the lowest first where that is said, else as the file has them."""
    stated: dict[str, list[float]] = {}
    for one in features:
        known = stated.setdefault(one.storey, [])
        elevation = number(one.properties.get("elevation"))
        known += [elevation] if elevation is not None else []
    found = [
        (name, min(elevations) if elevations else None, _level(name)) for name, elevations in stated.items()
    ]
    found.sort(key=lambda one: (one[1] is None, one[1] or 0.0, one[2] is None, one[2] or 0.0))
    return [
        Storey(key=key, name=name, global_id=f"storey {name}", elevation_m=elevation, base_m=elevation)
        for key, (name, elevation, _) in enumerate(found, start=1)
    ]


def _level(name: str) -> float | None:
    try:
        return number(float(name))
    except ValueError:
        return None


def _room(one: _Feature, storeys: Mapping[str, int]) -> Room:
    said = one.properties
    name = _name(said.get("name")) or f"Room {one.number}"
    height = number(said.get("height"))
    space = Space(
        key=one.number,
        name=name,
        long_name=_name(said.get("long_name")),
        # What it is known by in the next version of the plan.
        global_id=one.id or f"{one.storey}/{name}",
        storey=storeys[one.storey],
        footprint=geometry.geojson(one.shape),
        label_point=geometry.label_point(one.shape),
        footprint_area_m2=round(one.shape.area, 3),
        area_m2=round(one.shape.area, 3),
        area_source="footprint",
        height_m=height if height is not None and height > 0 else None,
        floor_m=number(said.get("elevation")),
        use=_name(said.get("use")),
        zones=(),
        properties={},
    )
    return Room(space=space, shape=one.shape)


class _Near:
    """The rooms around a place: of thousands, only a few can be beside a door."""

    def __init__(self, rooms: Sequence[Room]) -> None:
        self._rooms = rooms
        self._tree = shapely.STRtree([room.shape for room in rooms])

    def around(self, shape: BaseGeometry, storey: int) -> list[Room]:
        """Those of a storey within a metre or so."""
        found = self._tree.query(shape.buffer(_AROUND_M))
        return [self._rooms[n] for n in found if self._rooms[n].space.storey == storey]


def _door(one: _Feature, storeys: Mapping[str, int], near: _Near) -> Door:
    storey = storeys[one.storey]
    shape = geometry.rectangle(one.shape)
    return Door(
        key=one.number,
        name=_name(one.properties.get("name")),
        global_id=one.id,
        storey=storey,
        outline=geometry.geojson(one.shape),
        spaces=tuple(sorted(drawing.beside(shape, near.around(shape, storey)))) if shape else (),
    )


def _name(said: object) -> str | None:
    """A name in one line; a number is one too."""
    if isinstance(said, int | float) and not isinstance(said, bool):
        said = f"{said:g}" if abs(said) < 1e15 else str(said)
    words = text(said)
    return " ".join(words.split())[:_LONGEST_NAME] if words else None


def _warnings(features: Sequence[_Feature], repaired: Sequence[_Feature], left_out: int) -> Iterable[str]:
    rooms = [one for one in features if one.kind == _ROOM]
    if left_out:
        yield f"Features that are no outline of a room, door, wall, column, window or stair: {left_out}."
    if repaired:
        named = ", ".join(
            _name(one.properties.get("name")) or f"feature {one.number}" for one in repaired[:3]
        )
        yield f"Outlines that crossed themselves and were put right: {len(repaired)} ({named})."
    nameless = sum(_name(one.properties.get("name")) is None for one in rooms)
    if nameless:
        yield f"Rooms without a name: {nameless} of {len(rooms)}."
    twice = sum(count > 1 for count in Counter(one.id for one in rooms if one.id).values())
    if twice:
        yield f"Ids of rooms that are used more than once: {twice}."
    if not any("storey" in one.properties or "level" in one.properties for one in rooms):
        yield f"No storey is stated; all rooms are put on one, {_NO_STOREY}."
