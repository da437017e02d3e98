"""The System page in a real browser: what it says while parts of the twin are stopped and come back."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Locator, Page, expect

from data.errors import BrokerError
from data.settings import PREFIX, Settings
from data.store import Store, accounts, address
from data.store.batch import Batch, DeadLetter
from data.store.ingestion import Writer
from data.store.migrate import migrate
from tests import servers
from tests.e2e.test_pages import ROOT, web_part
from tests.ports import free_port
from tests.servers import Broker

MARKUP = "<img src=x onerror=alert(1)>"
SOON_MS = 60_000  # reports, reconnects and beats of the page come every few seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """A store and a web part, and the broker that an ingest may be linked to."""

    settings: Settings
    broker: Broker
    writer: Writer

    @contextmanager
    def ingest(self) -> Iterator[None]:
        """`python -m data.ingest`."""
        assert self.settings.database_url
        assert self.settings.secret_key
        chosen = {
            "HOME": str(self.settings.home),
            "DATABASE_URL": self.settings.database_url.get_secret_value(),
            "SECRET_KEY": self.settings.secret_key.get_secret_value(),
            "MQTT_URL": self.broker.address("ingest"),
            "MQTT_TOPICS": json.dumps(["test/#"]),
        }
        environment = os.environ | {PREFIX + name: value for name, value in chosen.items()}
        child = subprocess.Popen([sys.executable, "-m", "data.ingest"], cwd=ROOT, env=environment)
        try:
            yield
        finally:
            child.send_signal(signal.SIGTERM)
            child.wait(30)


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twin]:
    folder = tmp_path_factory.mktemp("home")
    with ExitStack() as running:
        try:
            broker = running.enter_context(servers.local_broker())
        except BrokerError as reason:
            pytest.skip(str(reason))
        server = running.enter_context(servers.embedded_store())
        database = running.enter_context(server.fresh_database(folder))
        settings = database.model_copy(update={"port": free_port()})
        migrate(settings)
        store = Store.open(settings, role="ingest")
        running.callback(store.close)
        running.enter_context(web_part(settings, log=folder / "web.log"))
        yield Twin(settings=settings, broker=broker, writer=Writer(store))


@pytest.fixture
def visit(page: Page, twin: Twin) -> Page:
    """The System page of an administrator."""
    page.goto(accounts.new_signin_link(twin.settings))
    page.get_by_role("navigation", name="Pages").get_by_text("System").click()
    return page


def viewers_link(settings: Settings) -> str:
    """A sign-in link of an account that may only look."""
    link = accounts.new_signin_link(settings)
    with psycopg.connect(address.owner(settings)) as connection:
        connection.execute(
            "WITH viewer AS (INSERT INTO account (tenant_id, name, role)"
            " SELECT id, 'viewer', 'viewer' FROM tenant WHERE name = 'main' RETURNING id)"
            " UPDATE signin_link SET account_id = viewer.id FROM viewer WHERE used_at IS NULL"
        )
    return link


def verdict(page: Page) -> Locator:
    return page.locator(".verdict h3")


def set_aside(twin: Twin, payload: bytes, *, reason: str) -> None:
    now = datetime.now(UTC)
    letter = DeadLetter(
        tenant="main", topic=f"test/{MARKUP}", payload=payload, received_at=now, reason=reason
    )
    twin.writer.write(Batch(dead_letters=[letter]))


def test_without_an_ingest_it_says_how_to_start_one(visit: Page) -> None:
    expect(verdict(visit)).to_have_text("No ingest runs", timeout=SOON_MS)
    expect(visit.locator(".verdict")).to_contain_text("python -m data.ingest", timeout=SOON_MS)


def test_it_says_that_the_broker_is_away_and_heals(visit: Page, twin: Twin) -> None:
    with twin.ingest():
        expect(verdict(visit)).to_have_text("Healthy", timeout=SOON_MS)
        twin.broker.stop()
        expect(verdict(visit)).to_have_text("Not linked to the broker", timeout=SOON_MS)
        twin.broker.start()
        expect(verdict(visit)).to_have_text("Healthy", timeout=SOON_MS)


def test_it_says_what_the_store_is_and_had(visit: Page) -> None:
    store = visit.locator("section").filter(has=visit.get_by_role("heading", name="Store"))
    expect(store).to_contain_text("PostgreSQL", timeout=SOON_MS)
    expect(store).to_contain_text("not on this server", timeout=SOON_MS)
    expect(visit.get_by_role("cell", name="0001_house")).to_be_visible(timeout=SOON_MS)


def test_a_message_set_aside_is_shown_as_text_and_can_be_downloaded(
    visit: Page, twin: Twin, tmp_path: Path
) -> None:
    payload = b"<script>alert(1)</script>" * 200
    set_aside(twin, payload, reason="It is markup.")
    visit.get_by_role("button", name="It is markup.").click(timeout=SOON_MS)
    shown = visit.locator(".letter").filter(has_text=MARKUP)
    expect(shown.locator("pre")).to_contain_text("<script>alert(1)</script>", timeout=SOON_MS)
    expect(shown).to_contain_text("KiB more", timeout=SOON_MS)
    with visit.expect_download() as download:
        shown.get_by_role("link", name="Download").click()
    download.value.save_as(tmp_path / "payload")
    assert (tmp_path / "payload").read_bytes() == payload


def test_an_opened_reason_stays_open_while_others_come(visit: Page, twin: Twin) -> None:
    set_aside(twin, b"first", reason="It is opened.")
    opened = visit.get_by_role("button", name="It is opened.")
    opened.click(timeout=SOON_MS)
    message = visit.locator(".letter pre").filter(has_text="first")
    expect(message).to_be_visible(timeout=SOON_MS)
    set_aside(twin, b"second", reason="It came later.")
    expect(visit.get_by_role("button", name="It came later.")).to_be_visible(timeout=SOON_MS)
    expect(message).to_be_visible(timeout=SOON_MS)


def test_a_viewer_is_told_whom_the_page_is_for(page: Page, twin: Twin) -> None:
    page.goto(viewers_link(twin.settings))
    navigation = page.get_by_role("navigation", name="Pages")
    expect(navigation.get_by_text("Overview")).to_be_visible(timeout=SOON_MS)
    expect(navigation.get_by_text("System")).to_have_count(0)
    page.goto(f"http://127.0.0.1:{twin.settings.port}/system")
    expect(page.get_by_role("heading", name="This page is for managers")).to_be_visible(timeout=SOON_MS)


@pytest.mark.parametrize("width", [390, 1440])
def test_it_scrolls_in_one_direction_only(visit: Page, width: int) -> None:
    expect(visit.locator(".verdict")).to_be_visible(timeout=SOON_MS)
    visit.set_viewport_size({"width": width, "height": 844})
    visit.wait_for_function(f"document.documentElement.scrollWidth === {width}")
