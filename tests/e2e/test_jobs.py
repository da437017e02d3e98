"""Jobs on the System page: seen while they run, and cancelled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from data.settings import Settings
from data.store import Store, accounts, jobs
from data.store.migrate import migrate
from tests import servers
from tests.e2e.test_pages import web_part
from tests.ports import free_port
from tests.store.worker import working


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """A web part and a worker on one store."""

    settings: Settings
    store: Store

    def submit(self, kind: str) -> int:
        """A job of the first tenant."""
        return jobs.submit(self.store, tenant=1, kind=kind, arguments={}, actor="account 1")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("home")
    with servers.embedded_store() as server, server.fresh_database(folder) as database:
        settings = database.model_copy(update={"port": free_port()})
        migrate(settings)
        store = Store.open(settings, role="web")
        with web_part(settings, log=folder / "web.log"), working(settings, folder / "worker.log"):
            yield Office(settings=settings, store=store)
        store.close()


@pytest.fixture
def visit(page: Page, office: Office) -> Page:
    """The System page, opened by an administrator."""
    page.goto(accounts.new_signin_link(office.settings))
    page.get_by_role("link", name="System").first.click()
    return page


def test_without_a_job_it_is_said_so(visit: Page) -> None:
    expect(visit.locator(".jobs")).to_have_text("No job was asked for in the last 30 days.")


def test_a_running_job_has_a_bar_and_is_cancelled_by_its_button(visit: Page, office: Office) -> None:
    number = office.submit("wait")
    job = visit.locator(".jobs li").first
    expect(job).to_contain_text("Running")
    expect(job.get_by_role("progressbar")).to_have_attribute("value", "25")
    job.get_by_role("button", name=f"Cancel Wait, job {number}").click()
    expect(job).to_contain_text("Cancelled")
    expect(job.get_by_role("button")).to_have_count(0)


def test_a_job_that_failed_says_why(visit: Page, office: Office) -> None:
    office.submit("refuse")
    expect(visit.locator(".jobs li").first).to_contain_text("This is no␀ model.")
