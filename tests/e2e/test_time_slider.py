"""The past of a building on its floor plan, in a real browser and on a real store."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from data.store import Store, buildings, devices
from tests.e2e.test_building import HOUSE
from tests.e2e.test_pages import Twin
from tests.e2e.test_pages import twin as twin  # the same web part, with a store of this module's own
from tests.e2e.visitor import sign_in

SLOW_MS = 30_000  # a step on a machine that does much else


@pytest.fixture(scope="module")
def address(twin: Twin) -> Iterator[str]:
    """The address of a building whose first room was warm until 70 minutes ago, and is cold since."""
    worker, web = (Store.open(twin.settings, role=role) for role in ("worker", "web"))
    tenant = buildings.find_tenant(worker, "main")
    building = buildings.save(worker, tenant=tenant, model=HOUSE, name="Test house").building
    for ago in range(240, -1, -5):
        twin.say("north/101", "temperature", 26.0 if ago >= 70 else 17.0, minutes_ago=ago)
    twin.say("north/101", "battery", 81.0, unit="%")
    (device,) = {row.device_id for row in devices.overview(web, tenant=tenant) if row.device == "north/101"}
    storey = buildings.storeys(web, tenant=tenant, building=building)[0]
    plan = buildings.plan(web, tenant=tenant, storey=storey.id)
    assert plan is not None
    buildings.bind_device(worker, tenant=tenant, device=device, space=plan.rooms[0].id)
    yield f"{twin.address}/building/{building}"
    worker.close()
    web.close()


@pytest.fixture
def visit(page: Page, twin: Twin, address: str) -> Page:
    """A page whose visitor is signed in and looks at temperatures on the plan."""
    sign_in(page, twin.settings)
    page.goto(f"{address}?quantity=temperature")
    expect(label(page, "17.0")).to_be_attached(timeout=SLOW_MS)
    return page


def label(page: Page, said: str) -> Locator:
    return page.locator(".plan .textpoint").filter(has_text=said).first


def moment(minutes_ago: float) -> str:
    """A moment as an address has it."""
    at = datetime.now(UTC) - timedelta(minutes=minutes_ago)
    return f"{at - timedelta(minutes=at.minute % 5):%Y-%m-%dT%H:%MZ}"


def colour(page: Page) -> str:
    """The colour of the first room on the plan."""
    return str(page.locator(".plan .scatterlayer .trace .js-fill").first.evaluate("one => one.style.fill"))


def drag_to(page: Page, part: float) -> None:
    """Put the slider so far along."""
    track = page.locator(".time-slider .mantine-Slider-trackContainer")
    track.scroll_into_view_if_needed()
    box = track.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * part, box["y"] + box["height"] / 2)


def test_the_plan_is_live_at_first(visit: Page) -> None:
    expect(visit.locator(".time-bar.live")).to_be_visible()
    assert "at=" not in visit.url


def test_the_slider_goes_back_and_the_colours_with_it(visit: Page) -> None:
    now = colour(visit)
    drag_to(visit, 1 - 2 / 24)
    expect(label(visit, "26.0")).to_be_attached(timeout=SLOW_MS)
    assert colour(visit) != now


def test_the_last_hours_are_played(visit: Page, address: str) -> None:
    visit.goto(f"{address}?quantity=temperature&at={moment(80)}")
    expect(label(visit, "26.0")).to_be_attached(timeout=SLOW_MS)
    visit.get_by_role("button", name="Play").click()
    expect(label(visit, "17.0")).to_be_attached(timeout=SLOW_MS)


def test_a_pause_stays_where_it_is_and_tells_the_address(visit: Page) -> None:
    visit.get_by_role("button", name="Play").click()
    visit.get_by_role("button", name="Pause").click()
    expect(visit.locator(".time-bar.past")).to_be_visible(timeout=SLOW_MS)
    expect(visit).to_have_url(re.compile("at=20"), timeout=SLOW_MS)


def test_steps_are_taken_one_by_one(visit: Page, address: str) -> None:
    at = moment(120)
    visit.goto(f"{address}?quantity=temperature&at={at}")
    told = visit.locator(".time-bar.past .time-told")
    expect(told).to_contain_text(f"{at[11:16]} UTC", timeout=SLOW_MS)
    before = told.inner_text()
    visit.get_by_role("button", name="One step back").click()
    expect(told).not_to_have_text(before, timeout=SLOW_MS)
    visit.get_by_role("button", name="One step on").click()
    expect(told).to_have_text(before, timeout=SLOW_MS)


def test_an_address_with_a_moment_opens_it(visit: Page, address: str) -> None:
    at = moment(150)
    visit.goto(f"{address}?quantity=temperature&at={at}")
    expect(label(visit, "26.0")).to_be_attached(timeout=SLOW_MS)
    expect(visit.locator(".time-told")).to_contain_text(f"{at[11:16]} UTC")


def test_a_step_back_in_the_browser_leaves_the_moment(visit: Page) -> None:
    drag_to(visit, 1 - 2 / 24)
    expect(visit).to_have_url(re.compile("at=20"), timeout=SLOW_MS)
    visit.go_back()
    expect(visit.locator(".time-bar.live")).to_be_visible(timeout=SLOW_MS)
    expect(label(visit, "17.0")).to_be_attached(timeout=SLOW_MS)


def test_live_returns(visit: Page, address: str) -> None:
    visit.goto(f"{address}?quantity=temperature&at={moment(150)}")
    expect(label(visit, "26.0")).to_be_attached(timeout=SLOW_MS)
    visit.get_by_role("button", name="Live").click()
    expect(label(visit, "17.0")).to_be_attached(timeout=SLOW_MS)
    expect(visit).not_to_have_url(re.compile("at="), timeout=SLOW_MS)


def test_a_room_opens_as_it_was_with_a_cursor_in_its_trend(visit: Page, address: str) -> None:
    visit.goto(f"{address}?quantity=temperature&at={moment(150)}")
    expect(label(visit, "26.0")).to_be_attached(timeout=SLOW_MS)
    visit.locator(".room").filter(has_text="101").click()
    drawer = visit.get_by_role("dialog")
    expect(drawer.locator(".series-value").first).to_have_text("26.0\u00a0°C", timeout=SLOW_MS)
    expect(drawer.locator(".room-graph .shapelayer path")).to_have_count(1, timeout=SLOW_MS)


def test_before_the_first_reading_there_is_no_data(visit: Page, address: str) -> None:
    visit.goto(f"{address}?quantity=temperature&at={moment(60 * 20)}")
    expect(visit.locator(".room-value.none").first).to_have_text("no data", timeout=SLOW_MS)
    expect(visit.locator(".room-value.fresh")).to_have_count(0, timeout=SLOW_MS)


def test_the_health_of_the_past_is_what_was_known_then(visit: Page, address: str) -> None:
    visit.goto(f"{address}?quantity=temperature&at={moment(60 * 20)}")
    health = visit.locator(".building-health")
    expect(health).to_contain_text("As it was known on", timeout=SLOW_MS)
    expect(health).to_contain_text("not judged then")
    visit.get_by_role("button", name="Live").click()
    expect(health).not_to_contain_text("As it was known on", timeout=SLOW_MS)


def test_a_longer_period_goes_by_hours(visit: Page) -> None:
    visit.get_by_role("textbox", name="Period").click()
    visit.get_by_role("option", name="Last 7 days").click()
    expect(visit.get_by_role("textbox", name="Step")).to_have_value("1 h", timeout=SLOW_MS)


def test_a_moment_that_cannot_be_is_live(visit: Page, address: str) -> None:
    visit.goto(f"{address}?quantity=temperature&at=yesterday")
    expect(label(visit, "17.0")).to_be_attached(timeout=SLOW_MS)
    expect(visit.locator(".time-bar.live")).to_be_visible()


def test_a_room_in_the_address_chooses_its_storey(visit: Page, twin: Twin, address: str) -> None:
    visit.get_by_role("radio", name="Upper").locator("..").click()
    visit.locator(".room").filter(has_text="201").click()
    expect(visit).to_have_url(re.compile(r"room=\d+"), timeout=SLOW_MS)
    found = re.search(r"room=(\d+)", visit.url)
    assert found is not None
    visit.goto(f"{address}?room={found[1]}")
    expect(visit.get_by_role("radio", name="Upper")).to_be_checked(timeout=SLOW_MS)


def test_a_device_has_a_symbol_that_can_be_switched_off(visit: Page) -> None:
    expect(visit.locator(".plan .points .point").first).to_be_attached(timeout=SLOW_MS)
    visit.get_by_role("switch", name="Equipment and devices").press("Space")
    expect(visit.locator(".plan .points .point")).to_have_count(0, timeout=SLOW_MS)


def test_a_plan_that_is_zoomed_into_keeps_its_scale_bar(visit: Page) -> None:
    bar = visit.locator(".plan .infolayer .annotation-text").first
    before = bar.text_content() or ""
    visit.locator(".plan .modebar-btn").first.click()
    expect(bar).not_to_have_text(before, timeout=SLOW_MS)


def test_any_quantity_of_a_room_colours_the_plan(visit: Page) -> None:
    visit.get_by_role("textbox", name="Colour by").click()
    visit.get_by_role("option", name="Battery").click()
    expect(visit.locator(".bar-name")).to_have_text("Battery [%]", timeout=SLOW_MS)
    expect(label(visit, "81")).to_be_attached(timeout=SLOW_MS)
