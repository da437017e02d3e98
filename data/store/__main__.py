"""Look after the store.

python -m data.store move     move the embedded store's data to CLERESTORY_DATABASE_URL, which must be empty
python -m data.store keep     drop what is older than its setting allows; with --every HOURS, again and again
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import structlog

from data import log_setup
from data.errors import BadInput, BadSettings, ClerestoryError, StoreError
from data.run_lock import claim
from data.settings import Settings, load
from data.store import address, embedded, retention
from data.store.migrate import migrate
from data.store.move import move

log = structlog.get_logger(__name__)

_FIRST_DELAY_S = 30.0


def main(arguments: list[str]) -> int:
    """Run one command; gives the exit code: 0 done, 1 failed, 2 wrongly asked for."""
    try:
        command = _command(arguments)
        if command is None:
            print(__doc__)
            return 0 if arguments in (["--help"], ["-h"]) else 2
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


def _command(arguments: list[str]) -> Callable[[Settings], None] | None:
    match arguments:
        case ["move"]:
            return _move
        case ["keep"]:
            return _keep_once
        case ["keep", "--every", hours]:
            return partial(_keep_going, every_s=_seconds(hours))
    return None


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


def _keep_going(settings: Settings, *, every_s: float) -> None:
    """Do it again and again; what fails is said once and tried again sooner."""
    stop = _stop_at_signals()
    for doubt in retention.doubts(settings):
        log.warning("retention", doubt=doubt)
    failures = 0
    while not stop.is_set():
        try:
            kept = retention.keep(settings, stop=stop)
        except StoreError as error:
            if not failures:
                log.warning("retention", up=False, reason=str(error))
            failures += 1
            wait_s = min(every_s, _FIRST_DELAY_S * 2 ** min(failures - 1, 10))
        else:
            if failures or kept.dropped or kept.converted:
                log.info("retention", up=True, dropped=len(kept.dropped), converted=kept.converted)
            failures, wait_s = 0, every_s
        stop.wait(wait_s * random.uniform(0.5, 1.0) if failures else wait_s * random.uniform(0.9, 1.0))


def _seconds(hours: str) -> float:
    try:
        seconds = float(hours) * 3600
    except ValueError:
        seconds = 0.0
    if not 1 <= seconds <= 366 * 24 * 3600:
        raise BadInput("After --every stands a number of hours, such as 24.")
    return seconds


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
