"""The review of a re-issued model in a real browser, on a real store."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from data.building.model import Model
from data.store import Store, accounts, buildings, devices
from tests import reissues
from tests.e2e.test_corrections import viewers_token
from tests.e2e.test_pages import Twin
from tests.e2e.test_pages import twin as twin  # the same web part, with a store of this module's own
from tests.reissues import Draft, office, reissue

OFFICE = office(rooms=8, storeys=2)


@pytest.fixture(scope="module")
def worker(twin: Twin) -> Iterator[Store]:
    store = Store.open(twin.settings, role="worker")
    yield store
    store.close()


def divide(draft: Draft) -> None:
    """The first room becomes two."""
    rooms = [one for one in draft.spaces.values() if one.name == "0.01"]
    draft.some = lambda most=3: rooms  # type: ignore[method-assign]
    reissues.rooms_split(draft)


@pytest.fixture
def divided(worker: Store, twin: Twin, request: pytest.FixtureRequest) -> int:
    """A building of this test alone whose room 0.01, with a sensor in it, is two in the newest model."""
    return brought(worker, twin, str(request.node.name), reissue(OFFICE, divide, seed=5).model)


def brought(worker: Store, twin: Twin, name: str, newer: Model) -> int:
    tenant = buildings.find_tenant(worker, "main")
    saved = buildings.save(worker, tenant=tenant, model=OFFICE, name=name)
    twin.say(f"sensor {name}", "temperature", 21.5)
    (device,) = {
        row.device_id for row in devices.overview(worker, tenant=tenant) if row.device == f"sensor {name}"
    }
    room = buildings.spaces_by_global_id(worker, tenant=tenant, building=saved.building)["room-0.01"]
    buildings.bind_device(worker, tenant=tenant, device=device, space=room)
    buildings.save(worker, tenant=tenant, model=newer, name=name)
    return saved.building


@pytest.fixture
def visit(page: Page, twin: Twin) -> Page:
    page.goto(accounts.new_signin_link(twin.settings))
    return page


def open_review(page: Page, twin: Twin, building: int) -> None:
    page.goto(f"{twin.address}/building/{building}/matches")
    expect(page.get_by_role("heading", name="New model of")).to_be_visible()


def test_the_building_page_leads_to_its_open_question(visit: Page, twin: Twin, divided: int) -> None:
    visit.goto(f"{twin.address}/building/{divided}")
    visit.get_by_role("link", name="1 question about the new model, 1 device waiting").click()
    expect(visit.locator(".question")).to_contain_text("Room 0.01 Office")
    expect(visit.locator(".question .choice")).to_have_count(2)
    expect(visit.locator(".question .outline")).to_have_count(6)


def test_the_card_of_its_model_leads_to_its_open_question(visit: Page, twin: Twin, divided: int) -> None:
    visit.goto(f"{twin.address}/admin")
    card = visit.locator(".model-building").filter(has=visit.locator(f"a[href='/building/{divided}']"))
    card.get_by_role("link", name="1 question about the new model, 1 device waiting").click()
    expect(visit.locator(".question")).to_contain_text("Room 0.01 Office")


def test_a_question_is_answered_and_the_answer_taken_back(visit: Page, twin: Twin, divided: int) -> None:
    open_review(visit, twin, divided)
    visit.get_by_role("button", name="Same room").first.click()
    expect(visit.locator(".all-well")).to_have_text("Nothing is in doubt.")
    answer = visit.locator(".answers li").filter(has_text="goes on in the new model")
    expect(answer).to_contain_text("administrator")
    answer.get_by_role("button", name="Undo").click()
    expect(visit.locator(".question .choice")).to_have_count(2)


def test_another_room_can_be_named(visit: Page, twin: Twin, divided: int) -> None:
    open_review(visit, twin, divided)
    visit.get_by_role("button", name="Another room…").click()
    visit.get_by_role("textbox", name="Room of the current model").fill("0.02")
    visit.get_by_role("option", name="0.02").click()
    visit.get_by_role("dialog").get_by_role("button", name="Same room").click()
    answer = visit.locator(".answers li").filter(has_text="stands in another room of the new model now")
    expect(answer).to_be_visible()


def test_the_previous_model_is_returned_to(visit: Page, twin: Twin, divided: int) -> None:
    open_review(visit, twin, divided)
    visit.get_by_role("button", name="Return to the previous model").click()
    visit.get_by_role("dialog").get_by_role("button", name="Return").click()
    expect(visit.locator(".review-said")).to_have_text("The building is what it was before its newest model.")
    expect(visit.locator(".question")).to_have_count(0)


def test_viewers_are_neither_led_nor_let_in(page: Page, twin: Twin, divided: int) -> None:
    page.goto(f"{twin.address}/sign-in/{viewers_token(twin)}")
    page.goto(f"{twin.address}/building/{divided}")
    expect(page.get_by_text("Devices placed")).to_be_visible()
    expect(page.locator(".invitation a")).to_have_count(0)
    page.goto(f"{twin.address}/building/{divided}/matches")
    expect(page.locator(".notice")).to_contain_text("managers and administrators")


def test_a_phone_scrolls_in_one_direction_only(visit: Page, twin: Twin, divided: int) -> None:
    visit.set_viewport_size({"width": 390, "height": 844})
    open_review(visit, twin, divided)
    expect(visit.locator(".question")).to_be_visible()
    visit.wait_for_function("document.documentElement.scrollWidth === 390")
