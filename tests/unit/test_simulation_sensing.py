"""What devices read, with their faults, and what the simulator remembers."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from data.demo import fault_file, progress
from data.demo.devices import Device, devices
from data.demo.progress import Gap, Progress
from data.demo.sensing import Sensing
from data.demo.simulation.faults import Fault
from data.errors import BadInput

pytestmark = pytest.mark.slow

ORIGIN = date(2026, 1, 14)
NOON = datetime(2026, 1, 14, 12, tzinfo=UTC)


def device(name: str) -> Device:
    return next(device for device in devices() if device.name == name)


@pytest.fixture(scope="module")
def healthy() -> Sensing:
    return Sensing(origin=ORIGIN)


def read(sensing: Sensing, name: str, at: datetime) -> dict[str, float]:
    [values] = sensing.read(device(name), [at])
    return values


def with_fault(name: str, target: str, **more: float) -> Sensing:
    return Sensing(origin=ORIGIN, faults=[Fault(name=name, target=target, at=NOON, size=more.get("size"))])


def test_the_same_device_reads_the_same_at_the_same_time(healthy: Sensing) -> None:
    assert read(healthy, "room-2.07", NOON) == read(Sensing(origin=ORIGIN), "room-2.07", NOON)


def test_two_devices_in_a_room_are_not_off_by_the_same(healthy: Sensing) -> None:
    one, other = (read(healthy, name, NOON)["temperature"] for name in ("room-2.04", "room-2.04-valve"))
    assert 0 < abs(one - other) < 1.5


def test_a_counter_goes_on_over_midnight(healthy: Sensing) -> None:
    counts = [
        read(healthy, "heat-main", datetime(2026, 1, 15, tzinfo=UTC) + timedelta(minutes=minutes))["energy"]
        for minutes in (-2, -1, 0, 1, 2)
    ]
    assert counts == sorted(counts)
    assert counts[-1] - counts[0] < 10


def test_a_ledger_given_back_goes_on_where_it_was(healthy: Sensing) -> None:
    tomorrow = NOON + timedelta(days=1)
    count = read(healthy, "heat-main", tomorrow)["energy"]
    kept = {day: counts for day, counts in healthy.ledger.items() if day == tomorrow.date()}
    assert read(Sensing(origin=ORIGIN, ledger=kept), "heat-main", tomorrow)["energy"] == pytest.approx(count)


def test_a_stuck_sensor_says_what_it_said(healthy: Sensing) -> None:
    stuck = with_fault("stuck-sensor", "room-2.07")
    later = read(stuck, "room-2.07", NOON + timedelta(hours=7))
    assert later == read(healthy, "room-2.07", NOON)


def test_a_drifting_sensor_is_further_off_every_day(healthy: Sensing) -> None:
    drifting, later = with_fault("drift", "room-2.07/temperature", size=0.5), NOON + timedelta(days=2)
    off = read(drifting, "room-2.07", later)["temperature"] - read(healthy, "room-2.07", later)["temperature"]
    assert off == pytest.approx(1.0)


def test_a_reset_counter_begins_at_zero(healthy: Sensing) -> None:
    reset = with_fault("counter-reset", "heat-main")
    assert read(reset, "heat-main", NOON)["energy"] == 0
    later = NOON + timedelta(hours=1)
    grown = read(healthy, "heat-main", later)["energy"] - read(healthy, "heat-main", NOON)["energy"]
    assert read(reset, "heat-main", later)["energy"] == pytest.approx(grown)


def test_an_outage_silences_what_passes_through_the_gateway() -> None:
    out = with_fault("gateway-outage", "zigbee-2")
    assert not out.is_heard(device("room-2.07"), NOON)
    assert out.is_heard(device("room-2.07"), NOON - timedelta(seconds=1))
    assert out.is_heard(device("room-1.01"), NOON)


def test_values_that_cannot_be_negative_are_not(healthy: Sensing) -> None:
    night = datetime(2026, 1, 14, 1, tzinfo=UTC)
    assert read(healthy, "room-2.07", night)["illuminance"] >= 0
    assert read(healthy, "weather", night)["humidity"] <= 100


# Faults that are asked for -----------------------------------------------------------------------


def ask(name: str, target: str, **more: str) -> Fault:
    return fault_file.make(name, target, at=more.get("at"), lasts=more.get("lasts"), size=None, now=NOON)


def test_a_fault_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    fault = ask("open-window", "room-2.07", lasts="90min")
    fault_file.append(tmp_path / "demo" / "faults.jsonl", fault, now=NOON)
    assert fault_file.load(tmp_path / "demo" / "faults.jsonl") == (fault,)
    assert fault.until == NOON + timedelta(minutes=90)


@pytest.mark.parametrize(
    ("name", "said", "meant"),
    [
        ("open-window", "2.07", "2.07"),
        ("failed-fan", "AHU-1", "AHU-1"),
        ("stuck-valve", "room-2.05-valve", "2.05"),
        ("stuck-sensor", "room-2.07", "room-2.07"),
        ("drift", "room-2.07", "room-2.07/temperature"),
        ("gateway-outage", "zigbee-1", "zigbee-1"),
        ("counter-reset", "plug-2.17", "plug-2.17"),
    ],
)
def test_a_target_is_named_as_people_name_it(name: str, said: str, meant: str) -> None:
    assert ask(name, said).target == meant


@pytest.mark.parametrize(
    ("name", "target", "more"),
    [
        ("fire", "2.07", {}),
        ("open-window", "0.15", {}),  # the server room has none
        ("failed-fan", "room-2.07", {}),
        ("drift", "room-2.07", {"at": "yesterday"}),
        ("drift", "room-2.07", {"lasts": "soon"}),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(name: str, target: str, more: dict[str, str]) -> None:
    with pytest.raises(BadInput) as error:
        ask(name, target, **more)
    assert "\n" not in str(error.value)


def test_a_damaged_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "faults.jsonl"
    path.write_text('{"name": "drift"}\n')
    with pytest.raises(BadInput, match="line 1"):
        fault_file.load(path)


# What is missing ---------------------------------------------------------------------------------


def test_thirty_days_are_missing_at_first() -> None:
    first = progress.begin(NOON)
    first.resume(NOON)
    assert first.gaps == [Gap(since=NOON - timedelta(days=30), until=NOON)]


def test_the_newest_day_comes_first_and_then_the_one_before() -> None:
    first = progress.begin(NOON)
    first.resume(NOON)
    today = datetime(2026, 1, 14, tzinfo=UTC)
    assert first.newest_gap() == (today, NOON)
    first.filled(today, NOON)
    assert first.newest_gap() == (today - timedelta(days=1), today)


def test_only_the_stop_is_missing_after_a_stop() -> None:
    stopped = Progress(origin=ORIGIN, published_until=NOON)
    stopped.resume(NOON + timedelta(hours=3))
    assert stopped.newest_gap() == (NOON, NOON + timedelta(hours=3))


def test_nothing_is_missing_when_all_is_filled() -> None:
    stopped = Progress(origin=ORIGIN, published_until=NOON)
    stopped.resume(NOON + timedelta(hours=3))
    stopped.filled(NOON, NOON + timedelta(hours=3))
    assert stopped.newest_gap() is None


def test_progress_is_read_back_as_it_was_saved(tmp_path: Path) -> None:
    path = tmp_path / "demo" / "simulator.json"
    saved = Progress(origin=ORIGIN, published_until=NOON, ledger={ORIGIN: {"heat-main": 12.5}})
    saved.resume(NOON + timedelta(hours=3))
    progress.save(path, saved)
    assert progress.load(path) == saved


def test_damaged_progress_is_said(tmp_path: Path) -> None:
    (tmp_path / "simulator.json").write_text("[]")
    with pytest.raises(BadInput, match="damaged"):
        progress.load(tmp_path / "simulator.json")
