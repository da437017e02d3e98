"""How well devices are, every quarter of an hour, added up to rooms, systems, storeys and buildings."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from threading import Event

import pandas as pd

from analytics import health
from analytics.health import HealthScore, HealthSpec, SeriesSpec
from analytics.quantities import QUANTITIES
from data.building.lifetime import lifetime
from data.jobs.analysis.each import WINDOW, each, is_meter
from data.jobs.analysis.places_health import of_places
from data.jobs.analysis.words import in_words
from data.jobs.batched import Batch, Batched, blocks
from data.store import Store, analysis_input, analysis_results, health_input
from data.store.analysis_input import SeriesInfo
from data.store.analysis_results import HealthResult
from data.store.analysis_rows import Basis, Reason
from data.store.health_input import JudgedDevice

KIND = "health"
EVERY = timedelta(minutes=15)
DEVICES = 80  # of a block: some 200 series
# What all sensors in a room measure of the same air; two meters in it have nothing in common.
SHARED = ("temperature", "humidity", "co2", "pressure", "voc", "voc_parts", "pm1", "pm25", "pm10", "radon")
_YEAR = timedelta(days=365.25)


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
        devices = {one.device_id: one for one in health_input.devices(connection, batch.ids)}
        beside = health_input.company(connection, batch.ids, quantities=SHARED)
        own = [number for one in devices.values() for number in one.series]
        ids = sorted({*own, *(other for others in beside.values() for other in others)})
        known = {one.series_id: one for one in analysis_input.series(connection, ids=ids)}
        frame = analysis_input.means(connection, ids=ids, step="5min", since=now - WINDOW, until=now)
        last = analysis_results.last_runs(connection, KIND, "device", batch.ids)

    def judge(number: int, said: pd.Series) -> list[HealthResult]:
        return of_device(devices[number], known, frame, beside, now=now)

    whole = {number: _any(frame, one.series) for number, one in devices.items()}
    found = each(KIND, whole, judge, last=last, until=pd.Timestamp(now), stop=stop)
    with store.transaction(tenant=batch.tenant) as connection:
        results = [one for several in found.results.values() for one in several]
        analysis_results.save_health(connection, results, computed_at=now)
        analysis_results.save_runs(connection, KIND, "device", found.runs, computed_at=now)
        for building in sorted({one.building_id for one in devices.values() if one.building_id is not None}):
            places = of_places(building, health_input.of_building(connection, building))
            analysis_results.save_health(connection, places.results, computed_at=now)
            for subject, gone in places.none.items():
                analysis_results.forget_health(connection, subject, gone)
        analysis_results.tell(connection)


HEALTH = Batched(name="health", cron="*/5 * * * *", plan=plan, do=do)


def of_device(
    device: JudgedDevice,
    known: Mapping[int, SeriesInfo],
    frame: pd.DataFrame,
    beside: Mapping[int, list[int]],
    *,
    now: datetime,
) -> list[HealthResult]:
    """The health of a device, and of each of its series where it has several.

    Args:
        device: What is judged.
        known: The series in the frame.
        frame: Means of 5 minutes, in UTC, of its series and those beside them.
        beside: By series, others of the same quantity in the same room.
        now: When it is computed.
    """
    table = frame[device.series].apply(_consumption) if len(frame) else frame[device.series]
    table.columns = pd.Index([str(number) for number in device.series])
    specs = {str(number): _spec(known[number], frame, beside.get(number, [])) for number in device.series}
    age, service_life = _age(device, now.date())
    expected = HealthSpec(series=specs, now=pd.Timestamp(now), age=age, service_life=service_life)
    whole = health.score(table, expected=expected)
    parts = {device.series[0]: whole} if len(device.series) == 1 else {
        number: health.score(
            table[[str(number)]], expected=HealthSpec(series=specs, now=pd.Timestamp(now))
        )
        for number in device.series
    }  # fmt: skip
    basis = Basis(
        since=frame.index[0].to_pydatetime() if len(frame) else None,
        until=now,
        readings=int(table.notna().to_numpy().sum()),
        children=len(device.series),
        source="means of 5 minutes",
    )
    results = [
        HealthResult(
            subject="series",
            subject_id=number,
            score=score_of(part),
            reasons=_reasons(part, table, known, now),
            basis=Basis(
                since=basis.since,
                until=now,
                readings=int(table[str(number)].notna().sum()),
                source=basis.source,
            ),
        )
        for number, part in parts.items()
    ]
    return [
        HealthResult(
            subject="device",
            subject_id=device.device_id,
            score=score_of(whole),
            reasons=_reasons(whole, table, known, now),
            basis=basis,
        ),
        *results,
    ]


def score_of(found: HealthScore) -> float | None:
    """As the store keeps it."""
    return None if math.isnan(found.value) else min(max(float(found.value), 0.0), 100.0)


def _any(frame: pd.DataFrame, series: list[int]) -> pd.Series:
    """When any of some series spoke."""
    return frame[series].max(axis=1).dropna() if series else pd.Series(dtype=float, index=frame.index[:0])


def _consumption(values: pd.Series) -> pd.Series:
    """What a meter has counted between readings, without resets; of other series the values."""
    said = values.dropna()
    if not is_meter(said):
        return values
    counted = said.diff()
    return counted[counted >= 0].reindex(values.index)


def _spec(series: SeriesInfo, frame: pd.DataFrame, beside: list[int]) -> SeriesSpec:
    quantity = QUANTITIES.get(series.quantity or "")
    return SeriesSpec(
        low=quantity.low if quantity else None,
        high=quantity.high if quantity else None,
        neighbours=frame[beside] if beside else None,
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
