"""Patterns and forecasts as people read them, in a real browser; jobs found them in a real store."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest
from playwright.sync_api import Page, expect

from data.jobs.analysis.forecasts import FORECASTS
from data.jobs.analysis.odd_rooms import ODD_ROOMS
from data.jobs.analysis.patterns import PATTERNS
from data.jobs.analysis.rooms import ROOMS
from data.store import Store, accounts, buildings, devices
from data.store.batch import Batch, Sample
from tests.e2e.test_building import HOUSE
from tests.e2e.test_pages import Twin
from tests.e2e.test_pages import twin as twin  # the same web part, with a store of this module's own

DAYS = 16
STEP = timedelta(minutes=15)
FIRST_MS = 60_000  # a web part that just started reads much for the first page of a device


@pytest.fixture(scope="module")
def house(twin: Twin) -> Iterator[Twin]:
    """A building with an office that is used on working days, and a room whose device is new."""
    worker, web = (Store.open(twin.settings, role=role) for role in ("worker", "web"))
    tenant = buildings.find_tenant(worker, "main")
    building = buildings.save(worker, tenant=tenant, model=HOUSE, name="Test house").building
    twin.writer.write(Batch(samples=list(_said())))
    twin.say("north/102", "temperature", 20.0)
    found = {row.device: row.device_id for row in devices.overview(web, tenant=tenant)}
    spaces = {
        one.name: one.id
        for storey in buildings.storeys(web, tenant=tenant, building=building)
        for plan in [buildings.plan(web, tenant=tenant, storey=storey.id)]
        if plan
        for one in plan.rooms
    }
    for room in ("101", "102"):
        buildings.bind_device(worker, tenant=tenant, device=found[f"north/{room}"], space=spaces[room])
    for job in (PATTERNS, ROOMS, FORECASTS, ODD_ROOMS):
        for batch in job.plan(worker):
            job.do(worker, batch, Event())
    yield twin
    worker.close()
    web.close()


def _said() -> Iterator[Sample]:
    """CO₂ that rises while people are there, from Monday to Friday, and the temperature after it."""
    now = datetime.now(UTC)
    at = (now - timedelta(days=DAYS)).replace(minute=0, second=0, microsecond=0)
    place = 0
    while at <= now:
        used = at.weekday() < 5 and 8 <= at.hour < 17
        day = math.sin(at.timestamp() / 86_400 * 2 * math.pi)
        wobble = math.sin(place * 1.7)
        for metric, value in (
            ("co2", 450 + 500 * used + 10 * wobble),
            ("temperature", 21 + day + 0.2 * wobble),
        ):
            yield Sample(
                tenant="main", device="north/101", metric=metric, convention="json",
                at=at, received_at=at, value=value, unit=None,
            )  # fmt: skip
        at, place = at + STEP, place + 1


@pytest.fixture
def visit(page: Page, house: Twin) -> Page:
    page.goto(accounts.new_signin_link(house.settings))
    return page


def choose(page: Page, what: str, wanted: str) -> None:
    page.get_by_role("textbox", name=what, exact=True).click()
    page.get_by_role("option", name=wanted).first.click()


def test_working_days_and_weekends_are_two_kinds_of_days(visit: Page) -> None:
    visit.get_by_role("link", name="Patterns").first.click()
    choose(visit, "Room", "101")
    choose(visit, "Series", "CO₂")
    kinds = visit.locator(".kinds li")
    expect(kinds).to_have_count(2)
    expect(kinds.first).to_contain_text("Mon–Fri")
    expect(visit.locator(".calendar .kind").first).to_be_visible()
    expect(visit.locator(".pattern").first).to_contain_text("hourly means")


def test_hours_of_use_are_said(visit: Page) -> None:
    visit.get_by_role("link", name="Patterns").first.click()
    choose(visit, "Room", "101")
    choose(visit, "Series", "CO₂")
    expect(visit.locator(".pattern", has_text="When it is in use")).to_contain_text("In use Mon–Fri")


def test_the_address_keeps_what_is_looked_at(visit: Page) -> None:
    visit.get_by_role("link", name="Patterns").first.click()
    choose(visit, "Room", "101")
    expect(visit.locator(".kinds")).to_be_visible()
    before = visit.url
    choose(visit, "Series", "CO₂")
    expect(visit).not_to_have_url(before)
    visit.reload()
    expect(visit.get_by_role("textbox", name="Series", exact=True)).to_have_value("CO₂ · north/101 · co2")
    expect(visit.get_by_role("textbox", name="Room", exact=True)).to_have_value("101")


def test_a_series_that_is_too_new_says_what_it_lacks(visit: Page) -> None:
    visit.get_by_role("link", name="Patterns").first.click()
    choose(visit, "Room", "102")
    expect(visit.locator(".pattern").first).to_contain_text("Needs 7 days of readings; has 0.0.")


def test_a_forecast_leads_to_its_series(visit: Page) -> None:
    visit.get_by_role("link", name="Forecasts").first.click()
    visit.get_by_label("Search forecasts").fill("101 temperature")
    rows = visit.locator(".forecast-row")
    expect(rows).to_have_count(1)
    rows.first.click()
    expect(visit.get_by_role("heading", name="north/101")).to_be_visible(timeout=FIRST_MS)
    expect(visit.get_by_role("radio", name="Temperature")).to_be_checked()


def test_series_without_a_forecast_say_why(visit: Page) -> None:
    visit.get_by_role("link", name="Forecasts").first.click()
    visit.get_by_text("Too little", exact=True).click()
    row = visit.locator(".forecast-row")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("Needs 7 days of readings; has 0.0.")
    visit.reload()
    expect(row).to_have_count(1)


def test_a_search_that_finds_nothing_says_so(visit: Page) -> None:
    visit.get_by_role("link", name="Forecasts").first.click()
    visit.get_by_label("Search forecasts").fill("nowhere at all")
    expect(visit.locator(".notice")).to_contain_text("No series matches")
