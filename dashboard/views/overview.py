"""What the Overview shows: four numbers, the devices that match, the messages that were refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from analytics.quantities import QUANTITIES
from dashboard import format
from dashboard.snapshot import Snapshot
from dashboard.views import devices
from dashboard.views.devices import Device, Freshness
from data.store.devices import SeriesRow

Sort = Literal["name", "heard"]
SORTS: dict[Sort, str] = {"name": "Name", "heard": "Last heard"}

PAGE_SIZE = 24  # what a browser draws anew in a blink
_RowsOfDevice = tuple[SeriesRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kpi:
    """One number with what it is and what explains it."""

    label: str
    value: str
    note: str
    warns: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Messages that could not be understood, for one reason."""

    reason: str
    count: str
    topic: str
    freshness: Freshness  # of the newest


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The whole page."""

    kpis: tuple[Kpi, ...]
    devices: tuple[Device, ...]  # of this page of the list
    matching: int  # devices on all its pages
    total: int
    page: int  # from 1
    pages: int
    refused: tuple[Refused, ...]


def overview(
    snapshot: Snapshot, *, now: datetime, search: str = "", sort: Sort = "name", page: int = 1
) -> Overview:
    """The page of a snapshot.

    Args:
        snapshot: What is known of the tenant's devices.
        now: The server's time, aware; ages are counted from it.
        search: Words that a device's name, room, metrics and quantities must all contain.
        sort: Order of the devices.
        page: Which page of the list, from 1; one that is not there gives the nearest.
    """
    found = devices.by_device(snapshot.rows)
    matching = _sorted([rows for rows in found if _matches(rows, search)], sort)
    pages = max(1, -(-len(matching) // PAGE_SIZE))
    page = min(max(1, page), pages)
    shown = matching[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    return Overview(
        kpis=_kpis(snapshot, found, now=now),
        devices=tuple(devices.device(rows, now=now) for rows in shown),
        matching=len(matching),
        total=len(found),
        page=page,
        pages=pages,
        refused=tuple(
            Refused(
                reason=refusal.reason,
                count=format.number(refusal.count, digits=0),
                topic=refusal.topic,
                freshness=devices.freshness(refusal.last_at, now=now),
            )
            for refusal in snapshot.refusals
        ),
    )


def _kpis(snapshot: Snapshot, found: Sequence[_RowsOfDevice], *, now: datetime) -> tuple[Kpi, ...]:
    rooms = len({rows[0].space for rows in found if rows[0].space})
    heard = sum(now - rows[0].last_seen <= devices.FRESH_WITHIN for rows in found)
    quantities = len({row.quantity for row in snapshot.rows if row.quantity})
    refused = snapshot.refusals[0].total if snapshot.refusals else 0
    return (
        Kpi(
            label="Devices",
            value=format.number(len(found), digits=0),
            note=_plural(rooms, "room") if rooms else "none in a room yet",
        ),
        Kpi(
            label="Series",
            value=format.number(len(snapshot.rows), digits=0),
            note=f"of {_plural(quantities, 'quantity', 'quantities')}",
        ),
        Kpi(
            label="Heard in 15 min",
            value=format.share(heard, len(found)),
            note=f"{format.number(heard, digits=0)} of {_plural(len(found), 'device')}",
            warns=heard < len(found),
        ),
        Kpi(
            label="Refused in 24 h",
            value=format.number(refused, digits=0),
            note="not understood" if refused else "all understood",
            warns=refused > 0,
        ),
    )


def _plural(count: int, one: str, many: str | None = None) -> str:
    return f"{format.number(count, digits=0)} {one if count == 1 else many or f'{one}s'}"


def _matches(rows: _RowsOfDevice, search: str) -> bool:
    words = search.casefold().split()
    if not words:
        return True
    quantities = (QUANTITIES[row.quantity].label for row in rows if row.quantity in QUANTITIES)
    metrics = (row.metric for row in rows)
    text = "\n".join([rows[0].device, rows[0].space or "", *metrics, *quantities]).casefold()
    return all(word in text for word in words)


def _sorted(found: list[_RowsOfDevice], sort: Sort) -> list[_RowsOfDevice]:
    keys: dict[Sort, Callable[[_RowsOfDevice], Any]] = {
        "name": lambda rows: devices.natural(rows[0].device),
        "heard": lambda rows: -rows[0].last_seen.timestamp(),
    }
    return sorted(found, key=keys[sort])
