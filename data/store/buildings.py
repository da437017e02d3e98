"""Buildings as their models say: storeys, rooms, doors, systems; and the devices that stand in rooms."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import class_row, kwargs_row

from data.building.model import GeoJson, Properties
from data.errors import BadInput
from data.store import statements
from data.store.model_import import Saved, compare, save
from data.store.pool import Store

__all__ = [
    "BuildingRow", "PlanDoor", "PlanElement", "PlanRoom", "Saved", "SpaceRow", "StoreyPlan", "StoreyRow",
    "bind_device", "compare", "find_tenant", "list_buildings", "place_as_said", "place_by_hand", "plan",
    "save", "space", "spaces_by_global_id", "storeys",
]  # fmt: skip

_SQL = statements.load("buildings")


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildingRow:
    """One building of the tenant."""

    id: int
    name: str
    timezone: str
    location: GeoJson | None  # Point, longitude and latitude of the plans' origin
    georeference: dict[str, Any] | None  # a `model.Georeference`
    true_north_deg: float | None  # clockwise from the plans' y axis
    model: dict[str, Any]  # schema, project, length_unit, warnings; empty without a model
    storeys: int
    spaces: int
    area_m2: float | None
    placed_by: str | None = None  # who placed it by hand; None: it is where its model says


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreyRow:
    """One storey of a building."""

    id: int
    building_id: int
    name: str
    elevation_m: float | None
    rooms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRoom:
    """A room on a plan; without a footprint it cannot be drawn, but listed."""

    id: int
    name: str
    long_name: str | None
    use: str | None
    footprint: GeoJson | None
    label_point: tuple[float, float] | None
    area_m2: float | None
    height_m: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDoor:
    """A door on a plan with the ids of the rooms it joins."""

    id: int
    name: str | None
    outline: GeoJson | None
    spaces: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanElement:
    """A wall, column, window or stair on a plan."""

    kind: str
    outline: GeoJson


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreyPlan:
    """All that is drawn of one storey, in metres."""

    id: int
    building_id: int
    name: str
    elevation_m: float | None
    true_north_deg: float | None
    rooms: tuple[PlanRoom, ...]
    doors: tuple[PlanDoor, ...]
    elements: tuple[PlanElement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpaceRow:
    """One room with all that its model says."""

    id: int
    building_id: int
    storey_id: int | None
    building: str
    storey: str | None
    name: str
    long_name: str | None
    global_id: str | None
    use: str | None
    zones: list[str]
    footprint: GeoJson | None
    area_m2: float | None
    area_source: str | None
    footprint_area_m2: float | None
    height_m: float | None
    floor_m: float | None
    properties: Properties
    gone_at: datetime | None  # when a newer model no longer had it
    served_by: list[str]  # names of systems


def find_tenant(store: Store, name: str) -> int:
    """The id of a tenant, as the worker role.

    Raises:
        BadInput: there is none of this name.
    """
    with store.transaction() as connection:
        row = connection.execute(_SQL["tenant_named"], {"name": name}).fetchone()
    if row is None or row[0] is None:
        raise BadInput(f"There is no tenant {name}.")
    return int(row[0])


def list_buildings(store: Store, *, tenant: int) -> list[BuildingRow]:
    """All buildings of the tenant, by name."""
    with store.transaction(tenant=tenant) as connection:
        return connection.cursor(row_factory=class_row(BuildingRow)).execute(_SQL["list"]).fetchall()


def storeys(store: Store, *, tenant: int, building: int) -> list[StoreyRow]:
    """The storeys of a building, the lowest first."""
    with store.transaction(tenant=tenant) as connection:
        cursor = connection.cursor(row_factory=class_row(StoreyRow))
        return cursor.execute(_SQL["storeys"], {"building_id": building}).fetchall()


def plan(store: Store, *, tenant: int, storey: int) -> StoreyPlan | None:
    """What a storey's plan draws; None when the tenant has no such storey."""
    with store.transaction(tenant=tenant) as connection:
        cursor = connection.cursor(row_factory=kwargs_row(_plan))
        return cursor.execute(_SQL["plan"], {"storey_id": storey}).fetchone()


def _plan(
    *, rooms: list[dict[str, Any]], doors: list[dict[str, Any]], elements: list[dict[str, Any]], **row: Any
) -> StoreyPlan:
    return StoreyPlan(
        **row,
        rooms=tuple(PlanRoom(**room | {"label_point": _pair(room["label_point"])}) for room in rooms),
        doors=tuple(PlanDoor(**door | {"spaces": tuple(door["spaces"])}) for door in doors),
        elements=tuple(PlanElement(**element) for element in elements),
    )


def _pair(coordinates: list[float] | None) -> tuple[float, float] | None:
    return None if coordinates is None else (coordinates[0], coordinates[1])


def space(store: Store, *, tenant: int, space: int) -> SpaceRow | None:
    """One room with its properties; None when the tenant has no such room."""
    with store.transaction(tenant=tenant) as connection:
        cursor = connection.cursor(row_factory=class_row(SpaceRow))
        return cursor.execute(_SQL["space"], {"space_id": space}).fetchone()


def spaces_by_global_id(store: Store, *, tenant: int, building: int) -> dict[str, int]:
    """The ids of a building's rooms by the GlobalIds of its model."""
    with store.transaction(tenant=tenant) as connection:
        return dict(connection.execute(_SQL["spaces_by_global_id"], {"building_id": building}).fetchall())


def bind_device(
    store: Store, *, tenant: int, device: int, space: int | None, actor: str | None = None
) -> None:
    """Place a device in a room, or in none; as the worker role.

    Raises:
        BadInput: the tenant has no such device, or no such room in its newest models.
    """
    statement = "unbind_device" if space is None else "bind_device"
    with store.transaction(tenant=tenant, actor=actor) as connection:
        bound = connection.execute(_SQL[statement], {"device_id": device, "space_id": space}).fetchone()
        if bound is None:
            raise BadInput(f"There is no device {device}, or no room {space} to place it in.")
        connection.execute(_SQL["version_grow"])


def place_by_hand(
    store: Store,
    *,
    tenant: int,
    building: int,
    latitude: float,
    longitude: float,
    rotation_deg: float,
    actor: str,
) -> None:
    """Say where a building is and how it is turned, whatever its models say now and later.

    Args:
        store: The store, as the web or the worker role.
        tenant: Whose building it is.
        building: Its id.
        latitude: Of the origin of its plans [°, WGS84].
        longitude: The same.
        rotation_deg: The compass direction in which the plans' y axis points, clockwise from true north [°].
        actor: Who says so.

    Raises:
        BadInput: the tenant has no such building, or there is no such place.
    """
    if not (abs(latitude) <= 90 and abs(longitude) <= 180 and math.isfinite(rotation_deg)):
        raise BadInput(
            "Give a latitude from -90 to 90, a longitude from -180 to 180 and a rotation in degrees."
        )
    place = {
        "building_id": building,
        "latitude": latitude,
        "longitude": longitude,
        "true_north_deg": -math.remainder(rotation_deg, 360),
        "actor": actor,
    }
    _place(store, "place_by_hand", tenant, actor, place)


def place_as_said(store: Store, *, tenant: int, building: int, actor: str) -> None:
    """Take back what people said of a building's place: it is where its models put it, or nowhere.

    Raises:
        BadInput: the tenant has no such building.
    """
    _place(store, "place_as_said", tenant, actor, {"building_id": building})


def _place(store: Store, statement: str, tenant: int, actor: str, place: dict[str, Any]) -> None:
    with store.transaction(tenant=tenant, actor=actor) as connection:
        if connection.execute(_SQL[statement], place).fetchone() is None:
            raise BadInput(f"There is no building {place['building_id']}.")
        connection.execute(_SQL["version_grow"])
