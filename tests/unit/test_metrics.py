"""What the ingest says of itself, as Prometheus reads it and as the system page does."""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families
from structlog.testing import capture_logs

from data.ingest import metrics as module
from data.ingest.metrics import OTHER, REASONS, Metrics
from tests.ports import free_port

HOST = "127.0.0.1"
PATIENCE_S = 30.0


@pytest.fixture
def metrics() -> Iterator[Metrics]:
    metrics = Metrics()
    yield metrics
    metrics.stop()


def scraped(text: str) -> dict[str, float]:
    """The samples by name and label, as Prometheus's own parser reads them."""
    return {
        " ".join([sample.name, *sample.labels.values()]).removeprefix("clerestory_ingest_"): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def said(metrics: Metrics) -> dict[str, float]:
    return scraped(generate_latest(metrics.registry).decode())


def commit(metrics: Metrics, **changes: Any) -> None:
    counts = {"messages": 1, "fresh": 1, "repeated": 0, "conflicts": 0, "events": 0, "seconds": 0.01}
    metrics.committed(**(counts | changes))


def get(port: int) -> str:
    connection = HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/metrics")
        return connection.getresponse().read().decode()
    finally:
        connection.close()


def test_what_is_received_is_counted_with_its_bytes(metrics: Metrics) -> None:
    metrics.received(3, 120)
    metrics.received(2, 80)
    assert said(metrics)["messages_total"] == 5
    assert said(metrics)["received_bytes_total"] == 200


def test_readings_are_counted_by_whether_they_were_new(metrics: Metrics) -> None:
    commit(metrics, messages=10, fresh=6, repeated=4, conflicts=1, events=2)
    found = said(metrics)
    assert (found["rows_total new"], found["rows_total repeated"]) == (6, 4)
    assert (found["conflicts_total"], found["events_total"], found["committed_messages_total"]) == (1, 2, 10)


def test_a_commit_is_one_observation_of_its_time(metrics: Metrics) -> None:
    commit(metrics, seconds=0.3)
    metrics.waited(0.7)
    found = said(metrics)
    assert (found["commit_seconds_count"], found["commit_seconds_sum"]) == (1, 0.3)
    assert (found["latency_seconds_bucket 0.5"], found["latency_seconds_bucket 1.0"]) == (0, 1)


def test_reasons_that_differ_in_numbers_and_quotes_are_one(metrics: Metrics) -> None:
    metrics.dead_lettered("The device's value 12.5 of 'a b' is too large.")
    metrics.dead_lettered("The device's value 7 of 'c' is too large.")
    assert said(metrics)["dead_letters_total The device's value N of … is too large."] == 2


def test_a_number_that_is_part_of_a_name_stays(metrics: Metrics) -> None:
    metrics.dead_lettered("It is not UTF-8.")
    assert said(metrics)["dead_letters_total It is not UTF-8."] == 1


def test_there_are_never_more_than_so_many_reasons(metrics: Metrics) -> None:
    words = [f"{first}{second}" for first in "abcdefgh" for second in "abcdefgh"]
    for word in words:
        metrics.dead_lettered(f"It is {word}.")
    found = {name: value for name, value in said(metrics).items() if name.startswith("dead_letters_total")}
    assert len(found) == REASONS + 1
    assert found[f"dead_letters_total {OTHER}"] == len(words) - REASONS


def test_the_first_connection_is_no_reconnect(metrics: Metrics) -> None:
    for up in (False, True, True, False, False, True):
        metrics.connected(up)
    assert said(metrics)["reconnects_total"] == 1
    assert said(metrics)["connected"] == 1


def test_the_queue_and_the_oldest_message_are_read_when_they_are_asked_for(metrics: Metrics) -> None:
    waiting: list[datetime] = []
    metrics.watch(
        queue=lambda: len(waiting), oldest=lambda: waiting[0] if waiting else None, full=lambda: True
    )
    assert (said(metrics)["queue_messages"], said(metrics)["oldest_uncommitted_seconds"]) == (0, 0)
    waiting.append(datetime.now(UTC) - timedelta(seconds=90))
    assert said(metrics)["queue_messages"] == 1
    assert said(metrics)["oldest_uncommitted_seconds"] >= 90
    assert (metrics.figures()["queue"], metrics.figures()["queue_full"]) == (1, True)


def test_the_figures_say_what_the_counters_say(metrics: Metrics) -> None:
    metrics.connected(True)
    metrics.received(9, 300)
    commit(metrics, messages=9, fresh=5, repeated=2, conflicts=1, events=2)
    metrics.waited(0.2)
    metrics.dead_lettered("It is bad.")
    metrics.refused_by_store()
    found = metrics.figures()
    totals = {name: value for name, value in found.items() if isinstance(value, int) and name != "queue"}
    assert totals == {
        "queue_full": False,
        "messages": 9,
        "bytes": 300,
        "committed": 9,
        "rows": 5,
        "repeated": 2,
        "conflicts": 1,
        "events": 2,
        "dead_letters": 1,
        "refused_batches": 1,
        "reconnects": 0,
    }
    assert found["dead_letters_by_reason"] == {"It is bad.": 1}
    assert found["last_minute"]["understood"] == 9
    assert json.loads(json.dumps(found)) == found


def test_a_tenants_sources_are_told_apart_from_anothers(metrics: Metrics) -> None:
    metrics.heard("room-1", 2, tenant="main")
    metrics.heard("room-1", 7, tenant="acme")
    assert metrics.figures()["noisiest"] == {"acme": {"room-1": 7}, "main": {"room-1": 2}}


def test_no_name_can_hinder_the_report(metrics: Metrics) -> None:
    metrics.heard("room\x00\ud800" + "x" * 65_535, 3, tenant="main")
    metrics.dead_lettered("bad\x00\ud800")
    found = metrics.figures()
    (source,) = found["noisiest"]["main"]
    assert source.startswith("room\ufffd\ufffdxxx")
    assert len(source) < 200
    assert list(found["dead_letters_by_reason"]) == ["bad\ufffd\ufffd"]


def test_every_metric_stands_in_the_documentation(metrics: Metrics) -> None:
    text = Path(__file__, "../../../docs/metrics.md").resolve().read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `(\w+)", text, re.MULTILINE))
    there = {
        family.name.removeprefix("clerestory_ingest_") + ("_total" if family.type == "counter" else "")
        for family in metrics.registry.collect()
        if family.name.startswith("clerestory_")
    }
    assert documented == there


def test_two_ingests_of_one_process_count_apart() -> None:
    first, second = Metrics(), Metrics()
    first.received(1, 1)
    assert said(second)["messages_total"] == 0


def test_prometheus_can_scrape_it(metrics: Metrics) -> None:
    port = free_port()
    metrics.received(4, 1)
    metrics.serve(HOST, port)
    assert scraped(get(port))["messages_total"] == 4


def test_a_taken_port_is_said_once_and_served_when_it_is_free(
    metrics: Metrics, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_LEAST_PAUSE_S", 0.05)
    with socket.socket() as holder, capture_logs() as logged:
        holder.bind((HOST, 0))
        holder.listen()
        port = holder.getsockname()[1]
        metrics.serve(HOST, port)
        time.sleep(0.3)  # several attempts fit into it; fewer only make the test easier
        holder.close()
        end = time.monotonic() + PATIENCE_S
        while not logged or logged[-1]["event"] != "metrics":
            assert time.monotonic() < end
            time.sleep(0.05)
        assert "connected" in scraped(get(port))
    assert [line["event"] for line in logged] == ["metrics are not served", "metrics"]
