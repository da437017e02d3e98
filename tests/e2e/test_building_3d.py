"""The building in 3D in a real browser: rooms are drawn, clicked, and their storeys moved."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Request, Response, Route, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from data.building import shell_library
from data.building.bringing import Taken, bring_in, take
from data.building.model import Storey
from data.files import Files
from data.store import Store, buildings, devices
from tests.e2e.pictures import coloured, colours, settled
from tests.e2e.test_pages import Twin
from tests.e2e.test_pages import twin as twin  # the same web part, with a store of this module's own
from tests.e2e.visitor import sign_in
from tests.local_run import eventually
from tests.store.test_buildings import MODEL, room
from tests.unit.ifc_models import House, box

CODE = "@@=constructor"  # a name that deck.gl's JSON would take for an expression
TOWER = replace(
    MODEL,
    sha256="70" * 32,
    storeys=(
        Storey(key=1, name="Ground", global_id="s1", elevation_m=0.0, base_m=0.0),
        Storey(key=2, name="Upper", global_id="s2", elevation_m=3.0, base_m=3.0),
    ),
    spaces=(
        room(10, "101", "room a"),
        replace(room(11, CODE, "room b", x=4.2), long_name="$& {room}"),
        replace(room(12, "201", "room c"), storey=2, floor_m=3.0),
        replace(room(13, "202", "room d", x=4.2), storey=2, floor_m=3.0),
    ),
)


@pytest.fixture(scope="module")
def address(twin: Twin) -> Iterator[str]:
    """The address of a building with a reading in each of its rooms."""
    worker, web = (Store.open(twin.settings, role=role) for role in ("worker", "web"))
    tenant = buildings.find_tenant(worker, "main")
    building = buildings.save(worker, tenant=tenant, model=TOWER, name="Tower").building
    storeys = buildings.storeys(web, tenant=tenant, building=building)
    plans = [buildings.plan(web, tenant=tenant, storey=storey.id) for storey in storeys]
    rooms = [one for plan in plans if plan for one in plan.rooms]
    for number, _ in enumerate(rooms):
        twin.say(f"tower/{number}", "co2", 1300.0)
    found = {row.device: row.device_id for row in devices.overview(web, tenant=tenant)}
    for number, one in enumerate(rooms):
        buildings.bind_device(worker, tenant=tenant, device=found[f"tower/{number}"], space=one.id)
    yield f"{twin.address}/building/{building}"
    worker.close()
    web.close()


@pytest.fixture
def visit(page: Page, twin: Twin, address: str) -> Page:
    """A page whose visitor is signed in and looks at CO₂ in 3D, all of which is drawn."""
    page.set_viewport_size({"width": 1280, "height": 1500})  # nothing need be scrolled under the header
    sign_in(page, twin.settings)
    page.goto(f"{address}?view=3d&quantity=co2")
    expect(canvas(page)).to_be_visible(timeout=60_000)
    assert settled(canvas(page), lambda pixels: pixels > 5_000) > 5_000
    return page


def canvas(page: Page) -> Locator:
    return page.locator(".solid")


def point_at(page: Page, name: str) -> None:
    """Move the pointer over the picture until its tip names a room."""
    area = canvas(page).bounding_box()
    assert area is not None
    tip = page.locator(".deck-tooltip")
    places = [(across / 20, down / 20) for down in range(4, 17) for across in range(4, 17)]

    def found() -> bool:
        for across, down in places:
            page.mouse.move(area["x"] + area["width"] * across, area["y"] + area["height"] * down)
            page.wait_for_timeout(60)
            if tip.is_visible() and tip.inner_text().lstrip("\u2060").startswith(name):
                return True
        return False

    assert eventually(found), f"no tip says {name}"


def click_room(page: Page, name: str) -> None:
    point_at(page, name)
    page.mouse.down()
    page.mouse.up()


def test_a_click_on_a_room_opens_it(visit: Page) -> None:
    click_room(visit, "201")
    expect(visit.get_by_role("dialog").locator(".room-title")).to_have_text("201")
    visit.wait_for_url("**view=3d**room=**")


def test_a_room_can_be_clicked_again_after_it_was_closed(visit: Page) -> None:
    point_at(visit, "201")
    for _ in range(2):
        visit.mouse.down()
        visit.mouse.up()
        expect(visit.get_by_role("dialog")).to_be_visible(timeout=20_000)
        visit.keyboard.press("Escape")
        expect(visit.get_by_role("dialog")).to_be_hidden()


def test_a_tip_says_a_rooms_name_and_value_letter_by_letter(visit: Page) -> None:
    visit.get_by_role("switch", name="Only the chosen storey").press("Space")
    point_at(visit, CODE)
    said = visit.locator(".deck-tooltip").inner_text().replace("\u00a0", " ")
    assert f"{CODE} $& {{room}}" in said
    assert "1300 ppm" in said


def test_storeys_move_apart_and_together_again(visit: Page) -> None:
    as_built = Counter[object](colours(canvas(visit)))
    visit.get_by_role("slider", name="How far the storeys stand apart").focus()
    visit.keyboard.press("End")
    apart = drawn(visit, lambda seen: differing(as_built, seen) > 5_000)
    visit.keyboard.press("Home")
    drawn(visit, lambda seen: differing(apart, seen) > 5_000)


def test_one_storey_is_looked_at_alone(visit: Page) -> None:
    before = coloured(canvas(visit))
    visit.get_by_role("switch", name="Only the chosen storey").press("Space")
    assert settled(canvas(visit), lambda pixels: 1_000 < pixels < 0.8 * before) < 0.8 * before
    point_at(visit, "101")  # which the upper storey hid


def test_a_new_value_sends_colours_and_no_outlines(visit: Page, twin: Twin) -> None:
    def of_the_picture(answer: Response) -> bool:
        return "building-3d.data" in (answer.request.post_data or "") and answer.status == 200

    with visit.expect_response(of_the_picture) as caught:
        twin.say("tower/0", "co2", 612.0)
    sent = caught.value.text()
    assert "colour" in sent
    assert "rings" not in sent
    assert "framed" not in sent


def test_a_moment_that_is_over_is_shown_as_it_was(visit: Page, twin: Twin, address: str) -> None:
    twin.say("tower/2", "co2", 640.0, minutes_ago=90)
    at = datetime.now(UTC) - timedelta(minutes=60)
    visit.goto(f"{address}?view=3d&quantity=co2&at={at:%Y-%m-%dT%H:%MZ}")
    expect(canvas(visit)).to_be_visible(timeout=60_000)
    assert settled(canvas(visit), lambda pixels: pixels > 5_000) > 5_000
    point_at(visit, "201")
    assert "640 ppm" in visit.locator(".deck-tooltip").inner_text().replace("\u00a0", " ")


def test_a_step_back_returns_to_the_plan(visit: Page, address: str) -> None:
    visit.goto(f"{address}?quantity=co2")
    expect(visit.locator(".plan .textpoint").first).to_be_attached()
    visit.get_by_role("radio", name="3D").locator("..").click()
    visit.wait_for_url("**view=3d**")
    expect(canvas(visit)).to_be_visible()
    visit.go_back()
    expect(visit.locator(".plan")).to_be_visible()
    expect(canvas(visit)).to_have_count(0)


def test_an_answer_that_comes_when_the_view_is_gone_is_dropped(visit: Page, address: str) -> None:
    late: list[Route] = []

    def asks_for_the_shell(sent: Request) -> bool:
        return "building-3d-shell.disabled" in (sent.post_data or "")

    def hold(route: Route) -> None:
        if asks_for_the_shell(route.request):
            late.append(route)
        else:
            route.continue_()

    visit.goto(f"{address}?quantity=co2")
    expect(visit.locator(".plan .textpoint").first).to_be_attached()
    visit.route(re.compile("/_dash-update-component"), hold)
    with visit.expect_request(asks_for_the_shell):
        visit.get_by_role("radio", name="3D").locator("..").click()
    visit.wait_for_url("**view=3d**")
    visit.go_back()
    expect(canvas(visit)).to_have_count(0)
    with visit.expect_response(lambda came: asks_for_the_shell(came.request)):
        late[0].continue_()
    visit.get_by_role("radio", name="3D").locator("..").click()  # the page still does what it is asked
    visit.wait_for_url("**view=3d**")


def test_a_phone_scrolls_in_one_direction_only(visit: Page) -> None:
    visit.set_viewport_size({"width": 390, "height": 844})
    visit.reload()
    assert settled(canvas(visit), lambda pixels: pixels > 1_000) > 1_000
    assert visit.evaluate("document.documentElement.scrollWidth") == 390


@pytest.mark.parametrize("width", [390, 700, 1440])
def test_all_of_the_picture_is_inside_its_edges(visit: Page, width: int) -> None:
    visit.set_viewport_size({"width": width, "height": 1500})
    visit.reload()
    assert settled(canvas(visit), lambda pixels: pixels > 1_000) > 1_000
    assert len(colours(canvas(visit), edge=3)) == 1


def test_a_window_that_gets_another_size_is_filled_again(visit: Page) -> None:
    before = coloured(canvas(visit))
    visit.set_viewport_size({"width": 390, "height": 1500})
    assert settled(canvas(visit), lambda pixels: 1_000 < pixels < before / 3) < before / 3
    assert len(colours(canvas(visit), edge=3)) == 1


@pytest.fixture(scope="module")
def house(twin: Twin, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Taken]]:
    """The address of a building of one room under a roof, and the file that it was brought in with."""
    made = House()
    made.extrude(made.add("IfcSpace", "101", part_of=made.storey), box(8, 6), 2.5, at=(0, 0, 0))
    made.extrude(made.add("IfcWall", "South", inside=made.storey), box(8.6, 0.3), 3, at=(-0.3, -0.3, 0))
    made.extrude(made.add("IfcRoof", "Roof", inside=made.storey), box(6, 4), 0.2, at=(1, 1, 3.5))
    store = Store.open(twin.settings, role="worker")
    path: Path = tmp_path_factory.mktemp("model") / "house.ifc"
    taken, tenant = take(twin.settings, made.write(path)), buildings.find_tenant(store, "main")
    building = bring_in(store, taken, tenant=tenant, name="House", actor="test").saved.building
    twin.say("house/1", "co2", 1300.0)
    (device,) = {one.device_id for one in devices.overview(store, tenant=tenant) if one.device == "house/1"}
    (space,) = buildings.spaces_by_global_id(store, tenant=tenant, building=building).values()
    buildings.bind_device(store, tenant=tenant, device=device, space=space)
    yield f"{twin.address}/building/{building}?view=3d&quantity=co2", taken
    store.close()


def differing(before: Counter[object], after: Counter[object]) -> int:
    """How many pixels of two pictures have other colours."""
    return (before - after).total()


def drawn(page: Page, condition: Callable[[Counter[object]], bool]) -> Counter[object]:
    """The colours of the picture, as soon as a condition holds for them or the patience ends."""
    seen: Counter[object] = Counter()

    def holds() -> bool:
        nonlocal seen
        seen = Counter(colours(canvas(page)))
        return condition(seen)

    assert eventually(holds)
    return seen


def test_the_shell_is_offered_once_it_is_made_and_drawn_around_the_rooms(
    visit: Page, twin: Twin, house: tuple[str, Taken]
) -> None:
    address, taken = house
    visit.goto(address)
    expect(canvas(visit)).to_be_visible(timeout=60_000)
    shell = visit.get_by_role("switch", name="Building's shell")
    expect(visit.locator(".solid-why")).to_have_text("is being made", timeout=60_000)
    expect(shell).to_be_disabled()
    assert settled(canvas(visit), lambda pixels: pixels > 5_000) > 5_000
    without = Counter[object](colours(canvas(visit)))
    shell_library.make(Files.of(twin.settings), taken.sha256, name="house.ifc")
    expect(shell).to_be_enabled(timeout=60_000)
    shell.press("Space")
    drawn(visit, lambda seen: differing(without, seen) > 5_000)
    # One storey alone looks as the whole house did, without what stands around it.
    visit.get_by_role("switch", name="Only the chosen storey").press("Space")
    expect(visit.locator(".solid-why")).to_have_text("shown when all storeys stand together")
    drawn(visit, lambda seen: differing(without, seen) < 500)


def test_rooms_are_clicked_through_the_shell(visit: Page, twin: Twin, house: tuple[str, Taken]) -> None:
    address, taken = house
    shell_library.make(Files.of(twin.settings), taken.sha256, name="house.ifc")
    visit.goto(address)
    expect(canvas(visit)).to_be_visible(timeout=60_000)
    assert settled(canvas(visit), lambda pixels: pixels > 5_000) > 5_000
    without = Counter[object](colours(canvas(visit)))
    shell = visit.get_by_role("switch", name="Building's shell")
    expect(shell).to_be_enabled(timeout=60_000)
    shell.press("Space")
    drawn(visit, lambda seen: differing(without, seen) > 5_000)
    area = canvas(visit).bounding_box()
    assert area is not None
    visit.mouse.move(area["x"] + area["width"] / 2, area["y"] + area["height"] / 2)
    expect(visit.locator(".deck-tooltip")).to_contain_text("101", timeout=60_000)
    title = visit.get_by_role("dialog").locator(".room-title")

    def opens() -> bool:
        # Where no graphics card draws, a press can take longer than deck.gl lets a click last.
        visit.mouse.down()
        visit.mouse.up()
        with suppress(PlaywrightTimeout):
            title.wait_for(timeout=10_000)
        return title.is_visible()

    assert eventually(opens)
    expect(title).to_have_text("101")
