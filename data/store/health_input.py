"""What the health of devices and places is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg.rows import class_row

from data.store import statements
from data.store.pool import Connection

_SQL = statements.load("analysis_input")


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedDevice:
    """A device, its number series, and the property sets of the equipment that it stands at."""

    device_id: int
    building_id: int | None
    space_id: int | None
    name: str
    equipment: dict[str, Any] | None
    series: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceHealth:
    """The health of a device of a building, and where it stands."""

    device_id: int
    name: str
    space_id: int | None
    storey_id: int | None
    score: float | None
    reasons: list[dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildingHealth:
    """What the health of a building's places is added up from."""

    devices: tuple[DeviceHealth, ...]
    systems: dict[int, list[int]]  # the devices at its equipment
    spaces: tuple[int, ...]  # all there are, also those without a device
    storeys: tuple[int, ...]


def devices(connection: Connection, ids: Sequence[int]) -> list[JudgedDevice]:
    """The devices of the transaction's tenant with these ids."""
    cursor = connection.cursor(row_factory=class_row(JudgedDevice))
    return cursor.execute(_SQL["devices"], {"ids": list(ids)}).fetchall()


def company(connection: Connection, ids: Sequence[int], *, quantities: Sequence[str]) -> dict[int, list[int]]:
    """By series of these devices: the series of others that measure the same of these in the same room."""
    wanted = {"ids": list(ids), "quantities": list(quantities)}
    return dict(connection.execute(_SQL["company"], wanted).fetchall())


def of_building(connection: Connection, building: int) -> BuildingHealth:
    """What is known of the devices of a building; others who ask in their transactions wait for this one."""
    wanted = {"building_id": building}
    connection.execute(_SQL["lock_building"], wanted)
    cursor = connection.cursor(row_factory=class_row(DeviceHealth))
    found = tuple(cursor.execute(_SQL["device_healths"], wanted).fetchall())
    systems = dict(connection.execute(_SQL["system_devices"], wanted).fetchall())
    places = connection.execute(_SQL["places"], wanted).fetchone()
    assert places is not None  # a row of arrays
    spaces, storeys, all_systems = places
    return BuildingHealth(
        devices=found,
        systems={number: systems.get(number, []) for number in all_systems},
        spaces=tuple(spaces),
        storeys=tuple(storeys),
    )
