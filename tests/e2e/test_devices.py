"""The device inbox in a real browser, on a real store."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest
from playwright.sync_api import Locator, Page, expect

from data.settings import Settings
from data.store import Store, accounts, address, buildings
from tests.e2e import visitor
from tests.e2e.test_building import HOUSE
from tests.e2e.test_pages import MARKUP, Twin
from tests.e2e.test_pages import twin as twin  # the same web part, with a store of this module's own

PATIENCE_MS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A building of the twin, and the owner's hand in its store."""

    twin: Twin
    owner: psycopg.Connection[tuple[object, ...]]
    building: int

    def announce(self, device: str, **said: str) -> None:
        """A device says a temperature, and of itself what is named."""
        self.twin.say(device, "temperature", 21.5)
        for column, value in said.items():
            self.owner.execute(f"UPDATE device SET {column} = %s WHERE name = %s", (value, device))

    def room_of(self, device: str) -> str | None:
        """The room that the store has a device in."""
        row = self.owner.execute(
            "SELECT space.name FROM device LEFT JOIN space ON space.id = device.space_id"
            " WHERE device.name = %s",
            (device,),
        ).fetchone()
        assert row is not None
        return None if row[0] is None else str(row[0])


@pytest.fixture(scope="module")
def house(twin: Twin) -> Iterator[House]:
    worker = Store.open(twin.settings, role="worker")
    tenant = buildings.find_tenant(worker, "main")
    building = buildings.save(worker, tenant=tenant, model=HOUSE, name="Test house").building
    with psycopg.connect(address.owner(twin.settings), autocommit=True) as owner:
        yield House(twin=twin, owner=owner, building=building)
    worker.close()


def look_at_the_inbox(page: Page, settings: Settings) -> None:
    visitor.sign_in(page, settings)
    page.goto(f"http://127.0.0.1:{settings.port}/devices")


@pytest.fixture
def visit(page: Page, house: House) -> Page:
    """A page whose visitor is signed in and looks at the inbox."""
    house.announce("resident")
    house.owner.execute("UPDATE device SET created_at = now() WHERE name = 'resident'")  # on the first page
    look_at_the_inbox(page, house.twin.settings)
    expect(card(page, "resident")).to_be_visible(timeout=PATIENCE_MS)
    return page


def card(page: Page, name: str) -> Locator:
    return page.locator(".inbox-card").filter(has=page.get_by_role("link", name=name, exact=True))


def waiting(page: Page) -> int:
    return int(page.locator(".pages .waiting").inner_text())


def test_a_new_device_appears_by_itself_with_the_room_it_may_mean(visit: Page, house: House) -> None:
    house.announce("probe-1", area="Room 101", manufacturer="Aqara", model="T1")
    new = card(visit, "probe-1")
    expect(new).to_contain_text("Temperature 21.5 °C")
    expect(new).to_contain_text("Aqara · T1")
    expect(new.get_by_role("button", name="Place in 101")).to_be_visible()
    assert house.room_of("probe-1") is None


def test_a_click_places_a_device_and_an_undo_takes_it_out(visit: Page, house: House) -> None:
    house.announce("probe-2", area="101")
    card(visit, "probe-2").get_by_role("button", name="Place in 101").click()
    expect(card(visit, "probe-2")).to_have_count(0)
    expect(visit.get_by_text("probe-2 stands in 101 now.")).to_be_visible()
    assert house.room_of("probe-2") == "101"
    visit.get_by_role("button", name="Undo").click()
    expect(card(visit, "probe-2")).to_be_visible()
    assert house.room_of("probe-2") is None


def test_a_placed_device_is_on_the_plan_and_in_its_room(visit: Page, house: House) -> None:
    house.announce("probe-3", area="103")
    card(visit, "probe-3").get_by_role("button", name="Place in 103").click()
    expect(card(visit, "probe-3")).to_have_count(0)
    visit.goto(f"{house.twin.address}/building/{house.building}?quantity=temperature")
    expect(visit.locator(".plan .textpoint").filter(has_text="21.5 °C").first).to_be_attached()
    visit.locator(".room").filter(has_text="103").click()
    expect(visit.get_by_role("dialog").get_by_role("link", name="probe-3")).to_be_visible()


def test_a_device_is_placed_and_brought_back_by_keyboard(visit: Page, house: House) -> None:
    house.announce("probe-4", area="102")
    button = card(visit, "probe-4").get_by_role("button", name="Place in 102")
    button.focus()
    visit.keyboard.press("Enter")
    undo = visit.get_by_role("button", name="Undo")
    expect(undo).to_be_visible()
    expect(card(visit, "probe-4")).to_have_count(0)
    undo.focus()
    visit.keyboard.press("Enter")
    expect(card(visit, "probe-4")).to_be_visible()
    assert house.room_of("probe-4") is None


def test_a_device_that_means_no_room_is_placed_in_one_that_is_searched_for(visit: Page, house: House) -> None:
    house.announce("mystery")
    card(visit, "mystery").get_by_role("button", name="Choose a room").click()
    dialog = visit.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Room").fill("20")
    visit.get_by_role("option", name="201").click()
    dialog.get_by_role("button", name="Place").click()
    expect(card(visit, "mystery")).to_have_count(0)
    assert house.room_of("mystery") == "201"


def test_several_devices_take_their_suggestions_after_a_look_at_them(visit: Page, house: House) -> None:
    house.announce("many-1", area="101")
    house.announce("many-2", label="Sensor 102")
    for name in ("many-1", "Sensor 102", "resident"):
        mark = visit.get_by_role("checkbox", name=f"Select {name}", exact=True)
        mark.check()
    visit.get_by_role("button", name="Place as suggested").click()
    dialog = visit.get_by_role("dialog")
    expect(dialog).to_contain_text("One device has no one room suggested")
    assert house.room_of("many-1") is None
    dialog.get_by_role("button", name="Place them").click()
    expect(visit.get_by_text("2 devices stand in their rooms now.")).to_be_visible()
    assert (house.room_of("many-1"), house.room_of("many-2")) == ("101", "102")
    expect(visit.get_by_text("1 selected")).to_be_visible()
    visit.get_by_role("button", name="Undo").click()
    expect(card(visit, "many-1")).to_be_visible()


def test_a_page_is_selected_at_once_and_placed_in_one_room(visit: Page, house: House) -> None:
    house.announce("all-1")
    expect(card(visit, "all-1")).to_be_visible()
    shown = visit.get_by_role("checkbox", name=re.compile("^Select "))
    visit.get_by_role("button", name="Select this page").click()
    expect(visit.get_by_role("checkbox", name="Select all-1", exact=True)).to_be_checked()
    visit.get_by_role("button", name="Choose one room").click()
    visit.get_by_role("dialog").get_by_role("textbox", name="Room").fill("201")
    visit.get_by_role("option", name="201").click()
    visit.get_by_role("dialog").get_by_role("button", name="Place").click()
    visit.get_by_role("button", name="Undo").click()
    expect(card(visit, "all-1")).to_be_visible()
    expect(shown.first).not_to_be_checked()


def test_a_selection_survives_new_devices(visit: Page, house: House) -> None:
    visit.get_by_role("checkbox", name="Select resident", exact=True).check()
    house.announce("late-comer")
    expect(card(visit, "late-comer")).to_be_visible()
    expect(visit.get_by_role("checkbox", name="Select resident", exact=True)).to_be_checked()


def test_the_keyboards_focus_survives_a_new_value(visit: Page, house: House) -> None:
    button = card(visit, "resident").get_by_role("button", name="Choose a room")
    button.focus()
    house.twin.say("resident", "temperature", 23.4)
    expect(card(visit, "resident")).to_contain_text("23.4 °C")
    expect(button).to_be_focused()


def test_a_device_is_set_aside_and_brought_back(visit: Page, house: House) -> None:
    house.announce("spare")
    expect(card(visit, "spare")).to_be_visible()
    before = waiting(visit)
    card(visit, "spare").get_by_role("button", name="Set aside").click()
    expect(visit.locator(".pages .waiting")).to_have_text(str(before - 1))
    visit.get_by_text("Set aside", exact=True).first.click()
    card(visit, "spare").get_by_role("button", name="Bring back").click()
    visit.get_by_text("Waiting", exact=True).click()
    expect(card(visit, "spare")).to_be_visible()


def test_what_is_odd_about_a_device_is_said(visit: Page, house: House) -> None:
    house.announce("odd")
    house.owner.execute(
        "UPDATE device_state SET clock_ahead_s = 190 FROM device WHERE device.id = device_id AND name = 'odd'"
    )
    house.twin.say("odd", "temperature", 20.0)
    expect(card(visit, "odd")).to_contain_text("clock 3 min ahead")
    card(visit, "odd").get_by_role("link").click()
    expect(visit.get_by_text("Its times are 3 min ahead of when they arrive")).to_be_visible()


def test_a_device_page_says_what_the_device_is_and_moves_it(visit: Page, house: House) -> None:
    house.announce("mover", manufacturer="Shelly", model="Plus", area="101")
    card(visit, "mover").get_by_role("button", name="Place in 101").click()
    expect(card(visit, "mover")).to_have_count(0)
    visit.get_by_role("tab", name="All devices").click()
    visit.get_by_label("Search all devices").fill("mover")
    visit.get_by_role("link", name=re.compile("mover")).click()
    expect(visit.get_by_role("heading", level=1)).to_have_text("mover")
    expect(visit.locator(".identity")).to_contain_text("Shelly · Plus")
    visit.get_by_role("button", name="Move").click()
    dialog = visit.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Room").fill("201")
    visit.get_by_role("option", name="201").click()
    dialog.get_by_role("button", name="Place").click()
    expect(visit.locator(".identity").get_by_role("link")).to_have_text("201")
    visit.get_by_role("button", name="Take out").click()
    expect(visit.locator(".identity")).to_contain_text("It stands in no room yet")
    assert house.room_of("mover") is None


def test_a_device_that_was_only_announced_has_a_page(visit: Page, house: House) -> None:
    house.owner.execute(
        "INSERT INTO device (tenant_id, name, convention) SELECT id, 'silent', 'homeassistant' FROM tenant"
        " WHERE name = 'main'"
    )
    house.twin.say("resident", "temperature", 20.0)
    card(visit, "silent").get_by_role("link").click()
    expect(visit.get_by_role("heading", name="Announced, not heard yet")).to_be_visible()


def test_all_devices_are_filtered(visit: Page, house: House) -> None:
    house.announce("filtered", manufacturer="Belimo")
    visit.get_by_role("tab", name="All devices").click()
    visit.get_by_role("textbox", name="Any manufacturer").click()
    visit.get_by_role("option", name="Belimo").click()
    expect(visit.locator(".device-row")).to_have_count(1)
    expect(visit.locator(".device-row")).to_contain_text("filtered")


def test_what_a_device_says_of_itself_is_never_markup(visit: Page, house: House) -> None:
    house.announce("marked", label=MARKUP, area="<b>101</b>", manufacturer="<i>x</i>")
    expect(card(visit, MARKUP)).to_contain_text("<b>101</b>")
    expect(visit.locator("img")).to_have_count(0)


def test_another_tenants_device_is_nowhere(visit: Page, house: House) -> None:
    house.twin.say("stranger", "temperature", 1.0, tenant="acme")
    house.announce("marker")
    expect(card(visit, "marker")).to_be_visible()
    expect(card(visit, "stranger")).to_have_count(0)


def test_a_viewer_sees_the_suggestion_but_no_button(page: Page, house: House) -> None:
    house.announce("looked-at", area="101")
    link = accounts.new_signin_link(house.twin.settings)
    house.owner.execute(
        "WITH made AS (INSERT INTO account (tenant_id, name, role) SELECT id, 'Eve', 'viewer' FROM tenant"
        " WHERE name = 'main' RETURNING id)"
        " UPDATE signin_link SET account_id = made.id FROM made WHERE used_at IS NULL"
    )
    page.goto(link)
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    page.goto(f"{house.twin.address}/devices")
    expect(card(page, "looked-at")).to_contain_text("It may stand in 101")
    expect(page.locator(".inbox-list").get_by_role("button")).to_have_count(0)


@pytest.mark.parametrize("path", ["/devices", "/devices?tab=all"])
def test_a_phone_scrolls_in_one_direction_only(visit: Page, house: House, path: str) -> None:
    visit.set_viewport_size({"width": 390, "height": 844})
    visit.goto(house.twin.address + path)
    expect(visit.locator(".inbox-card, .device-row").first).to_be_visible()
    assert visit.evaluate("document.documentElement.scrollWidth") == 390
