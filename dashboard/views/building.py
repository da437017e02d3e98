"""A building: what it is, how much of it is measured, and where the air is worst."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from urllib.parse import parse_qsl, urlencode

from analytics.units import UnitSystem
from dashboard import format
from dashboard.views import past
from dashboard.views import plan as plans
from dashboard.views.overview import Kpi
from data.store import buildings, places
from data.store.buildings import BuildingRow, StoreyPlan, StoreyRow
from data.store.places import PlacedSeries, Places
from data.store.pool import Store

VIEWS = ("plan", "3d")  # of a building; the first is the one nobody has to ask for

_STUFFY_PPM = 1_000  # above it, most guidelines ask for more air


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a person looks at in a building; None: they have not said."""

    storey: str | None = None  # its id
    quantity: str | None = None
    room: int | None = None  # the id of the one that is open
    at: str | None = None  # the moment that is looked at, as `past.write` does; None: live
    view: str | None = None  # one of `VIEWS`

    @classmethod
    def parse(cls, search: str) -> Choice:
        """The choice that the query of an address says."""
        said = dict(parse_qsl(search.removeprefix("?")))
        room = said.get("room", "")
        return cls(
            storey=said.get("storey"),
            quantity=said.get("quantity"),
            room=int(room) if is_id(room) else None,
            at=past.write(at) if (at := past.parse(said.get("at"))) else None,
            view=said.get("view"),
        )

    @property
    def search(self) -> str:
        """The query of an address that says this choice."""
        parts = {
            "view": self.view if self.view != VIEWS[0] else None,
            "storey": self.storey,
            "quantity": self.quantity,
            "room": self.room,
            "at": self.at,
        }
        return "?" + urlencode({name: value for name, value in parts.items() if value is not None})


def is_id(said: str) -> bool:
    """Whether a part of an address can be an id of ours."""
    return said.isascii() and said.isdecimal() and len(said) < 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Building:
    """One building with its storeys and the series that stand in its rooms."""

    row: BuildingRow
    revision: str  # of its model; drawings of an older one are out of date
    storeys: tuple[StoreyRow, ...]  # the lowest first
    series: tuple[PlacedSeries, ...]

    def settled(self, choice: Choice) -> Choice:
        """The choice with what it leaves open, or what is not there, chosen for it."""
        storey = self.storey(choice.storey)
        return Choice(
            storey=str(storey.id) if storey else None,
            quantity=self.quantity(choice.quantity),
            room=choice.room,
            at=choice.at,
            view=choice.view if choice.view in VIEWS else VIEWS[0],
        )

    def storey(self, wanted: object) -> StoreyRow | None:
        """The storey of an id as text, else the first one with rooms, else the first."""
        asked = [storey for storey in self.storeys if str(storey.id) == wanted]
        with_rooms = [storey for storey in self.storeys if storey.rooms]
        return next(iter([*asked, *with_rooms, *self.storeys]), None)

    def quantity(self, wanted: object) -> str:
        """The quantity of a name when the building has it, else the first that it has."""
        names = list(plans.quantities(self.series))
        return str(wanted) if wanted in names else names[0]


class Buildings:
    """Buildings as the store has them, each read once for all viewers. Thread-safe.

    The data's version is part of what is asked: while it stays the same, so does the answer, and
    nobody asks the store. A model, many times larger, is read again only when it changed.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._places = lru_cache(maxsize=64)(self._read_places)
        self._model = lru_cache(maxsize=64)(self._read_model)
        self._plan = lru_cache(maxsize=128)(self._read_plan)

    def find(self, *, tenant: int, building: int, version: int) -> Building | None:
        """The building; None when the tenant has none of this id.

        Raises:
            StoreUnavailable: the database is away.
            StoreBusy: too many wait for it.
        """
        found = self._places(tenant, building, version)
        model = self._model(tenant, building, found.revision) if found else None
        if found is None or model is None:
            return None
        row, storeys = model
        return Building(row=row, revision=found.revision, storeys=storeys, series=found.series)

    def plan(self, storey: int, *, tenant: int, revision: str) -> StoreyPlan | None:
        """What is drawn of a storey in a revision of its building. Raises what `find` does."""
        return self._plan(tenant, storey, revision)

    def _read_places(self, tenant: int, building: int, _version: int) -> Places | None:
        return places.of_building(self._store, tenant=tenant, building=building)

    def _read_model(
        self, tenant: int, building: int, _revision: str
    ) -> tuple[BuildingRow, tuple[StoreyRow, ...]] | None:
        rows = buildings.list_buildings(self._store, tenant=tenant)
        row = next((row for row in rows if row.id == building), None)
        storeys = buildings.storeys(self._store, tenant=tenant, building=building)
        return (row, tuple(storeys)) if row else None

    def _read_plan(self, tenant: int, storey: int, _revision: str) -> StoreyPlan | None:
        return buildings.plan(self._store, tenant=tenant, storey=storey)


def in_rooms(series: Iterable[PlacedSeries]) -> Mapping[int, Sequence[PlacedSeries]]:
    """The series of each room that has any, by the room's id."""
    found: dict[int, list[PlacedSeries]] = defaultdict(list)
    for one in series:
        found[one.space_id].append(one)
    return found


def kpis(building: Building, *, now: datetime, units: UnitSystem = "metric") -> tuple[Kpi, ...]:
    """Rooms, area, devices placed, share of rooms that are measured now, and the worst air."""
    row, rooms = building.row, in_rooms(building.series)
    placed = {one.device_id for one in building.series}
    fresh = sum(any(plans.is_fresh(one, now=now) for one in series) for series in rooms.values())
    return (
        Kpi(
            label="Rooms",
            value=format.number(row.spaces, digits=0),
            note=f"on {format.number(row.storeys, digits=0)} storeys"
            if row.storeys != 1
            else "on one storey",
        ),
        Kpi(
            label="Area",
            value=format.area(row.area_m2, units=units) if row.area_m2 else format.NOTHING,
            note="of all rooms" if row.area_m2 else "not stated",
        ),
        Kpi(
            label="Devices placed",
            value=format.number(len(placed), digits=0),
            note=f"in {format.number(len(rooms), digits=0)} of {format.number(row.spaces, digits=0)} rooms",
        ),
        Kpi(
            label="Measured in 1 h",
            value=format.share(fresh, row.spaces),
            note=f"{format.number(fresh, digits=0)} of {format.number(row.spaces, digits=0)} rooms",
            warns=fresh < len(rooms),
        ),
        _worst_air(rooms, now=now),
    )


def _worst_air(rooms: Mapping[int, Sequence[PlacedSeries]], *, now: datetime) -> Kpi:
    measured = [
        (reading.value, reading.written, series[0].space)
        for series in rooms.values()
        if (reading := plans.reading(series, "co2", now=now)).state == "fresh" and reading.value is not None
    ]
    if not measured:
        return Kpi(label="Highest CO₂", value=format.NOTHING, note="not measured in 1 h")
    ppm, written, room = max(measured)
    return Kpi(label="Highest CO₂", value=written, note=f"in {room}", warns=ppm >= _STUFFY_PPM)
