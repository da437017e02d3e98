"""Where a real TimescaleDB + PostGIS server can come from; the first that is possible counts.

1. A Docker engine: the vendor's image (community edition).
2. As root on a Debian that packages all three: its packages (Apache edition).
3. As root with debootstrap: those packages in a root of their own, kept in the cache folder.

A server started here listens on 127.0.0.1 at a free port, under a random password, without
durability, and begins empty. A system's own PostgreSQL service is never touched.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.ports import free_port

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "clerestory"

URL_SETTING = "CLERESTORY_TEST_DATABASE_URL"

IMAGE = "timescale/timescaledb-ha:pg17.10-ts2.28.1"
CONTAINER = "clerestory-test-store"

PACKAGES = ("postgresql-17", "postgresql-17-postgis-3", "postgresql-17-timescaledb")
DEBIAN_ROOT = CACHE / "trixie-pg17"
BIN = Path("/usr/lib/postgresql/17/bin")
FOLDER = Path("/var/lib/postgresql/clerestory-test")

OPTIONS = {
    "fsync": "off",
    "full_page_writes": "off",
    "max_worker_processes": "24",
    "shared_preload_libraries": "timescaledb",
    "timescaledb.telemetry_level": "off",
    "timezone": "UTC",
}


class Unavailable(Exception):
    """This machine cannot give a real store; the message says why in one sentence."""


def say(sentence: str) -> None:
    """One line of progress for the person who waits."""
    print(sentence, file=sys.stderr, flush=True)


def run(*command: str, env: dict[str, str] | None = None) -> str:
    """Standard output of a command.

    Raises:
        Unavailable: it cannot be started or failed; with its own last line.
    """
    try:
        done = subprocess.run(command, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    except OSError as error:
        raise Unavailable(f"{command[0]} cannot be run ({error.strerror})") from error
    if done.returncode != 0:
        last = (done.stderr.strip() or done.stdout.strip() or f"exit {done.returncode}").splitlines()[-1]
        raise Unavailable(f"{Path(command[0]).name} failed: {last}")
    return done.stdout


def run_slowly(*command: str, log: Path) -> None:
    """Run a command that takes minutes; every few seconds its newest line is shown.

    Raises:
        Unavailable: it failed; the whole output is in `log`.
    """
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    shown = began = time.monotonic()
    with (
        log.open("w") as file,
        subprocess.Popen(
            command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as child,
    ):
        assert child.stdout is not None
        for line in child.stdout:
            file.write(line)
            if time.monotonic() - shown > 5:
                shown = time.monotonic()
                say(f"  {shown - began:4.0f} s  {line.strip()}")
    if child.returncode != 0:
        raise Unavailable(f"{command[0]} failed, see {log}")


@dataclass(frozen=True, slots=True)
class Container:
    """The vendor's image under the Docker engine."""

    def start(self) -> str:
        """Start it afresh and return the superuser's address."""
        self.stop()
        password = secrets.token_urlsafe(24)
        options = [part for name, value in OPTIONS.items() for part in ("-c", f"{name}={value}")]
        run(
            *("docker", "run", "--detach", "--rm", "--name", CONTAINER, "--shm-size", "256m"),
            *("--publish", "127.0.0.1:0:5432", "--env", "POSTGRES_PASSWORD", IMAGE, "postgres", *options),
            env=os.environ | {"POSTGRES_PASSWORD": password},
        )
        address = run("docker", "port", CONTAINER, "5432/tcp").splitlines()[0]
        return f"postgresql://postgres:{password}@{address}/postgres"

    def stop(self) -> None:
        """Stop and remove it; nothing happens when it does not run."""
        if run("docker", "ps", "--all", "--quiet", "--filter", f"name=^{CONTAINER}$"):
            run("docker", "rm", "--force", "--volumes", CONTAINER)


@dataclass(frozen=True, slots=True)
class Cluster:
    """A PostgreSQL cluster of our own beside Debian's; `root` is `/` or a folder with a Debian in it."""

    root: Path

    def start(self) -> str:
        """Make it afresh, start it and return the superuser's address."""
        self.stop()
        port, password = free_port(), secrets.token_urlsafe(24)
        self._lay_out(password)
        options = OPTIONS | {
            "port": str(port),
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
        }
        self._postgres(
            *("initdb", "--username=postgres", f"--pwfile={FOLDER / 'password'}", "--auth=scram-sha-256"),
            *("--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"),
            *(part for name, value in options.items() for part in ("-c", f"{name}={value}")),
        )
        (self._folder / "password").unlink()
        self._postgres("pg_ctl", "start", "--wait", f"--log={FOLDER / 'log'}")
        return f"postgresql://postgres:{password}@127.0.0.1:{port}/postgres"

    def stop(self) -> None:
        """Stop it and remove its data; nothing happens when it does not run."""
        if (self._folder / "data" / "postmaster.pid").exists():
            try:
                self._postgres("pg_ctl", "stop", "--wait", "--mode=immediate")
            except Unavailable:
                # The file outlives a killed server; pg_ctl then finds no process to stop.
                say("The last real store did not stop by itself.")
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def _folder(self) -> Path:
        return self.root / FOLDER.relative_to("/")

    def _lay_out(self, password: str) -> None:
        owner = self._folder.parent.stat()
        self._folder.mkdir(mode=0o700)
        secret = self._folder / "password"
        secret.touch(mode=0o600)
        secret.write_text(password)
        for path in (self._folder, secret):
            os.chown(path, owner.st_uid, owner.st_gid)

    def _postgres(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs as its own account inside the root."""
        # Its output goes to a file: a server that inherits a pipe would keep it open for ever.
        with (self._folder / "programs.log").open("a+") as log:
            command = (str(BIN / program), f"--pgdata={FOLDER / 'data'}", *arguments)
            done = subprocess.run(
                ["chroot", "--userspec=postgres:postgres", str(self.root), *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
            log.seek(0)
            if done.returncode != 0:
                last = (log.read().strip() or "no reason given").splitlines()[-1]
                raise Unavailable(f"{program} failed: {last}")


def docker() -> Container:
    """The image, pulled when it is not there yet."""
    if shutil.which("docker") is None:
        raise Unavailable("there is no Docker")
    run("docker", "version")
    if not run("docker", "images", "--quiet", IMAGE):
        say(f"Pulling {IMAGE} (once; a few minutes).")
        run("docker", "pull", "--quiet", IMAGE)
    return Container()


def debian_packages() -> Cluster:
    """This machine's own Debian packages, installed when they are not there yet."""
    needed = f"Debian 13's packages ({', '.join(PACKAGES)})"
    installed = ("bin/postgres", "lib/timescaledb.so", "lib/postgis-3.so")
    if not all((BIN.parent / part).exists() for part in installed):
        if os.geteuid() != 0 or shutil.which("apt-get") is None:
            raise Unavailable(f"{needed} can only be installed by root on Debian")
        offered = run("apt-cache", "policy", *PACKAGES)
        if offered.count("Candidate:") < len(PACKAGES) or "Candidate: (none)" in offered:
            raise Unavailable(f"this system does not offer {needed}")
        _install_packages()
    if os.geteuid() != 0:
        raise Unavailable("only root can run a cluster under PostgreSQL's account")
    return Cluster(Path("/"))


def _install_packages() -> None:
    say("Installing PostgreSQL 17, TimescaleDB and PostGIS (once; about a minute).")
    # Without this file the package would make a cluster of its own and start it as a service.
    quiet = Path("/etc/postgresql-common/createcluster.d/clerestory.conf")
    quiet.parent.mkdir(parents=True, exist_ok=True)
    quiet.write_text("create_main_cluster = false\n")
    try:
        log = CACHE / "apt-get.log"
        run_slowly("apt-get", "install", "--yes", "--no-install-recommends", *PACKAGES, log=log)
    finally:
        quiet.unlink()


def debian_root() -> Cluster:
    """A Debian 13 of our own in the cache folder, built when it is not there yet."""
    if os.geteuid() != 0:
        raise Unavailable("only root can run a Debian 13 in a folder")
    if not DEBIAN_ROOT.exists():
        if shutil.which("debootstrap") is None:
            raise Unavailable("there is no debootstrap (apt-get install debootstrap)")
        say(f"Building a Debian 13 with PostgreSQL 17, TimescaleDB and PostGIS in {DEBIAN_ROOT}")
        say("(once; one to three minutes, 1 GB).")
        draft = DEBIAN_ROOT.with_name(f"{DEBIAN_ROOT.name}.draft")
        _remove(draft)
        run_slowly(
            *("debootstrap", "--force-check-gpg", "--variant=minbase", f"--include={','.join(PACKAGES)}"),
            *("trixie", str(draft)),
            log=CACHE / "debootstrap.log",
        )
        shutil.rmtree(draft / "var/cache/apt/archives", ignore_errors=True)
        draft.rename(DEBIAN_ROOT)
    return Cluster(DEBIAN_ROOT)


def _remove(draft: Path) -> None:
    """Remove what an interrupted build left."""
    for mounted in (draft / "proc", draft / "sys"):
        if mounted.is_mount():
            run("umount", "--recursive", str(mounted))
    if draft.exists():
        shutil.rmtree(draft)


def provide() -> Container | Cluster:
    """What the first possible source gives, everything it needs being installed.

    Raises:
        Unavailable: none is possible; the sentence has every reason.
    """
    CACHE.mkdir(parents=True, exist_ok=True)
    reasons = []
    for source in (docker, debian_packages, debian_root):
        try:
            return source()
        except Unavailable as reason:
            reasons.append(str(reason))
    raise Unavailable(
        f"No real store here: {'; '.join(reasons)}. Or set {URL_SETTING} to a superuser's address."
    )
