"""Clerestory, a digital twin of buildings.

    python app.py           run the whole twin on this machine; Ctrl-C stops it
    python app.py link      print another sign-in link
    python app.py migrate   bring the database up to date (a run does it by itself)
    gunicorn app:server     run the web part alone

Settings are environment variables, all of them listed in the README.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import cache, partial
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from data import log_setup
from data.errors import BadInput, BadSettings, ClerestoryError
from data.settings import PREFIX, Settings, load

if TYPE_CHECKING:
    from flask import Flask

    from data.supervisor import Child

ROOT = Path(__file__).resolve().parent


def main(arguments: list[str]) -> int:
    """Run one command; gives the exit code: 0 done, 1 failed, 2 wrongly asked for."""
    if arguments in (["--help"], ["-h"]):
        print(__doc__)
        return 0
    command = {(): run, ("link",): link, ("migrate",): migrate}.get(tuple(arguments))
    if command is None:
        return _fail(f"There is no command `{' '.join(arguments)}`; `python app.py --help` lists them.", 2)
    try:
        settings = load()
        log_setup.configure(settings.log_level)
        command(settings)
    except (BadSettings, BadInput) as error:
        return _fail(str(error), 2)
    except ClerestoryError as error:
        return _fail(" ".join(str(error).split()), 1)  # a driver's words may have several lines
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    return 0


def run(settings: Settings) -> None:
    """Run everything that the settings do not place elsewhere, until a signal says stop.

    Raises:
        BadInput: the state folder cannot be used or is in use.
        EmbeddedServerError, BrokerError: a local server cannot be prepared.
    """
    from data.run_lock import claim
    from data.supervisor import Supervisor

    # Until the supervisor listens for it: an ordinary exit, which leaves no half-done child behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        state = settings.state
    except OSError as error:
        raise BadInput(f"{PREFIX}HOME: {settings.home} cannot be used: {error.strerror}.") from error
    with claim(state) as lock:
        children = [*_store(settings), *_broker(settings), *_sidecars(settings), _web(settings)]
        Supervisor(children, logs=state / "log", say=_say, inherit=(lock,)).run()
    _say("stopped")


def link(settings: Settings) -> None:
    """Print a sign-in link for the first administrator."""
    from data.store.accounts import new_signin_link

    _say(f"sign in  {new_signin_link(settings)}\n         open it within 15 minutes; it works once")


def migrate(settings: Settings) -> None:
    """Bring the database up to date."""
    from data.store import migrate

    migrate.migrate(settings)


@cache
def _server() -> Flask:
    from dashboard.factory import create_app
    from data.store import Store

    settings = load()
    log_setup.configure(settings.log_level)
    server: Flask = create_app(settings, Store.open(settings, role="web")).server
    return server


def __getattr__(name: str) -> Flask:
    # `app:server` is built when a web server asks for it: the supervisor has no use for one.
    if name == "server":
        return _server()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _store(settings: Settings) -> Iterator[Child]:
    from data.store import embedded
    from data.supervisor import Child

    if settings.database_url is None:
        server = embedded.prepare(settings)
        yield Child(
            name="store",
            argv=server.command(),
            line=f"{server.version()}, embedded in {settings.home}",
            cwd=Path("/"),
            env=embedded.ENVIRONMENT,
            account=server.account,
            ready=partial(embedded.is_ready, server),
            stop_signal=signal.SIGINT,
            grace_s=60.0,
        )
    else:
        _say(f"store    {_place(settings.database_url.get_secret_value())}")
    yield Child(
        name="schema",
        argv=[sys.executable, "app.py", "migrate"],
        line="up to date",
        cwd=ROOT,
        env=_environment(settings),
        after=("store",) if settings.database_url is None else (),
        once=True,
    )


def _broker(settings: Settings) -> Iterator[Child]:
    from data.demo import broker
    from data.port import Port
    from data.supervisor import Child

    if settings.mqtt_url is not None:
        _say(f"broker   {_place(settings.mqtt_url.get_secret_value())}")
        return
    local = broker.prepare(settings)
    yield Child(
        name="broker",
        argv=local.command(),
        line=f"mqtt://{local.host}:{local.port} ({local.version()})",
        cwd=Path("/"),
        env=local.program.env,
        account=local.account,
        ready=partial(broker.is_ready, local),
        port=Port(host=local.host, number=local.port, number_setting=f"{PREFIX}MQTT_PORT"),
    )


def _sidecars(settings: Settings) -> Iterator[Child]:
    from data.supervisor import Child

    environment = _environment(settings)
    yield Child(
        name="ingest",
        argv=[sys.executable, "-m", "data.ingest"],
        line="running",
        cwd=ROOT,
        env=environment,
        after=("schema",),
    )
    yield Child(
        name="worker",
        argv=[sys.executable, "-m", "data.jobs"],
        line="running",
        cwd=ROOT,
        env=environment,
        grace_s=20.0,  # a job in hand goes back into the queue
        after=("schema",),
    )
    if settings.host_device and settings.mqtt_url is None:
        yield Child(
            name="host",
            argv=[sys.executable, "-m", "data.demo", "host"],
            line="this machine's load, as a device",
            cwd=ROOT,
            env=environment,
            after=("schema",),
        )
    if settings.demo and settings.mqtt_url is None and settings.database_url is None:
        yield Child(
            name="demo",
            argv=[sys.executable, "-m", "data.demo", "simulate"],
            line="an office with 50 rooms; its last 30 days follow within minutes",
            cwd=ROOT,
            env=environment,
            after=("schema",),
        )


def _web(settings: Settings) -> Child:
    from data.port import Port
    from data.supervisor import Child

    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return Child(
        name="web",
        argv=[
            *(sys.executable, "-m", "gunicorn", "app:server", "--bind", f"{host}:{settings.port}"),
            *("--worker-class", "gthread", "--workers", str(settings.web_workers)),
            *("--threads", str(settings.web_threads), "--worker-connections", "4000"),
            *("--graceful-timeout", "5", "--no-control-socket", "--log-level", settings.log_level),
        ],
        line=f"http://{host}:{settings.port}",
        on_up=partial(_offer_link, settings),
        cwd=ROOT,
        env=_environment(settings),
        ready=partial(_answers, settings),
        port=Port(host=settings.host, number=settings.port),
        after=("schema",),
    )


def _answers(settings: Settings) -> bool:
    """Whether the web part answers a request, with whatever it has to say."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)
    connection = HTTPConnection(host, settings.port, timeout=1.0)
    try:
        connection.request("GET", "/api/v1/health")
        connection.getresponse()
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
    return True


def _offer_link(settings: Settings) -> None:
    try:
        link(settings)
    except ClerestoryError as error:
        _say(f"sign in  {error} `python app.py link` prints a link later.")


def _environment(settings: Settings) -> dict[str, str]:
    # Children work in the project's folder, where a relative home would be another one.
    return os.environ | {f"{PREFIX}HOME": str(settings.state)}


def _place(url: str) -> str:
    """An address without its account, password and options."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{place}{parts.path}"


def _say(line: str) -> None:
    with suppress(OSError):  # the terminal may be gone; the twin goes on
        print(line, flush=True)


def _fail(sentence: str, code: int) -> int:
    print(sentence, file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
