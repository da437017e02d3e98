"""Who takes part: what each is, how it is started, and what it promises."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from benchmarks.ingest import node_red
from benchmarks.ingest.node_red import Flow
from benchmarks.ingest.stand import Database, Run
from data.settings import PREFIX
from tests.store_sources import Unavailable

_ROOT = Path(__file__).parents[2]
_PATIENCE_S = 30

_OUR_SERIES = """
    SELECT series.id
    FROM series
    JOIN device ON device.id = series.device_id
    WHERE device.name = %s AND series.metric = %s
"""


class Contender(Protocol):
    """A way from the broker into the table `reading`."""

    @property
    def name(self) -> str:
        """What the tables call it."""

    @property
    def backlog_share(self) -> float:
        """How much of the backlog it is given; a slow one would hold up all others."""

    def start(self, run: Run) -> subprocess.Popen[bytes]:
        """Start it on the run's session; it writes to the run's database."""

    def series(self, run: Run, connection: Database, device: str, metric: str) -> int | None:
        """The id under which it stores a series; None as long as it does not know it."""


class Ours:
    """`python -m data.ingest` as it is shipped."""

    name = "Clerestory"
    backlog_share = 1.0

    def start(self, run: Run) -> subprocess.Popen[bytes]:
        """Start the sidecar."""
        chosen = {
            "HOME": str(run.settings.state),
            "DATABASE_URL": run.database,
            "SECRET_KEY": run.settings.secret,
            "MQTT_URL": f"mqtt://{run.ingest.username}:{run.ingest.password}@{run.ingest.host}:{run.ingest.port}",
            "MQTT_CLIENT_ID": run.client_id,
            "MQTT_TOPICS": json.dumps([run.topic]),
        }
        plain = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
        with (run.folder / "ingest.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "data.ingest"],
                cwd=_ROOT,
                env=plain | {PREFIX + name: value for name, value in chosen.items()},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def series(self, run: Run, connection: Database, device: str, metric: str) -> int | None:
        """The id it gave out."""
        found = connection.execute(_OUR_SERIES, (device, metric)).fetchone()
        return None if found is None else int(str(found[0]))


@dataclass(frozen=True, slots=True)
class NodeRed:
    """Node-RED with PostgreSQL's client in a function node; it makes no devices, rollups or latest values."""

    flow: Flow
    backlog_share: float

    @property
    def name(self) -> str:
        """By the way it writes."""
        return f"Node-RED {self.flow}"

    def start(self, run: Run) -> subprocess.Popen[bytes]:
        """Start it with its flow."""
        return node_red.start(run, self.flow)

    def series(self, run: Run, connection: Database, device: str, metric: str) -> int | None:
        """The id it was given."""
        return node_red.series_ids(run.prefix).get(f"{device}/{metric}")


CONTENDERS: tuple[Contender, ...] = (Ours(), NodeRed("batched", 1.0), NodeRed("naive", 0.1))
OURS, BATCHED, NAIVE = (contender.name for contender in CONTENDERS)


@contextmanager
def running(contender: Contender, run: Run) -> Iterator[subprocess.Popen[bytes]]:
    """A contender at work, stopped afterwards whatever happens."""
    child = contender.start(run)
    try:
        yield child
    finally:
        if child.poll() is None:
            child.terminate()
            try:
                child.wait(_PATIENCE_S)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def start_mosquitto_sub(run: Run, count: int) -> subprocess.Popen[bytes]:
    """mosquitto's own subscriber, which throws `count` messages away and ends: the limit of the broker.

    Raises:
        Unavailable: it is not installed.
    """
    program = shutil.which("mosquitto_sub")
    if program is None:
        raise Unavailable(
            "There is no mosquitto_sub on this machine (Debian: apt-get install mosquitto-clients)."
        )
    # Its account stands in a file, as everybody can read a command line.
    options = run.folder / "mosquitto_sub"
    options.touch(mode=0o600)
    options.write_text(f"-u {run.ingest.username}\n-P {run.ingest.password}\n")
    return subprocess.Popen(
        [
            program, "-h", run.ingest.host, "-p", str(run.ingest.port), "-i", run.client_id, "-c", "-q", "1",
            "-t", run.topic, "-C", str(count), "-F", "%l",
        ],
        env=os.environ | {"XDG_CONFIG_HOME": str(run.folder)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
