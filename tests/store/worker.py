"""A worker process whose tasks do what a test wants."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from data import log_setup
from data import settings as configuration
from data.errors import BadInput
from data.jobs import worker
from data.jobs.work import Task, Work
from data.settings import Settings
from tests.local_run import ROOT


def _echo(work: Work) -> dict[str, Any]:
    return {"said": work.arguments, "by": work.actor}


def _refuse(work: Work) -> None:
    raise BadInput("This is no\0 model.")


def _wait(work: Work) -> None:
    """Until it is told to stop."""
    while True:
        work.progress("Waiting", 0.25)
        time.sleep(0.02)


def _stumble(work: Work) -> dict[str, Any]:
    """Fails at the first run."""
    with work.store.transaction(tenant=work.tenant) as connection:
        row = connection.execute("SELECT attempts FROM job WHERE id = %s", (work.job,)).fetchone()
    if row == (1,):
        raise RuntimeError("a stumble")
    return {"attempts": row and row[0]}


def _die(work: Work) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _unstorable(work: Work) -> dict[str, Any]:
    return {"name": "\0"}


TASKS: dict[str, Task] = {
    "echo": _echo,
    "refuse": _refuse,
    "wait": _wait,
    "stumble": _stumble,
    "die": _die,
    "unstorable": _unstorable,
}


@contextmanager
def working(settings: Settings, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A worker process with these tasks; killed at the end unless it has ended before."""
    assert settings.database_url is not None
    assert settings.secret_key is not None
    environment = os.environ | {
        "CLERESTORY_HOME": str(settings.home),
        "CLERESTORY_DATABASE_URL": settings.database_url.get_secret_value(),
        "CLERESTORY_SECRET_KEY": settings.secret_key.get_secret_value(),
    }
    with log.open("ab") as output:
        command = [sys.executable, "-m", "tests.store.worker"]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def main() -> None:
    """Run until SIGTERM."""
    settings = configuration.load()
    log_setup.configure(settings.log_level)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    worker.serve(settings, tasks=TASKS, periodic=(), stop=stop)


if __name__ == "__main__":
    main()
