"""Forecasts are listed by state and by how right they were, and so are series that had too little."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from data.settings import Settings
from data.store import Store, analysis_results, forecast_list
from data.store.analysis_results import RunDone
from data.store.batch import Batch
from data.store.forecast_list import ForecastRow, Wanted
from data.store.ingestion import Writer
from tests.store.conftest import NOON, hours, sample
from tests.store.test_analysis import forecast
from tests.store.test_corrections import Owner, series_of


@pytest.fixture
def worker(migrated: Settings) -> Iterator[Store]:
    store = Store.open(migrated, role="worker")
    yield store
    store.close()


class Office:
    """Devices of `main` whose names all have one word in common that no other test's have."""

    def __init__(self, worker: Store, owner: Owner, writer: Writer, tenant: int) -> None:
        self.tenant, self.word = tenant, f"listed{datetime.now(UTC).timestamp()}"
        self._worker, self._owner, self._writer = worker, owner, writer

    def add(self, name: str, *, lacking: str | None = None, **rest: Any) -> None:
        """A device with a forecast, or one that lacks something."""
        device = f"{name} {self.word}"
        self._writer.write(Batch(samples=[sample(20.0, device=device)]))
        series = series_of(self._owner, device)
        made = [] if lacking else [forecast(series, **rest)]
        run = RunDone(id=series, first_at=NOON, until=NOON, lacking=lacking)
        with self._worker.transaction(tenant=self.tenant) as connection:
            analysis_results.save_forecasts(connection, made, none_of=[], computed_at=NOON)
            analysis_results.save_runs(connection, "forecast", "series", [run], computed_at=NOON)


@pytest.fixture
def office(worker: Store, owner: Owner, writer: Writer, tenant_ids: dict[str, int]) -> Office:
    made = Office(worker, owner, writer, tenant_ids["main"])
    made.add("good", mase=0.4, right_count=5, judged_count=10)
    made.add("fair", mase=0.7, right_count=8, judged_count=10)
    made.add("poor", mase=0.2, withheld="It was no more right than the last day repeated.")
    made.add("new", lacking="Needs 7 days of readings; has 1.0.")
    return made


def names(rows: list[ForecastRow]) -> list[str]:
    return [row.device.split()[0] for row in rows]


def find(web: Store, office: Office, *, sort: Any = "best", **wanted: Any) -> list[ForecastRow]:
    return forecast_list.find(
        web, tenant=office.tenant, wanted=Wanted(search=office.word, **wanted), sort=sort
    )


def test_forecasts_that_are_shown_come_first_and_series_that_lack_something_last(
    web: Store, office: Office
) -> None:
    assert names(find(web, office)) == ["good", "fair", "poor", "new"]


@pytest.mark.parametrize(
    ("sort", "first"), [("best", "good"), ("worst", "fair"), ("promise", "good"), ("name", "fair")]
)
def test_forecasts_are_sorted(web: Store, office: Office, sort: str, first: str) -> None:
    assert names(find(web, office, sort=sort))[0] == first


@pytest.mark.parametrize(
    ("state", "found"), [("shown", ["good", "fair"]), ("withheld", ["poor"]), ("lacking", ["new"])]
)
def test_forecasts_are_filtered_by_state(web: Store, office: Office, state: str, found: list[str]) -> None:
    rows = find(web, office, state=state)
    assert names(rows) == found
    assert rows[0].total == len(found)


def test_what_is_not_shown_says_why(web: Store, office: Office) -> None:
    rows = {row.device.split()[0]: row for row in find(web, office)}
    assert rows["poor"].reason == "It was no more right than the last day repeated."
    assert rows["new"].reason == "Needs 7 days of readings; has 1.0."
    assert rows["good"].reason is None


def test_a_row_says_from_what_it_was_computed(web: Store, office: Office) -> None:
    assert find(web, office)[0].basis.since == NOON - hours(24)


def test_signs_that_stand_for_any_letter_are_searched_for_as_they_are(web: Store, office: Office) -> None:
    assert forecast_list.find(web, tenant=office.tenant, wanted=Wanted(search=f"g%d {office.word}")) == []


def test_all_are_counted_with_how_right_they_were(web: Store, office: Office) -> None:
    before = forecast_list.counts(web, tenant=office.tenant)
    office.add("more", mase=0.5, right_count=7, judged_count=9)
    office.add("less", lacking="Needs 7 days of readings; has 0.0.")
    after = forecast_list.counts(web, tenant=office.tenant)
    assert after.shown - before.shown == 1
    assert after.lacking - before.lacking == 1
    assert (after.right_count - before.right_count, after.judged_count - before.judged_count) == (7, 9)


def test_another_tenant_sees_no_forecast(web: Store, office: Office, tenant_ids: dict[str, int]) -> None:
    found = forecast_list.find(web, tenant=tenant_ids["acme"], wanted=Wanted(search=office.word))
    assert [row.state for row in found if row.state != "lacking"] == []
    assert forecast_list.counts(web, tenant=tenant_ids["acme"]).shown == 0


def test_what_is_forecast_can_be_filtered_by(web: Store, office: Office) -> None:
    assert "temperature" in forecast_list.choices(web, tenant=office.tenant).quantities
