"""What a correction would change, and those that were made, in words and numbers."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from dashboard.views import corrections as views
from dashboard.views.corrections import Change, Outlook
from data.store.corrections import Correction, Preview
from tests.unit.rows import NOW, row

ZONE = ZoneInfo("Europe/Berlin")
SEEN = Preview(
    count=3,
    first_at=NOW,
    last_at=NOW + timedelta(minutes=2),
    low=50.0,
    mean=68.0,
    high=86.0,
    limit=200_000,
    dropped_before=None,
)
MADE = Correction(
    id=1,
    series_id=10,
    since=NOW,
    until=NOW + timedelta(hours=1),
    action="adjust",
    factor=0.5,
    offset=-3.0,
    reason="<b>unit</b>",
    count=1,
    actor="ann",
    made_at=NOW,
    undone_by=None,
    undone_at=None,
)


def outlook(change: Change, seen: Preview = SEEN, kind: str = "number") -> Outlook:
    return views.outlook(row(kind=kind), seen, change, zone=ZONE)


def test_a_deletion_says_what_goes() -> None:
    said = outlook(Change(action="delete"))
    assert said.button == "Delete 3 readings"
    assert "13:00:00 CET – 4 Mar 2026, 13:02:00 CET, would be deleted" in said.sentence
    assert said.figures[1] == ("Mean", "68.0\u00a0°C", None)


def test_an_adjustment_says_what_becomes_of_the_figures() -> None:
    said = outlook(Change(action="adjust", factor=5 / 9, offset=-160 / 9))
    assert [after for _, _, after in said.figures] == ["10.0\u00a0°C", "20.0\u00a0°C", "30.0\u00a0°C"]


def test_with_another_sign_the_highest_becomes_the_lowest() -> None:
    said = outlook(Change(action="adjust", factor=-1, offset=0))
    assert said.figures[0] == ("Lowest", "86.0\u00a0°C", "−86.0\u00a0°C")


@pytest.mark.parametrize(
    ("change", "seen", "kind", "sentence"),
    [
        (Change(action="delete"), replace(SEEN, count=0), "number", "no readings"),
        (Change(action="delete"), replace(SEEN, count=200_001), "number", "more than 200\u202f000 readings"),
        (Change(action="adjust", factor=2, offset=0), SEEN, "boolean", "Only numbers"),
        (Change(action="adjust", factor=None, offset=0), SEEN, "number", "give a factor"),
        (Change(action="adjust", factor=0, offset=1), SEEN, "number", "give a factor"),
        (Change(action="adjust", factor=1, offset=0), SEEN, "number", "change nothing"),
    ],
)
def test_what_cannot_be_corrected_has_no_button(
    change: Change, seen: Preview, kind: str, sentence: str
) -> None:
    said = outlook(change, seen, kind)
    assert said.button is None
    assert sentence in said.sentence


def test_a_correction_that_stands_says_what_was_done() -> None:
    shown = views.made(MADE, zone=ZONE)
    assert shown.what == "1 reading adjusted: value × 0.5 − 3"
    assert shown.who == "ann, 4 Mar 2026, 13:00:00 CET"
    assert shown.undone is None


def test_one_that_was_undone_says_by_whom() -> None:
    undone = replace(MADE, undone_by="bob", undone_at=NOW)
    assert views.made(undone, zone=ZONE).undone == "Undone by bob, 4 Mar 2026, 13:00:00 CET"


def test_the_time_of_a_control_is_that_of_the_buildings_wall() -> None:
    assert views.time_of("2026-03-04 13:00:00", zone=ZONE) == NOW
    assert views.clock(NOW, zone=ZONE) == "2026-03-04 13:00:00"


@pytest.mark.parametrize("said", [None, "", "soon", "9999-12-31T23:59:59", "0001-01-01"])
def test_what_is_no_time_is_none_or_far_away(said: str | None) -> None:
    at = views.time_of(said, zone=ZoneInfo("Pacific/Kiritimati"))
    assert at is None or at.year not in range(2000, 2200)
