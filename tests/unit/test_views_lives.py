"""The service of a device in words."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from analytics.failure import Life
from dashboard.views import findings, lives
from dashboard.views.lives import Service
from data.store.analysis_rows import Basis, Failure, Run
from data.store.life_records import DeviceLives, LifeRecord
from tests.unit.rows import NOW

BERLIN = ZoneInfo("Europe/Berlin")
DAY = timedelta(days=1)
FAILED = Life(begins=NOW - 50 * DAY, ends=NOW - 10 * DAY, end="failed", stated=False)
RUNNING = Life(begins=NOW - 9 * DAY, ends=NOW, end="running", stated=True)
RECORD = LifeRecord(
    id=3, device_id=7, kind="failed", at=NOW - 10 * DAY, note="Bearing seized", actor="Ada",
    made_at=NOW, undone_by=None, undone_at=None,
)  # fmt: skip
KNOWN = DeviceLives(
    device_id=7, type="Acme P100", heard=NOW - 50 * DAY, records=(RECORD,), lives=(FAILED, RUNNING)
)
BASIS = Basis(
    readings=1900, source="daily means of lives of Acme P100", lives=18, failures=12, coverage=0.954,
    error_s=2.66 * 86_400,
)  # fmt: skip
LEARNED = Failure(
    id=1, kind="learned", device_id=7, equipment_id=None, name="pump", series_id=None,
    fails_at=NOW + 12 * DAY, low_at=NOW + 7 * DAY, high_at=NOW + 17 * DAY, probability=0.99,
    service_life_years=None, warranty_until=None, sentence="It has about 12 days left.",
    computed_at=NOW, basis=BASIS,
)  # fmt: skip


def service(known: DeviceLives = KNOWN, *failures: Failure, lacking: str | None = None) -> Service:
    run: dict[str, Any] = {
        "series_id": None,
        "building_id": None,
        "device_id": 7,
        "computed_at": NOW,
        "first_at": None,
    }
    runs = [Run(kind="remaining life", lacking=lacking, failed=None, **run)] if lacking else []
    return lives.service(known, failures=failures, runs=runs, zone=BERLIN)


def test_lives_are_told_newest_first_with_how_long_they_lasted() -> None:
    assert [(one.what, one.range) for one in service().lives] == [
        ("In service for 9\u00a0days", "23 Feb 2026 – now"),
        ("Failed after 40\u00a0days", "13 Jan 2026 – 22 Feb 2026; counted from its first reading"),
    ]


def test_a_record_says_what_when_and_who() -> None:
    (one,) = service().records
    assert (one.what, one.at, one.note) == ("Failed", "22 Feb 2026, 13:00:00 CET", "Bearing seized")
    assert (one.who, one.undone) == ("Ada, 4 Mar 2026, 13:00:00 CET", None)


def test_a_record_that_was_undone_says_by_whom() -> None:
    undone = replace(RECORD, undone_by="Bob", undone_at=NOW)
    (one,) = service(replace(KNOWN, records=(undone,))).records
    assert one.undone == "Undone by Bob, 4 Mar 2026, 13:00:00 CET"


def test_remaining_life_says_its_interval_and_how_right_it_was() -> None:
    said = service(KNOWN, LEARNED).remaining
    assert (said.sentence, said.interval) == (
        "It has about 12 days left.", "Nine times in ten between 11 Mar 2026 and 21 Mar 2026",
    )  # fmt: skip
    assert said.basis
    assert said.basis.startswith(
        "Learned from 18 lives, 12 of which ended in failure. On lives it had not seen, 95 of 100 intervals "
        "held what then happened, and it was 2.7 days off on average. Computed 4 Mar 2026, 13:00"
    )


def test_lives_of_hours_are_off_by_hours() -> None:
    hourly = replace(LEARNED, basis=replace(BASIS, error_s=3 * 3_600))
    assert "3.0 hours off" in str(service(KNOWN, hourly).remaining.basis)


def test_a_life_without_an_end_in_sight_says_so() -> None:
    said = service(KNOWN, replace(LEARNED, high_at=None)).remaining
    assert str(said.interval).startswith("Nine times in ten not before 11 Mar 2026; no end can be said")


def test_why_nothing_can_be_said_is_said_with_the_type() -> None:
    said = service(lacking="3 failures of its type are recorded; 9 are needed.").remaining
    assert said.sentence == "3 failures of its type are recorded; 9 are needed. Its type is Acme P100."
    assert said.basis is None


def test_before_anything_was_recorded_it_is_said_what_recording_is_good_for() -> None:
    assert "devices of its type, Acme P100, it is learned from their lives" in service().remaining.sentence


def test_a_learned_failure_in_a_list_says_what_it_is_from_and_how_sure() -> None:
    (likely,) = findings.likely([replace(LEARNED, high_at=None)], zone=BERLIN)
    assert likely.basis.startswith("By the recorded lives of its type. Computed")
    assert likely.interval == "Not before 11 Mar 2026, with 90 % certainty; no end can be said"
