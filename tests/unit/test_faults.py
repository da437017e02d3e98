"""The parts of the fault campaign that need no server."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import pytest

from tests.faults import report
from tests.faults.campaign import Result
from tests.faults.faults import FAULTS, SHORT
from tests.faults.messages import Plan, messages
from tests.faults.oracle import Verdict

PLAN = Plan(
    fault="duplicates",
    shape="thrice",
    part=0,
    parts=1,
    seed=1,
    begin=datetime(2026, 3, 4, 12, tzinfo=UTC),
    rate=1.0,
    devices=2,
    count=20,
)
VERDICT = Verdict(messages=1_000, lost=3, lost_before_s=0.7, doubled=0, repeated=5, repeatable=0)
RESULT = Result(fault=FAULTS[0], times=2, verdict=VERDICT, most_repeated=5, catch_up_s=1.25)


def test_one_seed_gives_one_order() -> None:
    assert list(messages(PLAN)) == list(messages(PLAN))


def test_another_seed_gives_another_order() -> None:
    assert list(messages(PLAN)) != list(messages(replace(PLAN, seed=2)))


def test_two_tenants_have_devices_of_one_name() -> None:
    said = islice(messages(replace(PLAN, shape="endless")), 8)
    assert {(one.tenant, one.device) for one in said} == {
        (tenant, f"duplicates/{name}") for tenant in ("north", "south") for name in ("d0-0", "d0-1")
    }


def test_repeats_within_their_bound_keep_the_promise() -> None:
    assert RESULT.kept


def test_repeats_beyond_their_bound_break_the_promise() -> None:
    assert not replace(RESULT, most_repeated=4).kept


def test_a_row_that_breaks_the_promise_breaks_it() -> None:
    assert not replace(RESULT, verdict=replace(VERDICT, broken={"lost": [("north", 7)]})).kept


def test_the_table_says_from_when_the_lost_were() -> None:
    assert report.table([RESULT], SHORT).splitlines()[2] == (
        "| Ingest killed (SIGKILL) | 2 | 1,000 | 3 (the last 0.7 s) | 0 | 5 | 1.2 |"
    )


def test_a_table_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    document = tmp_path / "reliability.md"
    document.write_text("before\n<!-- make faults: begin -->\nold\n<!-- make faults: end -->\nafter\n")
    report.write("new\n", document)
    assert document.read_text() == (
        "before\n<!-- make faults: begin -->\nnew\n<!-- make faults: end -->\nafter\n"
    )


def test_a_document_without_a_place_for_the_table_is_refused(tmp_path: Path) -> None:
    document = tmp_path / "reliability.md"
    document.write_text("no place\n")
    with pytest.raises(ValueError, match="no place for the table"):
        report.write("new\n", document)
