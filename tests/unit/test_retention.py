"""How far back readings may be stored, and which limits make little sense together."""

from datetime import timedelta

import pytest

from data.settings import Settings
from data.store import retention
from tests.unit.rows import NOW


def test_without_a_limit_no_reading_is_too_old() -> None:
    assert retention.earliest(Settings(), NOW) is None


def test_a_reading_may_be_as_old_as_readings_are_kept() -> None:
    assert retention.earliest(Settings(keep_readings_days=30), NOW) == NOW - timedelta(days=30)


@pytest.mark.parametrize(
    ("limits", "named"),
    [
        ({}, []),
        ({"keep_readings_days": 30}, []),
        ({"keep_readings_days": 30, "keep_rollups_days": 7}, []),
        ({"keep_readings_days": 30, "keep_rollups_days": 100, "keep_hourly_days": 1000}, []),
        ({"keep_readings_days": 30, "keep_rollups_days": 100, "keep_hourly_days": 50}, ["KEEP_ROLLUPS_DAYS"]),
        ({"keep_hourly_days": 1000}, ["KEEP_READINGS_DAYS", "KEEP_ROLLUPS_DAYS"]),
    ],
)
def test_hourly_rollups_that_go_before_finer_ones_are_doubtful(
    limits: dict[str, int], named: list[str]
) -> None:
    said = retention.doubts(Settings.model_validate(limits))
    assert [
        name for name in ("KEEP_READINGS_DAYS", "KEEP_ROLLUPS_DAYS") for one in said if name in one
    ] == named
