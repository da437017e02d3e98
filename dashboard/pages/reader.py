"""What the store has of a building, now or at a moment that is over, for the callbacks of its page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from dash.exceptions import PreventUpdate

from dashboard.context import Context
from dashboard.server import identity
from dashboard.snapshot import Snapshot
from dashboard.views import plan as plans
from dashboard.views import rooms_health
from dashboard.views.building import Building, Buildings, in_rooms
from dashboard.views.past import Moment, Pasts
from dashboard.views.rooms_health import Analyses
from data.errors import StoreBusy, StoreUnavailable
from data.store.analysis_rows import BuildingAnalysis
from data.store.buildings import StoreyPlan
from data.store.devices import SeriesRow
from data.store.past import Pick, Window
from data.store.places import PlacedSeries


@dataclass(frozen=True, slots=True, kw_only=True)
class Then:
    """A building as it is, or as it was at a moment that is over."""

    building: Building
    now: datetime  # aware: the time that it then is
    window: Window | None  # the steps around the moment; None: live

    def extremes(self, *, pick: Pick) -> tuple[PlacedSeries, ...]:
        """The highest or lowest of each series: to these colours reach, so that they stay in a play."""
        series = self.building.series
        return self.window.extremes(series, self.now, pick=pick) if self.window else series


class Reader:
    """What the store has of the account's buildings, for the callbacks of the page."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._buildings = Buildings(context.store)
        self._pasts = Pasts(context.store)
        self._analyses = Analyses(context.store)

    def then(self, found: Building, at: object) -> Then:
        """The building at the moment that the page keeps, or now. Raises what `building` does."""
        moment = Moment.of(at)
        if moment is None:
            return Then(building=found, now=datetime.now(UTC), window=None)
        window = self._window(found.row.id, moment)
        return Then(
            building=replace(found, series=window.as_of(found.series, moment.at)),
            now=moment.at,
            window=window,
        )

    def readings(self, then: Then, rooms: Iterable[int], quantity: str) -> dict[int, plans.Reading]:
        """What is known of a quantity, or of the health, of rooms. Raises what `building` does."""
        if quantity == plans.HEALTH:
            at = then.now if then.window else None
            return rooms_health.readings(rooms, self._scores(then.building.row.id, at=at, now=then.now))
        series, units = in_rooms(then.building.series), identity.current().units
        return {
            room: plans.reading(series.get(room, ()), quantity, now=then.now, units=units) for room in rooms
        }

    def score_then(self, building: int, room: int, at: datetime) -> float | None:
        """The health of a room at a moment that is over; None: it had none. Raises what `building` does."""
        return self._scores(building, at=at, now=at).get(room)

    def _scores(self, building: int, *, at: datetime | None, now: datetime) -> rooms_health.Scores:
        try:
            return self._analyses.scores(building, tenant=identity.current().tenant_id, at=at, now=now)
        except (StoreUnavailable, StoreBusy) as error:
            raise PreventUpdate from error

    def odd(self, found: Building) -> dict[int, str]:
        """Rooms that are now unlike those around them, in words; what they were is not kept.

        Raises what `building` does.
        """
        return rooms_health.odd(self.analysis(found.row.id).odd)

    def health_then(self, building: int, at: datetime) -> rooms_health.Then:
        """How a building and all in it were at a moment that is over. Raises what `building` does."""
        tenant = identity.current().tenant_id
        try:
            scores = self._analyses.then(building, tenant=tenant, at=at)
            trend = self._analyses.trend(building, tenant=tenant, at=at)
        except (StoreUnavailable, StoreBusy) as error:
            raise PreventUpdate from error
        return rooms_health.then(scores, building=building, now=at, trend=trend)

    def analysis(self, building: int) -> BuildingAnalysis:
        """What analytics found in a building, a minute old at most. Raises what `building` does."""
        try:
            return self._analyses.of(building, tenant=identity.current().tenant_id, now=datetime.now(UTC))
        except (StoreUnavailable, StoreBusy) as error:
            raise PreventUpdate from error

    def _window(self, building: int, moment: Moment) -> Window:
        try:
            return self._pasts.window(building, moment, tenant=identity.current().tenant_id)
        except (StoreUnavailable, StoreBusy) as error:
            raise PreventUpdate from error

    def storey_of(self, found: Building, room: int | None) -> str | None:
        """The id of the storey that a room is on, as text; None when it is on none."""
        plans = (self.plan(storey.id, found.revision) for storey in found.storeys)
        on = (str(plan.id) for plan in plans if plan and any(one.id == room for one in plan.rooms))
        return next(on, None)

    def building(self, building: int) -> Building | None:
        """The building, of this account's tenant alone; None when there is none of this id.

        Raises:
            PreventUpdate: the store is away. The frame says so, and the next beat after it healed
                asks again.
        """
        snapshot = self._snapshot()
        try:
            return self._buildings.find(
                tenant=identity.current().tenant_id, building=building, version=snapshot.version
            )
        except (StoreUnavailable, StoreBusy) as error:
            raise PreventUpdate from error

    def plan(self, storey: int, revision: str) -> StoreyPlan | None:
        """What is drawn of a storey. Raises what `building` does."""
        try:
            return self._buildings.plan(storey, tenant=identity.current().tenant_id, revision=revision)
        except (StoreUnavailable, StoreBusy) as error:
            raise PreventUpdate from error

    def rows(self, building: int, room: int, at: object = None) -> list[SeriesRow]:
        """The series of the devices in a room, as they are or were. Raises what `building` does."""
        found = self.building(building)
        placed = {one.series_id for one in found.series if one.space_id == room} if found else set()
        rows = [row for row in self._snapshot().rows if row.series_id in placed]
        moment = Moment.of(at)
        return list(self._window(building, moment).as_of(rows, moment.at)) if moment else rows

    def _snapshot(self) -> Snapshot:
        snapshot = self._context.snapshots.overview(identity.current().tenant_id)
        if snapshot.read_at is None:
            raise PreventUpdate  # nothing was ever read; the frame says why
        return snapshot
