"""What the map tells: a figure of each building, and devices outdoors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean
from typing import Any, Literal

from analytics.units import UnitSystem
from dashboard import format
from dashboard.views import overview
from data.store.map import Cluster, Near
from data.store.summary import BuildingSize, RoomNow, Summary

Figure = Literal["out", "temperature", "co2", "measured"]
FIGURES: dict[Figure, str] = {
    "out": "Rooms out of their band",
    "temperature": "Mean temperature",
    "co2": "Mean CO₂",
    "measured": "Rooms measured in 1 h",
}
QUANTITY: dict[Figure, str] = {"temperature": "temperature", "co2": "co2"}  # of the figures that have one

SILENT_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A building's figure."""

    value: float | None  # in the quantity's unit, a share in percent; None: nothing is known
    written: str
    note: str  # of how much it is


@dataclass(frozen=True, slots=True, kw_only=True)
class Outdoors:
    """One device near a place."""

    id: int
    name: str
    distance: str
    age: str
    silent: bool


NOTHING = Told(value=None, written="no data", note="")


def figure_of(wanted: object) -> Figure:
    """The figure of a name, else the first."""
    return next((name for name in FIGURES if name == wanted), "out")


def told(found: Summary | None, figure: Figure, *, units: UnitSystem = "metric") -> dict[int, Told]:
    """The figure of each building by its id.

    Args:
        found: The tenant's summary; None: it was never read.
        figure: Which.
        units: What the reader reads.
    """
    if found is None:
        return {}
    outside = overview.out_of_band(found)
    return {
        size.id: _told(size, [room for room in found.rooms if room.building_id == size.id],
                       outside.get(size.id, (0, 0)), figure, units)
        for size in found.buildings
    }  # fmt: skip


def nearby(found: Iterable[Near], *, now: datetime, units: UnitSystem = "metric") -> tuple[Outdoors, ...]:
    """Devices near a place as they are listed, in the order they come."""
    return tuple(
        Outdoors(
            id=one.device_id,
            name=one.device,
            distance=format.distance(one.distance_m, units=units),
            age=format.age(one.last_seen, now=now),
            silent=now - one.last_seen > SILENT_AFTER,
        )
        for one in found
    )


def tile(found: Iterable[Cluster]) -> dict[str, Any]:
    """Devices of a tile as GeoJSON: where, how many, and whether all of them are silent."""
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": {
                    "type": "Point",
                    "coordinates": [round(one.longitude, 6), round(one.latitude, 6)],
                },
                "properties": {"devices": one.devices, "silent": one.silent == one.devices},
            }
            for one in found
        ],
    }


def _told(
    size: BuildingSize, rooms: Sequence[RoomNow], outside: tuple[int, int], figure: Figure, units: UnitSystem
) -> Told:
    if figure == "out":
        return _share(*outside, f"{outside[0]} of {outside[1]} measured rooms")
    if figure == "measured":
        fresh = sum(room.fresh for room in rooms)
        return _share(fresh, size.rooms, f"{fresh} of {size.rooms} rooms")
    values = [
        value
        for room in rooms
        if (value := room.temperature_c if figure == "temperature" else room.co2_ppm) is not None
    ]
    if not values:
        return NOTHING
    mean = fmean(values)
    written = format.measured(mean, quantity=QUANTITY[figure], unit=None, units=units)
    return Told(
        value=mean, written=written, note=f"in {len(values)} rooms" if len(values) > 1 else "in 1 room"
    )


def _share(part: int, whole: int, note: str) -> Told:
    if not whole:
        return NOTHING
    return Told(value=100 * part / whole, written=format.share(part, whole), note=note)
