"""Where the office stands: one place, said in degrees and in EPSG:25833, and how it is turned."""

from __future__ import annotations

import math

LATITUDE, LONGITUDE = 52.39062, 13.06458  # degrees; the building's origin, on a made-up street
EASTINGS_M, NORTHINGS_M, HEIGHT_M = 368_298.31, 5_806_247.97, 34.2  # the same in EPSG:25833
TIMEZONE = "Europe/Berlin"

_ROTATION = math.radians(18.0)  # of the building's x axis, anticlockwise from the map's east
_CONVERGENCE = math.radians(-1.53322)  # here the map's north points this far west of the true one

ROTATION = (math.cos(_ROTATION), math.sin(_ROTATION))  # the building's x axis on the map
# True north in the building's axes.
_NORTH = math.pi / 2 + _CONVERGENCE - _ROTATION
TRUE_NORTH = (math.cos(_NORTH), math.sin(_NORTH))


def azimuth_deg(angle: float) -> float:
    """Compass direction, clockwise from true north, of an angle in the building's axes [rad]."""
    return math.degrees(_NORTH - angle) % 360.0
