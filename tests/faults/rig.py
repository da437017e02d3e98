"""What the campaign breaks: a database, a broker, a wire between, and the ingest as it is run."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import LiteralString
from urllib.parse import urlsplit, urlunsplit

import psycopg
from pydantic import SecretStr

from data import mqtt
from data.demo.publisher import Publisher
from data.settings import PREFIX, Settings
from data.store import address
from data.store.migrate import migrate
from tests import servers
from tests.faults.database import Database, provided
from tests.faults.messages import TENANTS
from tests.faults.wire import Wire, wire
from tests.servers import Broker

_ROOT = Path(__file__).parents[2]
_PATIENCE_S = 60.0
_SAVED_AFTER_S = 3.0
_EXTENSIONS = {"timescaledb": "TimescaleDB", "postgis": "PostGIS"}


@dataclass(slots=True)
class Ingest:
    """The ingest as a process of its own."""

    environment: dict[str, str]
    log: Path
    _child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; what it says goes to the log."""
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                ["setpriv", "--pdeathsig=KILL", sys.executable, "-m", "data.ingest"],
                cwd=_ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Stop it, by SIGKILL in the middle of its work if asked to; nothing happens when it does not run."""
        if self._child is not None:
            self._child.send_signal(how)
            self._child.wait(_PATIENCE_S)
            self._child = None

    def restart(self, how: signal.Signals) -> None:
        """Stop it, start it, and wait until it is connected to the broker."""
        links = self.links()
        self.stop(how)
        self.start()
        self.wait_for_link(links)

    def links(self) -> int:
        """How often it has connected to the broker, over all its processes."""
        return sum(_is_link(line) for line in self.log.read_text().splitlines()) if self.log.exists() else 0

    def wait_for_link(self, after: int) -> None:
        """Wait until it has connected more often than `after` times.

        Raises:
            RuntimeError: it does not, or has ended by itself.
        """
        end = time.monotonic() + _PATIENCE_S
        while self.links() <= after:
            self.check()
            if time.monotonic() > end:
                raise RuntimeError(f"the ingest does not connect: {self.last_words()}")
            time.sleep(0.05)

    def last_words(self) -> str:
        """The last line of its log, which ends with the rig."""
        lines = self.log.read_text().splitlines()
        return lines[-1] if lines else "it said nothing"

    def check(self) -> None:
        """Raises RuntimeError when it has ended by itself."""
        if self._child is not None and self._child.poll() is not None:
            raise RuntimeError(f"the ingest ended with code {self._child.returncode}: {self.last_words()}")


@dataclass(slots=True, kw_only=True)
class Rig:
    """All that runs, and the moments at which the broker was killed."""

    database: Database
    broker: Broker
    wire: Wire
    ingest: Ingest
    owner_url: str
    folder: Path  # of ledgers and logs
    broker_kills: list[float] = field(default_factory=list)  # epoch, s

    @property
    def devices_address(self) -> mqtt.Address:
        """Where devices publish: not through the wire, which only the ingest's connection takes."""
        return mqtt.Address.parse(self.broker.address("device"))

    def versions(self) -> str:
        """Name and version of the database and its extensions."""
        with psycopg.connect(self.owner_url) as connection:
            found = connection.execute(
                "SELECT extname, extversion FROM pg_extension WHERE extname = ANY (%s) ORDER BY extname DESC",
                [list(_EXTENSIONS)],
            ).fetchall()
            number = connection.info.server_version
        own = f"PostgreSQL {number // 10_000}.{number % 10_000}"
        return ", ".join([own, *(f"{_EXTENSIONS[name]} {version}" for name, version in found)])

    def kill_broker(self) -> None:
        """SIGKILL to the broker; it starts again at once."""
        self.broker.stop(signal.SIGKILL)
        self.broker_kills.append(time.time())
        self.broker.start()

    def say(self, topic: str, payload: str) -> None:
        """Publish one message and wait for its acknowledgement."""
        publisher, never = Publisher(self.devices_address, client_id="campaign"), threading.Event()
        publisher.start()
        publisher.publish(topic, payload, never)
        publisher.drain(never)
        publisher.stop()

    def wait_for_commit(self) -> None:
        """Wait until the ingest has committed once more.

        Raises:
            RuntimeError: it does not.
        """
        end, before = time.monotonic() + _PATIENCE_S, self._commits()
        while self._commits() == before:
            self.ingest.check()
            if time.monotonic() > end:
                raise RuntimeError(f"the ingest commits nothing: {self.ingest.last_words()}")
            time.sleep(0.1)

    def has_stored(self, device: str) -> bool:
        """Whether a reading of the device is there."""
        return bool(self._number(
            "SELECT count(*) FROM reading JOIN series ON series.id = series_id "
            "JOIN device ON device.id = device_id WHERE device.name = %s", device,
        ))  # fmt: skip

    def _commits(self) -> int:
        return self._number("SELECT coalesce(sum(version), 0) FROM data_version")

    def _number(self, statement: LiteralString, *values: str) -> int:
        with psycopg.connect(self.owner_url) as connection:
            row = connection.execute(statement, values).fetchone()
        assert row is not None
        return int(row[0])


@contextmanager
def rig() -> Iterator[Rig]:
    """Everything running, the ingest connected; stopped and removed afterwards.

    Raises:
        Unavailable: there is no database.
        BrokerError: there is no broker.
    """
    # Not one of pytest's folders, which are shut to the account that servers started by root run under.
    with (
        tempfile.TemporaryDirectory(prefix="clerestory-faults-") as name,
        servers.local_broker() as broker,
        wire(broker.settings.mqtt_port) as between,
        provided(Path(name)) as database,
    ):
        folder = Path(name)
        settings = _migrated(database, folder)
        ingest = Ingest(_environment(settings, broker, between), folder / "ingest.log")
        try:
            ingest.start()
            ingest.wait_for_link(0)
            # A broker that is killed before it has ever saved the session would keep nothing for it.
            time.sleep(_SAVED_AFTER_S)
            yield Rig(
                database=database, broker=broker, wire=between, ingest=ingest,
                owner_url=address.owner(settings), folder=folder,
            )  # fmt: skip
        finally:
            ingest.stop()


def _migrated(database: Database, folder: Path) -> Settings:
    url = urlunsplit(urlsplit(database.admin_url)._replace(path="/clerestory_faults"))
    with psycopg.connect(database.admin_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE clerestory_faults")
    settings = Settings(home=folder / "home", database_url=SecretStr(url))
    migrate(settings)
    return settings


def _environment(settings: Settings, broker: Broker, between: Wire) -> dict[str, str]:
    parts = urlsplit(broker.address("ingest"))
    through_wire = f"{parts.username}:{parts.password}@{parts.hostname}:{between.port}"
    chosen = {
        "HOME": str(settings.state),
        "DATABASE_URL": address.owner(settings),
        "MQTT_URL": urlunsplit(parts._replace(netloc=through_wire)),
        "TENANT_TOPICS": json.dumps({tenant: tenant for tenant in TENANTS}),
    }
    plain = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return plain | {PREFIX + name: value for name, value in chosen.items()}


def _is_link(line: str) -> bool:
    if not line.startswith("{"):
        return False
    said = json.loads(line)
    return said.get("event") == "mqtt link" and said.get("up") is True
