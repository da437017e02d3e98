"""Plans and places as GeoJSON, which `geojson_plan` reads back.

Plans are in metres in the building's own axes, or in longitude and latitude where the building has a place.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import shapely
from shapely.geometry import shape

from data.building.model import GeoJson
from data.building.projection import Projection
from data.errors import BadInput
from data.store.buildings import BuildingRow, PlanRoom, StoreyPlan

Collection = dict[str, Any]


def places(buildings: Iterable[BuildingRow]) -> Collection:
    """Each building as a Point at its place, or without a geometry where it has none."""
    features = [
        {
            "type": "Feature",
            "id": one.id,
            "geometry": one.location,
            "properties": {
                "name": one.name,
                "timezone": one.timezone,
                "storeys": one.storeys,
                "rooms": one.spaces,
                "area_m2": one.area_m2,
                "true_north_deg": one.true_north_deg,
            },
        }
        for one in buildings
    ]
    return {"type": "FeatureCollection", "features": features}


def plan(building: BuildingRow, storeys: Iterable[StoreyPlan], *, on_earth: bool = False) -> Collection:
    """Rooms, doors, walls and what else is drawn, storey by storey; what has no outline has no geometry.

    Args:
        building: Whose plans they are.
        storeys: Its plans, the lowest first.
        on_earth: Whether in longitude and latitude, instead of metres.

    Raises:
        BadInput: on earth is asked for, and the building has no place.
    """
    projection = projection_of(building) if on_earth else None
    features = [feature for storey in storeys for feature in _features(storey, projection)]
    frame = (
        {"units": "degrees"} if on_earth else {"units": "metres", "true_north_deg": building.true_north_deg}
    )
    return {"type": "FeatureCollection", "name": building.name} | frame | {"features": features}


def projection_of(building: BuildingRow) -> Projection:
    """Where a building's plans lie on earth; where its model states no true north, up is taken for it.

    Raises:
        BadInput: the building has no place.
    """
    if building.location is None:
        raise BadInput(f"{building.name} has no place on earth, so its plan is given in metres alone.")
    longitude, latitude = building.location["coordinates"][:2]
    return Projection(longitude=longitude, latitude=latitude, true_north_deg=building.true_north_deg or 0.0)


def _features(storey: StoreyPlan, projection: Projection | None) -> Iterable[Collection]:
    on = {"storey": storey.name} | ({} if storey.elevation_m is None else {"elevation": storey.elevation_m})
    for room in storey.rooms:
        yield _feature(room.footprint, on | _room(room), projection, id_=room.global_id or f"room {room.id}")
    for door in storey.doors:
        yield _feature(door.outline, on | {"kind": "door", "name": door.name}, projection)
    for element in storey.elements:
        yield _feature(element.outline, on | {"kind": element.kind}, projection)


def _room(room: PlanRoom) -> dict[str, Any]:
    said = {
        "name": room.name,
        "long_name": room.long_name,
        "use": room.use,
        "height": room.height_m,
        "area_m2": room.area_m2,
    }
    return {"kind": "room"} | {name: value for name, value in said.items() if value is not None}


def _feature(
    outline: GeoJson | None,
    properties: dict[str, Any],
    projection: Projection | None,
    *,
    id_: str | None = None,
) -> Collection:
    drawn = outline if outline is None or projection is None else _on_earth(outline, projection)
    return {"type": "Feature"} | ({"id": id_} if id_ else {}) | {"geometry": drawn, "properties": properties}


def _on_earth(outline: GeoJson, projection: Projection) -> GeoJson:
    # Counter-clockwise around, as RFC 7946 asks.
    turned = shapely.orient_polygons(projection.degrees(shape(outline)))
    plain: GeoJson = json.loads(shapely.to_geojson(turned))
    return plain
