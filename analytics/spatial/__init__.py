"""Rooms judged by the rooms around them."""

from analytics.spatial.odd_rooms import odd_room_out

__all__ = ["odd_room_out"]
