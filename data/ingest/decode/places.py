"""Where devices say they are."""

from __future__ import annotations

from data.ingest.decode.message import Place
from data.ingest.decode.payload import Json, member


def place_of(device: str, stated: Json) -> Place | None:
    """Where `latitude` and `longitude` of an object put the device; None when that is not on earth."""
    return place_at(device, member(stated, "latitude"), member(stated, "longitude"))


def place_at(device: str, latitude: Json, longitude: Json) -> Place | None:
    """The place at these degrees; None for 0/0 or beyond the earth, as a receiver without a fix says."""
    if isinstance(latitude, (bool, str, dict, list)) or isinstance(longitude, (bool, str, dict, list)):
        return None
    if latitude is None or longitude is None or latitude == longitude == 0:
        return None
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return None
    return Place(device=device, longitude=float(longitude), latitude=float(latitude))
