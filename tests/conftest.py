"""Fixtures: a store of each kind, a broker, a browser; and the rule that CI skips none of them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import hypothesis
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from data.errors import BrokerError
from data.settings import PREFIX, Settings
from data.store.migrate import migrate
from tests import servers
from tests.servers import Broker, StoreServer
from tests.store_sources import Unavailable

# Timings never decide a test: a browser beside much else is waited for.
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

NEVER_SKIPPED_IN_CI = ("tests/store/", "tests/broker/", "tests/e2e/")
OWN_HOSTS = ("127.0.0.1", "localhost")

# The settings of the person who runs the tests are not the tests' settings.
for name in list(os.environ):
    if name.startswith(PREFIX) and not name.startswith(f"{PREFIX}TEST_"):
        del os.environ[name]


class ByModuleAndStore(LoadScopeScheduling):  # type: ignore[misc]  # it has no types
    """Tests that share a server are run by one process: those of a module, on each kind of store."""

    def _split_scope(self, nodeid: str) -> str:
        kind = re.search(r"[\[-](embedded|real)[\]-]", nodeid)
        return f"{nodeid.partition('::')[0]} {kind[1] if kind else ''}"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByModuleAndStore:
    return ByModuleAndStore(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Under CI=true a test that needs a server or a browser fails where it would be skipped."""
    report = yield
    _fail_if_skipped_in_ci(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a whole module that skips itself."""
    report = yield
    _fail_if_skipped_in_ci(report)
    return report


def _fail_if_skipped_in_ci(report: pytest.TestReport | pytest.CollectReport) -> None:
    if os.environ.get("CI") != "true" or not report.skipped or hasattr(report, "wasxfail"):
        return
    if report.nodeid.startswith(NEVER_SKIPPED_IN_CI):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"CI=true lets nothing here be skipped. {reason}"


@pytest.fixture(scope="session", params=["embedded", "real"])
def store_server(request: pytest.FixtureRequest) -> Iterator[StoreServer]:
    """A running server of each kind, in turn."""
    start = {"embedded": servers.embedded_store, "real": servers.real_store_server}[request.param]
    with ExitStack() as running:
        try:
            server = running.enter_context(start())
        except Unavailable as reason:
            pytest.skip(str(reason))
        yield server


@pytest.fixture(scope="module")
def database(store_server: StoreServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings with an empty database that a module's tests share."""
    with store_server.fresh_database(tmp_path_factory.mktemp("home")) as settings:
        yield settings


@pytest.fixture
def fresh_database(store_server: StoreServer, tmp_path: Path) -> Iterator[Settings]:
    """Settings with an empty database for one test alone."""
    with store_server.fresh_database(tmp_path) as settings:
        yield settings


@pytest.fixture(scope="module")
def migrated(database: Settings) -> Settings:
    """Settings with an up-to-date database that a module's tests share."""
    migrate(database)
    return database


@pytest.fixture(scope="session")
def broker() -> Iterator[Broker]:
    """A running mosquitto; a test that stops it starts it again."""
    with ExitStack() as running:
        try:
            local = running.enter_context(servers.local_broker())
        except BrokerError as reason:
            pytest.skip(str(reason))
        yield local


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The system's Chromium, which starts without a window."""
    program = servers.chromium()
    if program is None:
        pytest.skip("There is no Chromium on this machine (Debian: apt-get install chromium).")
    return program


@pytest.fixture
def browser(playwright: Playwright, chromium: Path) -> Iterator[Browser]:
    """A browser that shares nothing with others."""
    browser = playwright.chromium.launch(executable_path=chromium, args=servers.CHROMIUM_ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser found wrong; a test that breaks something on purpose may clear it."""
    return []


@pytest.fixture(scope="session")
def visits(
    playwright: Playwright, chromium: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BrowserContext]:
    """What all the visits share: a profile, in which scripts are kept as they were fetched and compiled."""
    with playwright.chromium.launch_persistent_context(
        tmp_path_factory.mktemp("profile"), executable_path=chromium, args=servers.CHROMIUM_ARGUMENTS
    ) as context:
        context.set_default_timeout(PATIENCE_MS)
        yield context


@pytest.fixture
def page(visits: BrowserContext, complaints: list[str]) -> Iterator[Page]:
    """A page in a fresh session; errors on its console and requests to other hosts fail the test."""
    asked: list[str] = []
    listeners: dict[str, Callable[..., None]] = {
        "console": lambda said: complaints.append(said.text) if said.type == "error" else None,
        "weberror": lambda thrown: complaints.append(str(thrown.error)),
        "request": lambda sent: asked.append(sent.url),
    }
    listen: Callable[..., None] = visits.on  # one name of an event is declared apart from the others
    for event, listener in listeners.items():
        listen(event, listener)
    yield visits.new_page()
    for event, listener in listeners.items():
        visits.remove_listener(event, listener)
    _forget(visits, {_origin(url) for url in asked})
    assert not complaints
    assert not [url for url in asked if _foreign(url)]


def _forget(visits: BrowserContext, origins: set[str]) -> None:
    """Close the pages, and remove what they stored: who was signed in, and what was chosen."""
    for page in visits.pages:
        page.close()
    visits.clear_cookies()
    page = visits.new_page()
    devtools = visits.new_cdp_session(page)
    for origin in origins:
        devtools.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "local_storage"})
    page.close()


def _origin(url: str) -> str:
    address = urlsplit(url)
    return f"{address.scheme}://{address.netloc}"


def _foreign(url: str) -> bool:
    address = urlsplit(url)
    return address.scheme in ("http", "https", "ws", "wss") and address.hostname not in OWN_HOSTS
