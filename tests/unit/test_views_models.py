"""Models on their way in are told in words that say what can be done."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dashboard.views import models
from data.store.buildings import BuildingRow
from data.store.jobs import Job
from data.store.model_jobs import MAKE_CURRENT, READ
from data.store.model_versions import Changes, Version

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
NAMES = {"account 1": "Ada"}

READING = Version(
    id=7, building_id=None, building=None, building_name="House", timezone=None, file_sha256="a" * 64,
    file_name="house.ifc", file_bytes=3 << 20, state="reading", message=None, report=None,
    created_by="account 1", created_at=NOW - timedelta(minutes=3), decided_by=None, decided_at=None,
)  # fmt: skip
READY = replace(READING, state="ready", report={})
REFUSED = replace(READING, state="refused", message="house.ifc is no IFC file.")
RUNNING = Job(
    id=1, kind=READ, state="running", stage="rooms", progress=0.429, message=None, result=None,
    created_by="account 1", created_at=NOW, started_at=NOW, finished_at=None, cancel_asked=False,
)  # fmt: skip
FAILED = replace(RUNNING, state="failed", message="It failed 3 times, see the log.", finished_at=NOW)

PLACED = BuildingRow(
    id=1, name="House", timezone="UTC", location={"type": "Point", "coordinates": [13.4, 52.5]},
    georeference={"source": "IfcSite", "latitude": 52.5, "longitude": 13.4}, true_north_deg=None, model={},
    storeys=2, spaces=9, area_m2=120.0,
)  # fmt: skip
DOUBTED = replace(
    PLACED,
    location=None,
    georeference={"source": "IfcSite", "latitude": 42.358, "longitude": -71.058, "doubt": "it is Boston"},
)


def standing(version: Version, job: Job | None) -> models.Standing:
    return models.standing(version, job, names=NAMES, now=NOW)


def test_a_version_that_is_read_has_its_stage_and_a_bar_and_can_be_cancelled() -> None:
    row = standing(READING, RUNNING)
    assert (row.state, row.text, row.bar, row.percent) == ("Reading", "rooms", True, 42)
    assert row.actions == ("cancel",)


def test_a_version_that_waits_for_a_worker_has_no_bar() -> None:
    row = standing(READING, replace(RUNNING, state="waiting", stage=None, progress=None))
    assert (row.state, row.bar, row.actions) == ("Waiting", False, ("cancel",))


def test_a_version_says_how_large_it_is_and_who_brought_it_when() -> None:
    assert standing(READING, RUNNING).about == "3.0\u00a0MiB · 3\u00a0min ago by Ada"


@pytest.mark.parametrize("job", [FAILED, None], ids=["failed", "forgotten"])
def test_what_was_not_read_can_be_read_again(job: Job | None) -> None:
    row = standing(READING, job)
    assert (row.state, row.actions) == ("Not read", ("again", "discard"))
    assert row.text


def test_a_ready_version_can_be_looked_at_and_discarded() -> None:
    row = standing(READY, replace(RUNNING, state="done", finished_at=NOW))
    assert (row.state, row.reviewable, row.actions, row.text) == ("Ready", True, ("discard",), "")


def test_why_a_version_did_not_become_current_is_said() -> None:
    assert standing(READY, replace(FAILED, kind=MAKE_CURRENT)).text == "It failed 3 times, see the log."


def test_a_version_that_becomes_current_is_no_longer_discarded() -> None:
    row = standing(READY, replace(RUNNING, kind=MAKE_CURRENT, stage="writing the building"))
    assert (row.state, row.actions) == ("Becoming current", ())


def test_a_refusal_is_shown_in_its_own_words_for_a_day() -> None:
    assert standing(REFUSED, FAILED).text == "house.ifc is no IFC file."
    assert models.waits(REFUSED, None, now=NOW)
    assert not models.waits(REFUSED, None, now=NOW + timedelta(days=2))


REPLACED = replace(
    READY, state="replaced", building_id=1, building="House", decided_by="account 1", decided_at=NOW
)
RETURNS = replace(RUNNING, kind=MAKE_CURRENT, stage="writing the building", progress=None)


def test_only_what_was_current_once_can_be_current_again() -> None:
    discarded = replace(READY, state="discarded", decided_by="account 1", decided_at=NOW)
    rows = models.past([REPLACED, discarded], {}, names=NAMES, now=NOW)
    assert [row.returnable for row in rows] == [True, False]


def test_a_version_that_comes_back_stands_among_what_is_under_way() -> None:
    assert models.waits(REPLACED, RETURNS, now=NOW)
    assert models.past([REPLACED], {REPLACED.id: RETURNS}, names=NAMES, now=NOW) == []
    row = standing(REPLACED, RETURNS)
    assert (row.state, row.text, row.bar) == ("Becoming current", "writing the building", True)


def test_why_a_version_did_not_come_back_is_said() -> None:
    row = standing(REPLACED, replace(FAILED, kind=MAKE_CURRENT))
    assert (row.state, row.tone, row.text) == ("Replaced", "bad", "It failed 3 times, see the log.")


def test_a_version_that_came_and_went_has_nothing_more_to_say() -> None:
    row = standing(REPLACED, replace(RETURNS, state="done", finished_at=NOW))
    assert (row.state, row.tone, row.text) == ("Replaced", "still", "")


def test_what_was_decided_on_says_by_whom() -> None:
    decided = replace(READY, state="discarded", decided_by="account 1", decided_at=NOW - timedelta(hours=5))
    (row,) = models.past([decided, READY, REFUSED], {}, names=NAMES, now=NOW)
    assert (row.state, row.when, row.by) == ("Discarded", "5\u00a0h ago", "Ada")


def test_a_place_that_is_doubted_is_not_said_to_be_where_the_building_is() -> None:
    place = models.place(DOUBTED, names=NAMES)
    assert place.doubtful
    assert (place.text, place.note) == ("not on the map (42.3580, −71.0580?)", "doubtful: it is Boston")


def test_a_doubtful_place_is_offered_with_its_doubt() -> None:
    offer = models.offer(DOUBTED)
    assert offer is not None
    assert offer.text == "The model says 42.3580, −71.0580 (IfcSite). That is doubtful: it is Boston."


def test_a_place_says_who_set_it() -> None:
    assert models.place(PLACED, names=NAMES).note == "as the model says (IfcSite)"
    assert models.place(replace(PLACED, placed_by="account 1"), names=NAMES).note == "set by Ada"


def test_the_offered_rotation_is_the_compass_direction_of_the_plans_y_axis() -> None:
    said: dict[str, Any] = {"latitude": 1.0, "longitude": 2.0, "north_deg": 30.0}
    offer = models.offer(replace(PLACED, georeference=said))
    assert offer is not None
    assert offer.rotation_deg == 330.0


def test_a_building_names_the_file_it_is_drawn_from() -> None:
    current = replace(READY, state="current", building_id=1, decided_by="account 1", decided_at=NOW)
    (card,) = models.cards([replace(PLACED, model={"schema": "IFC4"})], [current], names=NAMES, now=NOW)
    assert dict(card.facts)["Model"] == "house.ifc, IFC4"


def test_a_model_that_shares_nothing_with_its_building_is_questioned() -> None:
    nothing = Changes(kept=0, added=9, gone=9)
    assert "is this the right building?" in models.outcome("House", known=True, changes=nothing)
    some = Changes(kept=8, added=1, gone=2)
    assert models.outcome("House", known=True, changes=some).endswith("8 kept, 1 new, 2 gone.")


def test_a_files_doubtful_place_is_called_so() -> None:
    said = {"latitude": 42.358, "longitude": -71.058, "source": "IfcSite", "confidence": "doubtful"}
    assert models.where({"georeference": said}) == "42.3580, −71.0580 (IfcSite), doubtful"
