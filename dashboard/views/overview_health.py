"""How the buildings are, and which of their rooms are worst, as the Overview tells it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from dashboard import format
from dashboard.views import health, rooms_health
from dashboard.views.health import TREND, Score
from data.store.analysis_overview import Scores

__all__ = ["BUILDINGS", "ROOMS", "TREND", "Rows", "buildings", "worst_rooms"]

BUILDINGS, ROOMS = 6, 5  # that are shown, the worst first

Rows = tuple[tuple[Score, str], ...]  # each with the address that it leads to


def buildings(found: Scores, *, now: datetime) -> Rows:
    """The buildings with their courses."""
    return tuple(
        (
            health.score(one.health, zone=format.zone(one.timezone), now=now, trend=one.trend),
            rooms_health.address(one.health.subject_id, storey=None, room=None),
        )
        for one in found.buildings
    )


def worst_rooms(found: Scores, *, now: datetime) -> Rows:
    """The rooms that lost points, with the building that each is in."""
    scored = [(one, health.score(one.health, zone=format.zone(one.timezone), now=now)) for one in found.rooms]
    return tuple(
        (
            replace(score, name=f"{score.name} · {one.building}"),
            rooms_health.address(one.building_id, storey=None, room=one.health.subject_id),
        )
        for one, score in scored
        if score.level in ("watch", "ill")
    )
