"""A trend is the same whichever rollup it comes from."""

from datetime import timedelta

import pytest

from data.store import Store, devices, readings
from data.store.batch import Batch
from data.store.ingestion import Writer
from tests.store.conftest import NOON, TENANTS, hours, sample


@pytest.fixture
def series(writer: Writer, web: Store, tenant_ids: dict[str, int]) -> int:
    """Ten days of one reading every 10 minutes, its value the hour since the start."""
    for tenant in TENANTS:
        values = [
            sample(i / 6, tenant=tenant, device="trend", at=NOON + hours(i / 6)) for i in range(6 * 240)
        ]
        writer.write(Batch(samples=values))
    (row,) = [row for row in devices.overview(web, tenant=tenant_ids["main"]) if row.device == "trend"]
    return row.series_id


@pytest.mark.parametrize(
    ("span", "points", "rows"),
    [(hours(6), 750, 36), (hours(48), 750, 288), (hours(240), 750, 480), (hours(240), 100, 80)],
    ids=["raw", "5 minutes", "half hours", "hours"],
)
def test_each_bucket_has_the_mean_the_extremes_and_the_count(
    web: Store, tenant_ids: dict[str, int], series: int, span: timedelta, points: int, rows: int
) -> None:
    period = {"since": NOON, "until": NOON + span}
    frame = readings.trend(web, tenant=tenant_ids["main"], series=series, points=points, **period)
    assert len(frame) in (rows, rows + 1)
    assert frame["count"].sum() == span / hours(1) * 6
    assert (frame["low"].iloc[0], frame["high"].iloc[-1]) == (0, span / hours(1) - 1 / 6)
    assert (frame["mean"] * frame["count"]).sum() == pytest.approx(
        sum(i / 6 for i in range(int(span / hours(1) * 6)))
    )


def test_a_period_without_readings_is_an_empty_frame(
    web: Store, tenant_ids: dict[str, int], series: int
) -> None:
    frame = readings.trend(
        web, tenant=tenant_ids["main"], series=series, since=NOON - hours(10), until=NOON - hours(1)
    )
    assert frame.empty
    assert str(frame["at"].dtype).startswith("datetime64")
