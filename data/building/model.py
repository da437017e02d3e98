"""What a building model says, as plain values: metres, square metres, degrees, GeoJSON.

A `key` is the number an instance has in its file: unique within one model, and meaning nothing in
another one. A `global_id` is what the file states, which may be nothing or somebody else's too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

GeoJson = dict[str, Any]
Properties = dict[str, dict[str, Any]]  # property set -> property -> plain JSON, in the file's units


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A site or a building of the model."""

    key: int
    name: str | None
    global_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Storey:
    """One level of the building."""

    key: int
    name: str
    global_id: str | None
    elevation_m: float | None  # as the storey states it, else the height of its placement
    base_m: float | None  # the height of its placement, where its geometry lies


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """A room; without a body or an outline in the file it is data alone, which is no error."""

    key: int
    name: str
    long_name: str | None
    global_id: str | None
    storey: int | None  # key
    footprint: GeoJson | None  # Polygon or MultiPolygon, with holes
    label_point: tuple[float, float] | None  # inside the footprint, far from its edges
    footprint_area_m2: float | None
    area_m2: float | None
    area_source: str | None  # "BaseQuantities.NetFloorArea", ..., "footprint"
    height_m: float | None
    mean_height_m: float | None = None  # its body's volume over its outline; less under a sloping roof
    floor_m: float | None  # height of its lowest point in the model
    use: str | None
    zones: tuple[str, ...]
    properties: Properties


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """What a plan draws of a storey, as cut or seen from `geometry.CUT_M` above it."""

    storey: int  # key
    kind: Literal["wall", "column", "window", "stair"]
    outline: GeoJson


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A door and the rooms it joins; one room alone: it leads outside or to where no room is drawn."""

    key: int
    name: str | None
    global_id: str | None
    storey: int | None  # key
    outline: GeoJson | None
    spaces: tuple[int, ...]  # keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    """A distribution element: a terminal, an air-handling unit, a sensor, a pipe."""

    key: int
    name: str
    global_id: str | None
    kind: str  # of its type where it has one, without "Ifc": "Outlet", "UnitaryEquipment", "Sensor"
    predefined_type: str | None  # what narrows the kind: "AIRHANDLER", "CO2SENSOR", or a word of the author
    tag: str | None
    storey: int | None  # key
    space: int | None  # key
    position: tuple[float, float, float] | None  # [m]
    serves: tuple[int, ...]  # keys of the spaces that refer to it
    properties: Properties


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """Equipment that works together, and the rooms it serves."""

    key: int
    name: str
    global_id: str | None
    kind: str | None  # "VENTILATION", "HEATING", ...
    members: tuple[int, ...]  # keys of equipment
    serves: tuple[int, ...]  # keys of spaces


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Two pieces of equipment whose ports are joined."""

    source: int  # key of equipment
    target: int  # key of equipment
    directed: bool  # whether the ports say that it flows from source to target


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What things are made of."""

    name: str
    elements: int  # how many are said to be


@dataclass(frozen=True, slots=True, kw_only=True)
class Georeference:
    """Where on earth the model says it is, and how far that can be believed."""

    source: Literal[
        "IfcMapConversion", "IfcRigidOperation", "ePSet_MapConversion", "IfcSite", "GeoJSON", "none"
    ]
    confidence: Literal["stated", "doubtful", "none"]
    doubt: str | None = None  # why it is doubtful
    notes: tuple[str, ...] = ()  # what is odd about it, as sentences, and does not make it doubtful
    latitude: float | None = (
        None  # of the model's origin, in degrees; of the site where sources contradict it
    )
    longitude: float | None = None
    true_north_deg: float | None = None  # clockwise from the model's y axis; None: not stated
    crs: str | None = None
    eastings: float | None = None  # as stated
    northings: float | None = None
    height: float | None = None
    scale: float | None = None
    rotation_deg: float | None = None  # of the model's x axis, anticlockwise from the map's east
    map_latitude: float | None = None  # what the map's coordinates come to, believed or not
    map_longitude: float | None = None
    map_north_deg: float | None = None  # true north as it follows from a map conversion that is believed

    @property
    def north_deg(self) -> float | None:
        """True north, clockwise from the model's y axis, from the best source; None: nothing says it."""
        return self.true_north_deg if self.map_north_deg is None else self.map_north_deg


GEOJSON = "GeoJSON"  # `schema` of a plan that was drawn: it has no bodies


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A whole file."""

    sha256: str
    schema: str
    length_unit: str
    length_unit_m: float
    project: str | None
    sites: tuple[Place, ...]
    buildings: tuple[Place, ...]
    storeys: tuple[Storey, ...]
    spaces: tuple[Space, ...]
    elements: tuple[Element, ...]
    doors: tuple[Door, ...]
    equipment: tuple[Equipment, ...]
    systems: tuple[System, ...]
    links: tuple[Link, ...]
    georeference: Georeference
    warnings: tuple[str, ...]
    materials: tuple[Material, ...] = ()  # the commonest first
