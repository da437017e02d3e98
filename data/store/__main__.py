"""Look after the store.

python -m data.store move     move the embedded store's data to CLERESTORY_DATABASE_URL, which must be empty
python -m data.store keep     drop what is older than its setting allows now; the worker does it each night
"""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from data import log_setup
from data.errors import BadInput, BadSettings, ClerestoryError
from data.run_lock import claim
from data.settings import Settings, load
from data.store import address, embedded, retention
from data.store.migrate import migrate
from data.store.move import move


def main(arguments: list[str]) -> int:
    """Run one command; gives the exit code: 0 done, 1 failed, 2 wrongly asked for."""
    command: Callable[[Settings], None]
    match arguments:
        case ["move"]:
            command = _move
        case ["keep"]:
            command = _keep_once
        case _:
            print(__doc__)
            return 0 if arguments in (["--help"], ["-h"]) else 2
    try:
        settings = load()
        log_setup.configure(settings.log_level)
        command(settings)
    except (BadSettings, BadInput) as error:
        print(error, file=sys.stderr)
        return 2
    except ClerestoryError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _move(settings: Settings) -> None:
    if settings.database_url is None:
        raise BadInput("Set CLERESTORY_DATABASE_URL to the address of the database to move to.")
    local = settings.model_copy(update={"database_url": None})
    if not embedded.locate(local).data.exists():
        raise BadInput(f"There is no embedded store in {settings.home}.")
    # A store that is being written to would go on without what comes during the move.
    with claim(settings.state), _running(embedded.prepare(local)):
        for each in (local, settings):
            migrate(each)
        move(
            address.owner(local),
            address.owner(settings),
            progress=lambda table, rows: print(f"{table:<14}{rows:>14,}", flush=True),
        )
    print("Moved. From now on start with the same CLERESTORY_DATABASE_URL.")


def _keep_once(settings: Settings) -> None:
    stop = _stop_at_signals()
    for doubt in retention.doubts(settings):
        print(doubt, file=sys.stderr)
    kept = retention.keep(settings, stop=stop)
    for one in kept.dropped:
        what = f"{one.chunks:,} chunks" if one.chunks else f"{one.rows:,} rows"
        print(f"{one.relation:<18}{what} before {one.before:%Y-%m-%d}", flush=True)
    if kept.converted:
        print(f"columnstore       {kept.converted:,} chunks", flush=True)


def _stop_at_signals() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


@contextmanager
def _running(server: embedded.EmbeddedServer) -> Iterator[None]:
    account = server.account
    child = subprocess.Popen(
        server.command(),
        cwd="/",
        env=embedded.ENVIRONMENT,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        embedded.wait_until_ready(server)
        yield
    finally:
        child.send_signal(signal.SIGINT)
        child.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
