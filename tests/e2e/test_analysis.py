"""What analytics found as people see it, in a real browser: made by the workers' jobs on a real store."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest
from playwright.sync_api import Page, expect

from data.jobs.analysis.anomalies import ANOMALIES
from data.jobs.analysis.forecasts import FORECASTS
from data.jobs.analysis.health import HEALTH
from data.jobs.analysis.odd_rooms import ODD_ROOMS
from data.jobs.analysis.past_health import PAST_HEALTH
from data.jobs.analysis.quality import QUALITY
from data.store import Store, buildings, devices
from data.store.batch import Batch, Sample
from tests.e2e.test_building import HOUSE
from tests.e2e.test_pages import Twin
from tests.e2e.test_pages import twin as twin  # the same web part, with a store of this module's own
from tests.e2e.visitor import sign_in

DAYS = 16
STEP = timedelta(minutes=15)
PATIENCE_MS = 60_000  # the first page after a start takes a while


@pytest.fixture(scope="module")
def address(twin: Twin) -> Iterator[str]:
    """The address of a building of three measured rooms; a spike in one of them; another one fell silent."""
    worker, web = (Store.open(twin.settings, role=role) for role in ("worker", "web"))
    tenant = buildings.find_tenant(worker, "main")
    building = buildings.save(worker, tenant=tenant, model=HOUSE, name="Test house").building
    for room in ("101", "102", "103"):
        twin.writer.write(Batch(samples=list(_said(room))))
    found = {row.device: row.device_id for row in devices.overview(web, tenant=tenant)}
    spaces = {
        one.name: one.id
        for storey in buildings.storeys(web, tenant=tenant, building=building)
        for plan in [buildings.plan(web, tenant=tenant, storey=storey.id)]
        if plan
        for one in plan.rooms
    }
    for room in ("101", "102", "103"):
        buildings.bind_device(worker, tenant=tenant, device=found[f"north/{room}"], space=spaces[room])
    for job in (QUALITY, ANOMALIES, FORECASTS, HEALTH, PAST_HEALTH, ODD_ROOMS):
        for batch in job.plan(worker):
            job.do(worker, batch, Event())
    yield f"{twin.address}/building/{building}?quantity=health"
    worker.close()
    web.close()


def _said(room: str) -> Iterator[Sample]:
    now = datetime.now(UTC)
    begins = now - timedelta(days=DAYS)
    silent_from = now - timedelta(days=2) if room == "103" else now
    noise = random.Random(room)  # a mean of many days then foretells more than the last one does
    at, place = begins, 0
    while at <= silent_from:
        day = math.sin(at.timestamp() / 86_400 * 2 * math.pi)
        value = 850.0 if room == "101" and place == 1_200 else 21 + 2 * day + noise.gauss(0, 0.4)
        yield Sample(
            tenant="main", device=f"north/{room}", metric="temperature", convention="json",
            at=at, received_at=at, value=value, unit="°C",
        )  # fmt: skip
        at, place = at + STEP, place + 1


@pytest.fixture
def visit(page: Page, twin: Twin, address: str) -> Page:
    sign_in(page, twin.settings)
    page.goto(address)
    expect(page.locator(".building-health .health-badge")).to_be_visible(timeout=PATIENCE_MS)
    return page


def open_device(page: Page, name: str) -> None:
    page.goto(page.url.split("/building")[0])
    page.locator(".device-card", has_text=name).click()
    expect(page.locator(".health-panel .health-badge")).to_be_visible(timeout=PATIENCE_MS)


def test_a_plan_is_coloured_by_health(visit: Page) -> None:
    rooms = visit.locator(".room-list .room")
    expect(rooms.first).to_contain_text("103")
    expect(visit.locator(".plan-foot .bar-name")).to_have_text("Health")


def test_a_building_names_its_worst_room_and_the_device_that_costs_it(visit: Page) -> None:
    worst = visit.locator(".building-health .health-rows li", has_text="103").first
    expect(worst).to_contain_text("Silent")
    worst.get_by_role("link", name="north/103").click()
    expect(visit.get_by_role("heading", name="north/103")).to_be_visible()


def test_an_open_room_says_what_costs_its_health(visit: Page) -> None:
    visit.locator(".room-list .room", has_text="103").click()
    drawer = visit.get_by_role("dialog")
    expect(drawer.locator(".room-health")).to_contain_text("Silent")
    expect(drawer.locator(".room-health .small").last).to_contain_text("Computed")


def test_a_device_says_how_it_is_and_why(visit: Page) -> None:
    open_device(visit, "north/103")
    health = visit.locator(".health-panel")
    expect(health).to_contain_text("Silent")
    expect(health).to_contain_text("means of 5 minutes of 16 days")


def test_a_course_says_which_of_its_days_were_computed_later(visit: Page) -> None:
    open_device(visit, "north/103")
    health = visit.locator(".health-panel")
    expect(health.locator(".health-line")).to_be_visible()
    expect(health).to_contain_text("days of its course were computed later")


def test_a_forecast_says_how_right_it_was_or_why_there_is_none(visit: Page) -> None:
    open_device(visit, "north/102")
    expect(visit.locator(".forecast-right")).to_contain_text("Backtest: right")
    expect(visit.locator(".forecast-right")).to_contain_text("times in 10")
    expect(visit.locator(".fan .scatterlayer .js-line").first).to_be_attached()


def test_a_stretch_unlike_those_before_is_marked_in_the_trend(visit: Page) -> None:
    open_device(visit, "north/101")
    visit.get_by_text("30 d", exact=True).click()
    expect(visit.locator(".strange-list")).to_contain_text("Unlike before")


def test_a_finding_is_repaired_and_the_repair_undone(visit: Page) -> None:
    open_device(visit, "north/101")
    finding = visit.locator(".findings li", has_text="850")
    finding.get_by_role("button", name="Interpolate").click()
    expect(finding).to_contain_text("Repaired by")
    visit.get_by_text("30 d", exact=True).click()
    expect(visit.locator(".trend .extremes")).not_to_contain_text("850")
    visit.get_by_role("button", name="Correct readings").click()
    visit.locator(".made li.stands").get_by_role("button", name="Undo").click()
    expect(finding.get_by_role("button", name="Interpolate")).to_be_visible()


def test_a_repair_is_marked_in_the_trend_and_undone_where_it_was_made(visit: Page) -> None:
    open_device(visit, "north/101")
    finding = visit.locator(".findings li", has_text="850")
    finding.get_by_role("button", name="Mask").click()
    visit.get_by_text("30 d", exact=True).click()
    expect(visit.locator(".strange-list")).to_contain_text("1 masked")
    finding.get_by_role("button", name="Undo").click()
    expect(finding.get_by_role("button", name="Interpolate")).to_be_visible()


def test_a_finding_is_dismissed_and_opened_again(visit: Page) -> None:
    open_device(visit, "north/101")
    finding = visit.locator(".findings li", has_text="850")
    finding.get_by_role("button", name="Dismiss").click()
    expect(finding).to_contain_text("Dismissed by")
    finding.get_by_role("button", name="Reopen").click()
    expect(finding.get_by_role("button", name="Interpolate")).to_be_visible()


def test_the_overview_leads_to_the_worst_room(visit: Page) -> None:
    visit.goto(visit.url.split("/building")[0])
    visit.locator(".worst-health").get_by_role("link", name="103 · Test house").click()
    expect(visit.locator(".room-title")).to_have_text("103", timeout=PATIENCE_MS)
