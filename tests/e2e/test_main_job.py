"""The main job from end to end: `python app.py`, real payloads over the broker, live in a browser."""

from __future__ import annotations

import json
import math
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import psutil
import pytest
from playwright.sync_api import Page, expect

from data.demo import broker
from tests.local_run import ROOT, LocalRun, eventually, local_run

SHARED = ROOT.parent / "shared"
ROOMS = SHARED / "analytics/sdh_rooms/rooms.parquet"
PLAIN_PATHS = SHARED / "mqtt/plain-path.jsonl"

pytestmark = pytest.mark.skipif(
    broker.find_mosquitto() is None,
    reason="There is no mosquitto on this machine (Debian: apt-get install mosquitto).",
)


@pytest.fixture(scope="module")
def run() -> Iterator[LocalRun]:
    with tempfile.TemporaryDirectory(prefix="clerestory-") as folder, local_run(Path(folder) / "home") as run:
        run.line("host")
        yield run


@pytest.fixture
def visit(run: LocalRun, page: Page) -> Page:
    """A browser whose visitor signed in by a printed link."""
    said = subprocess.run(run.command("link"), cwd=ROOT, env=run.environment, capture_output=True, text=True)
    page.goto(said.stdout.split()[2])
    return page


def demo(run: LocalRun, *arguments: str) -> None:
    command = [sys.executable, "-m", "data.demo", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=run.environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def readings_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two hours of the real rooms where they are at hand, else of rooms made up in their shape."""
    path: Path = tmp_path_factory.mktemp("readings") / "rooms.csv"
    if ROOMS.exists():
        rooms = pd.read_parquet(ROOMS)
        time = next(name for name in rooms if pd.api.types.is_datetime64_any_dtype(rooms[name]))
        rooms = rooms[rooms[time] > rooms[time].max() - pd.Timedelta(hours=2)]
    else:
        minutes = pd.date_range("2025-01-31", periods=120, freq="min", tz="UTC")
        made = [
            pd.DataFrame(
                {"time": minutes, "room": room, "co2": [500 + 100 * math.sin(i / 9) for i in range(120)]}
            )
            for room in ("413", "417")
        ]
        rooms = pd.concat(made)
    rooms.to_csv(path, index=False)
    return path


def test_live_values_of_this_machine_are_on_the_page(visit: Page) -> None:
    expect(
        visit.locator(".device-card").filter(has_text="host/").get_by_text("Processor load")
    ).to_be_visible()


def test_a_replayed_file_of_rooms_is_seen_room_by_room_with_its_trend(
    run: LocalRun, visit: Page, readings_file: Path
) -> None:
    demo(run, "replay", str(readings_file), "--speed", "max")
    card = visit.locator(".device-card").filter(has_text="replay/rooms/413")
    expect(card.get_by_text("CO₂")).to_be_visible()
    card.click()
    visit.get_by_text("CO₂").first.click()
    expect(visit.locator(".graph .scatterlayer .trace").first).to_be_visible()


@pytest.mark.skipif(not PLAIN_PATHS.exists(), reason="The sample payloads are not at hand.")
def test_the_sample_payloads_come_out_right(run: LocalRun, visit: Page) -> None:
    lines = [json.loads(line) for line in PLAIN_PATHS.read_text(encoding="utf-8").splitlines()]
    publish = [*("mosquitto_pub", "-V", "5", "-q", "1", "-p", str(run.settings.mqtt_port), "-u", "device")]
    password = (run.settings.state / "secrets" / "mqtt_device").read_text()
    for line in lines:
        if not line.get("retain"):
            command = [*publish, "-P", password, "-t", line["topic"], "-m", line["payload"]]
            subprocess.run(command, check=True)
    shelly = visit.locator(".device-card").filter(has_text="shelly1-XXXXXX")
    expect(shelly.get_by_text("35.8 °C").or_(shelly.get_by_text("35.75"))).to_be_visible()
    expect(visit.locator(".device-card").filter(has_text="wohnung/xxx").get_by_text("21.5")).to_be_visible()


def test_while_the_database_is_away_the_page_says_so_keeps_its_values_and_heals(
    run: LocalRun, visit: Page
) -> None:
    card = visit.locator(".device-card").filter(has_text="host/")
    expect(card).to_be_visible()
    banner = visit.locator(".banner")
    store = run.child("store")
    # Stopped, not killed: killed, it would be back before a page could notice.
    stopped = [store, *store.children(recursive=True)]
    try:
        for process in stopped:
            process.suspend()
        expect(banner).to_contain_text("database cannot be reached", timeout=30_000)
        expect(card).to_be_visible()
    finally:
        for process in stopped:
            process.resume()
    expect(banner).to_have_count(0, timeout=60_000)


def test_a_broker_that_is_killed_is_back_and_readings_go_on(run: LocalRun, visit: Page) -> None:
    killed = run.child("broker")
    killed.kill()
    assert eventually(lambda: not psutil.pid_exists(killed.pid) or killed.status() == psutil.STATUS_ZOMBIE)
    assert eventually(lambda: run.health().get("ingest", {}).get("connected"))
    demo(run, "replay", "--device", "after", str(_one_reading(run)))
    expect(visit.locator(".device-card").filter(has_text="after")).to_be_visible()


def _one_reading(run: LocalRun) -> Path:
    path = run.settings.state / "one.csv"
    path.write_text("time,temperature\n2025-01-31T08:00:00Z,21.5\n")
    return path
