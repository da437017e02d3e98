"""What spatial questions are asked with, and what they are answered with."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedDevice:
    """A device in a room."""

    id: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomRow:
    """A room by its names."""

    id: int
    name: str
    long_name: str | None
    storey_id: int | None
    storey: str | None
    area_m2: float | None  # of its outline


@dataclass(frozen=True, slots=True, kw_only=True)
class NearRoom:
    """A room and how far its outline is; 0: the point is in it."""

    room: RoomRow
    distance_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """A room next to another one, in at least one of these ways."""

    room: RoomRow
    doors: tuple[str, ...]  # names of the doors between both; "" for one without a name
    wall_m: float  # length along which they face each other across no more than a wall
    above_m2: float  # how much of it lies on top of the other one
    below_m2: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPoint:
    """A point of a storey's plan."""

    building: int
    storey: int | None
    x: float  # [m]
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EarthPoint:
    """A place outdoors."""

    longitude: float  # [degrees]
    latitude: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensor:
    """A series that measures what was asked for, and where it stands."""

    series_id: int
    metric: str
    device_id: int
    device: str
    space_id: int | None  # none: outdoors
    space: str | None
    storey_id: int | None
    storey: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NearSensor:
    """A sensor and how far away it is, as seen from above."""

    sensor: Sensor
    distance_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """A building or a device on the map."""

    id: int
    name: str
    longitude: float
    latitude: float


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What is inside a box on the map, by name."""

    buildings: tuple[Pin, ...]
    devices: tuple[Pin, ...]
