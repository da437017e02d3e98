"""The Building page in a real browser, on a real store."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest
from playwright.sync_api import Page, Response, Route, expect

from data.building.model import Element, Model, Storey
from data.store import Store, buildings, devices
from tests.e2e.test_pages import MARKUP, Twin
from tests.e2e.test_pages import twin as twin  # the same web part, with a store of this module's own
from tests.e2e.visitor import sign_in
from tests.store.test_buildings import MODEL, room, square

# A corridor of two offices, one with a name that is markup, and an upper storey without outlines.
HOUSE = replace(
    MODEL,
    storeys=(
        Storey(key=1, name="Ground", global_id="s1", elevation_m=0.0, base_m=0.0),
        Storey(key=2, name="Upper", global_id="s2", elevation_m=3.0, base_m=3.0),
        Storey(key=3, name="Roof", global_id="s3", elevation_m=6.0, base_m=6.0),
    ),
    spaces=(
        room(10, "101", "room a"),
        replace(room(11, "102", "room b", x=4.2), long_name=MARKUP),
        replace(room(12, "103", "room c", x=8.4), properties={}),
        replace(room(13, "201", "room d"), storey=2, footprint=None, label_point=None),
    ),
    elements=(Element(storey=1, kind="wall", outline=square(13.0)),),
)

DRAWN_IN_ITS_PLACE = """() => {
    const plot = document.querySelector('.plan .js-plotly-plot');
    return Math.abs(plot.clientHeight - plot.querySelector('.main-svg').clientHeight) < 1;
}"""


@pytest.fixture(scope="module")
def address(twin: Twin) -> Iterator[str]:
    """The address of a building with readings in two of its rooms."""
    worker, web = (Store.open(twin.settings, role=role) for role in ("worker", "web"))
    tenant = buildings.find_tenant(worker, "main")
    building = _brought_in(worker, tenant, HOUSE)
    for ago in range(60, -1, -2):
        twin.say("north/101", "co2", 600.0 + ago, minutes_ago=ago)
        twin.say("north/101", "temperature", 21.5, minutes_ago=ago)
    twin.say("north/102", "co2", 1300.0, minutes_ago=180)
    found = {row.device: row.device_id for row in devices.overview(web, tenant=tenant)}
    rooms = {one.name: one.id for one in _rooms(web, tenant, building)}
    for name in ("101", "102"):
        buildings.bind_device(worker, tenant=tenant, device=found[f"north/{name}"], space=rooms[name])
    yield f"{twin.address}/building/{building}"
    worker.close()
    web.close()


def _brought_in(worker: Store, tenant: int, model: Model, name: str = "Test house") -> int:
    return buildings.save(worker, tenant=tenant, model=model, name=name).building


def _rooms(web: Store, tenant: int, building: int) -> list[buildings.PlanRoom]:
    storeys = buildings.storeys(web, tenant=tenant, building=building)
    plans = [buildings.plan(web, tenant=tenant, storey=storey.id) for storey in storeys]
    return [one for plan in plans if plan for one in plan.rooms]


@pytest.fixture
def visit(page: Page, twin: Twin, address: str) -> Page:
    """A page whose visitor is signed in and looks at CO₂ on the plan."""
    sign_in(page, twin.settings)
    page.goto(f"{address}?quantity=co2")
    page.locator(".plan .textpoint").first.wait_for(state="attached")
    return page


def listed(page: Page, name: str) -> str:
    return page.locator(".room").filter(has_text=name).first.inner_text().replace("\u00a0", " ")


def click_room(page: Page, part: float) -> None:
    """Click on the plan, so far along its width."""
    point_at_room(page, part)
    page.mouse.down()
    page.mouse.up()


def point_at_room(page: Page, part: float) -> None:
    """Point at the plan, so far along its width, once it has been drawn anew in the height of its storey."""
    page.wait_for_function(DRAWN_IN_ITS_PLACE)
    area = page.locator(".plan .nsewdrag").bounding_box()
    assert area is not None
    page.mouse.move(area["x"] + area["width"] * part, area["y"] + area["height"] * 0.4)
    page.mouse.move(area["x"] + area["width"] * part, area["y"] + area["height"] * 0.42)
    expect(page.locator(".plan .hoverlayer .hovertext")).to_be_visible()


def test_the_plan_shows_each_rooms_value(visit: Page) -> None:
    labels = visit.locator(".plan .scatterlayer .trace:nth-last-child(2) .textpoint")
    expect(labels).to_have_text(["101600 ppm", "1021300 ppm", "103"])


def test_the_window_is_named_after_the_building(visit: Page) -> None:
    expect(visit).to_have_title("Test house · Clerestory")


def test_a_reading_from_long_ago_is_shown_with_its_age(visit: Page) -> None:
    assert "3 h ago" in listed(visit, "102")


def test_a_new_value_comes_to_the_plan_by_itself(visit: Page, twin: Twin) -> None:
    twin.say("north/101", "co2", 987.0)
    expect(visit.locator(".plan .textpoint").filter(has_text="987 ppm").first).to_be_attached()


def test_a_click_on_a_room_opens_it_with_its_trend(visit: Page) -> None:
    click_room(visit, 0.15)
    drawer = visit.get_by_role("dialog")
    expect(drawer.locator(".room-title")).to_have_text("101")
    expect(drawer.get_by_role("radio").first).to_be_checked()
    expect(drawer.locator(".room-graph .xtitle")).to_have_text("Time (UTC)")
    expect(drawer.locator(".spark").first).to_be_visible()
    expect(drawer).to_contain_text("BaseQuantities.NetFloorArea")
    expect(drawer).to_contain_text("Supply")


def test_a_room_opens_by_a_click_after_its_value_changed_under_the_pointer(visit: Page, twin: Twin) -> None:
    point_at_room(visit, 0.15)
    twin.say("north/101", "co2", 1234.0)
    expect(visit.locator(".plan .textpoint").filter(has_text="1234 ppm").first).to_be_attached()
    visit.mouse.down()
    visit.mouse.up()
    expect(visit.get_by_role("dialog").locator(".room-title")).to_have_text("101")


@pytest.mark.parametrize("way", ["plan", "list"])
def test_a_click_is_answered_though_its_answer_was_overtaken(visit: Page, way: str) -> None:
    held: list[Route] = []

    def hold_the_click(route: Route) -> None:
        changed = (route.request.post_data_json or {}).get("changedPropIds", [])
        click = any(one.endswith((".clickData", ".n_clicks")) for one in changed)
        if click and not held:
            held.append(route)
        else:
            route.continue_()

    visit.route(re.compile("/_dash-update-component"), hold_the_click)
    if way == "plan":
        click_room(visit, 0.15)
    else:
        visit.locator(".room").filter(has_text="101").click()
    visit.get_by_role("textbox", name="Colour by").click()
    with visit.expect_response(lambda answer: "building-quantity.value" in str(answer.request.post_data)):
        visit.get_by_role("option", name="Temperature").click()
    [click] = held
    click.continue_()

    expect(visit.get_by_role("dialog").locator(".room-title")).to_have_text("101")
    expect(visit.locator(".bar-name")).to_have_text("Temperature [°C]")


def test_the_trend_of_an_open_room_moves(visit: Page, twin: Twin) -> None:
    click_room(visit, 0.15)
    visit.get_by_role("dialog").get_by_text("1 h", exact=True).click()  # whose steps are seconds
    line = visit.locator(".room-graph .js-line").last
    expect(line).to_be_visible()
    before = line.get_attribute("d") or ""
    twin.say("north/101", "co2", 1999.0)
    expect(line).not_to_have_attribute("d", before, timeout=60_000)


def test_a_room_can_be_opened_again_after_it_was_closed(visit: Page) -> None:
    for _ in range(2):
        click_room(visit, 0.15)
        expect(visit.get_by_role("dialog")).to_be_visible()
        visit.keyboard.press("Escape")
        expect(visit.get_by_role("dialog")).to_be_hidden()


def test_a_room_is_opened_and_closed_by_keyboard(visit: Page) -> None:
    first = visit.locator(".room").first
    first.focus()
    visit.keyboard.press("Enter")
    expect(visit.locator(".room-title")).to_be_visible()
    visit.keyboard.press("Escape")
    expect(visit.get_by_role("dialog")).to_be_hidden()
    expect(first).to_be_focused()


def test_a_device_in_a_room_leads_to_its_page(visit: Page) -> None:
    visit.locator(".room").filter(has_text="101").click()
    visit.get_by_role("dialog").get_by_role("link", name="north/101").click()
    expect(visit.get_by_role("heading", level=1)).to_have_text("north/101")


def test_a_room_leads_to_the_rooms_next_to_it(visit: Page) -> None:
    visit.locator(".room").filter(has_text="101").click()
    drawer = visit.get_by_role("dialog")
    link = drawer.get_by_role("link", name="102").filter(has_text="of wall")
    expect(link).to_contain_text("through a door")
    link.click()
    expect(drawer.locator(".room-title")).to_have_text("102")


def test_a_room_without_a_sensor_names_the_nearest_one(visit: Page) -> None:
    visit.locator(".room").filter(has_text="103").click()
    nearest = visit.get_by_role("dialog").get_by_role("link", name="north/102")
    expect(nearest).to_contain_text("102, Ground, 4 m away")


def test_a_room_without_a_device_says_so(visit: Page) -> None:
    visit.locator(".room").filter(has_text="103").click()
    expect(visit.get_by_role("dialog")).to_contain_text("No device stands in this room yet")


def test_names_of_a_model_are_never_markup(visit: Page) -> None:
    click_room(visit, 0.35)
    expect(visit.locator(".room-title-long")).to_have_text(MARKUP)
    expect(visit.locator("img")).to_have_count(0)


def test_the_address_holds_what_is_chosen(visit: Page) -> None:
    visit.locator(".room").filter(has_text="101").click()
    expect(visit.locator(".room-title")).to_have_text("101")
    visit.reload()
    expect(visit.locator(".room-title")).to_have_text("101")
    expect(visit.locator(".bar-name")).to_have_text("CO₂ [ppm]")


def test_a_step_back_undoes_one_choice(visit: Page) -> None:
    visit.get_by_role("radio", name="Upper").locator("..").click()
    expect(visit.locator(".nothing-drawn")).to_be_visible()
    visit.wait_for_url("**storey=*")
    visit.go_back()
    expect(visit.locator(".nothing-drawn")).to_be_hidden()
    expect(visit.get_by_role("radio", name="Ground")).to_be_checked()


def test_a_step_back_closes_an_opened_room(visit: Page) -> None:
    visit.locator(".room").first.click()
    visit.wait_for_url("**room=*")
    visit.go_back()
    expect(visit.get_by_role("dialog")).to_be_hidden()


def test_storeys_are_chosen_by_keyboard(visit: Page) -> None:
    visit.get_by_role("radio", name="Ground").focus()
    visit.keyboard.press("ArrowRight")
    expect(visit.get_by_role("radio", name="Upper")).to_be_checked()
    expect(visit.locator(".room")).to_have_count(1)


def test_rooms_without_outlines_are_a_list(visit: Page) -> None:
    visit.get_by_text("Upper", exact=True).first.click()
    expect(visit.locator(".nothing-drawn")).to_contain_text("no outlines of the rooms")
    expect(visit.locator(".room")).to_have_text(["201no dataOffice"])


def test_a_storey_without_rooms_says_so(visit: Page) -> None:
    visit.get_by_text("Roof", exact=True).first.click()
    expect(visit.locator(".nothing-drawn")).to_have_text("There are no rooms on this storey.")


def test_a_search_narrows_the_rooms(visit: Page) -> None:
    visit.get_by_label("Search rooms").fill("103")
    expect(visit.locator(".room")).to_have_count(1)
    visit.get_by_label("Search rooms").fill("cellar")
    expect(visit.locator(".room-list")).to_have_text("No room matches.")


def test_another_quantity_is_chosen(visit: Page) -> None:
    visit.get_by_role("textbox", name="Colour by").click()
    visit.get_by_role("option", name="Temperature").click()
    expect(visit.locator(".bar-name")).to_have_text("Temperature [°C]")
    expect(visit.locator(".plan .textpoint").filter(has_text="21.5 °C").first).to_be_attached()


def test_a_new_value_sends_colours_and_no_geometry(visit: Page, twin: Twin) -> None:
    def of_the_plan(answer: Response) -> bool:
        return "building-plan.figure" in (answer.request.post_data or "") and answer.status == 200

    expect(visit.locator(".plan .textpoint").filter(has_text="ppm").first).to_be_attached()
    with visit.expect_response(of_the_plan) as caught:
        twin.say("north/101", "co2", 700.0)
    sent = [caught.value.text()]
    while "fillcolor" not in sent[-1]:  # a beat came before the value
        with visit.expect_response(of_the_plan) as caught:
            pass
        sent.append(caught.value.text())
    assert not any('"x"' in answer for answer in sent)


def test_the_first_value_of_a_building_is_shown_to_who_is_there_already(visit: Page, twin: Twin) -> None:
    with closing(Store.open(twin.settings, role="worker")) as worker:
        tenant = buildings.find_tenant(worker, "main")
        building = _brought_in(worker, tenant, replace(HOUSE, sha256="91" * 32), "New house")
        visit.goto(f"{twin.address}/building/{building}")
        expect(visit.get_by_role("textbox", name="Colour by")).to_have_value("Last reading")
        twin.say("new/101", "temperature", 19.5)
        [device] = (row for row in devices.overview(worker, tenant=tenant) if row.device == "new/101")
        first = _rooms(worker, tenant, building)[0]
        buildings.bind_device(worker, tenant=tenant, device=device.device_id, space=first.id)
    expect(visit.get_by_role("textbox", name="Colour by")).to_have_value("Temperature")
    expect(visit.locator(".plan .textpoint").filter(has_text="19.5").first).to_be_attached()


def to_the_right_of_the_buttons(page: Page) -> float:
    """How much of the plan is to the right of its zoom buttons [px]."""
    plan, buttons = (page.locator(one).bounding_box() for one in (".plan", ".plan .modebar-container"))
    assert plan is not None
    assert buttons is not None
    return plan["x"] + plan["width"] - buttons["x"] - buttons["width"]


def test_where_no_north_is_known_no_gap_is_left_for_its_arrow(visit: Page, twin: Twin) -> None:
    assert to_the_right_of_the_buttons(visit) > 50
    nowhere = replace(HOUSE.georeference, true_north_deg=None)
    with closing(Store.open(twin.settings, role="worker")) as worker:
        tenant = buildings.find_tenant(worker, "main")
        model = replace(HOUSE, sha256="90" * 32, georeference=nowhere)
        building = _brought_in(worker, tenant, model, "Without north")
    visit.goto(f"{twin.address}/building/{building}")
    visit.locator(".plan .modebar-btn").first.wait_for()
    expect(visit.locator(".plan .textpoint").first).to_be_attached()
    assert to_the_right_of_the_buttons(visit) < 20


@pytest.mark.parametrize("path", ["/building/999999", "/building/none", "/building/-1"])
def test_a_building_that_is_not_there_is_said_calmly(visit: Page, twin: Twin, path: str) -> None:
    visit.goto(twin.address + path)
    expect(visit.get_by_role("heading", name="There is nothing at this address")).to_be_visible()


def test_a_phone_scrolls_in_one_direction_only(visit: Page) -> None:
    visit.set_viewport_size({"width": 390, "height": 844})
    visit.reload()
    expect(visit.locator(".plan .textpoint").last).to_be_visible()
    assert visit.evaluate("document.documentElement.scrollWidth") == 390
    visit.locator(".room").first.click()
    expect(visit.locator(".room-graph .xtick").first).to_be_visible()
    assert visit.evaluate("document.documentElement.scrollWidth") == 390


@pytest.mark.parametrize("width", [390, 700, 1200, 1440])
def test_labels_lie_inside_their_rooms_in_every_window(visit: Page, width: int) -> None:
    visit.set_viewport_size({"width": width, "height": 900})
    visit.reload()
    expect(visit.locator(".plan .textpoint").last).to_be_attached()
    outside = visit.evaluate(
        """() => {
            const rooms = [...document.querySelectorAll('.plan .scatterlayer .trace .js-fill')]
                .map(room => room.getBoundingClientRect());
            const labels = [...document.querySelectorAll('.plan .textpoint text')]
                .map(label => label.getBoundingClientRect()).filter(label => label.width);
            const inside = (label, room) => room.left <= label.left && label.right <= room.right
                && room.top <= label.top && label.bottom <= room.bottom;
            return labels.filter(label => !rooms.some(room => inside(label, room))).length;
        }"""
    )
    assert outside == 0
