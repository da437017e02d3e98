"""A worker process whose tasks do what a test wants: `python -m tests.store.worker`."""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import Any

from data import log_setup, settings
from data.errors import BadInput
from data.jobs import worker
from data.jobs.tasks import Periodic
from data.jobs.work import Task, Work


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


def main() -> None:
    """Run until SIGTERM."""
    configured = settings.load()
    log_setup.configure(configured.log_level)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    periodic: list[Periodic] = []
    worker.serve(configured, tasks=TASKS, periodic=periodic, stop=stop)


if __name__ == "__main__":
    main()
