"""The Admin page: a building comes in through the browser, from its file to its page."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from dashboard.server import csrf, upload
from data.files import Files
from data.settings import Settings
from data.store.migrate import migrate
from tests import servers
from tests.e2e.test_pages import ROOT, web_part
from tests.e2e.visitor import sign_in
from tests.local_run import eventually
from tests.ports import free_port
from tests.unit.ifc_models import House, box


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """A web part that takes at most 1 MB, on a store without a worker."""

    settings: Settings
    folder: Path

    def kept(self) -> set[Path]:
        """Every file in storage, drafts included."""
        return {path for path in Files.of(self.settings).folder.rglob("*") if path.is_file()}

    @contextmanager
    def worker(self) -> Iterator[None]:
        """A worker as it runs in earnest."""
        settings = self.settings
        assert settings.database_url
        assert settings.secret_key
        environment = os.environ | {
            "CLERESTORY_HOME": str(settings.home),
            "CLERESTORY_DATABASE_URL": settings.database_url.get_secret_value(),
            "CLERESTORY_SECRET_KEY": settings.secret_key.get_secret_value(),
        }
        with (self.folder / "worker.log").open("ab") as output:
            command = [sys.executable, "-m", "data.jobs"]
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
        try:
            yield
        finally:
            process.terminate()
            process.wait(60)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("home")
    with servers.embedded_store() as server, server.fresh_database(folder) as database:
        settings = database.model_copy(update={"port": free_port()})
        migrate(settings)
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("CLERESTORY_MAX_UPLOAD_MB", "1")
            with web_part(settings, log=folder / "web.log"):
                environment.undo()
                yield Office(settings=settings, folder=folder)


@pytest.fixture
def visit(page: Page, office: Office) -> Page:
    """The Admin page, opened by an administrator."""
    sign_in(page, office.settings)
    page.goto(f"http://127.0.0.1:{office.settings.port}/admin")
    expect(page.get_by_role("button", name="Choose a file")).to_be_visible()
    return page


def house(path: Path, *rooms: str) -> Path:
    """A model with rooms of 4 by 3 m in a row."""
    model = House()
    for number, name in enumerate(rooms):
        room = model.add("IfcSpace", name, part_of=model.storey)
        model.extrude(room, box(4, 3), 2.5, at=(5.0 * number, 0, 0))
    return model.write(path)


def bring(page: Page, path: Path) -> Locator:
    """Choose a file; gives its line among what is under way."""
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose a file").click()
    chooser.value.set_files(path)
    return line(page, path.name)


def line(page: Page, name: str) -> Locator:
    return page.locator(".versions-list li", has_text=name)


def test_a_file_is_read_looked_at_and_becomes_a_building(visit: Page, office: Office, tmp_path: Path) -> None:
    with office.worker():
        found = bring(visit, house(tmp_path / "town_hall.ifc", "101", "102"))
        expect(found).to_contain_text("Ready")
        found.get_by_role("link", name="Review").click()
        expect(visit.locator(".model-report")).to_contain_text("Rooms2")
        expect(visit.locator(".plan .textpoint text").filter(has_text="101").first).to_be_visible()
        expect(visit.get_by_text("town hall will be a new building.")).to_be_visible()
        name = visit.get_by_role("textbox", name="Building")
        name.fill("Town hall")
        name.blur()
        expect(visit.get_by_text("Town hall will be a new building.", exact=True)).to_be_visible()
        visit.get_by_role("button", name="Make current").click()
        visit.get_by_role("link", name="Open Town hall", exact=True).click()
    expect(visit.get_by_role("heading", name="Town hall")).to_be_visible()
    expect(visit.locator(".room-list")).to_contain_text("102")


def test_a_newer_file_says_what_it_would_change(visit: Page, office: Office, tmp_path: Path) -> None:
    with office.worker():
        found = bring(visit, house(tmp_path / "annex.ifc", "201"))
        expect(found).to_contain_text("Ready")
    found.get_by_role("link", name="Review").click()
    name = visit.get_by_role("textbox", name="Building")
    expect(name).to_have_value("annex")
    name.fill("Town hall")
    name.blur()
    expect(visit.get_by_text("Replaces the model of Town hall")).to_contain_text("1 kept, 1 new, 1 gone")
    visit.get_by_role("button", name="Discard").click()
    expect(visit.locator(".building-heading")).to_contain_text("Discarded")


def test_a_replaced_model_is_made_current_again(visit: Page, office: Office, tmp_path: Path) -> None:
    with office.worker():
        for rooms in (("501",), ("501", "502")):
            found = bring(visit, house(tmp_path / "school.ifc", *rooms))
            expect(found).to_contain_text("Ready")
            found.get_by_role("link", name="Review").click()
            visit.get_by_role("button", name="Make current", exact=True).click()
            expect(visit.get_by_role("link", name="Open school")).to_be_visible()
            visit.get_by_role("link", name="Admin").first.click()
        replaced = visit.locator("tr", has_text="school.ifc").filter(has_text="Replaced")
        replaced.get_by_role("link", name="Make current again").click()
        expect(visit.get_by_text("Replaces the model of school")).to_contain_text("0 new, 1 gone")
        expect(visit.get_by_role("textbox", name="Building")).to_be_disabled()
        expect(visit.get_by_role("button", name="Discard")).to_be_hidden()
        visit.get_by_role("button", name="Make current again").click()
        visit.get_by_role("link", name="Open school").click()
    expect(visit.locator(".room-list")).to_contain_text("501")
    expect(visit.locator(".room-list")).not_to_contain_text("502")


def test_a_broken_file_is_refused_in_one_sentence(visit: Page, office: Office, tmp_path: Path) -> None:
    whole = house(tmp_path / "whole.ifc", "301").read_bytes()
    broken = tmp_path / "broken.ifc"
    broken.write_bytes(whole[: len(whole) // 2])
    with office.worker():
        found = bring(visit, broken)
        expect(found).to_contain_text("Refused")
    expect(found.locator(".job-text")).to_have_text("broken.ifc ends in the middle; copy or export it again.")


def test_a_file_that_waits_is_cancelled(visit: Page, tmp_path: Path) -> None:
    found = bring(visit, house(tmp_path / "unwanted.ifc", "401"))
    expect(found).to_contain_text("Waiting")
    found.get_by_role("button", name="Cancel: unwanted.ifc").click()
    expect(found).to_have_count(0)
    expect(visit.locator("tr", has_text="unwanted.ifc")).to_contain_text("Discarded")


def test_a_file_that_is_dropped_is_sent(visit: Page) -> None:
    dropped = visit.evaluate_handle(
        """() => {
            const dropped = new DataTransfer();
            dropped.items.add(new File(["ISO-10303-21;"], "dropped <b>.ifc"));
            return dropped;
        }"""
    )
    visit.dispatch_event(".upload", "drop", {"dataTransfer": dropped})
    expect(line(visit, "dropped <b>.ifc")).to_contain_text("Waiting")


def test_a_browser_that_goes_away_while_it_sends_leaves_nothing_behind(visit: Page, office: Office) -> None:
    cookies = {str(one.get("name")): str(one.get("value")) for one in visit.context.cookies()}
    head = [
        f"POST {upload.ADDRESS} HTTP/1.1",
        "Host: 127.0.0.1",
        "Content-Length: 100000",
        f"Cookie: {'; '.join(f'{name}={value}' for name, value in cookies.items())}",
        f"{csrf.HEADER}: {cookies[csrf.COOKIE]}",
        f"{upload.FILE_NAME}: gone.ifc",
    ]
    before = office.kept()
    with socket.create_connection(("127.0.0.1", office.settings.port)) as connection:
        connection.sendall("\r\n".join([*head, "", "ISO-10303-21;"]).encode())
        assert eventually(lambda: office.kept() > before)
    assert eventually(lambda: office.kept() == before)
    expect(line(visit, "gone.ifc")).to_have_count(0)


def test_a_file_that_is_too_large_is_not_even_sent(visit: Page, tmp_path: Path) -> None:
    large = tmp_path / "large.ifc"
    large.write_bytes(b"x" * ((1 << 20) + 1))
    found = bring(visit, large)
    expect(visit.locator(".upload-said")).to_have_text(
        "large.ifc: The file is larger than 1 MB, which is the most that is taken in here."
    )
    expect(found).to_have_count(0)


def test_a_building_is_placed_by_hand_and_goes_back_to_what_its_model_says(visit: Page) -> None:
    card = visit.locator(".model-building", has_text="Town hall")
    expect(card).to_contain_text("not on the map")
    card.get_by_role("link", name="Place by hand").click()
    visit.get_by_label("Latitude").fill("52.5")
    visit.get_by_label("Longitude").fill("13.4")
    visit.get_by_label("Rotation").fill("45")
    visit.get_by_role("button", name="Place here").click()
    expect(visit.locator(".place")).to_contain_text("set by")
    expect(visit.locator(".place")).to_contain_text("52.5000, 13.4000")
    visit.get_by_role("button", name="Use what the model says").click()
    expect(visit.locator(".place")).to_contain_text("not on the map")
