"""How well devices are, every quarter of an hour, added up to rooms, systems, storeys and buildings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from threading import Event

import pandas as pd

from analytics import health
from analytics.health import HealthScore, HealthSpec, SeriesSpec
from analytics.quantities import QUANTITIES
from analytics.regular import is_meter
from data.building.lifetime import lifetime
from data.jobs.analysis.each import WEARING, WINDOW, each
from data.jobs.analysis.places_health import of_places, score_of
from data.jobs.analysis.words import in_words
from data.jobs.batched import Batch, Batched, blocks
from data.store import Store, analysis_input, analysis_results, health_input
from data.store.analysis_input import SeriesInfo
from data.store.analysis_results import HealthResult
from data.store.analysis_rows import Basis, Reason, Subject
from data.store.health_input import JudgedDevice
from data.store.pool import Connection

KIND = "health"
EVERY = timedelta(minutes=15)
DEVICES = 80  # of a block: some 200 series
# What all sensors in a room measure of the same air; two meters in it have nothing in common.
SHARED = ("temperature", "humidity", "co2", "pressure", "voc", "voc_parts", "pm1", "pm25", "pm10", "radon")
_YEAR = timedelta(days=365.25)


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What the health of some devices is judged by."""

    devices: Mapping[int, JudgedDevice]
    known: Mapping[int, SeriesInfo]  # the series in the frame
    frame: pd.DataFrame  # means of 5 minutes, in UTC, of their series and those beside them
    beside: Mapping[int, list[int]]  # by series, others of the same quantity in the same room

    def within(self, since: datetime, until: datetime) -> Read:
        """The same with the readings of [since, until) alone."""
        rows = slice(*self.frame.index.searchsorted([pd.Timestamp(since), pd.Timestamp(until)]))
        return replace(self, frame=self.frame.iloc[rows])

    def said(self) -> dict[int, pd.Series]:
        """By device, when any of its series spoke."""
        return {number: _any(self.frame, one.series) for number, one in self.devices.items()}


def plan(store: Store) -> Iterable[Batch]:
    """The devices whose health is due."""
    due = {
        tenant: analysis_input.due_devices(store, tenant=tenant, every=EVERY - timedelta(minutes=1))
        for tenant in analysis_input.tenants(store)
    }
    return blocks(due, size=DEVICES)


def do(store: Store, batch: Batch, stop: Event) -> None:
    """Judge the devices of a batch, and add up the buildings they stand in."""
    now = datetime.now(UTC)
    with store.transaction(tenant=batch.tenant) as connection:
        given = read(connection, batch.ids, since=now - WINDOW, until=now)
        last = analysis_results.last_runs(connection, KIND, "device", batch.ids)

    def judge(number: int, said: pd.Series) -> list[HealthResult]:
        return of_device(given.devices[number], given, now=now)

    found = each(KIND, given.said(), judge, last=last, until=pd.Timestamp(now), stop=stop)
    with store.transaction(tenant=batch.tenant) as connection:
        results = [one for several in found.results.values() for one in several]
        analysis_results.save_health(connection, results, computed_at=now)
        analysis_results.save_runs(connection, KIND, "device", found.runs, computed_at=now)
        for building in buildings_of(given):
            places = of_places(building, health_input.of_building(connection, building))
            analysis_results.save_health(connection, places.results, computed_at=now)
            for subject, gone in places.none.items():
                analysis_results.forget_health(connection, subject, gone)
        analysis_results.tell(connection)


HEALTH = Batched(name="health", cron="*/5 * * * *", plan=plan, do=do)


def read(connection: Connection, ids: Sequence[int], *, since: datetime, until: datetime) -> Read:
    """What some devices said, and what stands beside them."""
    devices = {one.device_id: one for one in health_input.devices(connection, ids)}
    beside = health_input.company(connection, ids, quantities=SHARED)
    own = [number for one in devices.values() for number in one.series]
    series = sorted({*own, *(other for others in beside.values() for other in others)})
    return Read(
        devices=devices,
        known={one.series_id: one for one in analysis_input.series(connection, ids=series)},
        frame=analysis_input.means(connection, ids=series, step="5min", since=since, until=until),
        beside=beside,
    )


def buildings_of(given: Read) -> list[int]:
    """The buildings that the devices stand in."""
    return sorted({one.building_id for one in given.devices.values() if one.building_id is not None})


def whole(device: JudgedDevice, given: Read, *, now: datetime) -> HealthScore:
    """The health of a device by all of its series."""
    return _whole(device, _table(device, given), _specs(device, given), now)


def of_device(device: JudgedDevice, given: Read, *, now: datetime) -> list[HealthResult]:
    """The health of a device, and of each of its series.

    Args:
        device: What is judged.
        given: By what.
        now: When it is computed.
    """
    table, specs = _table(device, given), _specs(device, given)
    own = _whole(device, table, specs, now)
    parts = {device.series[0]: own} if len(device.series) == 1 else {
        number: health.score(
            table[[str(number)]], expected=HealthSpec(series=specs, now=pd.Timestamp(now))
        )
        for number in device.series
    }  # fmt: skip
    counts = {number: int(table[str(number)].notna().sum()) for number in device.series}
    basis = Basis(
        since=table.index[0].to_pydatetime() if len(table) else None,
        until=now,
        readings=sum(counts.values()),
        source="means of 5 minutes",
    )

    def result(subject: Subject, number: int, found: HealthScore, made_from: Basis) -> HealthResult:
        return HealthResult(
            subject=subject,
            subject_id=number,
            score=score_of(found),
            reasons=_reasons(found, table, given.known, now),
            basis=made_from,
        )

    return [
        result("device", device.device_id, own, replace(basis, children=len(device.series))),
        *(result("series", one, part, replace(basis, readings=counts[one])) for one, part in parts.items()),
    ]


def _whole(
    device: JudgedDevice, table: pd.DataFrame, specs: Mapping[str, SeriesSpec], now: datetime
) -> HealthScore:
    age, service_life = _age(device, now.date())
    expected = HealthSpec(series=specs, now=pd.Timestamp(now), age=age, service_life=service_life)
    return health.score(table, expected=expected)


def _table(device: JudgedDevice, given: Read) -> pd.DataFrame:
    """What its series said, a column each by id; of meters what they counted."""
    said = given.frame[device.series]
    table = said.apply(_consumption) if len(said) else said
    return table.set_axis([str(number) for number in device.series], axis=1)


def _specs(device: JudgedDevice, given: Read) -> dict[str, SeriesSpec]:
    return {
        str(number): _spec(given.known[number], given.frame, given.beside.get(number, []))
        for number in device.series
    }


def _any(frame: pd.DataFrame, series: list[int]) -> pd.Series:
    """When any of some series spoke."""
    return frame[series].max(axis=1).dropna() if series else pd.Series(dtype=float, index=frame.index[:0])


def _consumption(values: pd.Series) -> pd.Series:
    """What a meter has counted an hour between readings, without resets; of other series the values."""
    said = values.dropna()
    if not is_meter(said.to_numpy(float)):
        return values
    hours = pd.DatetimeIndex(said.index).to_series().diff() / pd.Timedelta(hours=1)
    counted = said.diff() / hours
    return counted[counted >= 0].reindex(values.index)


def _spec(series: SeriesInfo, frame: pd.DataFrame, beside: list[int]) -> SeriesSpec:
    quantity = QUANTITIES.get(series.quantity or "")
    if is_meter(frame[series.series_id].dropna().to_numpy(float)):
        quantity = None  # what it counts an hour is judged, and its bounds are those of what it has counted
    return SeriesSpec(
        low=quantity.low if quantity else None,
        high=quantity.high if quantity else None,
        neighbours=frame[beside] if beside else None,
        wears=series.quantity in WEARING,
    )


def _age(device: JudgedDevice, today: date) -> tuple[float | None, float | None]:
    """Age and service life in years, as the model of its equipment states them; both or none."""
    said = lifetime(device.equipment or {})
    if said.begins is None or said.service_life_years is None:
        return None, None
    return (today - said.begins) / _YEAR, said.service_life_years


def _reasons(
    found: HealthScore, table: pd.DataFrame, known: Mapping[int, SeriesInfo], now: datetime
) -> tuple[Reason, ...]:
    reasons = []
    for one in found.reasons:
        number = int(one.of[-1]) if one.of else None
        said = table[one.of[-1]].dropna() if one.of else None
        spoke = said.index[-1].to_pydatetime() if said is not None and len(said) else None
        reasons.append(
            Reason(
                reason=one.kind,
                points=float(one.points),
                detail=in_words(one.kind, one.severity, silent=None if spoke is None else now - spoke),
                subject=None if number is None else "series",
                subject_id=number,
                name=None if number is None else known[number].metric,
            )
        )
    return tuple(reasons)
