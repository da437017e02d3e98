"""The embedded PostgreSQL, run as a child as a local run does it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from data.errors import EmbeddedServerError
from data.settings import Settings
from data.store import embedded
from data.store.embedded import EmbeddedServer

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server under another account")


@pytest.fixture
def private() -> Iterator[Path]:
    """A folder that its owner alone may enter; the home is one below it."""
    # Not one of pytest's: a test run that starts meanwhile would take the server's passage away.
    with tempfile.TemporaryDirectory(prefix="clerestory-") as folder:
        yield Path(folder)


@pytest.fixture
def server(private: Path) -> EmbeddedServer:
    """A prepared server that does not run yet."""
    return embedded.prepare(Settings(home=private / "home"))


@contextmanager
def running(server: EmbeddedServer) -> Iterator[subprocess.Popen[bytes]]:
    """The server as a child, stopped in good order afterwards."""
    account = server.account
    process = subprocess.Popen(
        server.command(),
        cwd="/",
        env=embedded.ENVIRONMENT,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        stderr=subprocess.DEVNULL,
    )
    try:
        embedded.wait_until_ready(server)
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


def test_a_restart_keeps_the_data(server: EmbeddedServer, private: Path) -> None:
    with running(server), psycopg.connect(server.owner_url()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    server = embedded.prepare(Settings(home=private / "home"))
    with running(server), psycopg.connect(server.owner_url()) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)


def test_a_killed_server_starts_again_with_what_was_committed(server: EmbeddedServer) -> None:
    with running(server) as process:
        with psycopg.connect(server.owner_url()) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        process.kill()
    with running(server), psycopg.connect(server.owner_url()) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)


@pytest.mark.parametrize("password", ["", "wrong"])
def test_the_socket_asks_for_the_password(server: EmbeddedServer, password: str) -> None:
    with running(server), pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(host=str(server.sockets), user=embedded.OWNER, password=password, dbname="postgres")


def test_the_server_listens_on_no_network(server: EmbeddedServer) -> None:
    with running(server), psycopg.connect(server.owner_url()) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)


def test_letters_beyond_ascii_fold_on_a_machine_without_locales(server: EmbeddedServer) -> None:
    with running(server), psycopg.connect(server.owner_url()) as connection:
        assert connection.execute("SELECT lower('ÄÖÉ')").fetchone() == ("äöé",)


def test_the_password_is_on_no_command_line(server: EmbeddedServer) -> None:
    assert not any(server.secret.read_text() in part for part in server.command())


def test_a_first_start_that_was_killed_is_done_again(private: Path) -> None:
    draft = private / "home/postgres.draft/data"
    draft.mkdir(parents=True)
    (draft / "PG_VERSION").write_text("18\n")
    with running(embedded.prepare(Settings(home=private / "home"))):
        assert not draft.exists()


def test_a_deep_home_has_its_socket_in_a_short_private_folder(private: Path) -> None:
    home = private.joinpath("a" * 60, "b" * 60)
    server = embedded.prepare(Settings(home=home))
    try:
        assert server.sockets == embedded.locate(Settings(home=home)).sockets
        assert server.sockets.stat().st_mode & 0o777 == 0o700
        with running(server):
            pass
    finally:
        shutil.rmtree(server.sockets)


@as_root
def test_a_short_folder_that_somebody_else_made_is_refused(private: Path) -> None:
    settings = Settings(home=private.joinpath("a" * 60, "b" * 60))
    sockets = embedded.locate(settings).sockets
    sockets.mkdir()
    os.chown(sockets, 12345, 12345)
    try:
        with pytest.raises(EmbeddedServerError, match="belongs to another user"):
            embedded.prepare(settings)
    finally:
        sockets.rmdir()


@as_root
def test_data_of_another_user_are_left_alone(server: EmbeddedServer, private: Path) -> None:
    os.chown(server.data, 12345, 12345)
    with pytest.raises(EmbeddedServerError, match="belongs to another user"):
        embedded.prepare(Settings(home=private / "home"))


@as_root
def test_parents_of_the_home_give_passage_and_nothing_to_read(server: EmbeddedServer, private: Path) -> None:
    with running(server):
        assert private.stat().st_mode & 0o777 == 0o701


@as_root
def test_root_runs_the_server_under_an_account_that_is_not_root(server: EmbeddedServer) -> None:
    with running(server) as process:
        assert Path(f"/proc/{process.pid}").stat().st_uid not in (0, 12345)


def test_a_lost_password_is_named_before_anything_starts(server: EmbeddedServer, private: Path) -> None:
    server.secret.unlink()
    with pytest.raises(EmbeddedServerError, match="is lost; bring"):
        embedded.prepare(Settings(home=private / "home"))


def test_a_version_that_the_wheel_lacks_is_named(server: EmbeddedServer) -> None:
    (server.data / "PG_VERSION").write_text("9\n")
    with pytest.raises(EmbeddedServerError, match="made by PostgreSQL 9"):
        server.command()


def test_a_server_that_does_not_run_is_said_not_to_answer(server: EmbeddedServer) -> None:
    with pytest.raises(EmbeddedServerError, match="did not answer within 0 seconds"):
        embedded.wait_until_ready(server, 0)
