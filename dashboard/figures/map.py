"""The map: buildings as bodies at their place in the colours of a figure, and devices outdoors.

Without a basemap the ground is a plain grid, drawn from nothing but numbers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from shapely import union_all
from shapely.affinity import translate
from shapely.geometry import Point, shape
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient

from dashboard.figures import colour_scales as tables
from dashboard.figures import deck, mercator
from dashboard.figures.colour_scale import Scale
from dashboard.figures.deck import Spec
from dashboard.theme import COLOURS, FONT, Scheme

Place = tuple[float, float]  # longitude and latitude [°]

CANVASES = (NARROW, WIDE) = ((320.0, 192.0), (900.0, 520.0))  # of a phone, and of all else [px]

_WALL_M = 0.6  # what a building's outline has beyond its rooms; gaps up to twice as wide are walls
_UNKNOWN_M = 6.0  # half of the side of a building without an outline, and its height
_FAR_M = 10_000.0  # rooms as far from a model's origin tell that it is not where its place is
_CLOSEST = 17.5
_FARTHEST = {NARROW: 0.0, WIDE: 1.0}  # that all of the earth is no smaller than the canvas
_PITCH_DEG, _TILTED_FROM = 42.0, 13.0  # from farther away no height is seen

GRID_ADDRESS = "/map/grid/{z}/{x}/{y}.geojson"
_LOAD_ITSELF: Spec = {"fetch": {}}  # without options deck.gl waits for a resource that somebody else adds
_NAME_PX = (150.0, 34.0)  # what a name has for itself
_NAMES_WIDE = "names-wide"  # layer of those that have that on a wide canvas alone


class Ground(Protocol):
    """A building as the store gives it."""

    @property
    def id(self) -> int: ...  # noqa: D102
    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def location(self) -> dict[str, Any] | None: ...  # noqa: D102
    @property
    def true_north_deg(self) -> float | None: ...  # noqa: D102
    @property
    def footprints(self) -> list[dict[str, Any]] | None: ...  # noqa: D102
    @property
    def bottom_m(self) -> float | None: ...  # noqa: D102
    @property
    def top_m(self) -> float | None: ...  # noqa: D102


class Told(Protocol):
    """A building's figure."""

    @property
    def value(self) -> float | None: ...  # noqa: D102
    @property
    def written(self) -> str: ...  # noqa: D102
    @property
    def note(self) -> str: ...  # noqa: D102


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A building at its place."""

    id: int
    name: str
    at: Place  # its middle
    polygons: tuple[list[list[list[float]]], ...]  # rings of longitudes and latitudes
    height_m: float

    @property
    def corners(self) -> list[Place]:
        """Of its outline, as far as it reaches."""
        return [(x, y) for rings in self.polygons for x, y in rings[0]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Basemap:
    """What lies under it all."""

    style: str | dict[str, Any]
    key: str  # a Mapbox token, or a word for none


def place(building: Ground) -> Placed | None:
    """A building where it is known to be; None where it is not."""
    if building.location is None:
        return None
    longitude, latitude = building.location["coordinates"][:2]
    origin = (float(longitude), float(latitude))
    outline = _outline(building.footprints or [])
    bottom, top = building.bottom_m or 0.0, building.top_m or 0.0
    north = math.radians(building.true_north_deg or 0.0)
    middle = outline.centroid
    return Placed(
        id=building.id,
        name=building.name,
        at=_on_earth((middle.x, middle.y), origin, north),
        polygons=tuple(
            [
                [list(_on_earth(at[:2], origin, north)) for at in ring.coords]
                for ring in (one.exterior, *one.interiors)
            ]
            for one in (orient(part, sign=-1.0) for part in getattr(outline, "geoms", [outline]))
        ),
        height_m=round(max(top - bottom, _UNKNOWN_M), 1),
    )  # fmt: skip


def empty(basemap: Basemap | None) -> Spec:
    """What stands there until the first picture comes."""
    return ({"mapStyle": basemap.style} if basemap else {}) | {
        "views": [{"@@type": "MapView", "controller": True, "repeat": True}],
        "initialViewState": view_of([]),
        "layers": [],
    }


def spec(
    placed: Sequence[Placed], told: Mapping[int, Told], *, scale: Scale, scheme: Scheme,
    devices: str, places: Sequence[Place], turn: int = 0, basemap: Basemap | None,
) -> Spec:  # fmt: skip
    """The whole picture.

    Args:
        placed: The buildings.
        told: Their figures by id; a building without one has no colour.
        scale: The figure's colours.
        scheme: Of the page.
        devices: The address of a tile of devices, with `{z}`, `{x}` and `{y}`.
        places: That are to be in view.
        turn: Of another one, deck.gl goes back to them.
        basemap: What lies under it; None: a grid.
    """
    ground = [] if basemap else [_grid(scheme)]
    narrow, wide = (
        view_of(places, turn=turn, canvas=canvas, farthest=_FARTHEST[canvas]) for canvas in CANVASES
    )
    return empty(basemap) | {
        "framed": [
            {"canvas": NARROW, "view": narrow, "without": [_NAMES_WIDE]},
            {"canvas": WIDE, "view": wide},
        ],
        "effects": deck.LIGHT,
        "layers": [*ground, _devices(devices, scheme), *_buildings(placed, told, scale, scheme),
                   *_names(placed, narrow, wide, scheme)],
    }  # fmt: skip


def view_of(
    places: Iterable[Place],
    *,
    turn: int = 0,
    canvas: tuple[float, float] = WIDE,
    farthest: float = _FARTHEST[WIDE],
) -> Spec:
    """Where one looks from to see all places; deck.gl goes back to it when it is of another turn."""
    found = list(places) or [(-60.0, -40.0), (100.0, 62.0)]  # about where most people live
    west, east = min(at[0] for at in found), max(at[0] for at in found)
    south, north = min(at[1] for at in found), max(at[1] for at in found)
    top, bottom = mercator.down(north), mercator.down(south)
    across, down = max((east - west) / 360, 1e-9), max(bottom - top, 1e-9)
    zoom = min(math.log2(canvas[0] * 0.6 / 512 / across), math.log2(canvas[1] * 0.6 / 512 / down))
    zoom = round(min(_CLOSEST, max(farthest, zoom)), 2)
    return {
        "longitude": (west + east) / 2, "latitude": mercator.latitude((top + bottom) / 2),
        "zoom": zoom, "maxZoom": 20,
        "pitch": _PITCH_DEG if zoom > _TILTED_FROM else 0, "bearing": turn * 1e-6,
    }  # fmt: skip


def _outline(footprints: Sequence[Mapping[str, Any]]) -> BaseGeometry:
    """About the rooms; a square where none is known, or none near the model's origin."""
    if not footprints:
        return Point(0, 0).buffer(_UNKNOWN_M, cap_style="square")
    rooms = union_all([shape(one) for one in footprints])
    outline = rooms.buffer(2 * _WALL_M, join_style="mitre").buffer(-_WALL_M, join_style="mitre").simplify(0.1)
    if outline.distance(Point(0, 0)) <= _FAR_M:
        return outline
    middle = outline.centroid
    return translate(outline, -middle.x, -middle.y)


def _on_earth(at: tuple[float, ...], origin: Place, north: float) -> Place:
    """Metres of a model to degrees; exact to millimetres within a building of a kilometre."""
    x, y = at
    east, ahead = x * math.cos(north) - y * math.sin(north), x * math.sin(north) + y * math.cos(north)
    latitude = math.radians(origin[1])
    # The length of a degree on WGS 84's ellipsoid, as series of its latitude.
    per_latitude = 111_132.954 - 559.822 * math.cos(2 * latitude) + 1.175 * math.cos(4 * latitude)
    per_longitude = 111_412.84 * math.cos(latitude) - 93.5 * math.cos(3 * latitude)
    return round(origin[0] + east / max(per_longitude, 1.0), 8), round(origin[1] + ahead / per_latitude, 8)


def _buildings(
    placed: Sequence[Placed], told: Mapping[int, Told], scale: Scale, scheme: Scheme
) -> list[Spec]:
    """A body each, and a dot that is seen from afar."""
    neutral = deck.rgba(tables.PLAN[scheme]["hatch"])
    rows, spots = [], []
    for one in placed:
        said = told.get(one.id)
        colour = deck.rgba(scale.colour(said.value)) if said and said.value is not None else neutral
        about = " · ".join(filter(None, (said.written, said.note))) if said else ""
        what = {"building": one.id, "colour": colour, "note": deck.note(one.name, about)}
        spots.append({"at": one.at} | what)
        rows += [{"rings": rings, "height": one.height_m} | what for rings in one.polygons]
    picked = {"pickable": True, "autoHighlight": True, "highlightColor": [255, 255, 255, 70]}
    dots = {
        "@@type": "ScatterplotLayer",
        "id": "dots",
        "data": spots,
        "getPosition": "@@=at",
        "getFillColor": "@@=colour",
        "getRadius": 4,
        "radiusMinPixels": 7,
        "stroked": True,
        "getLineColor": deck.rgba(COLOURS[scheme].text),
        "lineWidthMinPixels": 1.5,
        **picked,
    }
    bodies = {
        "@@type": "PolygonLayer",
        "id": "buildings",
        "data": rows,
        "getPolygon": "@@=rings",
        "getElevation": "@@=height",
        "getFillColor": "@@=colour",
        "material": deck.MATERIAL,
        "extruded": True,
        **picked,
    }
    return [dots, bodies]  # fmt: skip


def _names(placed: Sequence[Placed], narrow: Spec, wide: Spec, scheme: Scheme) -> list[Spec]:
    """Names that have room for themselves when all is in view; the others show when one comes near."""
    always = _with_room(placed, [], narrow["zoom"])
    often = _with_room(placed, always, wide["zoom"])
    hidden = [one for one in placed if one not in (*always, *often)]
    near = {"sizeUnits": "meters", "getSize": 40, "sizeMaxPixels": 24}
    return [
        _texts("names", always, scheme, {"getSize": 24}),
        _texts(_NAMES_WIDE, often, scheme, {"getSize": 24}),
        _texts("names-near", hidden, scheme, near),
    ]


def _with_room(placed: Sequence[Placed], there: Sequence[Placed], zoom: float) -> list[Placed]:
    """Those whose names have room beside one another's and those that are there."""
    found: list[Placed] = []
    for one in placed:
        if all(_apart(one.at, other.at, zoom) for other in (*there, *found)):
            found.append(one)
    return found


def _apart(one: Place, other: Place, zoom: float) -> bool:
    px = 512 * 2**zoom
    across = abs(one[0] - other[0]) / 360 * px
    down = abs(mercator.down(one[1]) - mercator.down(other[1])) * px
    return across > _NAME_PX[0] or down > _NAME_PX[1]


def _texts(name: str, placed: Sequence[Placed], scheme: Scheme, size: Spec) -> Spec:
    return {
        "@@type": "TextLayer", "id": name,
        "data": [{"at": [*_behind(one), one.height_m], "name": deck.text(one.name)} for one in placed],
        "getPosition": "@@=at", "getText": "@@=name", "getColor": deck.rgba(COLOURS[scheme].text),
        "getPixelOffset": [0, -22], "fontFamily": FONT, "fontWeight": 600,
        "characterSet": sorted({letter for one in placed for letter in one.name}),
    } | size  # fmt: skip


def _behind(one: Placed) -> Place:
    """The middle of a building's northern edge: above it on the screen, whichever way it is tilted."""
    return one.at[0], max(at[1] for rings in one.polygons for at in rings[0])


def _devices(address: str, scheme: Scheme) -> Spec:
    """Devices by tile: the more there are in one place, the larger; silent ones without colour."""
    quiet, heard = deck.rgba(COLOURS[scheme].muted), deck.rgba(COLOURS[scheme].line)
    return {
        "@@type": "TileLayer", "id": "devices", "data": address, "minZoom": 0, "maxZoom": 20,
        "loadOptions": _LOAD_ITSELF,
        "getFillColor": f"@@=properties.silent ? {quiet} : {heard}",
        "getLineColor": deck.rgba(COLOURS[scheme].tip), "stroked": True,
        "getRadius": "@@=properties.devices > 99 ? 22 : properties.devices > 9 ? 16 : "
        "properties.devices > 1 ? 11 : 7",
        "pointRadiusUnits": "pixels", "lineWidthUnits": "pixels", "getLineWidth": 2,
    }  # fmt: skip


def _grid(scheme: Scheme) -> Spec:
    return {
        "@@type": "TileLayer", "id": "grid", "data": GRID_ADDRESS, "minZoom": 0, "maxZoom": 20,
        "loadOptions": _LOAD_ITSELF, "refinementStrategy": "no-overlap",
        "getLineColor": deck.rgba(tables.PLAN[scheme]["edge"], 130),
        "getLineWidth": 0, "lineWidthMinPixels": 1,
    }  # fmt: skip
