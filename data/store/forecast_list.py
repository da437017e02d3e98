"""Forecasts against what came: which series are forecast, how well, and which are not and why.

All functions give what is the tenant's alone, and raise StoreUnavailable while the database is away and
StoreBusy when too many wait for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from psycopg.rows import class_row, dict_row

from data.store import statements
from data.store.analysis_rows import Basis
from data.store.pool import Store

_SQL = statements.load("forecast_list")

State = Literal["shown", "withheld", "lacking"]
Sort = Literal["best", "worst", "promise", "name"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastRow:
    """A series that was forecast, or that had too little to be."""

    series_id: int
    device_id: int
    device: str
    metric: str
    quantity: str | None
    space: str | None
    building: str | None
    timezone: str | None  # of the building
    state: State
    method: str | None  # None: it had too little to be forecast
    mase: float | None  # of the backtest; below 1 it beats the seasonal-naive one
    coverage: float | None  # of the 80 % band in the backtest
    backtests: int | None
    backtest_since: datetime | None  # the first hour that was tried
    reason: str | None  # why it is not shown
    right_count: int  # hours that fell into their band, of those that came since `judged_since`
    judged_count: int
    judged_since: datetime | None
    computed_at: datetime
    basis: Basis
    total: int  # how many series the filters leave


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many series are forecast, and how right that was."""

    shown: int
    withheld: int
    lacking: int
    mase: float | None  # the median of those shown
    coverage: float | None  # of the 80 % bands of those shown, in all their backtests
    backtests: int
    backtest_since: datetime | None
    right_count: int
    judged_count: int
    judged_since: datetime | None
    computed_at: datetime | None  # the newest; None: nothing was forecast yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What there is to filter by, each in order."""

    quantities: list[str]
    building_ids: list[int]
    buildings: list[str]  # names, as the ids


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which series; None: whatever it is. Every word of the search is in a name of device, metric or room."""

    state: State | None = None
    building_id: int | None = None
    quantity: str | None = None
    search: str = ""


def find(
    store: Store, *, tenant: int, wanted: Wanted, sort: Sort = "best", limit: int = 50, offset: int = 0
) -> list[ForecastRow]:
    """Series by state, in each the best, worst or least kept promise first.

    A promise is kept when the band of 80 % holds eight hours of ten: fewer and more both break it.
    """
    asked: dict[str, Any] = {
        "state": wanted.state,
        "building_id": wanted.building_id,
        "quantity": wanted.quantity,
        "patterns": [f"%{_escaped(word)}%" for word in wanted.search.split()],
        "sort": sort,
        "limit": limit,
        "offset": offset,
    }
    with store.transaction(tenant=tenant) as connection:
        rows = connection.cursor(row_factory=dict_row).execute(_SQL["forecasts"], asked).fetchall()
    return [ForecastRow(**row | {"basis": Basis.of(row["basis"])}) for row in rows]


def counts(store: Store, *, tenant: int, building: int | None = None) -> Counts:
    """How forecasting goes in a building, or in all."""
    with store.transaction(tenant=tenant) as connection:
        cursor = connection.cursor(row_factory=class_row(Counts))
        row = cursor.execute(_SQL["counts"], {"building_id": building}).fetchone()
    assert row is not None  # an aggregate
    return row


def choices(store: Store, *, tenant: int) -> Choices:
    """What the series that are forecast can be filtered by."""
    with store.transaction(tenant=tenant) as connection:
        row = connection.cursor(row_factory=class_row(Choices)).execute(_SQL["choices"]).fetchone()
    assert row is not None  # a row of arrays
    return row


def _escaped(word: str) -> str:
    return word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
