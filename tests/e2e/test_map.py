"""The map in a real browser: buildings and devices outdoors are drawn and pressed."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from data.building.model import Georeference
from data.settings import Settings
from data.store import Store, accounts, buildings, devices
from data.store.batch import Batch, Position
from data.store.migrate import migrate
from tests import servers
from tests.e2e.pictures import colours, settled
from tests.e2e.test_pages import Twin, web_part
from tests.e2e.test_pages import twin as twin  # the same web part, with a store of this module's own
from tests.e2e.visitor import sign_in
from tests.local_run import eventually
from tests.ports import free_port
from tests.store.test_buildings import MODEL

SLOW_MS = 90_000  # the summary is read every minute
PLACED = replace(
    MODEL,
    georeference=Georeference(source="IfcSite", confidence="stated", latitude=52.0, longitude=13.0),
)
LOST = replace(
    MODEL,
    sha256="lost",
    georeference=Georeference(source="IfcSite", confidence="doubtful", latitude=0.0, longitude=0.0),
)
GREEN = (15, 127, 109)  # of a device that is heard


@pytest.fixture(scope="module")
def building(twin: Twin) -> Iterator[int]:
    """A building with a place, another without one, and three devices outdoors beside the first."""
    worker, web = (Store.open(twin.settings, role=role) for role in ("worker", "web"))
    tenant = buildings.find_tenant(worker, "main")
    placed = buildings.save(worker, tenant=tenant, model=PLACED, name="Placed").building
    buildings.save(worker, tenant=tenant, model=LOST, name="Lost")
    for number in range(3):
        name = f"garden/{number}"
        twin.say(name, "temperature", 12.0)
        position = Position(tenant="main", device=name, longitude=13.0006, latitude=51.9998 + number / 1e5)
        twin.writer.write(Batch(samples=[], positions=[position]))
    twin.say("placed/101", "co2", 1300.0)
    storey = buildings.storeys(web, tenant=tenant, building=placed)[0]
    plan = buildings.plan(web, tenant=tenant, storey=storey.id)
    assert plan is not None
    device = next(row.device_id for row in devices.overview(web, tenant=tenant) if row.device == "placed/101")
    buildings.bind_device(worker, tenant=tenant, device=device, space=plan.rooms[0].id)
    yield placed
    worker.close()
    web.close()


@pytest.fixture
def visit(page: Page, twin: Twin, building: int) -> Page:
    """A page whose visitor is signed in and looks at the placed building."""
    page.emulate_media(color_scheme="light")
    sign_in(page, twin.settings)
    page.goto(f"{twin.address}/map?figure=co2&building={building}")
    expect(canvas(page)).to_be_visible(timeout=60_000)
    return page


def canvas(page: Page) -> Locator:
    return page.locator(".map")


def test_the_building_is_drawn_in_the_colour_of_its_figure(visit: Page) -> None:
    expect(visit.locator(".map-side")).to_contain_text("1300", timeout=SLOW_MS)
    # The orange between 1,000 and 1,400 ppm, however the light falls.
    assert eventually(
        lambda: sum(count for (r, g, b), count in colours(canvas(visit)).items() if r > g + 40 > b + 60) > 300
    )


def test_devices_outdoors_are_drawn(visit: Page) -> None:
    assert eventually(lambda: colours(canvas(visit)).get(GREEN, 0) > 80)


def test_a_building_without_a_place_is_listed_with_its_link(visit: Page) -> None:
    lost = visit.locator(".map-lost").get_by_role("link", name="Lost")
    expect(lost).to_be_visible()
    lost.click()
    expect(visit.get_by_role("heading", level=1)).to_have_text("Lost", timeout=30_000)


def test_a_press_on_a_building_leads_to_its_page(visit: Page, building: int) -> None:
    area = canvas(visit).bounding_box()
    assert area is not None
    tip = visit.locator(".deck-tooltip")

    def found() -> bool:
        for step in range(-4, 5):
            visit.mouse.move(area["x"] + area["width"] / 2 + 3 * step, area["y"] + area["height"] / 2)
            visit.wait_for_timeout(60)
            if tip.is_visible() and tip.inner_text().startswith("Placed"):
                return True
        return False

    heading = visit.get_by_role("heading", level=1)

    def pressed() -> bool:
        # A picture that is being drawn takes no press.
        if found():
            visit.mouse.down()
            visit.mouse.up()
            visit.wait_for_timeout(1000)
        return heading.inner_text() == "Placed"

    assert eventually(pressed)
    assert visit.url.endswith(f"/building/{building}")


def test_a_press_on_the_ground_lists_the_devices_nearest_to_it(visit: Page) -> None:
    assert eventually(lambda: colours(canvas(visit)).get(GREEN, 0) > 80)
    area = canvas(visit).bounding_box()
    assert area is not None
    visit.mouse.click(area["x"] + area["width"] * 0.7, area["y"] + area["height"] * 0.75)
    listed = visit.get_by_role("status").get_by_role("link")
    expect(listed).to_have_count(3)
    listed.first.click()
    expect(visit.get_by_role("heading", level=1)).to_contain_text("garden/", timeout=30_000)


def test_a_phone_scrolls_in_one_direction_only(visit: Page) -> None:
    visit.set_viewport_size({"width": 390, "height": 844})
    visit.reload()
    assert settled(canvas(visit), lambda pixels: pixels > 100) > 100
    assert visit.evaluate("document.documentElement.scrollWidth") == 390


def test_a_window_may_change_before_the_drawing_library_is_there(
    page: Page, twin: Twin, building: int
) -> None:
    held: list[Route] = []
    sign_in(page, twin.settings)
    page.route("**/dash_deck/*.js", lambda route: held.append(route), times=1)
    with page.expect_request("**/dash_deck/*.js"):
        page.goto(f"{twin.address}/map?building={building}")
    expect(page.locator(".deck")).to_be_attached()
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function("innerWidth === 390")
    held[0].continue_()
    assert settled(canvas(page), lambda pixels: pixels > 100) > 100


def test_the_overview_has_a_small_map_without_the_drawing_library(
    page: Page, twin: Twin, building: int
) -> None:
    asked: list[str] = []
    page.on("request", lambda sent: asked.append(sent.url))
    page.goto(accounts.new_signin_link(twin.settings))
    small = page.locator(".map-small")
    expect(small).to_be_visible(timeout=SLOW_MS)
    expect(small.get_by_role("link", name="Placed")).to_have_attribute("href", f"/building/{building}")
    assert not [url for url in asked if "dash_deck" in url]
    small.get_by_title("Open the map").click(position={"x": 8, "y": 8})
    expect(canvas(page)).to_be_visible(timeout=60_000)
    assert settled(canvas(page), lambda pixels: pixels > 100) > 100
    assert len([url for url in asked if "dash_deck" in url]) == 1


def test_a_drawing_library_that_did_not_come_is_asked_for_again(
    page: Page, twin: Twin, building: int, complaints: list[str]
) -> None:
    sign_in(page, twin.settings)
    page.route("**/dash_deck/*.js", lambda route: route.abort(), times=1)
    page.goto(f"{twin.address}/map?building={building}")
    assert settled(canvas(page), lambda pixels: pixels > 100) > 100
    assert len(complaints) == 1
    assert "ERR_FAILED" in complaints.pop()


def test_a_tile_that_is_not_there_is_refused(visit: Page, twin: Twin) -> None:
    for path in ("/map/devices/1/3/8/0.geojson", "/map/grid/99/0/0.geojson"):
        assert visit.request.get(twin.address + path).status == 404


# The red of one pixel, as large as a tile.
_RED = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000"
    "000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)


_LAYERS = [{"id": "tiles", "type": "raster", "source": "tiles"}]
_TOKEN = "pk.e2e.token"


def style(tiles: str) -> dict[str, Any]:
    """A style whose only layer is of raster tiles."""
    return {
        "version": 8,
        "sources": {"tiles": {"type": "raster", "tiles": [tiles], "tileSize": 256}},
        "layers": _LAYERS,
    }


class _Tiles(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Access-Control-Allow-Origin", "*")
        asked_for_style = self.path == "/style.json"
        self.send_header("Content-Type", "application/json" if asked_for_style else "image/png")
        self.end_headers()
        tiles = f"http://{self.headers['Host']}/{{z}}/{{x}}/{{y}}.png"
        self.wfile.write(json.dumps(style(tiles)).encode() if asked_for_style else _RED)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the test's output is its own."""


@pytest.fixture
def tiles() -> Iterator[str]:
    """The address of a server of tiles, and of a style of them, on this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Tiles)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@contextmanager
def map_over(basemap: str, page: Page, folder: Path) -> Iterator[Settings]:
    """The map of a twin with a basemap, open on a page."""
    with servers.embedded_store() as server, server.fresh_database(folder) as database:
        settings = database.model_copy(
            update={"port": free_port(), "basemap": basemap, "basemap_attribution": "Tiles by nobody"}
        )
        migrate(settings)
        with web_part(settings, log=folder / "web.log"):
            sign_in(page, settings)
            page.goto(f"http://127.0.0.1:{settings.port}/map")
            expect(page.get_by_text("Tiles by nobody")).to_be_visible(timeout=60_000)
            yield settings
            page.goto("about:blank")  # before its server goes


def is_red(page: Page) -> bool:
    return eventually(lambda: colours(canvas(page)).get((255, 0, 0), 0) > 50_000)


@pytest.mark.parametrize("kind", ["{z}/{x}/{y}.png", "style.json"])
def test_tiles_or_a_style_lie_under_the_map_where_they_are_set(
    page: Page, tiles: str, tmp_path: Path, kind: str
) -> None:
    with map_over(f"{tiles}/{kind}", page, tmp_path):
        assert is_red(page)


def test_a_mapbox_token_goes_to_mapbox_and_nowhere_else(browser: Browser, tmp_path: Path) -> None:
    """Mapbox itself is stood in for at the browser's edge; the library that asks it is the real one."""
    asked: list[str] = []
    complaints: list[str] = []

    def answer(route: Route) -> None:
        cors = {"Access-Control-Allow-Origin": "*"}
        if "/styles/v1/" in route.request.url:
            route.fulfill(json=style("https://api.mapbox.com/v4/red/{z}/{x}/{y}.png"), headers=cors)
        elif route.request.url.startswith("https://api.mapbox.com/v4/red/"):
            route.fulfill(body=_RED, content_type="image/png", headers=cors)
        else:
            route.fulfill(status=204, headers=cors)

    with browser.new_context() as context:
        context.route(re.compile("^https:"), answer)
        context.on("request", lambda sent: asked.append(sent.url))
        context.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page = context.new_page()
        with map_over(_TOKEN, page, tmp_path):
            assert is_red(page)
    with_token = {urlsplit(url).hostname for url in asked if _TOKEN in url}
    elsewhere = {urlsplit(url).hostname for url in asked if url.startswith("http")} - {"127.0.0.1"}
    assert "api.mapbox.com" in with_token
    assert with_token | elsewhere <= {"api.mapbox.com", "events.mapbox.com"}
    assert _TOKEN not in (tmp_path / "web.log").read_text()
    assert not complaints
