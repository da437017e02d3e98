"""`python app.py` as a child of a test."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any, TypeVar
from urllib.error import HTTPError
from urllib.request import urlopen

import psutil

from data.settings import Settings
from tests.ports import free_port

ROOT = Path(__file__).parents[1]
PATIENCE_S = 60.0
T = TypeVar("T")
MARK = {
    "store": "bin/postgres",
    "broker": "mosquitto",
    "ingest": "data.ingest",
    "worker": "data.jobs",
    "web": "gunicorn",
}


class LocalRun:
    """One `python app.py`, the lines it prints and the processes it starts."""

    def __init__(self, home: Path, port: int, mqtt_port: int, *, demo: bool = False) -> None:
        self.settings = Settings(home=home, port=port, mqtt_port=mqtt_port)
        self.environment = os.environ | {
            "CLERESTORY_HOME": str(home),
            "CLERESTORY_PORT": str(port),
            "CLERESTORY_MQTT_PORT": str(mqtt_port),
            "CLERESTORY_WEB_WORKERS": "1",
            "CLERESTORY_DEMO": str(demo),  # a month of history takes a while
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


def eventually(condition: Callable[[], T], *, patience_s: float = PATIENCE_S) -> T:
    """What a condition gives as soon as it holds, or at the end of the patience."""
    end = time.monotonic() + patience_s
    while not (found := condition()) and time.monotonic() < end:
        time.sleep(0.1)
    return found


@contextmanager
def local_run(home: Path, port: int | None = None, *, demo: bool = False) -> Iterator[LocalRun]:
    """A run that is stopped afterwards whatever happens."""
    run = LocalRun(home, port or free_port(), free_port(), demo=demo)
    try:
        yield run
    finally:
        if run.process.poll() is None:
            run.stop(signal.SIGTERM)
