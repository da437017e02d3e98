"""The broker and the store that all contenders share, and a fresh database with a session for each run."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import psycopg

from benchmarks.ingest.load import Said
from benchmarks.ingest.wire import Connection
from data import mqtt
from data.demo import broker
from data.settings import Settings
from data.store.migrate import migrate
from tests import servers
from tests.servers import Broker, StoreKind, StoreServer

CHUNK = 500  # messages handed to the socket at once

Database = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One contender's turn: a database, a client id and topics of its own."""

    settings: Settings
    ingest: mqtt.Address  # the broker, for the account that reads
    device: mqtt.Address  # the broker, for the account that publishes
    client_id: str
    folder: Path

    @property
    def prefix(self) -> str:
        """What its topics begin with."""
        return self.client_id

    @property
    def topic(self) -> str:
        """The filter that takes them all."""
        return f"{self.prefix}/#"

    @property
    def database(self) -> str:
        """The owner's address of its database; it holds the password."""
        assert self.settings.database_url is not None
        return self.settings.database_url.get_secret_value()

    def connect(self) -> Database:
        """A connection of the owner, outside any transaction."""
        return psycopg.connect(self.database, autocommit=True)

    def reserve_session(self) -> None:
        """Have the broker keep from now on what this run's contender is to receive."""
        with Connection(self.ingest, self.client_id, clean=False) as session:
            session.subscribe(self.topic)

    def forget_session(self) -> None:
        """Have the broker throw away what it keeps for it."""
        with Connection(self.ingest, self.client_id):
            pass

    def send(self, messages: Iterable[Said]) -> int:
        """Publish messages as fast as the broker takes them; how many rows are to come of them."""
        rows, waiting = 0, iter(messages)
        with Connection(self.device, f"{self.client_id}-device") as connection:
            while chunk := list(islice(waiting, CHUNK)):
                connection.publish([(said.topic, said.payload) for said in chunk])
                rows += sum(len(said.values) for said in chunk)
            connection.settle()
        return rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """The servers that run as long as the benchmark."""

    broker: Broker
    store: StoreServer
    folder: Path

    @contextmanager
    def run(self) -> Iterator[Run]:
        """A turn on a fresh database, with our schema."""
        client_id = f"bench-{secrets.token_hex(4)}"
        folder = self.folder / client_id
        folder.mkdir()
        with self.store.fresh_database(folder) as settings:
            migrate(settings)
            run = Run(
                settings=settings,
                ingest=mqtt.Address.parse(self.broker.address("ingest")),
                device=mqtt.Address.parse(self.broker.address("device")),
                client_id=client_id,
                folder=folder,
            )
            run.reserve_session()
            try:
                yield run
            finally:
                run.forget_session()

    def broker_process(self) -> psutil.Process:
        """The broker's process."""
        return next(one for one in psutil.Process().children() if one.name() == "mosquitto")

    def versions(self) -> dict[str, str]:
        """What the servers say they are, and whether a commit of this store survives a power cut."""
        with psycopg.connect(self.store.admin_url) as connection:
            version = connection.execute("SHOW server_version").fetchone()
            durable = connection.execute("SHOW fsync").fetchone()
            timescale = connection.execute(
                "SELECT default_version FROM pg_available_extensions WHERE name = 'timescaledb'"
            ).fetchone()
        mosquitto = broker.find_mosquitto()
        assert version is not None
        assert durable is not None
        return {
            "mosquitto": ".".join(map(str, mosquitto.version)) if mosquitto else "unpacked",
            "PostgreSQL": str(version[0]),
            "TimescaleDB": str(timescale[0]) if timescale else "none",
            "fsync": str(durable[0]),
        }


@contextmanager
def stand(kind: StoreKind) -> Iterator[Stand]:
    """Start both servers.

    Raises:
        Unavailable: this machine cannot give the real store.
        BrokerError: it cannot give a broker.
    """
    start = {"embedded": servers.embedded_store, "real": servers.real_store_server}[kind]
    with ExitStack() as running:
        folder = Path(running.enter_context(TemporaryDirectory(prefix="clerestory-bench-")))
        store = running.enter_context(start())
        local = running.enter_context(servers.local_broker())
        yield Stand(broker=local, store=store, folder=folder)


def store_processes(connection: Database) -> list[psutil.Process]:
    """The store's processes that work for this database, but for the one that is asked."""
    asked = connection.execute(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    return [psutil.Process(int(str(pid))) for (pid,) in asked if psutil.pid_exists(int(str(pid)))]
