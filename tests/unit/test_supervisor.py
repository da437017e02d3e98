"""The supervisor with small children of its own: shells that sleep, fail or write a line."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from data import supervisor
from data.errors import BadInput
from data.port import Port
from data.run_lock import claim
from data.supervisor import Child, Supervisor

ROOT = Path(__file__).parents[2]
PATIENCE_S = 30.0


class Run:
    """A supervisor whose lines are kept, and that stops when a test has seen enough of them."""

    def __init__(self, folder: Path, *children: Child) -> None:
        self.lines: list[str] = []
        self.logs = folder / "log"
        self.supervisor = Supervisor(children, logs=self.logs, say=self._say)
        self.react: Callable[[str], None] = lambda line: None

    def until(self, words: str, react: Callable[[str], None] = lambda line: None) -> list[str]:
        """Run until a line holds `words`; `react` sees every line."""
        self.words, self.react = words, react
        signal.signal(signal.SIGALRM, lambda *_: pytest.fail(f"never said {words!r}: {self.lines}"))
        signal.setitimer(signal.ITIMER_REAL, PATIENCE_S)
        try:
            self.supervisor.run()
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        return self.lines

    def _say(self, line: str) -> None:
        self.lines.append(line)
        self.react(line)
        if self.words in line:
            self.supervisor.stop()


def shell(name: str, script: str, **more: object) -> Child:
    """A child that runs a shell script and is ready at once unless told otherwise."""
    return Child(**{"ready": lambda: True, "line": "running", **more}, name=name, argv=["sh", "-c", script])  # type: ignore[arg-type]


def child_pid(folder: Path) -> int:
    """What a child wrote as its process id."""
    return int((folder / "pid").read_text())


def eventually(condition: Callable[[], bool]) -> bool:
    """Whether a condition comes true before the patience ends."""
    end = time.monotonic() + PATIENCE_S
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()


def has_ended(pid: int) -> bool:
    """Whether a process is gone, or only its exit code is left."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "SETTLED_S", 0.1)
    monkeypatch.setattr(supervisor, "FIRST_DELAY_S", 0.01)


def test_a_killed_child_is_restarted(tmp_path: Path) -> None:
    def kill(line: str) -> None:
        if line.endswith("running"):
            eventually((tmp_path / "pid").exists)
            os.kill(child_pid(tmp_path), signal.SIGKILL)

    run = Run(
        tmp_path, shell("ingest", f"echo $$ > {tmp_path}/p; mv {tmp_path}/p {tmp_path}/pid; exec sleep 600")
    )
    assert [line.split(" ", 1)[0] for line in run.until("runs again", kill)] == ["ingest"] * 3
    assert "was ended by signal 9" in run.lines[1]


def test_a_failure_is_said_once_however_often_it_happens(tmp_path: Path) -> None:
    script = f"echo x >> {tmp_path}/tries; test $(wc -l < {tmp_path}/tries) -ge 4 || exit 3; exec sleep 600"
    run = Run(tmp_path, shell("web", script, ready=lambda: (tmp_path / "tries").read_text().count("x") == 4))
    run.until("running")
    assert len(run.lines) == 2
    assert run.lines[0].startswith("web      ended with code 3.")


def test_a_failure_shows_the_last_words_of_the_child_and_its_log(tmp_path: Path) -> None:
    run = Run(
        tmp_path, shell("web", "echo first; printf 'no \\033[31mroom\\n' >&2; exit 1", ready=lambda: False)
    )
    run.until("Trying again")
    assert run.lines == [f"web      no  [31mroom. Its log: {tmp_path}/log/web.log. Trying again."]


def test_last_words_of_an_earlier_run_are_not_shown(tmp_path: Path) -> None:
    Run(tmp_path, shell("web", "echo old; exit 1", ready=lambda: False)).until("Trying again")
    run = Run(tmp_path, shell("web", "exit 1", ready=lambda: False))
    assert "ended with code 1" in run.until("Trying again")[0]


def test_children_start_after_those_they_need(tmp_path: Path) -> None:
    order = tmp_path / "order"
    run = Run(
        tmp_path,
        shell("store", f"sleep 0.2; echo store >> {order}; exec sleep 600", ready=order.exists),
        shell("schema", f"echo schema >> {order}", after=("store",), once=True, line=None),
        shell(
            "web",
            f"echo web >> {order}; exec sleep 600",
            after=("schema",),
            ready=lambda: "web" in order.read_text(),
        ),
    )
    run.until("web ")
    assert order.read_text().split() == ["store", "schema", "web"]


def test_a_task_that_fails_is_tried_until_it_is_done(tmp_path: Path) -> None:
    script = f"echo x >> {tmp_path}/tries; test $(wc -l < {tmp_path}/tries) -ge 3"
    run = Run(tmp_path, shell("schema", script, once=True, line="up to date"))
    assert run.until("up to date")[-1] == "schema   up to date"
    assert (tmp_path / "tries").read_text().count("x") == 3


def test_stopping_ends_the_children_in_reverse_order(tmp_path: Path) -> None:
    script = "trap 'echo {0} >> {1}/order; exit' TERM; touch {1}/{0}; while :; do sleep 0.05; done"
    names = ("store", "web")
    Run(
        tmp_path,
        *(shell(name, script.format(name, tmp_path), ready=(tmp_path / name).exists) for name in names),
    ).until("web ")
    assert (tmp_path / "order").read_text().split() == ["web", "store"]


def test_a_child_that_ignores_its_stop_is_killed_with_all_it_started(tmp_path: Path) -> None:
    script = f"trap '' TERM; sleep 600 & echo $! > {tmp_path}/p; mv {tmp_path}/p {tmp_path}/pid; wait; wait"
    Run(tmp_path, shell("web", script, grace_s=0.1, ready=(tmp_path / "pid").exists)).until("running")
    assert eventually(lambda: has_ended(child_pid(tmp_path)))


def test_a_dead_child_leaves_none_of_its_workers(tmp_path: Path) -> None:
    script = f"sleep 600 & echo $! > {tmp_path}/p; mv {tmp_path}/p {tmp_path}/pid; exit 1"
    Run(tmp_path, shell("web", script, ready=lambda: False)).until("Trying again")
    assert eventually(lambda: has_ended(child_pid(tmp_path)))


def test_a_taken_port_is_named_with_what_to_do_and_taken_when_it_is_free(tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        number = holder.getsockname()[1]
        run = Run(tmp_path, shell("web", "exec sleep 600", port=Port(host="127.0.0.1", number=number)))
        run.until("running", lambda line: holder.close() if "taken" in line else None)
    assert run.lines == [
        f"web      Port {number} on 127.0.0.1 is taken by another program; "
        "free it or set CLERESTORY_PORT. Trying again.",
        "web      running",
    ]


def test_an_address_of_another_machine_is_named() -> None:
    trouble = Port(host="192.0.2.1", number=0).trouble()
    assert trouble == "192.0.2.1 is no address of this machine; set CLERESTORY_HOST."


def test_a_large_log_begins_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "LOG_BYTES", 3)
    (tmp_path / "log").mkdir()
    (tmp_path / "log/web.log").write_text("long ago")
    Run(tmp_path, shell("web", "echo now; exit 1", ready=lambda: False)).until("Trying again")
    assert (tmp_path / "log/web.log.1").read_text() == "long ago"
    assert (tmp_path / "log/web.log").read_text() == "now\n"


RUNNER = """
import sys
from pathlib import Path
from data.supervisor import Child, Supervisor
folder = Path(sys.argv[1])
script = f"echo $$ > {folder}/p; mv {folder}/p {folder}/pid; exec sleep 600"
child = Child(name="web", argv=["sh", "-c", script], ready=lambda: (folder / "pid").exists())
Supervisor([child], logs=folder / "log", say=print).run()
"""


@pytest.fixture
def running(tmp_path: Path) -> subprocess.Popen[bytes]:
    """A supervisor in a process of its own, with one running child."""
    process = subprocess.Popen([sys.executable, "-c", RUNNER, str(tmp_path)], cwd=ROOT)
    assert eventually((tmp_path / "pid").exists)
    return process


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of their parent's death")
def test_a_supervisor_that_is_killed_leaves_no_orphan(
    tmp_path: Path, running: subprocess.Popen[bytes]
) -> None:
    running.kill()
    running.wait()
    assert eventually(lambda: has_ended(child_pid(tmp_path)))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_to_stop_stops_everything(
    tmp_path: Path, running: subprocess.Popen[bytes], number: signal.Signals
) -> None:
    running.send_signal(number)
    assert running.wait(PATIENCE_S) == 0
    assert has_ended(child_pid(tmp_path))


def test_a_child_does_not_hear_the_terminals_ctrl_c(tmp_path: Path, running: subprocess.Popen[bytes]) -> None:
    assert os.getsid(child_pid(tmp_path)) != os.getsid(running.pid)
    running.terminate()
    running.wait()


def test_a_state_folder_is_held_by_one_run(tmp_path: Path) -> None:
    with claim(tmp_path), pytest.raises(BadInput, match="already runs"), claim(tmp_path):
        pass


def test_a_state_folder_is_free_after_a_run(tmp_path: Path) -> None:
    with claim(tmp_path):
        pass
    with claim(tmp_path):
        pass


def test_a_start_waits_for_what_a_killed_run_left_behind(tmp_path: Path) -> None:
    with claim(tmp_path) as lock:
        left = subprocess.Popen(["sleep", "600"], pass_fds=[lock])
    with pytest.raises(BadInput, match="earlier run"), claim(tmp_path, patience_s=0):
        pass
    left.kill()
    left.wait()
    with claim(tmp_path):
        pass
