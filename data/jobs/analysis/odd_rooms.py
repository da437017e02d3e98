"""Each room judged against the rooms around it, each day: is it the sensor, the room, or the weather."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from threading import Event

import pandas as pd
import structlog

from analytics.spatial import odd_room_out
from data.jobs.analysis.each import WINDOW, too_short
from data.jobs.batched import Batch, Batched, blocks
from data.store import Store, analysis_input, analysis_results, spatial
from data.store.analysis_input import BuildingSeries
from data.store.analysis_results import OddRoomResult, RunDone
from data.store.analysis_rows import Basis

log = structlog.get_logger(__name__)

KIND = "odd rooms"
EVERY = timedelta(days=1)
QUANTITY = "temperature"  # what a wall passes on; air that people make says nothing of the room next door
OUTDOOR = "outdoor temperature"
_LEAST_DAYS = 3
_LEAST_ROOMS = 3


def plan(store: Store) -> Iterable[Batch]:
    """The buildings whose rooms are due, each a batch of its own."""
    due = {
        tenant: analysis_input.due_buildings(store, tenant=tenant, kind=KIND, every=EVERY, window=WINDOW)
        for tenant in analysis_input.tenants(store)
    }
    return blocks(due, size=1)


def do(store: Store, batch: Batch, stop: Event) -> None:
    """Judge the rooms of a building."""
    for building in batch.ids:
        if not stop.is_set():
            _do(store, batch.tenant, building)


ODD_ROOMS = Batched(name="odd rooms", cron="*/5 * * * *", plan=plan, do=do, behind=2)


def _do(store: Store, tenant: int, building: int) -> None:
    now = datetime.now(UTC)
    with store.transaction(tenant=tenant) as connection:
        known = analysis_input.of_building(connection, building)
        ids = [one.series_id for one in known.series if one.quantity in (QUANTITY, "outdoor_temperature")]
        frame = analysis_input.means(connection, ids=ids, step="5min", since=now - WINDOW, until=now)
        last = analysis_results.last_runs(connection, KIND, "building", [building])
    readings = by_room(known, frame)
    rooms = [int(column) for column in readings.columns if column != OUTDOOR]
    beside = [
        (room, other.room.id)
        for room in rooms
        for other in spatial.neighbours(store, tenant=tenant, room=room)
    ]
    results, lacking, failed = [], _lack(readings, rooms), None
    if lacking is None:
        try:
            results = judged(readings, beside, plants(known), now=now)
        except Exception as error:
            failed = type(error).__name__
            if building not in last or last[building].failed != failed:
                log.exception("analysis", kind=KIND, id=building)
    first = readings.index[0].to_pydatetime() if len(readings) else None
    run = RunDone(id=building, first_at=first, until=now, lacking=lacking, failed=failed)
    with store.transaction(tenant=tenant) as connection:
        analysis_results.save_odd_rooms(connection, building, results, computed_at=now)
        analysis_results.save_runs(connection, KIND, "building", [run], computed_at=now)
        analysis_results.tell(connection)


def by_room(known: BuildingSeries, frame: pd.DataFrame) -> pd.DataFrame:
    """The mean temperature of each room, and of outdoors where it is measured, one column each."""
    series: dict[int, list[int]] = defaultdict(list)
    for one in known.series:
        if one.space_id is not None and one.quantity == QUANTITY:
            series[one.space_id].append(one.series_id)
    found = {room: frame[ids].mean(axis=1) for room, ids in series.items()}
    table = pd.DataFrame(found, index=frame.index, columns=list(found), dtype=float).dropna(how="all", axis=1)
    outdoor = [one.series_id for one in known.series if one.quantity == "outdoor_temperature"]
    if outdoor and len(frame):
        table.insert(len(table.columns), OUTDOOR, frame[outdoor].mean(axis=1))
    return table


def plants(known: BuildingSeries) -> dict[int, int]:
    """The system of each room: of several the one that serves the fewest, as that says the most."""
    served: dict[int, list[int]] = defaultdict(list)
    for system, room in known.systems:
        served[system].append(room)
    fewest_last = sorted(served, key=lambda system: -len(served[system]))
    return {room: system for system in fewest_last for room in served[system]}


def judged(
    readings: pd.DataFrame, beside: Iterable[tuple[int, int]], plant: dict[int, int], *, now: datetime
) -> list[OddRoomResult]:
    """How odd each room is.

    Args:
        readings: As `by_room` gives it.
        beside: Pairs of rooms.
        plant: The system that serves each room.
        now: When it is computed.
    """
    rooms = [int(column) for column in readings.columns if column != OUTDOOR]
    table = pd.DataFrame({"id": rooms, "plant": [plant.get(room) for room in rooms]})
    found = odd_room_out(table, list(beside), readings)
    basis = Basis(
        since=readings.index[0].to_pydatetime(),
        until=now,
        readings=int(readings[rooms].count().sum()),
        children=len(rooms),
        source="means of 5 minutes",
    )
    return [
        OddRoomResult(
            space_id=int(row["room"]),
            quantity=QUANTITY,
            score=float(row["score"]),
            verdict=row["verdict"] or None,
            basis=basis,
        )
        for row in found.to_dict("records")
        if not pd.isna(row["score"])
    ]


def _lack(readings: pd.DataFrame, rooms: list[int]) -> str | None:
    if len(rooms) < _LEAST_ROOMS:
        return f"Needs {_LEAST_ROOMS} rooms that measure temperature; has {len(rooms)}."
    return too_short(readings, days=_LEAST_DAYS)
