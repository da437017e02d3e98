"""Look after the store.

python -m data.store move     move the embedded store's data to CLERESTORY_DATABASE_URL, which must be empty
"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from data import log_setup
from data.errors import BadInput, BadSettings, ClerestoryError
from data.run_lock import claim
from data.settings import Settings, load
from data.store import address, embedded
from data.store.migrate import migrate
from data.store.move import move


def main(arguments: list[str]) -> int:
    """Run one command; gives the exit code: 0 done, 1 failed, 2 wrongly asked for."""
    if arguments != ["move"]:
        print(__doc__)
        return 0 if arguments in (["--help"], ["-h"]) else 2
    try:
        settings = load()
        log_setup.configure(settings.log_level)
        _move(settings)
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
