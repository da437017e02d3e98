"""Between longitude and latitude and the metres of a plan around one place on earth."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TypeVar, cast

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

Shape = TypeVar("Shape", bound=BaseGeometry)

_DIGITS = 9  # of a degree: a tenth of a millimetre


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """A transverse Mercator projection around a plan's origin, true to scale there, turned as the plan is."""

    longitude: float  # of the origin
    latitude: float
    true_north_deg: float = 0.0  # clockwise from the plan's y axis
    _projected: Transformer = field(init=False)

    def __post_init__(self) -> None:
        local = f"+proj=tmerc +lat_0={self.latitude!r} +lon_0={self.longitude!r} +k=1 +ellps=WGS84 +units=m"
        object.__setattr__(self, "_projected", Transformer.from_crs("OGC:CRS84", local, always_xy=True))

    def metres(self, shape: Shape) -> Shape:
        """A shape in degrees as it lies on the plan."""
        return cast(Shape, shapely.transform(shape, self._to_plan))

    def degrees(self, shape: Shape) -> Shape:
        """A shape of the plan as it lies on earth."""
        return cast(Shape, shapely.transform(shape, self._to_earth))

    def _to_plan(self, degrees: NDArray[np.float64]) -> NDArray[np.float64]:
        east, north = self._projected.transform(degrees[:, 0], degrees[:, 1])
        sin, cos = self._turn()
        return np.column_stack([east * cos + north * sin, north * cos - east * sin])

    def _to_earth(self, metres: NDArray[np.float64]) -> NDArray[np.float64]:
        x, y = metres[:, 0], metres[:, 1]
        sin, cos = self._turn()
        longitude, latitude = self._projected.transform(
            x * cos - y * sin, x * sin + y * cos, direction="INVERSE"
        )
        return np.round(np.column_stack([longitude, latitude]), _DIGITS)

    def _turn(self) -> tuple[float, float]:
        return math.sin(math.radians(self.true_north_deg)), math.cos(math.radians(self.true_north_deg))
