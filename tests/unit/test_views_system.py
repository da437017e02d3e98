"""Whether the ingest is healthy, and what else the system page says."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from dashboard.views import system as views
from data.store.health import StoreVersions
from data.store.system import IngestProcess, Sizes
from tests.unit.rows import NOW

WELL = IngestProcess(
    client_id="ingest-1",
    connected=True,
    silent_s=1.0,
    waiting_s=0.2,
    since=NOW - timedelta(hours=5),
    link_since=NOW - timedelta(hours=5),
    last_message_at=NOW - timedelta(seconds=1),
    queue=3,
    queue_full=False,
    reconnects=0,
    conflicts=0,
    messages_per_s=12.0,
    rows_per_s=30.0,
    understood=1_800,
    dead_letters=0,
    latency_p50_s=0.2,
    latency_p99_s=0.4,
    noisiest={"room-1": 40, "room-2": 2},
)
IDLE = replace(
    WELL, waiting_s=None, last_message_at=NOW - timedelta(hours=3), understood=0, latency_p50_s=None
)
NOT_SAYING = replace(IDLE, since=None, link_since=None, last_message_at=None)

VERSIONS = StoreVersions(postgres="17.6", timescaledb="2.19.3", timescaledb_license="apache", postgis="3.5.2")
SIZES = Sizes(
    database_bytes=5 * 1024**3,
    reading_bytes=1_536,
    reading_estimate=1_234_567,
    chunks=12,
    columnstore_chunks=0,
)


def verdict(*processes: IngestProcess) -> views.Verdict:
    return views.verdict(processes, now=NOW)


def facts(versions: StoreVersions = VERSIONS, sizes: Sizes = SIZES) -> dict[str, str]:
    kept = {"Readings": 400, "Hourly rollups": None}
    found = views.store_facts(
        versions, sizes, oldest=NOW - timedelta(days=40), newest=None, kept_days=kept, now=NOW
    )
    return {fact.label: fact.value for fact in found}


def test_an_ingest_that_commits_as_messages_come_is_healthy() -> None:
    assert (verdict(WELL).level, verdict(WELL).title) == ("well", "Healthy")


def test_an_idle_building_is_healthy() -> None:
    assert verdict(IDLE).title == "Healthy"
    assert verdict(IDLE).text == "No message for 3\u00a0h; the link is up."


def test_an_ingest_that_never_had_a_message_is_healthy() -> None:
    young = replace(IDLE, last_message_at=None, since=NOW - timedelta(minutes=2))
    assert verdict(young).text == "No message since the start 2\u00a0min ago; the link is up."


def test_an_ingest_that_says_little_is_judged_by_what_it_says() -> None:
    assert verdict(NOT_SAYING).title == "Healthy"
    assert verdict(replace(NOT_SAYING, connected=False)).title == "Not linked to the broker"


def test_without_a_link_it_says_since_when_and_what_to_do() -> None:
    found = verdict(replace(WELL, connected=False, link_since=NOW - timedelta(minutes=5)))
    assert (found.level, found.title) == ("bad", "Not linked to the broker")
    assert "for 5\u00a0min" in found.text
    assert "CLERESTORY_MQTT_URL" in found.text


def test_when_no_ingest_reports_it_says_how_to_start_one() -> None:
    found = verdict(replace(WELL, silent_s=180))
    assert (found.level, found.title) == ("bad", "No ingest runs")
    assert "3\u00a0min" in found.text
    assert "python -m data.ingest" in found.text


def test_when_none_ever_reported_no_ingest_runs() -> None:
    assert verdict().title == "No ingest runs"


@pytest.mark.parametrize(("waiting_s", "title"), [(9.9, "Healthy"), (10.1, "The store does not keep up")])
def test_a_message_may_wait_ten_seconds(waiting_s: float, title: str) -> None:
    assert verdict(replace(WELL, waiting_s=waiting_s)).title == title


def test_when_all_is_refused_it_says_so() -> None:
    found = verdict(replace(WELL, understood=0, dead_letters=60))
    assert (found.level, found.title) == ("bad", "Every message is refused")


def test_a_few_refusals_in_an_idle_building_are_no_illness() -> None:
    assert verdict(replace(IDLE, dead_letters=3)).title == "Healthy"


def test_refusals_beside_what_is_understood_are_no_illness() -> None:
    assert verdict(replace(WELL, dead_letters=600)).title == "Healthy"


def test_a_full_queue_warns() -> None:
    found = verdict(replace(WELL, queue=10_000, queue_full=True))
    assert (found.level, found.title) == ("warns", "The queue is full")


def test_the_worst_of_several_ingests_counts() -> None:
    assert verdict(WELL, replace(WELL, connected=False)).title == "Not linked to the broker"
    full = replace(WELL, queue_full=True)
    assert verdict(full, replace(WELL, waiting_s=60)).title == "The store does not keep up"


def test_one_of_several_ingests_that_fell_silent_warns_for_a_day() -> None:
    gone = replace(WELL, client_id="ingest-2", silent_s=3_600)
    assert verdict(WELL, gone).level == "warns"
    assert "ingest-2" in verdict(WELL, gone).text
    assert verdict(WELL, replace(gone, silent_s=25 * 3_600)).title == "Healthy"


def test_the_figures_add_up_what_reports_and_show_the_worst_latency() -> None:
    slow = replace(WELL, queue=4, conflicts=2, latency_p99_s=2.5)
    gone = replace(WELL, silent_s=100, queue=1_000)
    found = {fact.label: fact.value for fact in views.figures([WELL, slow, gone], set_aside=12_345)}
    assert found == {
        "Messages": "24.0\u00a0/s",
        "New readings": "60.0\u00a0/s",
        "Commit latency, median": "200\u00a0ms",
        "Commit latency, 99\u00a0%": "2.5\u00a0s",
        "Queue": "7",
        "Reconnects": "0",
        "Conflicting values": "2",
        "Set aside in 24\u00a0h": "12\u202f345",
    }


def test_figures_nobody_says_are_a_dash() -> None:
    unknown = replace(NOT_SAYING, messages_per_s=None, rows_per_s=None, latency_p99_s=None)
    found = {fact.label: fact.value for fact in views.figures([unknown], set_aside=0)}
    assert {found["Messages"], found["Commit latency, median"], found["Commit latency, 99\u00a0%"]} == {"–"}


def test_without_an_ingest_its_figures_are_a_dash() -> None:
    *of_ingest, set_aside = views.figures([replace(WELL, silent_s=100)], set_aside=4)
    assert {fact.value for fact in of_ingest} == {"–"}
    assert set_aside.value == "4"


def test_the_noisiest_sources_are_added_up_over_ingests() -> None:
    other = replace(WELL, noisiest={"room-2": 60})
    assert [(one.name, one.messages) for one in views.noisiest([WELL, other])] == [
        ("room-2", "62"),
        ("room-1", "40"),
    ]


def test_an_ingest_that_is_silent_is_listed_for_a_day() -> None:
    gone, long_gone = replace(WELL, silent_s=3_600), replace(WELL, silent_s=25 * 3_600)
    unlinked = replace(WELL, connected=False)
    listed = views.processes_listed([WELL, unlinked, gone, long_gone], now=NOW)
    assert [one.state for one in listed] == ["linked", "not linked", "silent"]


def test_the_store_says_its_versions_with_the_edition() -> None:
    assert facts()["TimescaleDB"] == "2.19.3, Apache edition"
    assert facts(replace(VERSIONS, timescaledb_license="timescale"))["TimescaleDB"].endswith(
        "community edition"
    )


def test_what_a_store_lacks_is_said() -> None:
    bare = facts(
        replace(VERSIONS, timescaledb=None, timescaledb_license=None, postgis=None),
        replace(SIZES, chunks=None, columnstore_chunks=None),
    )
    assert (bare["TimescaleDB"], bare["PostGIS"]) == ("not on this server", "not on this server")
    assert "Chunks" not in bare


def test_readings_are_an_estimate_with_two_digits() -> None:
    assert facts()["Readings, all tenants"] == "about 1\u202f200\u202f000 in 1.5\u00a0KiB"


def test_the_readings_times_are_ages() -> None:
    assert (facts()["Oldest reading"], facts()["Newest reading"]) == ("40\u00a0days ago", "none yet")


def test_chunks_in_the_columnstore_are_counted() -> None:
    assert facts()["Chunks"] == "12"
    assert facts(sizes=replace(SIZES, columnstore_chunks=9))["Chunks"] == "12, 9 of them in the columnstore"


def test_how_long_what_is_kept_is_said() -> None:
    assert (facts()["Readings kept"], facts()["Hourly rollups kept"]) == ("400\u00a0days", "for ever")
