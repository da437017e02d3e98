"""Switching units in a real browser, on a real store."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from data.store import Store, accounts, buildings, devices
from tests.e2e.test_building import HOUSE
from tests.e2e.test_pages import Twin
from tests.e2e.test_pages import twin as twin  # the same web part, with a store of this module's own

LOADED_MS = 30_000  # a page on a busy machine


@pytest.fixture(scope="module")
def building(twin: Twin) -> Iterator[str]:
    """The address of a building with a temperature in one room."""
    worker, web = (Store.open(twin.settings, role=role) for role in ("worker", "web"))
    tenant = buildings.find_tenant(worker, "main")
    saved = buildings.save(worker, tenant=tenant, model=HOUSE, name="Test house").building
    for ago in range(60, -1, -2):
        twin.say("north/101", "temperature", 21.5, minutes_ago=ago)
    (device,) = (row.device_id for row in devices.overview(web, tenant=tenant))
    storey = buildings.storeys(web, tenant=tenant, building=saved)[0]
    plan = buildings.plan(web, tenant=tenant, storey=storey.id)
    assert plan is not None
    room = next(one.id for one in plan.rooms if one.name == "101")
    buildings.bind_device(worker, tenant=tenant, device=device, space=room)
    yield f"{twin.address}/building/{saved}"
    worker.close()
    web.close()


@pytest.fixture
def signed_in(twin: Twin, building: str, page: Page) -> Page:
    page.goto(accounts.new_signin_link(twin.settings))
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    return page


def shows(place: Locator, text: str) -> None:
    expect(place).to_contain_text(text, timeout=LOADED_MS)


def switch(page: Page, system: str) -> None:
    page.get_by_label("Account").click()
    page.get_by_text(system, exact=True).click()
    page.keyboard.press("Escape")


def test_switched_units_are_those_of_every_page(signed_in: Page, building: str) -> None:
    page = signed_in
    card = page.locator(".device-card").filter(has_text="north/101")
    shows(card, "21.5\u00a0°C")
    switch(page, "US customary")
    shows(card, "70.7\u00a0°F")
    card.click()
    shows(page.locator(".trend-value"), "70.7\u00a0°F")
    shows(page.locator(".extremes"), "70.7\u00a0°F")
    shows(page.locator(".graph .ytitle"), "°F")
    switch(page, "Metric")  # on the page that shows them: it follows without being loaded anew
    shows(page.locator(".trend-value"), "21.5\u00a0°C")
    shows(page.locator(".graph .ytitle"), "°C")


def test_a_plan_follows_its_readers_units(signed_in: Page, building: str) -> None:
    page = signed_in
    page.goto(building)
    label = page.locator(".plan .textpoint")
    label.first.wait_for(state="attached")
    label.filter(has_text="21.5").first.wait_for(state="attached", timeout=LOADED_MS)
    shows(page.locator(".bar-name"), "Temperature [°C]")
    switch(page, "US customary")
    label.filter(has_text="70.7").first.wait_for(state="attached", timeout=LOADED_MS)
    shows(page.locator(".bar-name"), "Temperature [°F]")
    shows(page.locator(".room-list"), "70.7\u00a0°F")
    page.locator(".room-list .room").filter(has_text="101").click()
    drawer = page.get_by_role("dialog")
    shows(drawer.locator(".series-value").first, "70.7\u00a0°F")
    shows(drawer.locator(".room-graph .ytitle"), "°F")
    page.keyboard.press("Escape")
    switch(page, "Metric")
    shows(page.locator(".room-list"), "21.5\u00a0°C")


def test_units_are_remembered_for_the_next_sign_in(twin: Twin, signed_in: Page) -> None:
    switch(signed_in, "US customary")
    card = signed_in.locator(".device-card").filter(has_text="north/101")
    shows(card, "°F")
    signed_in.goto(accounts.new_signin_link(twin.settings))
    shows(card, "70.7\u00a0°F")
    switch(signed_in, "Metric")
    shows(card, "21.5\u00a0°C")
