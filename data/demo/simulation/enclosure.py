"""The rooms as arrays: areas, volumes and what joins them, taken from the plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import pi

import numpy as np
from shapely import Polygon

from data.demo.office import fabric, plan, properties, transmittance
from data.demo.office.site import azimuth_deg
from data.demo.simulation.clock import Array

AHUS = ("AHU-1", "AHU-2")
_DOOR_AIR_M3_S = 30.0 / 3600.0  # air that a door now and then open exchanges each way
_AIR_J_M3K = 1.2 * 1006.0  # heat capacity of air


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """The building's rooms, in the order of the plan; shapes (rooms,), (rooms, rooms) and so on."""

    rooms: tuple[plan.Room, ...]
    area_m2: Array
    volume_m3: Array
    seats: Array
    opaque_w_k: Array  # through outer walls and the roof
    ground_w_k: Array
    window_w_k: Array
    window_m2: Array  # (rooms, facades)
    facades_deg: tuple[float, ...]  # which way they look, from true north
    links_w_k: Array  # (rooms, rooms) heat through partitions, floors and doors
    doors_m3_s: Array  # (rooms, rooms) air through doors
    supply_m3_s: Array  # at full flow
    served: Array  # (rooms, units) 1 where the unit serves the room

    def index(self, number: str) -> int:
        """The column of the room with this number."""
        return next(i for i, room in enumerate(self.rooms) if room.number == number)

    def where(self, *uses: plan.Use) -> Array:
        """1 for rooms of one of these uses, 0 for others."""
        return np.array([float(room.use in uses) for room in self.rooms])


@cache
def office() -> Enclosure:
    """The demo office."""
    rooms = plan.rooms()
    index = {room.number: column for column, room in enumerate(rooms)}
    clear = [fabric.clear_outline(room) for room in rooms]
    area = np.array([outline.area for outline in clear])
    windows, facades = _windows(index)
    roof = np.array([float(room.storey == len(plan.STOREYS) - 1) for room in rooms])
    ground = np.array([float(room.storey == 0) for room in rooms])
    doors = _doors(index)
    walls_m2 = _outer_walls(index) - windows.sum(axis=1)
    return Enclosure(
        rooms=rooms,
        area_m2=area,
        volume_m3=area * plan.CLEAR_HEIGHT_M,
        seats=np.array([float(room.seats) for room in rooms]),
        opaque_w_k=transmittance.FACADE * walls_m2 + transmittance.ROOF * roof * area,
        # Half: the ground beneath is nearer to the room's temperature than to the air's outside.
        ground_w_k=transmittance.GROUND * ground * area * 0.5,
        window_w_k=transmittance.WINDOW * windows.sum(axis=1),
        window_m2=windows,
        facades_deg=facades,
        links_w_k=_partitions(index) + _floors(rooms, clear) + doors * _AIR_J_M3K,
        doors_m3_s=doors,
        supply_m3_s=np.array([properties.air_change_m3h(room) / 3600.0 for room in rooms]),
        served=np.array([[float(room.ahu == unit) for unit in AHUS] for room in rooms]),
    )


def _facade_deg(wall: fabric.Wall) -> float:
    return round(azimuth_deg(wall.angle - pi / 2), 3)


def _windows(index: dict[str, int]) -> tuple[Array, tuple[float, ...]]:
    panes = [opening for opening in fabric.openings() if not opening.is_door]
    facades = tuple(sorted({_facade_deg(pane.wall) for pane in panes}))
    areas = np.zeros((len(index), len(facades)))
    for pane in panes:
        where = index[pane.wall.rooms[0]], facades.index(_facade_deg(pane.wall))
        areas[where] += pane.width_m * pane.height_m
    return areas, facades


def _outer_walls(index: dict[str, int]) -> Array:
    areas = np.zeros(len(index))
    for wall in fabric.walls():
        if wall.external:
            areas[index[wall.rooms[0]]] += wall.length_m * plan.CLEAR_HEIGHT_M
    return areas


def _partitions(index: dict[str, int]) -> Array:
    links = np.zeros((len(index), len(index)))
    for wall in fabric.walls():
        if wall.rooms[1] is not None:
            one, other = index[wall.rooms[0]], index[wall.rooms[1]]
            links[one, other] += transmittance.PARTITION * wall.length_m * plan.CLEAR_HEIGHT_M
    return links + links.T


def _floors(rooms: Sequence[plan.Room], clear: Sequence[Polygon]) -> Array:
    links = np.zeros((len(rooms), len(rooms)))
    for low, below in enumerate(rooms):
        for high, above in enumerate(rooms):
            if above.storey == below.storey + 1:
                links[low, high] = transmittance.FLOOR * clear[low].intersection(clear[high]).area
    return links + links.T


def _doors(index: dict[str, int]) -> Array:
    air = np.zeros((len(index), len(index)))
    for door in plan.doors():
        if door.other is not None:
            air[index[door.room], index[door.other]] += _DOOR_AIR_M3_S
    for room in plan.rooms():
        above = f"{room.storey + 1}{room.number[1:]}"
        if room.use is plan.Use.STAIR and above in index:
            air[index[room.number], index[above]] += 4 * _DOOR_AIR_M3_S  # a shaft without a ceiling
    return air + air.T
