"""`python app.py` itself: everything on one machine, from the first line to the last process."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from data.demo import broker
from data.store import address
from tests.local_run import MARK, ROOT, LocalRun, eventually, local_run

pytestmark = pytest.mark.skipif(
    broker.find_mosquitto() is None,
    reason="There is no mosquitto on this machine (Debian: apt-get install mosquitto).",
)


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
    assert sorted(names[:-1]) == ["broker", "host", "ingest", "schema", "store", "web", "worker"]
    assert names[-1] == "sign"


def test_the_health_answer_needs_no_sign_in_and_says_what_runs(run: LocalRun) -> None:
    eventually(lambda: run.health().get("ingest", {}).get("connected"))
    health = run.health()
    assert (health["status"], health["ingest"]["connected"]) == ("ok", True)
    assert health["store"]["postgres"].startswith("18")


def test_what_is_due_each_day_is_done_by_the_worker(run: LocalRun) -> None:
    done = (
        "SELECT true FROM procrastinate.procrastinate_periodic_defers"
        " WHERE task_name = 'keep' AND job_id IS NULL"
    )
    with psycopg.connect(address.owner(run.settings), autocommit=True) as owner:
        assert eventually(lambda: owner.execute(done).fetchone())


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
