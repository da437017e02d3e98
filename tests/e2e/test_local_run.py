"""`python app.py` itself: everything on one machine, from the first line to the last process."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any, TypeVar
from urllib.error import HTTPError
from urllib.request import urlopen

import psutil
import psycopg
import pytest

from data.demo import broker
from data.settings import Settings
from data.store import address
from tests.ports import free_port

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60.0
T = TypeVar("T")
MARK = {"store": "bin/postgres", "broker": "mosquitto", "ingest": "data.ingest", "web": "gunicorn"}

pytestmark = pytest.mark.skipif(
    broker.find_mosquitto() is None,
    reason="There is no mosquitto on this machine (Debian: apt-get install mosquitto).",
)


class LocalRun:
    """One `python app.py`, the lines it prints and the processes it starts."""

    def __init__(self, home: Path, port: int, mqtt_port: int) -> None:
        self.settings = Settings(home=home, port=port, mqtt_port=mqtt_port)
        self.environment = os.environ | {
            "CLERESTORY_HOME": str(home),
            "CLERESTORY_PORT": str(port),
            "CLERESTORY_MQTT_PORT": str(mqtt_port),
            "CLERESTORY_WEB_WORKERS": "1",
        }
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            self.command(), cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, text=True
        )
        self._reader = Thread(target=self._read)
        self._reader.start()

    def command(self, *arguments: str) -> list[str]:
        """A command of `app.py`."""
        return [sys.executable, "app.py", *arguments]

    def line(self, start: str, *, after: int = 0) -> str:
        """The first line that begins so, as soon as it is there."""
        found = eventually(lambda: [line for line in self.lines[after:] if line.startswith(start)])
        assert found, f"no line {start!r} in {self.lines}"
        return found[0]

    def child(self, name: str) -> psutil.Process:
        """The process of a component."""
        found = [child for child in self.children() if any(MARK[name] in part for part in child.cmdline())]
        assert found, f"no process of {name}"
        return found[0]

    def children(self) -> list[psutil.Process]:
        """What runs below the supervisor, its own children first."""
        above = psutil.Process(self.process.pid)
        return [*above.children(), *above.children(recursive=True)]

    def health(self) -> dict[str, Any]:
        """What the web part says of itself; an empty answer when there is none."""
        try:
            with urlopen(f"http://127.0.0.1:{self.settings.port}/api/v1/health", timeout=5) as answer:
                return dict(json.load(answer))
        except HTTPError as error:
            return dict(json.load(error))
        except OSError:
            return {}

    def stop(self, number: signal.Signals) -> list[psutil.Process]:
        """End the run by a signal; gives the processes that it had started."""
        started = self.children()
        self.process.send_signal(number)
        self.process.wait(PATIENCE_S)
        self._reader.join()
        return started

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as output:
            for line in output:
                self.lines.append(line.rstrip("\n"))


def eventually(condition: Callable[[], T]) -> T:
    """What a condition gives as soon as it holds, or at the end of the patience."""
    end = time.monotonic() + PATIENCE_S
    while not (found := condition()) and time.monotonic() < end:
        time.sleep(0.1)
    return found


@contextmanager
def local_run(home: Path, port: int | None = None) -> Iterator[LocalRun]:
    """A run that is stopped afterwards whatever happens."""
    run = LocalRun(home, port or free_port(), free_port())
    try:
        yield run
    finally:
        if run.process.poll() is None:
            run.stop(signal.SIGTERM)


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A home below a folder that its owner alone may enter."""
    with tempfile.TemporaryDirectory(prefix="clerestory-") as folder:
        yield Path(folder) / "home"


@pytest.fixture(scope="module")
def run(home: Path) -> Iterator[LocalRun]:
    """A complete run that the tests of this module share."""
    with local_run(home) as run:
        run.line("sign in")
        yield run


def test_each_component_says_one_line_and_then_comes_the_link(run: LocalRun) -> None:
    names = [line.split(" ", 1)[0] for line in run.lines if not line.startswith(" ")]
    assert sorted(names[:-1]) == ["broker", "host", "ingest", "schema", "store", "web"]
    assert names[-1] == "sign"


def test_the_health_answer_needs_no_sign_in_and_says_what_runs(run: LocalRun) -> None:
    eventually(lambda: run.health().get("ingest", {}).get("connected"))
    health = run.health()
    assert (health["status"], health["ingest"]["connected"]) == ("ok", True)
    assert health["store"]["postgres"].startswith("18")


def test_a_link_that_was_asked_for_leads_to_this_run(run: LocalRun) -> None:
    said = subprocess.run(
        run.command("link"), cwd=ROOT, env=run.environment, capture_output=True, text=True, check=True
    )
    assert f"http://127.0.0.1:{run.settings.port}/sign-in/" in said.stdout


def test_a_second_start_on_the_same_home_is_refused_in_one_sentence(run: LocalRun) -> None:
    second = subprocess.run(run.command(), cwd=ROOT, env=run.environment, capture_output=True, text=True)
    assert second.returncode == 2
    assert second.stderr.count("\n") == 1
    assert "already runs" in second.stderr


def test_no_password_is_on_a_command_line(run: LocalRun, home: Path) -> None:
    secrets = [path.read_text() for path in (home / "secrets").iterdir()]
    lines = " ".join(part for child in run.children() for part in child.cmdline())
    assert secrets
    assert not [secret for secret in secrets if secret in lines]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the servers under another account")
@pytest.mark.parametrize("name", ["store", "broker"])
def test_a_server_does_not_run_as_root(run: LocalRun, name: str) -> None:
    assert 0 not in run.child(name).uids()


@pytest.mark.parametrize("name", MARK)
def test_a_killed_component_is_restarted(run: LocalRun, name: str) -> None:
    said, killed = len(run.lines), run.child(name)
    killed.kill()
    assert "was ended by signal 9" in run.line(f"{name:<8} ", after=said)
    run.line(f"{name:<8} runs again", after=said)
    assert run.child(name).pid != killed.pid
    assert eventually(lambda: run.health().get("status") == "ok")


def test_sigterm_stops_everything_and_a_restart_keeps_the_data() -> None:
    with tempfile.TemporaryDirectory(prefix="clerestory-") as folder:
        with local_run(Path(folder)) as run:
            run.line("sign in")
            with psycopg.connect(address.owner(run.settings)) as connection:
                connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
            started = run.stop(signal.SIGTERM)
            assert run.process.returncode == 0
            assert run.lines[-1] == "stopped"
            assert not [child for child in started if child.is_running()]
        with local_run(Path(folder)) as run:
            run.line("sign in")
            with psycopg.connect(address.owner(run.settings)) as connection:
                assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of their parent's death")
def test_a_run_that_is_killed_leaves_no_orphan_and_can_be_started_again() -> None:
    with tempfile.TemporaryDirectory(prefix="clerestory-") as folder:
        with local_run(Path(folder)) as run:
            run.line("sign in")
            started = run.stop(signal.SIGKILL)
        with local_run(Path(folder), run.settings.port) as again:
            again.line("sign in")
            assert not [child for child in started if child.is_running()]
            assert not [line for line in again.lines if "Trying again" in line]


def test_a_taken_port_is_said_once_and_healed_when_it_is_free() -> None:
    with tempfile.TemporaryDirectory(prefix="clerestory-") as folder, socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        with local_run(Path(folder), port) as run:
            said = run.line("web ")
            holder.close()
            run.line("sign in")
    assert said == (
        f"web      Port {port} on 127.0.0.1 is taken by another program; "
        "free it or set CLERESTORY_PORT. Trying again."
    )
    assert [line for line in run.lines if line.startswith("web ")] == [
        said,
        f"web      http://127.0.0.1:{port}",
    ]


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        (
            {"CLERESTORY_PORT": "many", "CLERESTORY_MQTT_PORT": "0"},
            ["CLERESTORY_PORT: ", "CLERESTORY_MQTT_PORT: "],
        ),
        ({"CLERESTORY_HOME": "/dev/null"}, ["CLERESTORY_HOME: /dev/null cannot be used"]),
    ],
)
def test_bad_settings_are_named_all_at_once(variables: dict[str, str], words: list[str]) -> None:
    start = subprocess.run(
        [sys.executable, "app.py"], cwd=ROOT, env=os.environ | variables, capture_output=True, text=True
    )
    assert start.returncode == 2
    assert len(start.stderr.splitlines()) == len(words)
    assert all(word in start.stderr for word in words)


def test_an_unknown_command_is_refused_in_one_sentence() -> None:
    start = subprocess.run([sys.executable, "app.py", "dance"], cwd=ROOT, capture_output=True, text=True)
    assert (start.returncode, start.stderr) == (
        2,
        "There is no command `dance`; `python app.py --help` lists them.\n",
    )
