"""A visitor's walk through the living demo building."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from data.demo import broker
from data.demo.installation import BUILDING
from tests.local_run import LocalRun, local_run

pytestmark = pytest.mark.skipif(
    broker.find_mosquitto() is None,
    reason="There is no mosquitto on this machine (Debian: apt-get install mosquitto).",
)


@pytest.fixture(scope="module")
def run() -> Iterator[LocalRun]:
    with (
        tempfile.TemporaryDirectory(prefix="clerestory-") as folder,
        local_run(Path(folder) / "home", demo=True) as run,
    ):
        yield run


def test_from_the_link_to_the_trend_of_a_room_that_moves(run: LocalRun, page: Page) -> None:
    page.goto(run.line("sign in").split()[-1])
    page.get_by_role("link", name=BUILDING).first.click(timeout=60_000)
    expect(page.get_by_role("heading", level=1)).to_have_text(BUILDING)
    # Minutes of history are on their way; the first live values are there as soon as devices speak.
    expect(page.locator(".plan .textpoint").filter(has_text="°C").first).to_be_attached(timeout=60_000)

    page.get_by_role("textbox", name="Colour by").click()
    page.get_by_role("option", name="CO₂").click()
    expect(page.locator(".bar-name")).to_have_text("CO₂ [ppm]")
    page.get_by_text("Second floor", exact=True).first.click()
    labels = page.locator(".plan .textpoint").filter(has_text="2.07")
    expect(labels.filter(has_text="ppm").first).to_be_attached()

    labels.first.scroll_into_view_if_needed()
    label = labels.first.bounding_box()
    assert label is not None
    page.mouse.move(label["x"] + label["width"] / 2, label["y"] - 4)
    page.mouse.move(label["x"] + label["width"] / 2, label["y"] - 2)
    expect(page.locator(".plan .hoverlayer .hovertext")).to_be_visible()
    page.mouse.down()
    page.mouse.up()
    drawer = page.get_by_role("dialog")
    expect(drawer.locator(".room-title")).to_have_text("2.07")

    drawer.get_by_text("1 h", exact=True).click()
    line = page.locator(".room-graph .js-line").last
    expect(line).to_be_visible()
    before = line.get_attribute("d") or ""
    expect(line).not_to_have_attribute("d", before, timeout=90_000)
