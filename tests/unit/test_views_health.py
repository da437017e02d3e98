"""Health in words."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from dashboard.views import health, rooms_health
from data.store.analysis_overview import PastScore
from data.store.analysis_rows import Basis, Health, OddRoom, Reason, Run, Subject, TrendPoint
from tests.unit.rows import NOW

BERLIN = ZoneInfo("Europe/Berlin")
BASIS = Basis(since=NOW - timedelta(days=30), until=NOW, readings=8_640, source="means of 5 minutes")
HEALTH = Health(
    subject="device",
    subject_id=7,
    name="room-1",
    score=71.6,
    reasons=(Reason(reason="drift", points=28.4, detail="It is far from what was normal for it: severe."),),
    computed_at=NOW,
    basis=BASIS,
)
DAY = timedelta(days=1)


def score(found: Health | None = HEALTH, **choice: object) -> health.Score:
    return health.score(found, zone=BERLIN, now=NOW, **choice)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "level"),
    [(100.0, "well"), (85.0, "well"), (84.9, "watch"), (65.0, "watch"), (64.9, "ill"), (None, "unknown")],
)
def test_a_score_has_one_of_four_levels(value: float | None, level: str) -> None:
    assert health.level_of(value) == level


def test_a_score_says_when_and_from_what_it_was_computed() -> None:
    assert score().computed == (
        "Computed 4 Mar 2026, 13:00:00 CET from 8640 means of 5 minutes of 30\u00a0days."
    )


def test_a_period_that_lacks_some_minutes_is_whole_days() -> None:
    basis = replace(BASIS, since=NOW - timedelta(days=30) + timedelta(minutes=5))
    assert "30\u00a0days" in health.made(NOW, basis, zone=BERLIN)


def test_a_score_of_parts_says_how_many_they_are() -> None:
    said = health.made(NOW, Basis(children=3), zone=BERLIN)
    assert said == "Computed 4 Mar 2026, 13:00:00 CET from 3 parts."


def test_what_costs_points_says_how_many() -> None:
    (lost,) = score().lost
    assert (lost.points, lost.label, lost.href) == ("−28", "Away from its normal", None)


def test_what_a_part_costs_leads_to_its_device() -> None:
    reason = Reason(reason="silence", points=9, detail="…", subject="device", subject_id=7, name="room-1")
    (lost,) = score(replace(HEALTH, subject="space", subject_id=3, reasons=(reason,))).lost
    assert (lost.part, lost.href) == ("room-1", "/device/7")


def test_less_than_half_a_point_is_no_reason() -> None:
    assert not score(replace(HEALTH, reasons=(Reason(reason="gaps", points=0.4, detail="…"),))).lost


def test_many_small_reasons_never_hide_who_costs_the_most() -> None:
    small = [Reason(reason="gaps", points=0.3, detail="…", name=f"room-{one}") for one in range(19)]
    others = Reason(reason="others", points=5.0, detail="…")
    lost = score(replace(HEALTH, reasons=(others, *small))).lost
    assert [(one.label, one.points) for one in lost] == [*[("Gaps", "−0.3")] * 3, ("Smaller troubles", "−10")]


def test_a_course_says_which_of_its_days_were_computed_later() -> None:
    trend = [
        TrendPoint(at=NOW - 2 * DAY, score=80, computed_at=NOW - DAY),
        TrendPoint(at=NOW - DAY, score=80, computed_at=NOW),
        TrendPoint(at=NOW, score=80),
    ]
    said = "2 days of its course were computed later, last on 4 Mar 2026, each from"
    assert score(trend=trend).later == f"{said} the readings up to its end alone."
    assert score(trend=trend[2:]).later is None


def test_what_was_never_judged_says_what_it_lacks() -> None:
    lacking = "Needs 14 days of readings; has 3.0."
    run = Run(
        kind="health", series_id=None, device_id=7, building_id=None,
        computed_at=NOW, first_at=None, lacking=lacking, failed=None,
    )  # fmt: skip
    found = score(None, runs=[run])
    assert (found.score, found.level, found.computed) == ("–", "unknown", lacking)


def test_a_course_is_the_mean_of_each_day_the_oldest_first() -> None:
    trend = [TrendPoint(at=NOW - 2.5 * DAY, score=80), TrendPoint(at=NOW - 2.2 * DAY, score=90)]
    course = score(trend=[*trend, TrendPoint(at=NOW, score=70)]).course
    assert (len(course), course[-3:]) == (30, (85.0, None, 70.0))


def test_a_course_of_one_day_is_none() -> None:
    assert score(trend=[TrendPoint(at=NOW, score=70)]).extremes is None


def test_a_course_names_its_lowest_and_highest_day() -> None:
    trend = [TrendPoint(at=NOW - DAY, score=90), TrendPoint(at=NOW, score=70)]
    assert score(trend=trend).extremes == "70 to 90 on 2 days"


ROOM = replace(HEALTH, subject="space", subject_id=3, name="101")
ODD = OddRoom(
    space_id=3, space="101", storey_id=1, quantity="temperature", score=0.6, verdict="sensor",
    computed_at=NOW, basis=BASIS,
)  # fmt: skip


def test_a_room_is_coloured_by_its_score() -> None:
    said = rooms_health.readings([3, 4], {3: 71.6})
    assert (said[3].value, said[3].short, said[4].state) == (71.6, "72", "none")


def test_only_rooms_with_a_verdict_are_odd() -> None:
    assert rooms_health.odd([ODD, replace(ODD, space_id=4, verdict=None)]) == {
        3: "Temperature unlike that of the rooms around it; the sensor is the likely reason"
    }


def test_a_room_that_is_well_is_none_of_the_worst() -> None:
    rooms = (ROOM, replace(ROOM, subject_id=4, score=93.0))
    found = rooms_health.worst(rooms, building=2, zone=BERLIN, now=NOW)
    assert [(one.name, href) for one, href in found] == [("101", "/building/2?quantity=health&room=3")]


def past(*scores: tuple[Subject, float]) -> rooms_health.Then:
    found = [PastScore(subject=subject, subject_id=7, name="101", score=score) for subject, score in scores]
    return rooms_health.then(found, building=2, now=NOW)


def test_a_score_of_the_past_gives_no_reasons_and_no_time_it_was_computed() -> None:
    whole = past(("building", 71.6)).whole
    assert (whole.score, whole.level, whole.lost, whole.computed) == ("72", "watch", (), "")


def test_what_was_not_judged_then_says_so() -> None:
    found = past()
    assert (found.whole.score, found.whole.word, found.judged) == ("–", "not judged then", False)


def test_a_room_of_the_past_leads_to_its_place_at_that_time() -> None:
    ((_, href),) = past(("space", 40.0)).worst
    assert href == "/building/2?quantity=health&room=7&at=2026-03-04T12%3A00Z"


def test_a_room_that_was_well_is_none_of_the_worst() -> None:
    found = past(("space", 93.0))
    assert (found.worst, found.judged) == ((), True)
