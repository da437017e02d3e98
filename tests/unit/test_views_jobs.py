"""Jobs are told in words that say what to expect."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dashboard.views.jobs import Row, rows
from data.store.jobs import Job

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)

WAITING = Job(
    id=7,
    kind="building_import",
    state="waiting",
    stage=None,
    progress=None,
    message=None,
    result=None,
    created_by="account 1",
    created_at=NOW - timedelta(minutes=3),
    started_at=None,
    finished_at=None,
    cancel_asked=False,
)
RUNNING = replace(WAITING, state="running", stage="Reading rooms", progress=0.429, started_at=NOW)
ENDED: dict[str, Any] = {
    "started_at": NOW - timedelta(seconds=80),
    "finished_at": NOW - timedelta(seconds=60),
}


def row(job: Job) -> Row:
    (found,) = rows([job], now=NOW)
    return found


def test_a_job_that_waits_says_what_it_waits_for() -> None:
    found = row(WAITING)
    assert (found.name, found.state, found.when) == ("Building import", "Waiting", "asked for 3\u00a0min ago")
    assert found.text == "Starts as soon as a worker is free."


def test_a_job_that_is_tried_again_says_so() -> None:
    assert row(replace(WAITING, message="Attempt 1 of 3 failed.")).text == "Attempt 1 of 3 failed."


def test_a_running_job_has_a_bar_that_never_runs_ahead() -> None:
    found = row(RUNNING)
    assert (found.bar, found.percent, found.text, found.cancellable) == (True, 42, "Reading rooms", True)


def test_a_job_whose_end_was_asked_for_is_stopping_and_not_cancelled_twice() -> None:
    found = row(replace(RUNNING, cancel_asked=True))
    assert (found.state, found.cancellable) == ("Stopping", False)


@pytest.mark.parametrize(
    ("job", "tone", "text"),
    [
        (replace(RUNNING, state="done", **ENDED), "well", ""),
        (replace(RUNNING, state="failed", message="It has no rooms.", **ENDED), "bad", "It has no rooms."),
        (replace(RUNNING, state="cancelled", **ENDED), "still", ""),
    ],
)
def test_a_job_that_is_over_says_how_and_has_no_bar(job: Job, tone: str, text: str) -> None:
    found = row(job)
    assert (found.tone, found.text, found.bar, found.cancellable) == (tone, text, False, False)
    assert found.when == "ended 1\u00a0min ago, took 20\u00a0s"


def test_a_job_that_never_began_took_no_time() -> None:
    assert row(replace(WAITING, state="cancelled", finished_at=NOW)).when == "ended just now"
