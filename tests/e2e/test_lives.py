"""What happens to a device recorded on its page, in a real browser, on a real store."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from data.store import accounts
from tests.e2e.test_corrections import viewers_token
from tests.e2e.test_pages import Twin
from tests.e2e.test_pages import twin as twin  # the same web part, with a store of this module's own

PATIENCE_MS = 60_000  # the first page after a start takes a while


@pytest.fixture(scope="module")
def pump(twin: Twin) -> Twin:
    """A device that was heard for three hours."""
    for ago in range(180, -1, -30):
        twin.say("pump", "vibration", 2.0, minutes_ago=ago)
    return twin


@pytest.fixture
def visit(page: Page, pump: Twin) -> Page:
    page.goto(accounts.new_signin_link(pump.settings))
    open_pump(page)
    return page


def open_pump(page: Page) -> None:
    page.locator(".device-card").filter(has_text="pump").click()
    expect(page.locator(".device-lives .findings li").first).to_be_visible(timeout=PATIENCE_MS)


def test_a_failure_is_recorded_seen_and_taken_back(visit: Page) -> None:
    section = visit.locator(".device-lives")
    expect(section.locator(".findings li")).to_contain_text("counted from its first reading")
    section.get_by_role("button", name="Record a failure").click()
    expect(section.get_by_label("When (UTC)")).not_to_be_empty()
    section.get_by_label("In short").fill("Bearing seized")
    section.get_by_role("button", name="Record", exact=True).click()
    recorded = section.locator(".made li")
    expect(recorded).to_contain_text("Bearing seized")
    expect(section.locator(".findings li")).to_contain_text("Failed after")
    recorded.get_by_role("button", name="Undo").click()
    expect(recorded).to_contain_text("Undone by administrator")
    expect(section.locator(".findings li")).to_contain_text("In service for")


def test_what_cannot_be_is_said_beside_the_form(visit: Page) -> None:
    section = visit.locator(".device-lives")
    section.get_by_role("button", name="Record a failure").click()
    section.get_by_role("button", name="Record", exact=True).click()
    expect(section.get_by_role("alert")).to_contain_text("Say what failed")


def test_viewers_see_lives_and_have_nothing_to_record(page: Page, pump: Twin) -> None:
    page.goto(f"{pump.address}/sign-in/{viewers_token(pump)}")
    open_pump(page)
    expect(page.get_by_role("button", name="Record a failure")).to_have_count(0)


def test_a_phone_scrolls_in_one_direction_only(visit: Page) -> None:
    visit.set_viewport_size({"width": 390, "height": 844})
    visit.locator(".device-lives").get_by_role("button", name="Record a failure").click()
    expect(visit.get_by_label("In short")).to_be_visible()
    visit.wait_for_function("document.documentElement.scrollWidth === 390")
