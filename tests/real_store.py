"""The real TimescaleDB + PostGIS server of the tests: `python -m tests.real_store start`.

`CLERESTORY_TEST_DATABASE_URL`, a superuser's address, is used as it is. Otherwise one server is
run from what `tests.store_sources` finds, shared by every test run of this machine's user: a run
that finds none starts it, the last run to end stops it, and one started by hand stays.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO

import psycopg

from tests.store_sources import CACHE, URL_SETTING, Cluster, Container, Unavailable, provide, say

STATE = CACHE / "real-store.json"
EXTENSIONS = ("postgis", "timescaledb")


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """The server that runs now."""

    url: str
    root: str | None  # of a cluster; None: a container
    keep: bool  # started by hand, so no test run stops it

    def source(self) -> Container | Cluster:
        """What can stop it."""
        return Container() if self.root is None else Cluster(Path(self.root))


def url() -> str | None:
    """The superuser's address of the real store, if one is named or runs."""
    if named := os.environ.get(URL_SETTING):
        return named
    running = _read()
    return running.url if running and _answers(running) else None


def start(*, keep: bool) -> str:
    """Start the server unless it runs, and return the superuser's address.

    Raises:
        Unavailable: this machine cannot give one, or the one named does not serve.
    """
    if named := os.environ.get(URL_SETTING):
        _check(named)
        return named
    with _locked("real-store.lock", fcntl.LOCK_EX):
        running = _read()
        if running and _answers(running):
            if keep:
                _write(replace(running, keep=True))
            return running.url
        if running:
            running.source().stop()
        return _start(keep=keep).url


def stop(*, kept_too: bool = True) -> None:
    """Stop the server and remove its data; nothing happens when none runs."""
    with _locked("real-store.lock", fcntl.LOCK_EX):
        running = _read()
        if running and (kept_too or not running.keep):
            running.source().stop()
            STATE.unlink()


@contextmanager
def in_use() -> Iterator[str]:
    """The superuser's address of a server that runs at least as long as the block.

    Raises:
        Unavailable: this machine cannot give one, or the one named does not serve.
    """
    with _locked("real-store.users", fcntl.LOCK_SH) as users:
        try:
            yield start(keep=False)
        finally:
            # The lock is refused while another test run holds it too: that one will stop the server.
            with suppress(BlockingIOError):
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                stop(kept_too=False)


def _start(*, keep: bool) -> Running:
    source = provide()
    root = str(source.root) if isinstance(source, Cluster) else None
    running = Running(url=source.start(), root=root, keep=keep)
    _write(running)
    give_up = time.monotonic() + 120
    while not _answers(running):
        if time.monotonic() > give_up:
            _check(running.url)
        time.sleep(0.5)
    return running


def _read() -> Running | None:
    try:
        return Running(**json.loads(STATE.read_text()))
    except FileNotFoundError:
        return None


def _write(running: Running) -> None:
    draft = STATE.with_suffix(".draft")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(asdict(running)))
    draft.rename(STATE)


def _check(url: str) -> None:
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            offered = connection.execute(
                "SELECT name FROM pg_available_extensions WHERE name = ANY(%s)", [list(EXTENSIONS)]
            ).fetchall()
    except psycopg.Error as error:
        raise Unavailable(f"The real store does not answer: {str(error).splitlines()[0]}") from error
    if len(offered) < len(EXTENSIONS):
        raise Unavailable("The server named does not offer both timescaledb and postgis.")


def _answers(running: Running) -> bool:
    try:
        _check(running.url)
    except Unavailable:
        return False
    return True


@contextmanager
def _locked(name: str, how: int) -> Iterator[IO[str]]:
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / name).open("w") as file:
        fcntl.flock(file, how)
        yield file


def main(arguments: list[str]) -> int:
    """The command line; 3 when the real store cannot be had."""
    parser = argparse.ArgumentParser(prog="python -m tests.real_store")
    commands = {
        "start": "start it unless it runs, print a superuser's address, keep it running",
        "prepare": "download and build what a later start needs",
        "url": "print the address of the one that runs",
        "stop": "stop it and remove its data",
    }
    actions = parser.add_subparsers(dest="action", required=True)
    for name, explanation in commands.items():
        actions.add_parser(name, help=explanation)
    action = parser.parse_args(arguments).action
    try:
        if action == "stop":
            stop()
        elif action == "prepare":
            if not os.environ.get(URL_SETTING):
                provide()
        else:
            address = start(keep=True) if action == "start" else url()
            if address is None:
                raise Unavailable("No real store runs; start one with `make store`.")
            print(address)
    except Unavailable as reason:
        say(str(reason))
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
