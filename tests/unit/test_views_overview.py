"""What the Overview shows."""

from dataclasses import replace
from datetime import timedelta

from dashboard.snapshot import Snapshot
from dashboard.views import overview as views
from data.store.devices import Refusal
from tests.unit.rows import NOW, row

SNAPSHOT = Snapshot(
    version=7,
    read_at=NOW,
    rows=(
        row(device_id=1, device="lobby", space="Entrance", series_id=1),
        row(device_id=1, device="lobby", space="Entrance", series_id=2, metric="co2", quantity="co2"),
        row(device_id=2, device="room-9", series_id=3, last_seen=NOW - timedelta(hours=2)),
        row(device_id=3, device="room-10", series_id=4, last_seen=NOW - timedelta(minutes=1)),
    ),
    refusals=(
        Refusal(reason="not JSON", count=40, total=42, last_at=NOW, topic="a/b"),
        Refusal(reason="not a number", count=2, total=42, last_at=NOW - timedelta(hours=3), topic="c"),
    ),
)


def kpis(snapshot: Snapshot) -> dict[str, tuple[str, str]]:
    shown = views.overview(snapshot, now=NOW)
    return {kpi.label: (kpi.value.replace("\u00a0", " "), kpi.note) for kpi in shown.kpis}


def names(**choice: object) -> list[str]:
    shown = views.overview(SNAPSHOT, now=NOW, **choice)  # type: ignore[arg-type]
    return [device.name for device in shown.devices]


def test_the_kpis_count_what_is_there() -> None:
    assert kpis(SNAPSHOT) == {
        "Devices": ("3", "1 room"),
        "Series": ("4", "of 2 quantities"),
        "Heard in 15 min": ("67 %", "2 of 3 devices"),
        "Refused in 24 h": ("42", "not understood"),
    }


def test_no_device_is_no_share() -> None:
    assert kpis(Snapshot(read_at=NOW))["Heard in 15 min"] == ("–", "0 of 0 devices")


def test_devices_are_sorted_by_name() -> None:
    assert names() == ["lobby", "room-9", "room-10"]


def test_devices_are_sorted_by_when_they_were_heard() -> None:
    assert names(sort="heard") == ["lobby", "room-10", "room-9"]


def test_every_word_that_is_searched_for_must_be_found() -> None:
    assert names(search="ENTRANCE co₂") == ["lobby"]
    assert names(search="room temperature") == ["room-9", "room-10"]
    assert names(search="lobby nowhere") == []


def test_a_search_never_matches_across_two_texts() -> None:
    assert names(search="lobbyentrance") == []


def test_hundreds_of_devices_come_in_pages() -> None:
    many = replace(SNAPSHOT, rows=tuple(row(device_id=n, device=f"d{n}", series_id=n) for n in range(1, 101)))
    shown = views.overview(many, now=NOW, page=5)
    assert (shown.pages, shown.matching, [d.name for d in shown.devices]) == (
        5,
        100,
        ["d97", "d98", "d99", "d100"],
    )


def test_a_page_that_is_not_there_gives_the_nearest() -> None:
    assert views.overview(SNAPSHOT, now=NOW, page=9).page == 1


def test_refused_messages_are_shown_by_reason() -> None:
    refused = views.overview(SNAPSHOT, now=NOW).refused
    assert [(item.reason, item.count, item.topic) for item in refused] == [
        ("not JSON", "40", "a/b"),
        ("not a number", "2", "c"),
    ]
