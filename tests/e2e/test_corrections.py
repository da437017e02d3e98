"""Readings corrected on the Device page, in a real browser, on a real store."""

from __future__ import annotations

import hashlib
import secrets

import psycopg
import pytest
from playwright.sync_api import Page, expect

from data.store import accounts, address
from tests.e2e.test_pages import Twin, open_device
from tests.e2e.test_pages import twin as twin  # the same web part, with a store of this module's own


@pytest.fixture(scope="module")
def spiky(twin: Twin) -> Twin:
    """Two hours at 20 °C with a spike in the middle, and a motion sensor."""
    for ago in range(120, -1, -1):
        twin.say("hall", "temperature", 850.0 if ago == 60 else 20.0, minutes_ago=ago)
        twin.say("warm", "temperature", 68.0, minutes_ago=ago)
    twin.say("hall", "motion", True)
    return twin


@pytest.fixture
def visit(page: Page, spiky: Twin) -> Page:
    page.goto(accounts.new_signin_link(spiky.settings))
    return page


def open_form(page: Page, device: str) -> None:
    open_device(page, device)
    page.get_by_role("radio", name="Temperature").click()
    page.get_by_text("6 h", exact=True).click()
    expect(page.locator(".graph .scatterlayer .js-line").first).to_be_attached()
    page.get_by_role("button", name="Correct readings").click()
    expect(page.locator(".outlook")).to_contain_text("would be")


def zoom_to_the_spike(page: Page) -> None:
    """The last two of six hours are drawn; the spike is an hour before their end."""
    drawn = page.locator(".graph .nsewdrag")
    drawn.scroll_into_view_if_needed()
    area = drawn.bounding_box()
    assert area is not None
    middle = area["x"] + area["width"] * 5 / 6
    page.mouse.move(middle - area["width"] / 60, area["y"] + area["height"] / 2)
    page.mouse.down()
    page.mouse.move(middle + area["width"] / 60, area["y"] + area["height"] / 2, steps=8)
    page.mouse.up()


def test_a_spike_is_zoomed_in_deleted_and_put_back(visit: Page) -> None:
    open_form(visit, "hall")
    highest = visit.locator(".trend .extremes")
    expect(highest).to_contain_text("850.0 °C")
    zoom_to_the_spike(visit)
    expect(visit.locator(".outlook")).not_to_contain_text("121 readings")
    expect(visit.locator(".outlook")).to_contain_text("850.0 °C")
    visit.get_by_label("Why").fill("The sensor was touched")
    visit.get_by_role("button", name="Delete").click()
    expect(highest).not_to_contain_text("850.0 °C")
    made = visit.locator(".made li").first
    expect(made).to_contain_text("The sensor was touched")
    expect(made).to_contain_text("administrator")
    made.get_by_role("button", name="Undo").click()
    expect(highest).to_contain_text("850.0 °C")
    expect(made).to_contain_text("Undone by administrator")


def test_a_wrong_unit_is_put_right_by_a_preset(visit: Page) -> None:
    open_form(visit, "warm")
    visit.locator(".correction").get_by_text("Adjust", exact=True).click()
    visit.get_by_role("textbox", name="What is wrong").click()
    visit.get_by_role("option", name="°F was sent as °C").click()
    expect(visit.locator(".outlook")).to_contain_text("68.0 °C → 20.0 °C")
    visit.get_by_label("Why").fill("The sensor measures in °F")
    visit.get_by_role("button", name="Adjust 121 readings").click()
    expect(visit.locator(".trend-value")).to_have_text("20.0 °C")


def test_a_correction_without_a_reason_is_not_made(visit: Page) -> None:
    open_form(visit, "hall")
    visit.get_by_role("button", name="Delete").click()
    expect(visit.locator(".correction-said")).to_contain_text("Say why")
    expect(visit.locator(".outlook")).to_contain_text("121 readings")


def test_another_series_has_its_own_readings_to_correct(visit: Page) -> None:
    open_form(visit, "hall")
    visit.get_by_role("radio", name="Occupancy").click()
    expect(visit.locator(".outlook")).to_contain_text("1 reading of motion")
    visit.locator(".correction").get_by_text("Adjust", exact=True).click()
    expect(visit.locator(".outlook")).to_contain_text("Only numbers can be adjusted")


def test_viewers_have_nothing_to_correct(page: Page, spiky: Twin) -> None:
    page.goto(f"{spiky.address}/sign-in/{viewers_token(spiky)}")
    open_device(page, "hall")
    expect(page.locator(".graph .xtick").first).to_be_visible()
    expect(page.get_by_role("button", name="Correct readings")).to_have_count(0)


def viewers_token(twin: Twin) -> str:
    """What signs a viewer in, once."""
    token = secrets.token_urlsafe()
    with psycopg.connect(address.owner(twin.settings)) as owner:
        owner.execute(
            """
            WITH viewer AS (
                INSERT INTO account (tenant_id, name, role) SELECT id, 'viewer', 'viewer' FROM tenant
                WHERE name = 'main' RETURNING tenant_id, id
            )
            INSERT INTO signin_link (token_hash, tenant_id, account_id, expires_at)
            SELECT %s, tenant_id, id, now() + interval '5 minutes' FROM viewer
            """,
            (hashlib.sha256(token.encode()).digest(),),
        )
    return token


def test_a_phone_scrolls_in_one_direction_only(visit: Page) -> None:
    visit.set_viewport_size({"width": 390, "height": 844})
    open_form(visit, "hall")
    visit.wait_for_function("document.documentElement.scrollWidth === 390")
