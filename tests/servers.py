"""The servers and programs the fixtures give to tests: databases, brokers, Chromium."""

from __future__ import annotations

import hashlib
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, LiteralString
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql
from pydantic import SecretStr

from data.demo import broker
from data.settings import Settings
from data.store import embedded
from data.system_account import Account
from tests import real_store
from tests.ports import free_port

StoreKind = Literal["embedded", "real"]

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_ARGUMENTS = (
    "--no-sandbox",  # root has none
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    # Without a graphics processor, pages are drawn several times faster where only WebGL goes through one.
    "--disable-gpu-rasterization",
    "--disable-gpu-compositing",
    # Each page would come with two more, those of an address bar that nobody sees. Named again are what
    # Playwright turns off and this list replaces: what upgrades addresses, or asks other hosts.
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,"
    "HttpsUpgrades,MediaRouter,NetworkTimeServiceQuerying,OptimizationHints,PreconnectToSearch",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreServer:
    """A running PostgreSQL server; `kind` says which one."""

    kind: StoreKind
    admin_url: str  # the superuser's address of the database `postgres`

    @contextmanager
    def fresh_database(self, home: Path) -> Iterator[Settings]:
        """Settings of a twin with an empty database of its own, dropped afterwards."""
        name = f"test_{secrets.token_hex(6)}"
        self._execute("CREATE DATABASE {}", name)
        try:
            yield Settings(home=home, database_url=SecretStr(self._url(name)), secret_key=self._secret_key())
        finally:
            self._execute("DROP DATABASE {} WITH (FORCE)", name)

    def _execute(self, statement: LiteralString, name: str) -> None:
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(sql.Identifier(name)))

    def _url(self, database: str) -> str:
        return urlunsplit(urlsplit(self.admin_url)._replace(path=f"/{database}"))

    def _secret_key(self) -> SecretStr:
        # Roles belong to the whole server: every database there has to derive the same passwords.
        return SecretStr(hashlib.sha256(self.admin_url.encode()).hexdigest())


class Broker:
    """A local mosquitto that a test may kill and start again; what it keeps outlives that."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._local = broker.prepare(settings)
        self._child: subprocess.Popen[bytes] | None = None

    def address(self, account: broker.Name) -> str:
        """Its address for one of its accounts, password included."""
        return broker.address(self.settings, account)

    def version(self) -> str:
        """Name and version."""
        return self._local.version()

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        log = self.settings.state / "mosquitto.log"
        self._child = _start(self._local.command(), self._local.account, log, env=self._local.program.env)
        broker.wait_until_ready(self._local)

    def send(self, signal_: signal.Signals) -> None:
        """Send it a signal that does not end it, such as SIGSTOP."""
        assert self._child is not None
        self._child.send_signal(signal_)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Stop it, by SIGKILL in the middle of its work if asked to; nothing happens when it does not run."""
        if self._child is not None:
            _stop(self._child, how)
            self._child = None


@contextmanager
def embedded_store() -> Iterator[StoreServer]:
    """The embedded PostgreSQL, run as a child in a home of its own."""
    with _home() as home:
        server = embedded.prepare(Settings(home=home))
        child = _start(server.command(), server.account, home / "postgres.log")
        try:
            embedded.wait_until_ready(server, 60)
            yield StoreServer(kind="embedded", admin_url=server.owner_url("postgres"))
        finally:
            _stop(child, signal.SIGINT)


@contextmanager
def real_store_server() -> Iterator[StoreServer]:
    """The real TimescaleDB + PostGIS server.

    Raises:
        Unavailable: this machine cannot give one.
    """
    with real_store.in_use() as url:
        yield StoreServer(kind="real", admin_url=url)


@contextmanager
def local_broker() -> Iterator[Broker]:
    """A running broker with a home of its own.

    Raises:
        BrokerError: this machine cannot give one.
    """
    with _home() as home:
        local = Broker(Settings(home=home, mqtt_port=free_port()))
        try:
            local.start()
            yield local
        finally:
            local.stop()


def chromium() -> Path | None:
    """The system's Chromium."""
    return next((Path(found) for found in map(shutil.which, CHROMIUM) if found), None)


@contextmanager
def _home() -> Iterator[Path]:
    # Not one of pytest's folders: each test run shuts those to other accounts, and a server
    # started by root runs under one.
    with tempfile.TemporaryDirectory(prefix="clerestory-") as folder:
        yield Path(folder)


def _start(
    command: Sequence[str], account: Account | None, log: Path, *, env: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start a server that does not outlive this process, even when that is killed."""
    with log.open("ab") as output:
        return subprocess.Popen(
            ["setpriv", "--pdeathsig", "INT", *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            env=env,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            # A terminal's Ctrl-C is for the test run, which then stops its servers itself.
            start_new_session=True,
        )


def _stop(child: subprocess.Popen[bytes], how: signal.Signals) -> None:
    child.send_signal(how)
    try:
        child.wait(30)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
