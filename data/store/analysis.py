"""What analytics found, for pages: results that workers stored, never computed by who asks.

Every function gives what is the tenant's alone; another one's subject has no results. All of them raise
StoreUnavailable while the database is away, and StoreBusy when too many wait for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from psycopg.rows import class_row, dict_row

from data.store import statements
from data.store.analysis_rows import (
    Band,
    Basis,
    BuildingAnalysis,
    DeviceAnalysis,
    Failure,
    FindingState,
    Forecast,
    Health,
    OddRoom,
    Pattern,
    QualityFinding,
    Reason,
    Run,
    SpaceAnalysis,
    Subject,
    TrendPoint,
)
from data.store.pool import Connection, Store

_SQL = statements.load("analysis")

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """The quality flag of a reading's time."""

    at: datetime  # aware
    flag: str  # masked values are not counted, interpolated ones were never said, …
    value: float | None  # what the device had said; None: nothing
    correction_id: int


def of_device(store: Store, *, tenant: int, device: int) -> DeviceAnalysis:
    """What is known of a device and its series."""
    with store.transaction(tenant=tenant) as connection:
        own = _health(connection, "device", [device])
        return DeviceAnalysis(
            health=own[0] if own else None,
            series=_health(connection, "series", _ids(connection, "series_of_device", device)),
            forecasts=_forecasts(connection, device=device),
            failures=_failures(connection, device=device),
            quality=_quality(connection, device=device),
            runs=_rows(connection, "runs", {"device": device, "building": None}, Run),
        )


def of_space(store: Store, *, tenant: int, space: int) -> SpaceAnalysis:
    """What is known of a room and the devices in it."""
    with store.transaction(tenant=tenant) as connection:
        own = _health(connection, "space", [space])
        return SpaceAnalysis(
            health=own[0] if own else None,
            devices=_health(connection, "device", _ids(connection, "devices_of_space", space)),
            odd=_odd(connection, space=space),
            failures=_failures(connection, space=space),
        )


def of_building(store: Store, *, tenant: int, building: int) -> BuildingAnalysis:
    """What is known of a building, its storeys, systems and rooms; the worst first."""
    with store.transaction(tenant=tenant) as connection:
        own = _health(connection, "building", [building])
        parts = connection.execute(_SQL["parts_of_building"], {"id": building}).fetchone()
        assert parts is not None  # a row of arrays
        return BuildingAnalysis(
            health=own[0] if own else None,
            storeys=_health(connection, "storey", parts[0]),
            systems=_health(connection, "system", parts[1]),
            rooms=_health(connection, "space", parts[2]),
            odd=_odd(connection, building=building),
            failures=_failures(connection, building=building),
            runs=_rows(connection, "runs", {"device": None, "building": building}, Run),
        )


def healths(store: Store, *, tenant: int, subject: Subject, ids: Sequence[int]) -> tuple[Health, ...]:
    """How some subjects of one kind are, the worst first; those that were never judged are left out."""
    with store.transaction(tenant=tenant) as connection:
        return _health(connection, subject, ids)


def health_trend(
    store: Store, *, tenant: int, subject: Subject, subject_id: int, since: datetime, until: datetime
) -> tuple[TrendPoint, ...]:
    """The scores of a period, oldest first: one an hour, after a month one a day. Series have none."""
    wanted = {"subject": subject, "id": subject_id, "since": since, "until": until}
    with store.transaction(tenant=tenant) as connection:
        return _rows(connection, "health_trend", wanted, TrendPoint)


def bands(
    store: Store, *, tenant: int, series: Sequence[int], since: datetime, until: datetime
) -> tuple[Band, ...]:
    """The anomalies of some series that overlap [since, until), oldest first."""
    wanted = {"series": list(series), "since": since, "until": until}
    with store.transaction(tenant=tenant) as connection:
        return _based(connection, "bands", wanted, lambda row: Band(**row))


def forecast_of(store: Store, *, tenant: int, series: int) -> Forecast | None:
    """The newest forecast of a series; None: there is none yet."""
    with store.transaction(tenant=tenant) as connection:
        return next(iter(_forecasts(connection, series=series)), None)


def forecasts(
    store: Store, *, tenant: int, building: int | None = None, limit: int = 500, offset: int = 0
) -> tuple[Forecast, ...]:
    """The newest forecasts of all series, those that are shown first, the best of them first."""
    with store.transaction(tenant=tenant) as connection:
        return _forecasts(connection, building=building, limit=limit, offset=offset)


def failures(
    store: Store, *, tenant: int, building: int | None = None, device: int | None = None
) -> tuple[Failure, ...]:
    """What is likely to fail, the likeliest first."""
    with store.transaction(tenant=tenant) as connection:
        return _failures(connection, building=building, device=device)


def patterns(
    store: Store, *, tenant: int, series: Sequence[int] = (), spaces: Sequence[int] = ()
) -> tuple[Pattern, ...]:
    """The patterns of some series and rooms, by kind."""
    wanted = {"series": list(series), "spaces": list(spaces)}
    with store.transaction(tenant=tenant) as connection:
        return _based(connection, "patterns", wanted, lambda row: Pattern(**row))


def odd_rooms(store: Store, *, tenant: int, building: int | None = None) -> tuple[OddRoom, ...]:
    """Rooms judged against those around them, those with a verdict first."""
    with store.transaction(tenant=tenant) as connection:
        return _odd(connection, building=building)


def quality(
    store: Store,
    *,
    tenant: int,
    series: int | None = None,
    device: int | None = None,
    building: int | None = None,
    state: FindingState | None = "open",
    limit: int = 500,
    offset: int = 0,
) -> tuple[QualityFinding, ...]:
    """Readings that cannot be right, newest first; without a state, those that were decided on too."""
    wanted = {"series": series, "device": device, "building": building, "state": state}
    with store.transaction(tenant=tenant) as connection:
        return _quality(connection, **wanted, limit=limit, offset=offset)


def flags(store: Store, *, tenant: int, series: int, since: datetime, until: datetime) -> tuple[Flag, ...]:
    """The quality flags of a series in [since, until), oldest first."""
    wanted = {"series": series, "since": since, "until": until}
    with store.transaction(tenant=tenant) as connection:
        return _rows(connection, "flags", wanted, Flag)


def runs(
    store: Store, *, tenant: int, device: int | None = None, building: int | None = None
) -> tuple[Run, ...]:
    """When what was done last for a device and its series, or for a building, and what it lacked."""
    with store.transaction(tenant=tenant) as connection:
        return _rows(connection, "runs", {"device": device, "building": building}, Run)


def _rows(connection: Connection, statement: str, wanted: dict[str, Any], row: type[Row]) -> tuple[Row, ...]:
    cursor = connection.cursor(row_factory=class_row(row))
    return tuple(cursor.execute(_SQL[statement], wanted).fetchall())


def _based(
    connection: Connection, statement: str, wanted: dict[str, Any], make: Callable[[dict[str, Any]], Row]
) -> tuple[Row, ...]:
    """Rows with a basis."""
    cursor = connection.cursor(row_factory=dict_row)
    found = cursor.execute(_SQL[statement], wanted).fetchall()
    return tuple(make(row | {"basis": Basis.of(row["basis"])}) for row in found)


def _ids(connection: Connection, statement: str, of: int) -> list[int]:
    row = connection.execute(_SQL[statement], {"id": of}).fetchone()
    return row[0] if row else []


def _health(connection: Connection, subject: Subject, ids: Iterable[int]) -> tuple[Health, ...]:
    def make(row: dict[str, Any]) -> Health:
        return Health(**row | {"reasons": tuple(Reason(**one) for one in row["reasons"])})

    return _based(connection, "health", {"subject": subject, "ids": list(ids)}, make)


def _forecasts(
    connection: Connection,
    *,
    series: int | None = None,
    device: int | None = None,
    building: int | None = None,
    limit: int = 500,
    offset: int = 0,
) -> tuple[Forecast, ...]:
    def make(row: dict[str, Any]) -> Forecast:
        levels = {float(level): tuple(values) for level, values in row["quantiles"].items()}
        return Forecast(**row | {"ats": tuple(row["ats"]), "quantiles": dict(sorted(levels.items()))})

    wanted = {"series": series, "device": device, "building": building, "limit": limit, "offset": offset}
    return _based(connection, "forecasts", wanted, make)


def _failures(
    connection: Connection,
    *,
    device: int | None = None,
    space: int | None = None,
    building: int | None = None,
) -> tuple[Failure, ...]:
    wanted = {"device": device, "space": space, "building": building}
    return _based(connection, "failures", wanted, lambda row: Failure(**row))


def _odd(
    connection: Connection, *, space: int | None = None, building: int | None = None
) -> tuple[OddRoom, ...]:
    wanted = {"space": space, "building": building}
    return _based(connection, "odd_rooms", wanted, lambda row: OddRoom(**row))


def _quality(connection: Connection, **wanted: Any) -> tuple[QualityFinding, ...]:
    every: dict[str, Any] = {"limit": 500, "offset": 0}
    every |= dict.fromkeys(("finding", "series", "device", "building", "state"))
    return _based(
        connection,
        "quality",
        every | wanted,
        lambda row: QualityFinding(**row | {"numbers": tuple(row["numbers"])}),
    )
