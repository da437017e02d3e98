"""The pieces the ingest benchmark counts with; no clock decides anything here."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from benchmarks.ingest import load, node_red
from benchmarks.ingest.figures import Spread, percentile
from benchmarks.ingest.visibility import Snapshot, visible_at
from data.ingest.decode import Decoder, Message, conventions
from data.settings import Settings

NOW_US = 1_772_625_600_000_000


def test_our_decoder_reads_of_the_load_what_the_load_says_it_holds() -> None:
    decoder = Decoder(conventions(Settings()), zone=ZoneInfo("UTC"))
    for said in load.backlog("bench", load.DEVICES, NOW_US):
        received_at = load.instant(NOW_US)
        message = Message(topic=said.topic, payload=said.payload, retain=False, received_at=received_at)
        readings = decoder.decode(message).readings
        assert tuple((f"{one.device}/{one.metric}", one.value) for one in readings) == said.values


def test_every_message_of_the_backlog_has_a_time_of_its_own_for_its_device() -> None:
    backlog = list(load.backlog("bench", 3 * load.DEVICES, NOW_US))
    assert len({(said.topic, said.sent_us) for said in backlog}) == len(backlog)


def test_the_series_are_those_of_the_load() -> None:
    said = {series for one in load.backlog("bench", load.DEVICES, NOW_US) for series, _ in one.values}
    assert said == set(node_red.series_ids("bench"))


def test_an_instant_keeps_its_microseconds() -> None:
    assert load.instant(NOW_US + 7) == datetime(2026, 3, 4, 12, 0, 0, 7, tzinfo=UTC)


def test_a_percentile_is_a_value_that_was_measured() -> None:
    assert [percentile([4.0, 1.0, 3.0, 2.0], percent) for percent in (50, 99, 100)] == [2.0, 4.0, 4.0]


def test_a_spread_has_the_median() -> None:
    assert Spread.of([3.0, 1.0, 2.0]) == Spread(2.0, 1.0, 3.0)


def test_a_snapshot_does_not_see_what_runs() -> None:
    snapshot = Snapshot.parse(1.0, "10:13:10,12")
    assert [snapshot.sees(transaction) for transaction in (9, 10, 11, 12, 13)] == [
        True, False, True, False, False,
    ]  # fmt: skip


LOOKS = [Snapshot.parse(at, said) for at, said in ((1.0, "5:5:"), (2.0, "5:8:5"), (3.0, "8:8:"))]


def test_a_row_is_visible_with_the_first_look_that_sees_its_transaction() -> None:
    assert [visible_at(LOOKS, transaction) for transaction in (4, 5, 7)] == [1.0, 3.0, 2.0]


def test_a_row_written_after_the_last_look_has_no_time() -> None:
    with pytest.raises(LookupError):
        visible_at(LOOKS, 8)
