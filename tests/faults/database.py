"""A PostgreSQL server of the campaign's own, to be killed, stopped and paused; durable, as in production."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg

from data.settings import Settings
from data.store import embedded
from tests.ports import free_port
from tests.servers import StoreKind
from tests.store_sources import BIN, OPTIONS, URL_SETTING, Cluster, Unavailable, provide, run, say

_PATIENCE_S = 60.0
_UNSAFE = ("fsync", "full_page_writes")  # which the tests' shared server is without


@dataclass(slots=True)
class Database:
    """A server that runs in the foreground as our child."""

    kind: StoreKind
    command: Sequence[str]
    admin_url: str  # the superuser's address of the database `postgres`
    log: Path
    _child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers.

        Raises:
            Unavailable: it does not within a minute.
        """
        end = time.monotonic() + _PATIENCE_S
        while not self._answers():
            if time.monotonic() > end:
                raise Unavailable(f"PostgreSQL does not start: {self.log.read_text().splitlines()[-1:]}")
            # The processes of a server that was killed end one by one, and until then keep its memory.
            if self._child is None or self._child.poll() is not None:
                self._launch()
            time.sleep(0.1)

    def kill(self) -> None:
        """SIGKILL to its first process, as when memory runs out; its others notice and end."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Stop it in good order, ending its sessions; nothing happens when it does not run."""
        if self._child is not None:
            self._end(signal.SIGINT)

    def pause(self) -> None:
        """SIGSTOP to all its processes: connections stay, and nothing answers."""
        self._send_all(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        self._send_all(signal.SIGCONT)

    def _launch(self) -> None:
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "TZ": "UTC"},
                start_new_session=True,  # a terminal's Ctrl-C is for the campaign, which then stops it
            )

    def _end(self, how: signal.Signals) -> None:
        assert self._child is not None
        self._child.send_signal(how)
        self._child.wait(_PATIENCE_S)
        self._child = None

    def _send_all(self, sent: signal.Signals) -> None:
        assert self._child is not None
        first = psutil.Process(self._child.pid)
        for process in (first, *first.children(recursive=True)):
            process.send_signal(sent)

    def _answers(self) -> bool:
        if self._child is None:
            return False
        try:
            psycopg.connect(self.admin_url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


@contextmanager
def provided(home: Path) -> Iterator[Database]:
    """A running server: TimescaleDB and PostGIS where their programs are at hand, else the embedded one."""
    root = _real_root()
    with _embedded(home) if root is None else _real(root, home) as database:
        try:
            database.start()
            yield database
        finally:
            database.stop()


def _real_root() -> Path | None:
    """Where the real store's programs are; a server in a container or elsewhere is not ours to pause."""
    if os.environ.get(URL_SETTING):
        return None
    try:
        source = provide()
    except Unavailable as reason:
        say(str(reason))
        return None
    return source.root if isinstance(source, Cluster) else None


@contextmanager
def _embedded(home: Path) -> Iterator[Database]:
    server = embedded.prepare(Settings(home=home))
    account = server.account
    yield Database(
        kind="embedded",
        command=[*_as_user((account.uid, account.gid) if account else None), *server.command()],
        admin_url=server.owner_url("postgres"),
        log=home / "postgres.log",
    )


@contextmanager
def _real(root: Path, home: Path) -> Iterator[Database]:
    """A cluster beside those of the tests' shared server, removed afterwards."""
    inside = Path("/var/lib/postgresql") / f"clerestory-faults-{secrets.token_hex(4)}"
    folder = root / inside.relative_to("/")
    owner = folder.parent.stat()
    enter = ["chroot", str(root), *_as_user((owner.st_uid, owner.st_gid))]
    port, password = free_port(), secrets.token_urlsafe(24)
    try:
        _lay_out(folder, password)
        data = f"--pgdata={inside / 'data'}"
        run(
            *enter, str(BIN / "initdb"), data, "--username=postgres", f"--pwfile={inside / 'password'}",
            "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync",
        )  # fmt: skip
        (folder / "password").unlink()
        yield Database(
            kind="real",
            command=[*enter, str(BIN / "postgres"), "-D", str(inside / "data"), *_options(port)],
            admin_url=f"postgresql://postgres:{password}@127.0.0.1:{port}/postgres",
            log=home / "postgres.log",
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _as_user(numbers: tuple[int, int] | None) -> list[str]:
    """The beginning of a command that ends with us, even when we are killed."""
    user = [] if numbers is None else [f"--reuid={numbers[0]}", f"--regid={numbers[1]}", "--clear-groups"]
    return ["setpriv", *user, "--pdeathsig=INT"]


def _lay_out(folder: Path, password: str) -> None:
    owner = folder.parent.stat()
    folder.mkdir(mode=0o700)
    secret = folder / "password"
    secret.touch(mode=0o600)
    secret.write_text(password)
    for path in (folder, secret):
        os.chown(path, owner.st_uid, owner.st_gid)


def _options(port: int) -> list[str]:
    chosen = {name: value for name, value in OPTIONS.items() if name not in _UNSAFE}
    chosen |= {"port": str(port), "listen_addresses": "127.0.0.1", "unix_socket_directories": ""}
    return [part for name, value in chosen.items() for part in ("-c", f"{name}={value}")]
