"""Results of analytics are kept per tenant, with what they were made from, and read as pages need them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from data.settings import Settings
from data.store import Store, analysis, analysis_input, analysis_results
from data.store.analysis_results import (
    FailureResult,
    ForecastResult,
    HealthResult,
    OddRoomResult,
    QualityResult,
    RunDone,
)
from data.store.analysis_rows import Band, Basis, Pattern, Reason
from data.store.batch import Batch
from data.store.ingestion import Writer
from tests.store.conftest import NOON, hours, sample
from tests.store.test_corrections import Owner, series_of

BASIS = Basis(since=NOON - hours(24), until=NOON, readings=288, source="means of 5 minutes")
TABLES = (
    "analysis_run", "health", "health_history", "anomaly", "forecast", "forecast_day", "failure_finding",
    "pattern", "odd_room", "quality_finding",
)  # fmt: skip


@pytest.fixture
def worker(migrated: Settings) -> Iterator[Store]:
    store = Store.open(migrated, role="worker")
    yield store
    store.close()


@pytest.fixture
def main(tenant_ids: dict[str, int]) -> int:
    return tenant_ids["main"]


class Place:
    """A device of `main` in a room of its own, with one series."""

    def __init__(self, owner: Owner, writer: Writer, tenant: int) -> None:
        self.tenant, self.name = tenant, f"judged {datetime.now(UTC).timestamp()}"
        writer.write(Batch(samples=[sample(20.0, device=self.name)]))
        self.series = series_of(owner, self.name)
        self.building = self._add(owner, "building (tenant_id, name)", tenant, self.name)
        self.storey = self._add(
            owner, "storey (tenant_id, building_id, name)", tenant, self.building, "Ground"
        )
        self.space = self._add(
            owner,
            "space (tenant_id, building_id, storey_id, name)",
            tenant,
            self.building,
            self.storey,
            "0.01",
        )
        row = owner.execute(
            "UPDATE device SET building_id = %s, space_id = %s WHERE name = %s AND tenant_id = %s"
            " RETURNING id",
            (self.building, self.space, self.name, tenant),
        ).fetchone()
        assert row is not None
        self.device = int(str(row[0]))

    @staticmethod
    def _add(owner: Owner, into: str, *values: Any) -> int:
        marks = ", ".join(["%s"] * len(values))
        row = owner.execute(f"INSERT INTO {into} VALUES ({marks}) RETURNING id", values).fetchone()
        assert row is not None
        return int(str(row[0]))


@pytest.fixture
def place(owner: Owner, writer: Writer, main: int) -> Place:
    return Place(owner, writer, main)


def health(subject: Any, number: int, score: float | None, *reasons: Reason) -> HealthResult:
    return HealthResult(subject=subject, subject_id=number, score=score, reasons=reasons, basis=BASIS)


def save_health(worker: Store, tenant: int, *results: HealthResult, at: datetime = NOON) -> None:
    with worker.transaction(tenant=tenant) as connection:
        analysis_results.save_health(connection, results, computed_at=at)


def forecast(series: int, **rest: Any) -> ForecastResult:
    ats = tuple(NOON + hours(lead) for lead in range(3))
    levels = {level / 10: (float(level), float(level), None) for level in range(1, 10)}
    defaults: dict[str, Any] = {
        "method": "blend", "ats": ats, "quantiles": levels, "mase": 0.8, "coverage": 0.79, "backtests": 10,
        "backtest_since": NOON - hours(24 * 16),
        "withheld": None, "right_count": 8, "judged_count": 10, "judged_since": NOON - hours(240),
        "basis": BASIS,
    }  # fmt: skip
    return ForecastResult(series_id=series, **defaults | rest)


def band(series: int, began: datetime, ended: datetime | None) -> Band:
    return Band(series_id=series, began_at=began, ended_at=ended, peak=0.9, computed_at=NOON, basis=BASIS)


def finding(began: datetime, kind: str = "spike") -> QualityResult:
    return QualityResult(
        kind=kind, began_at=began, ended_at=began, count=1, detail="One value stands out.", flag=4,
        repair="interpolate", finding={"kind": kind}, basis=BASIS,
    )  # fmt: skip


def test_health_says_why_and_from_what(worker: Store, web: Store, place: Place) -> None:
    reason = Reason(
        reason="silence", points=40.0, detail="Silent for 3 hours", subject="series", subject_id=1
    )
    save_health(worker, place.tenant, health("device", place.device, 60.0, reason))
    found = analysis.of_device(web, tenant=place.tenant, device=place.device).health
    assert found is not None
    assert (found.score, found.reasons, found.basis, found.computed_at) == (60.0, (reason,), BASIS, NOON)


def test_a_building_has_its_rooms_worst_first(worker: Store, web: Store, owner: Owner, place: Place) -> None:
    second = place._add(owner, "space (tenant_id, building_id, name)", place.tenant, place.building, "0.02")
    save_health(
        worker, place.tenant,
        health("space", second, 90.0), health("space", place.space, 10.0),
        health("storey", place.storey, 50.0), health("building", place.building, 45.0),
    )  # fmt: skip
    found = analysis.of_building(web, tenant=place.tenant, building=place.building)
    assert [(room.name, room.score) for room in found.rooms] == [("0.01", 10.0), ("0.02", 90.0)]
    assert [one.score for one in (*found.storeys, found.health) if one] == [50.0, 45.0]


def test_the_trend_has_the_last_score_of_each_hour(worker: Store, web: Store, place: Place) -> None:
    for minutes, score in ((0, 80.0), (45, 60.0), (60, 70.0)):
        save_health(
            worker, place.tenant, health("device", place.device, score), at=NOON + timedelta(minutes=minutes)
        )
    trend = analysis.health_trend(
        web, tenant=place.tenant, subject="device", subject_id=place.device, since=NOON, until=NOON + hours(9)
    )
    assert [(point.at, point.score) for point in trend] == [(NOON, 60.0), (NOON + hours(1), 70.0)]


def test_days_that_are_over_for_long_keep_their_mean(worker: Store, web: Store, place: Place) -> None:
    midnight = NOON.replace(hour=0)
    for hour, score in ((0, 40.0), (1, 50.0), (2, 60.0), (24 * 40, 99.0), (24 * 40 + 1, 97.0)):
        save_health(worker, place.tenant, health("device", place.device, score), at=midnight + hours(hour))
    for _ in range(2):  # and once more changes nothing
        with worker.transaction(tenant=place.tenant) as connection:
            analysis_results.thin_health_history(
                connection, now=midnight + hours(24 * 40), after=timedelta(days=30)
            )
    trend = analysis.health_trend(
        web, tenant=place.tenant, subject="device", subject_id=place.device, since=midnight,
        until=midnight + hours(24 * 41),
    )  # fmt: skip
    assert [point.score for point in trend] == [50.0, 99.0, 97.0]


def test_a_subject_that_cannot_be_judged_has_no_score_and_no_point_in_its_trend(
    worker: Store, web: Store, place: Place
) -> None:
    save_health(worker, place.tenant, health("space", place.space, None))
    found = analysis.of_space(web, tenant=place.tenant, space=place.space).health
    assert found is not None
    assert found.score is None
    assert not analysis.health_trend(
        web, tenant=place.tenant, subject="space", subject_id=place.space, since=NOON, until=NOON + hours(1)
    )


def test_bands_of_the_past_stay_and_recent_ones_are_said_anew(
    worker: Store, web: Store, place: Place
) -> None:
    old = band(place.series, NOON - hours(50), NOON - hours(49))
    for since, bands in (
        (NOON - hours(100), [old, band(place.series, NOON - hours(2), None)]),
        (NOON - hours(6), [band(place.series, NOON - hours(2), NOON - hours(1))]),
    ):
        with worker.transaction(tenant=place.tenant) as connection:
            analysis_results.save_bands(connection, {place.series: (since, bands)})
    found = analysis.bands(
        web, tenant=place.tenant, series=[place.series], since=NOON - hours(100), until=NOON
    )
    assert [(one.began_at, one.ended_at) for one in found] == [
        (old.began_at, old.ended_at), (NOON - hours(2), NOON - hours(1)),
    ]  # fmt: skip


def test_bands_are_found_by_the_period_they_overlap(worker: Store, web: Store, place: Place) -> None:
    with worker.transaction(tenant=place.tenant) as connection:
        bands = [
            band(place.series, NOON - hours(9), NOON - hours(8)),
            band(place.series, NOON - hours(2), None),
        ]
        analysis_results.save_bands(connection, {place.series: (NOON - hours(100), bands)})
    found = analysis.bands(web, tenant=place.tenant, series=[place.series], since=NOON - hours(7), until=NOON)
    assert [one.began_at for one in found] == [NOON - hours(2)]


def test_a_forecast_is_read_as_it_was_written(worker: Store, web: Store, place: Place) -> None:
    result = forecast(place.series)
    with worker.transaction(tenant=place.tenant) as connection:
        analysis_results.save_forecasts(connection, [result], none_of=[], computed_at=NOON)
    found = analysis.forecast_of(web, tenant=place.tenant, series=place.series)
    assert found is not None
    assert (found.ats, found.quantiles, found.basis) == (result.ats, result.quantiles, BASIS)
    assert (found.device, found.space, found.right_count, found.judged_count) == (place.name, "0.01", 8, 10)


def test_the_first_forecast_of_a_day_that_was_shown_is_kept_to_be_judged(worker: Store, place: Place) -> None:
    shown, hidden = forecast(place.series), forecast(place.series, withheld="No better than naive")
    for at, result in ((0, hidden), (1, shown), (2, shown), (24, hidden), (47, shown)):
        with worker.transaction(tenant=place.tenant) as connection:
            analysis_results.save_forecasts(
                connection, [result], none_of=[], computed_at=NOON.replace(hour=0) + hours(at)
            )
    with worker.transaction(tenant=place.tenant) as connection:
        kept = connection.execute(
            "SELECT computed_at FROM forecast_day WHERE series_id = %s ORDER BY day", (place.series,)
        ).fetchall()
    assert [at for (at,) in kept] == [NOON.replace(hour=1), NOON.replace(hour=0) + hours(47)]


def test_forecasts_that_are_shown_come_before_those_that_are_withheld(
    worker: Store, web: Store, owner: Owner, writer: Writer, main: int
) -> None:
    good, bad = Place(owner, writer, main), Place(owner, writer, main)
    with worker.transaction(tenant=main) as connection:
        results = [forecast(bad.series, mase=0.1, withheld="Too few days"), forecast(good.series)]
        analysis_results.save_forecasts(connection, results, none_of=[], computed_at=NOON)
    order = [one.series_id for one in analysis.forecasts(web, tenant=main)]
    assert order.index(good.series) < order.index(bad.series)


def test_a_failure_is_found_from_its_device_and_its_room(worker: Store, web: Store, place: Place) -> None:
    result = FailureResult(
        kind="limit", device_id=place.device, series_id=place.series, sentence="The battery will be empty.",
        fails_at=NOON + hours(100), low_at=NOON + hours(50), high_at=None, probability=0.9, basis=BASIS,
    )  # fmt: skip
    for _ in range(2):  # the second takes the place of the first
        with worker.transaction(tenant=place.tenant) as connection:
            analysis_results.save_failures(connection, [result], series=[place.series], computed_at=NOON)
    (of_device,) = analysis.of_device(web, tenant=place.tenant, device=place.device).failures
    (of_space,) = analysis.of_space(web, tenant=place.tenant, space=place.space).failures
    assert of_device == of_space
    assert (of_device.sentence, of_device.high_at) == ("The battery will be empty.", None)


def test_patterns_of_a_kind_take_the_place_of_those_before(worker: Store, web: Store, place: Place) -> None:
    for mean in (20.0, 21.0):
        result = Pattern(
            kind="change points", series_id=place.series, space_id=None, result={"mean": mean},
            computed_at=NOON, basis=BASIS,
        )  # fmt: skip
        with worker.transaction(tenant=place.tenant) as connection:
            analysis_results.save_patterns(
                connection, [result], kinds=["change points"], series=[place.series]
            )
    (found,) = analysis.patterns(web, tenant=place.tenant, series=[place.series])
    assert found.result == {"mean": 21.0}


def test_rooms_with_a_verdict_come_first(worker: Store, web: Store, place: Place) -> None:
    with worker.transaction(tenant=place.tenant) as connection:
        results = [
            OddRoomResult(space_id=place.space, quantity="co2", score=0.9, verdict=None, basis=BASIS),
            OddRoomResult(
                space_id=place.space, quantity="temperature", score=0.8, verdict="room", basis=BASIS
            ),
        ]
        analysis_results.save_odd_rooms(connection, place.building, results, computed_at=NOON)
    found = analysis.of_building(web, tenant=place.tenant, building=place.building).odd
    assert [(one.space, one.quantity, one.verdict) for one in found] == [
        ("0.01", "temperature", "room"), ("0.01", "co2", None),
    ]  # fmt: skip


def save_quality(worker: Store, place: Place, *found: QualityResult) -> None:
    with worker.transaction(tenant=place.tenant) as connection:
        analysis_results.save_quality(
            connection, {place.series: found}, since=NOON - hours(24), computed_at=NOON
        )


def test_a_finding_that_is_not_found_again_goes_and_one_from_before_stays(
    worker: Store, web: Store, place: Place
) -> None:
    old, gone, stays = finding(NOON - hours(48)), finding(NOON - hours(3)), finding(NOON - hours(2))
    save_quality(worker, place, old, gone, stays)
    save_quality(worker, place, stays)
    found = analysis.quality(web, tenant=place.tenant, series=place.series)
    assert [one.began_at for one in found] == [stays.began_at, old.began_at]


def test_what_was_lacking_is_told(worker: Store, web: Store, place: Place) -> None:
    with worker.transaction(tenant=place.tenant) as connection:
        run = RunDone(id=place.series, lacking="Needs 7 days of readings; has 3.0.")
        analysis_results.save_runs(connection, "forecast", "series", [run], computed_at=NOON)
    (told,) = analysis.of_device(web, tenant=place.tenant, device=place.device).runs
    assert (told.kind, told.lacking) == ("forecast", "Needs 7 days of readings; has 3.0.")


def fill(worker: Store, place: Place) -> None:
    """One row at least in every table."""
    save_health(worker, place.tenant, health("building", place.building, 50.0))
    save_quality(worker, place, finding(NOON))
    with worker.transaction(tenant=place.tenant) as connection:
        analysis_results.save_runs(
            connection, "forecast", "series", [RunDone(id=place.series)], computed_at=NOON
        )
        analysis_results.save_forecasts(connection, [forecast(place.series)], none_of=[], computed_at=NOON)
        analysis_results.save_bands(connection, {place.series: (NOON, [band(place.series, NOON, None)])})
        failure = FailureResult(kind="limit", device_id=place.device, sentence="It fails.", basis=BASIS)
        analysis_results.save_failures(connection, [failure], computed_at=NOON)
        pattern = Pattern(
            kind="occupancy", series_id=None, space_id=place.space, result={}, computed_at=NOON, basis=BASIS
        )
        analysis_results.save_patterns(connection, [pattern], kinds=[])
        odd = OddRoomResult(space_id=place.space, quantity="co2", score=0.0, verdict=None, basis=BASIS)
        analysis_results.save_odd_rooms(connection, place.building, [odd], computed_at=NOON)


@pytest.mark.parametrize("table", TABLES)
def test_another_tenant_sees_no_result(
    worker: Store, web: Store, place: Place, tenant_ids: dict[str, int], table: str
) -> None:
    fill(worker, place)
    seen = {}
    for tenant, number in tenant_ids.items():
        with web.transaction(tenant=number) as connection:
            seen[tenant] = connection.execute(f"SELECT count(*) > 0 FROM {table}").fetchone()
    assert seen == {"main": (True,), "acme": (False,)}


@pytest.mark.parametrize("table", TABLES)
def test_pages_cannot_make_or_remove_results(web: Store, main: int, table: str) -> None:
    with web.transaction(tenant=main) as connection:
        row = connection.execute(
            "SELECT has_table_privilege(%s, 'INSERT') OR has_table_privilege(%s, 'DELETE')", (table, table)
        ).fetchone()
    assert row == (False,)


def test_a_result_cannot_be_of_another_tenants_series(
    worker: Store, place: Place, tenant_ids: dict[str, int]
) -> None:
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        save_health(worker, tenant_ids["acme"], health("series", place.series, 50.0))


def test_results_go_with_what_they_are_of(worker: Store, owner: Owner, place: Place) -> None:
    fill(worker, place)
    owner.execute("UPDATE device SET space_id = NULL WHERE id = %s", (place.device,))
    owner.execute("DELETE FROM space WHERE id = %s", (place.space,))
    left = owner.execute("SELECT FROM pattern WHERE space_id = %s", (place.space,)).fetchall()
    assert left == []


def test_means_are_read_as_a_frame_with_gaps(worker: Store, writer: Writer, place: Place) -> None:
    for minute, value in {0: 22.0, 1: 24.0, 12: 30.0}.items():
        at = NOON + timedelta(minutes=minute, seconds=1)
        writer.write(Batch(samples=[sample(value, at=at, device=place.name)]))
    ids = [999_999, place.series]
    with worker.transaction(tenant=place.tenant) as connection:
        frame = analysis_input.means(connection, ids=ids, step="5min", since=NOON, until=NOON + hours(1))
    assert [int(name) for name in frame.columns] == ids
    assert list(frame.index) == [NOON, NOON + timedelta(minutes=5), NOON + timedelta(minutes=10)]
    assert frame[place.series].fillna(-1).tolist() == [22.0, -1.0, 30.0]
    assert frame[999_999].isna().all()


def test_another_tenants_readings_are_not_read(
    worker: Store, place: Place, tenant_ids: dict[str, int]
) -> None:
    with worker.transaction(tenant=tenant_ids["acme"]) as connection:
        period = {"since": NOON - hours(1), "until": NOON + hours(1)}
        assert analysis_input.means(connection, ids=[place.series], step="5min", **period).empty
        assert analysis_input.readings(connection, ids=[place.series], **period) == {}


def test_readings_are_read_by_series_oldest_first(worker: Store, writer: Writer, place: Place) -> None:
    ats = [NOON + timedelta(minutes=m, microseconds=3) for m in (30, 5, 10)]
    writer.write(Batch(samples=[sample(float(at.minute), at=at, device=place.name) for at in ats]))
    with worker.transaction(tenant=place.tenant) as connection:
        found = analysis_input.readings(connection, ids=[place.series], since=NOON, until=NOON + hours(1))
    assert found[place.series].to_dict() == {NOON: 20.0} | {at: float(at.minute) for at in sorted(ats)}


def due(worker: Store, place: Place, **rest: Any) -> bool:
    wanted: dict[str, Any] = {
        "every": timedelta(hours=1),
        "window": timedelta(days=30_000),
        "kinds": ["number"],
    }
    return place.series in analysis_input.due_series(
        worker, tenant=place.tenant, kind="forecast", **wanted | rest
    )


def ran(worker: Store, place: Place, **rest: Any) -> None:
    with worker.transaction(tenant=place.tenant) as connection:
        run = RunDone(id=place.series, **rest)
        analysis_results.save_runs(connection, "forecast", "series", [run], computed_at=datetime.now(UTC))


def test_a_series_is_due_until_it_was_done(worker: Store, place: Place) -> None:
    assert due(worker, place)
    ran(worker, place, first_at=NOON)
    assert not due(worker, place)
    assert due(worker, place, every=timedelta(0))
    ran(worker, place, first_at=NOON, until=NOON + hours(1))
    assert not due(worker, place, every=timedelta(0))  # it has said nothing since


def test_a_series_is_due_when_earlier_readings_came_in(worker: Store, writer: Writer, place: Place) -> None:
    ran(worker, place, first_at=NOON)
    writer.write(Batch(samples=[sample(1.0, at=NOON - hours(25), device=place.name)]))
    assert due(worker, place)


def test_a_series_without_readings_in_the_window_is_not_due(worker: Store, place: Place) -> None:
    assert not due(worker, place, window=timedelta(minutes=1))
