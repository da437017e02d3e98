"""Likely failures, readings in doubt and anomalies in words."""

from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from analytics.units import UnitSystem
from dashboard.views import findings
from data.store.analysis import Flag
from data.store.analysis_rows import Band, Basis, Failure, QualityFinding, Run
from tests.unit.rows import NOW, row

UTC = ZoneInfo("UTC")
DAY = timedelta(days=1)
BASIS = Basis(since=NOW - 30 * DAY, until=NOW, readings=720, source="hourly means")
FAILURE = Failure(
    id=1, kind="limit", device_id=7, equipment_id=None, name="room-1", series_id=10,
    fails_at=NOW + 30 * DAY, low_at=NOW + 20 * DAY, high_at=NOW + 50 * DAY, probability=None,
    service_life_years=None, warranty_until=None, sentence="The battery will be empty",
    computed_at=NOW, basis=BASIS,
)  # fmt: skip
FINDING = QualityFinding(
    id=5, series_id=10, device_id=7, device="room-1", metric="temperature", unit=None, kind="spike",
    began_at=NOW, ended_at=NOW, count=1, text="{} beside {}.", numbers=(85.0, 21.0), flag=4,
    repair="interpolate", state="open", correction_id=None, decided_by=None, computed_at=NOW, basis=BASIS,
)  # fmt: skip
BAND = Band(
    series_id=10, began_at=NOW, ended_at=NOW + timedelta(hours=3), peak=0.81, computed_at=NOW, basis=BASIS
)


def doubt(units: UnitSystem = "metric", **changes: object) -> findings.Doubtful:
    found = replace(FINDING, **changes)  # type: ignore[arg-type]
    told = findings.doubts([found], series={10: row(series_id=10)}, runs=[], zone=UTC, units=units)
    return (*told.open, *told.decided)[0]


def test_a_failure_says_between_which_days_and_how_surely() -> None:
    (likely,) = findings.likely([FAILURE], zone=UTC)
    assert likely.interval == "Between 24 Mar 2026 and 23 Apr 2026, with 90 % certainty"


def test_a_failure_without_an_end_says_so() -> None:
    (likely,) = findings.likely([replace(FAILURE, high_at=None)], zone=UTC)
    assert likely.interval
    assert likely.interval.endswith("no end can be said")


def test_a_failure_says_what_it_is_from() -> None:
    (likely,) = findings.likely([FAILURE], zone=UTC)
    assert likely.basis.startswith("By the trend of its own readings. Computed 4 Mar 2026")


@pytest.mark.parametrize(("here", "href"), [(None, "/device/7"), (7, None)])
def test_a_failure_leads_to_its_device_unless_that_is_shown(here: int | None, href: str | None) -> None:
    (likely,) = findings.likely([FAILURE], zone=UTC, here=here)
    assert likely.href == href


@pytest.mark.parametrize(
    ("units", "said"),
    [
        ("metric", "Spike: 85.0\u00a0°C beside 21.0\u00a0°C."),
        ("us", "Spike: 185.0\u00a0°F beside 69.8\u00a0°F."),
    ],
)
def test_a_finding_says_its_kind_and_its_numbers_in_the_readers_unit(units: UnitSystem, said: str) -> None:
    assert doubt(units).detail == said


def test_a_number_that_stands_for_no_value_stays_as_its_device_wrote_it() -> None:
    said = doubt(
        "us", kind="sentinel", text="85 is what a probe says before its first conversion.", numbers=()
    )
    assert said.detail.startswith("Stands for no value: 85 is what a probe says")
    assert said.series == "temperature, kept in °C"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "The battery will be empty around 3 Apr 2026."),
        (
            {"fails_at": NOW - DAY, "sentence": "The battery has been empty"},
            "The battery has been empty since 3 Mar 2026.",
        ),
        (
            {"warranty_until": date(2027, 1, 1)},
            "The battery will be empty around 3 Apr 2026, before its warranty ends.",
        ),
        (
            {
                "kind": "warranty",
                "sentence": "It may fail before its warranty ends",
                "warranty_until": date(2027, 1, 1),
            },
            "It may fail before its warranty ends on 1 Jan 2027.",
        ),
    ],
)
def test_a_failure_says_its_day_as_the_page_writes_days(changes: dict[str, object], said: str) -> None:
    (likely,) = findings.likely([replace(FAILURE, **changes)], zone=UTC)  # type: ignore[arg-type]
    assert likely.sentence == said


def test_what_is_proposed_is_offered_first() -> None:
    assert [repair for repair, _ in doubt().repairs] == ["interpolate", "mask", "delete"]


def test_another_unit_can_also_be_converted() -> None:
    offered = doubt(kind="unit", repair="convert").repairs
    assert [repair for repair, _ in offered] == ["convert", "mask", "interpolate", "delete"]


def test_a_gap_can_only_be_filled() -> None:
    gap = doubt(kind="gap", repair="mask", count=12)
    assert ([repair for repair, _ in gap.repairs], gap.count) == (["interpolate"], "12 readings missing")


def test_a_repaired_finding_names_who_did_it() -> None:
    assert doubt(state="repaired", decided_by="Ada", correction_id=3).decided == "Repaired by Ada."


def ran(kind: str, **changes: object) -> Run:
    whole = Run(
        kind=kind, series_id=10, device_id=None, building_id=None, computed_at=NOW,
        first_at=NOW - 14 * DAY, lacking=None, failed=None,
    )  # fmt: skip
    return replace(whole, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("runs", "said"),
    [
        ([], "not looked for yet"),
        (
            [ran("anomaly", lacking="Needs 3 days of readings; has 0.5.")],
            "Needs 3 days of readings; has 0.5.",
        ),
        ([ran("anomaly", failed="ValueError")], "could not be looked for"),
        ([ran("anomaly")], "Nothing in this period was unlike before."),
        ([ran("anomaly", series_id=11)], "not looked for yet"),
    ],
)
def test_a_course_without_anomalies_says_whether_there_was_enough_to_look_in(
    runs: list[Run], said: str
) -> None:
    assert said in findings.none_strange(runs, 10)


def looked(*runs: Run) -> str | None:
    return findings.doubts([], series={}, runs=runs, zone=UTC).computed


def test_doubts_say_since_when_readings_were_looked_at() -> None:
    said = looked(ran("quality"), ran("health"))
    assert said == "Looked for in the readings since 18 Feb 2026; last 4 Mar 2026, 12:00:00 UTC."
    assert looked(ran("health")) is None


def test_of_few_readings_doubts_say_that_not_all_can_be_found() -> None:
    assert "is not found in so few" in (looked(ran("quality", first_at=NOW - DAY)) or "")


def test_a_series_with_too_little_for_a_trend_is_named() -> None:
    short = ran("failure", lacking="Needs 7 days of readings; has 0.0.")
    said = findings.trends_lack([short], {10: row(series_id=10, quantity="battery")})
    assert said == "Battery is not judged yet. Needs 7 days of readings; has 0.0."
    assert findings.trends_lack([ran("failure")], {10: row(series_id=10)}) is None


def test_a_stretch_says_how_long_it_was_and_how_strange() -> None:
    assert findings.stretches([BAND], zone=UTC) == (
        "4 Mar 2026, 12:00:00 UTC, for 3\u00a0h, score up to 0.81 of 1",
    )


def test_a_stretch_that_goes_on_says_since_when() -> None:
    (said,) = findings.stretches([replace(BAND, ended_at=None)], zone=UTC)
    assert said.startswith("Since 4 Mar 2026")


def test_of_many_stretches_the_newest_are_told_and_the_others_counted() -> None:
    bands = [replace(BAND, began_at=NOW + n * DAY, ended_at=NOW + n * DAY) for n in range(8)]
    said = findings.stretches(bands, zone=UTC)
    assert (said[0][:6], said[-1]) == ("11 Mar", "and 3 more")


def test_flags_are_counted_by_what_was_done() -> None:
    flags = [Flag(at=NOW, flag=flag, value=1.0, correction_id=1) for flag in ("mask", "interpolate", "mask")]
    assert findings.flagged(flags) == "2 masked, 1 interpolated"
    assert findings.flagged([]) is None
