"""The pages in a real browser, on a real store."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from data.settings import Settings
from data.store import Store, accounts
from data.store.batch import Batch, DeadLetter, Position, Sample
from data.store.ingestion import Writer
from data.store.migrate import migrate
from tests import servers
from tests.ports import free_port

MARKUP = "<img src=x onerror=alert(1)>"
ROOT = Path(__file__).parents[2]
REFUSALS_MS = 45_000  # they are counted every half minute
SUMMARY_MS = 90_000  # it is read every minute
CALLBACK = "/_dash-update-component"


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """A web part with a store, and a device side to write as."""

    settings: Settings
    writer: Writer

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.settings.port}"

    def say(
        self,
        device: str,
        metric: str,
        value: float | bool | str,
        *,
        minutes_ago: float = 0,
        tenant: str = "main",
        unit: str | None = None,
    ) -> None:
        """One value of one device of a tenant, `main` unless named."""
        at = datetime.now(UTC) - timedelta(minutes=minutes_ago)
        sample = Sample(
            tenant=tenant, device=device, metric=metric, convention="json",
            at=at, received_at=at, value=value, unit=unit,
        )  # fmt: skip
        self.writer.write(Batch(samples=[sample]))


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twin]:
    folder = tmp_path_factory.mktemp("home")
    with servers.embedded_store() as server, server.fresh_database(folder) as database:
        settings = database.model_copy(update={"port": free_port()})
        migrate(settings)
        ingest = Store.open(settings, role="ingest")
        try:
            with web_part(settings, log=folder / "web.log"):
                yield Twin(settings=settings, writer=Writer(ingest))
        finally:
            ingest.close()


@contextmanager
def web_part(settings: Settings, *, log: Path) -> Iterator[None]:
    """`app:server` as it is served in earnest."""
    assert settings.database_url
    assert settings.secret_key
    environment = os.environ | {
        "CLERESTORY_HOME": str(settings.home),
        "CLERESTORY_DATABASE_URL": settings.database_url.get_secret_value(),
        "CLERESTORY_SECRET_KEY": settings.secret_key.get_secret_value(),
        "CLERESTORY_BASEMAP_ATTRIBUTION": settings.basemap_attribution,
    }
    if settings.basemap:
        environment["CLERESTORY_BASEMAP"] = settings.basemap
    command = [sys.executable, "-m", "gunicorn", "app:server", "--bind", f"127.0.0.1:{settings.port}"]
    options = [
        "--worker-class",
        "gthread",
        "--threads",
        "8",
        "--no-control-socket",
        "--graceful-timeout",
        "1",
    ]
    with log.open("ab") as output:
        process = subprocess.Popen(
            [*command, *options], cwd=ROOT, env=environment, stdout=output, stderr=output
        )
    try:
        end = time.monotonic() + 60
        while not answers(settings.port):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < end, log.read_text()
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(30)


def answers(port: int) -> bool:
    """Whether the web part takes connections."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


@pytest.fixture(scope="module")
def filled(twin: Twin) -> Twin:
    for ago in range(120, -1, -1):
        twin.say("office/room-1", "temperature", 20 + ago / 60, minutes_ago=ago)
    twin.say("office/room-1", "motion", True)
    twin.say("office/room-2", "co2", 612.0, minutes_ago=180)
    twin.say("office/door", "state", "open")
    twin.say(MARKUP, "<b>bold</b>", "<script>alert(1)</script>")
    twin.say("secret/room-9", "temperature", 1.0, tenant="acme")
    now = datetime.now(UTC)
    letter = DeadLetter(tenant="main", topic="a/<b>", payload=b"{", received_at=now, reason="It is not JSON.")
    roof = Position(tenant="main", device="office/room-1", longitude=13.4, latitude=52.5)
    yard = Position(tenant="main", device="office/door", longitude=13.4, latitude=52.5003)
    samples = [
        Sample(
            tenant="main",
            device=name,
            metric="battery",
            value=90.0,
            convention="json",
            at=now,
            received_at=now,
        )
        for name in ("office/room-1", "office/door")
    ]
    twin.writer.write(Batch(samples=samples, positions=[roof, yard], dead_letters=[letter]))
    return twin


@pytest.fixture
def visit(page: Page, twin: Twin) -> Page:
    """A page whose visitor is signed in; the address is the Overview's."""
    page.goto(accounts.new_signin_link(twin.settings))
    return page


def open_device(page: Page, name: str) -> None:
    page.locator(".device-card").filter(has_text=name).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def test_an_empty_twin_says_how_the_first_device_gets_there(visit: Page) -> None:
    expect(visit.get_by_role("heading", name="Waiting for the first device")).to_be_visible()


def test_without_a_building_it_is_said_how_to_import_one(visit: Page) -> None:
    expect(visit.get_by_text("python -m data.building import FILE.ifc")).to_be_visible()


def test_the_overview_shows_devices_with_their_values(visit: Page, filled: Twin) -> None:
    room = visit.locator(".device-card").filter(has_text="office/room-1")
    expect(room).to_contain_text("20.0 °C")
    expect(room).to_contain_text("on")


def test_another_tenants_devices_are_nowhere(visit: Page, filled: Twin) -> None:
    expect(visit.locator(".device-card")).to_have_count(4)
    expect(visit.locator(".device-card").filter(has_text="secret")).to_have_count(0)


def test_what_a_device_says_is_never_markup(visit: Page, filled: Twin) -> None:
    open_device(visit, MARKUP)
    expect(visit.locator(".said")).to_contain_text("<script>alert(1)</script>")


def test_refused_messages_are_shown_with_their_reason(visit: Page, filled: Twin) -> None:
    expect(visit.locator(".refused tbody tr")).to_contain_text("It is not JSON.", timeout=REFUSALS_MS)


def test_a_search_narrows_the_devices(visit: Page, filled: Twin) -> None:
    visit.get_by_label("Search devices").fill("co2")
    expect(visit.locator(".device-card")).to_have_count(1)
    visit.get_by_label("Search devices").fill("nowhere")
    expect(visit.get_by_role("heading", name="No device matches")).to_be_visible()


def test_a_new_value_comes_by_itself(visit: Page, filled: Twin) -> None:
    room = visit.locator(".device-card").filter(has_text="office/room-2")
    expect(room).to_contain_text("612 ppm")
    filled.say("office/room-2", "co2", 777.0)
    expect(room).to_contain_text("777 ppm")


def test_the_keyboards_focus_survives_a_new_value(visit: Page, filled: Twin) -> None:
    room = visit.locator(".device-card").filter(has_text="office/room-2")
    room.focus()
    filled.say("office/room-2", "co2", 888.0)
    expect(room).to_contain_text("888 ppm")
    expect(room).to_be_focused()


def test_a_device_shows_the_trend_of_the_chosen_series(visit: Page, filled: Twin) -> None:
    open_device(visit, "office/room-1")
    expect(visit.locator(".graph .xtitle")).to_have_text("Time (UTC)")
    expect(visit.locator(".extremes")).to_contain_text("Highest")
    visit.get_by_role("radio", name="Occupancy").click()
    expect(visit.locator(".trend h2")).to_have_text("Occupancy")
    expect(visit.locator(".graph .ytick").first).to_have_text("off")


def test_a_series_is_chosen_by_keyboard(visit: Page, filled: Twin) -> None:
    open_device(visit, "office/room-1")
    first = visit.get_by_role("radio", name="Temperature")
    expect(first).to_be_checked()
    first.focus()
    visit.keyboard.press("ArrowDown")
    expect(visit.locator(".trend h2")).not_to_have_text("Temperature")


def test_a_series_of_texts_is_a_list_of_what_it_said(visit: Page, filled: Twin) -> None:
    open_device(visit, "office/door")
    visit.get_by_role("radio", name="state").click()
    expect(visit.locator(".said tr")).to_contain_text("open")
    expect(visit.locator(".graph")).to_be_hidden()


def test_a_period_without_readings_says_so(visit: Page, filled: Twin) -> None:
    filled.say("office/old", "co2", 500.0, minutes_ago=60 * 48)
    visit.reload()
    open_device(visit, "office/old")
    expect(visit.locator(".graph")).to_contain_text("No data in this period")
    visit.get_by_text("7 d", exact=True).click()
    expect(visit.locator(".graph .scatterlayer .point")).to_have_count(1)


def test_devices_nearby_lead_to_each_other(visit: Page, filled: Twin) -> None:
    open_device(visit, "office/room-1")
    visit.locator(".nearby a").click()
    expect(visit.get_by_role("heading", level=1)).to_have_text("office/door")


def test_a_zoom_survives_new_readings(visit: Page, filled: Twin) -> None:
    open_device(visit, "office/room-1")
    visit.get_by_role("radio", name="Temperature").click()
    visit.get_by_text("1 h", exact=True).click()
    ticks = visit.locator(".graph .xtick")
    expect(ticks.last).to_be_visible()
    expect(visit.locator(".graph .scatterlayer .js-line")).to_have_count(1)
    # A double click on the axis would take it back; a drag zooms.
    drawn = visit.locator(".graph .nsewdrag")
    drawn.scroll_into_view_if_needed()
    area = drawn.bounding_box()
    assert area is not None
    x, y = area["x"] + area["width"] / 4, area["y"] + area["height"] / 2
    wide = ticks.all_text_contents()
    visit.mouse.move(x, y)
    visit.mouse.down()
    visit.mouse.move(x + area["width"] / 2, y, steps=8)
    visit.mouse.up()
    expect(ticks.first).not_to_have_text(wide[0])
    zoomed = ticks.all_text_contents()
    filled.say("office/room-1", "temperature", 31.5)
    expect(visit.locator(".extremes")).to_contain_text("31.5 °C")
    assert ticks.all_text_contents() == zoomed


@pytest.mark.parametrize("path", ["/device/999999", "/device/none", "/device/-1", "/nowhere"])
def test_what_is_not_there_is_said_calmly(visit: Page, filled: Twin, path: str) -> None:
    visit.goto(filled.address + path)
    expect(visit.get_by_role("heading", name="There is nothing at this address")).to_be_visible()


def test_another_tenants_device_is_not_there(visit: Page, filled: Twin) -> None:
    # Ids are given to devices of all tenants in turn, so one among the first is the other tenant's.
    expect(visit.locator(".device-card").first).to_be_visible()
    own = {urlsplit(link.get_attribute("href") or "").path for link in visit.locator(".device-card").all()}
    others = [path for n in range(1, len(own) + 3) if (path := f"/device/{n}") not in own]
    for path in others:
        visit.goto(filled.address + path)
        expect(visit.get_by_role("heading", name="There is nothing at this address")).to_be_visible()


def test_the_figure_follows_a_dark_system(visit: Page, filled: Twin) -> None:
    visit.emulate_media(color_scheme="dark")
    visit.reload()
    open_device(visit, "office/room-1")
    line = visit.locator(".graph .scatterlayer .js-line").last
    expect(line).to_have_css("stroke", "rgb(76, 180, 160)")


def test_the_chosen_scheme_is_remembered_from_the_first_paint(visit: Page, filled: Twin) -> None:
    visit.get_by_label("Light or dark").click()
    expect(visit.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
    visit.reload(wait_until="commit")
    expect(visit.locator("html.dark")).to_be_attached()


@pytest.mark.parametrize("path", ["", "device"])
def test_a_phone_scrolls_in_one_direction_only(visit: Page, filled: Twin, path: str) -> None:
    visit.set_viewport_size({"width": 390, "height": 844})
    if path:
        open_device(visit, "office/room-1")
        expect(visit.locator(".graph .xtick").first).to_be_visible()
    else:
        expect(visit.locator(".device-card").first).to_be_visible()
    # The frame is laid out anew a moment after the window changed its size.
    visit.wait_for_function("document.documentElement.scrollWidth === 390")


def test_the_navigation_of_a_phone_opens_and_closes_behind_itself(visit: Page, filled: Twin) -> None:
    visit.set_viewport_size({"width": 390, "height": 844})
    open_device(visit, "office/room-1")
    visit.get_by_role("button", name="Pages").click()
    visit.get_by_role("navigation", name="Pages").get_by_text("Overview").click()
    expect(visit.locator(".key-figure").first).to_be_in_viewport()


def test_while_nothing_changes_a_beat_is_answered_with_nothing(visit: Page, filled: Twin) -> None:
    expect(visit.locator(".device-card").first).to_be_visible()
    with visit.expect_response(lambda answer: CALLBACK in answer.url and answer.status == 204):
        pass


def test_the_key_figures_come_from_full_hours(visit: Page, filled: Twin) -> None:
    heard = visit.locator(".key-figure").filter(has_text="Data received")
    expect(heard.locator(".kpi-value")).to_contain_text("%", timeout=SUMMARY_MS)
    expect(visit.locator(".day")).to_have_count(7)


def test_signing_out_ends_the_session(visit: Page, filled: Twin, complaints: list[str]) -> None:
    visit.get_by_role("button", name="Account").click()
    visit.get_by_role("button", name="Sign out").click()
    expect(visit.get_by_role("heading", name="Please sign in")).to_be_visible()
    complaints.clear()  # the browser's own word on the refused page
