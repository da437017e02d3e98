"""The short form of `make faults`: each fault once, on servers of its own; and the judge is judged."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import LiteralString

import pytest

from data.errors import BrokerError
from tests.faults import report
from tests.faults.campaign import fleet_of, oracle_of, run, wait_until_caught_up
from tests.faults.faults import FAULTS, SHORT, Fault
from tests.faults.oracle import Oracle
from tests.faults.rig import Rig, rig
from tests.store_sources import Unavailable

SEED = 1


@pytest.fixture(scope="module")
def broken() -> Iterator[Rig]:
    """Everything that is broken here, running."""
    with ExitStack() as running:
        try:
            made = running.enter_context(rig())
        except (BrokerError, Unavailable) as reason:
            pytest.skip(str(reason))
        yield made


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_nothing_is_lost_or_doubled(broken: Rig, fault: Fault) -> None:
    result = run(fault, broken, size=SHORT, seed=SEED, say=print)
    assert result.kept, report.complaint(result)


# What the judge is tried on: timed and untimed readings of two tenants, and dead letters.
TRIAL = Fault(name="trial", title="", strike=lambda _: 0, shape="malformed")
OWN: LiteralString = "SELECT series_id FROM watched WHERE tenant = 'north' AND device = 'trial/d0-0'"
TIMED: LiteralString = f"series_id = ({OWN} AND metric = 'step')"
UNTIMED: LiteralString = f"series_id = ({OWN} AND metric = 'tick')"
AGAIN: LiteralString = "INSERT INTO reading SELECT series_id, at - interval '1 day', value FROM reading"
LETTER: LiteralString = "id = (SELECT min(id) FROM dead_letter WHERE topic LIKE '%/trial/%')"


@pytest.fixture(scope="module")
def oracle(broken: Rig) -> Iterator[Oracle]:
    """A judge whose store holds all that was said."""
    with fleet_of(TRIAL, broken, size=SHORT, seed=SEED) as fleet:
        fleet.finish()
    with oracle_of(TRIAL, broken, fleet) as judge:
        wait_until_caught_up(TRIAL, broken, judge)
        yield judge


def test_the_judge_finds_nothing_where_nothing_is_wrong(oracle: Oracle) -> None:
    assert oracle.judge().broken == {}


@pytest.mark.parametrize(
    ("tampering", "promises"),
    [
        pytest.param(
            f"DELETE FROM reading WHERE {TIMED} AND value = 7", {"lost", "rollups"}, id="a reading is gone"
        ),
        pytest.param(
            f"DELETE FROM reading WHERE {UNTIMED} AND value = 7",
            {"lost", "rollups"},
            id="a reading stamped on arrival is gone",
        ),
        pytest.param(
            f"{AGAIN} WHERE {TIMED} AND value = 7",
            {"doubled", "invented", "rollups"},
            id="a reading is there twice",
        ),
        pytest.param(
            f"UPDATE reading SET value = 10000007 WHERE {TIMED} AND value = 7",
            {"lost", "invented", "rollups", "leaked"},
            id="a reading is the other tenant's",
        ),
        pytest.param(
            f"UPDATE rollup_5min SET count = 2 * count WHERE {TIMED}", {"rollups"}, id="a rollup counts twice"
        ),
        pytest.param(
            f"UPDATE rollup_1hour SET sum = 1.00001 * sum WHERE {TIMED}", {"rollups"}, id="a sum is wrong"
        ),
        pytest.param(
            f"UPDATE latest SET at = at - interval '1 s' WHERE {TIMED}",
            {"latest"},
            id="the latest value went back",
        ),
        pytest.param(f"DELETE FROM dead_letter WHERE {LETTER}", {"lost"}, id="a dead letter is gone"),
    ],
)
def test_the_judge_sees_what_was_tampered_with(
    oracle: Oracle, tampering: LiteralString, promises: set[str]
) -> None:
    with oracle.connection.transaction(force_rollback=True):
        assert oracle.connection.execute(tampering).rowcount >= 1
        assert set(oracle.judge().broken) == promises


def test_the_judge_counts_what_was_stamped_on_arrival_again(oracle: Oracle) -> None:
    with oracle.connection.transaction(force_rollback=True):
        oracle.connection.execute(f"{AGAIN} WHERE {UNTIMED} AND value = 7")
        verdict = oracle.judge()
    assert (verdict.repeated, verdict.doubled) == (1, 0)
