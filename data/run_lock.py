"""One run a state folder."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from data.errors import BadInput


@contextmanager
def claim(state: Path, *, patience_s: float = 30.0) -> Iterator[int]:
    """Hold a state folder for this process; gives a file descriptor for its children to inherit.

    The children hold the folder too, through that descriptor: when an earlier supervisor was killed,
    this waits for what it left running to come to its end.

    Raises:
        BadInput: another supervisor runs on the folder, or what an earlier one started does not end.
    """
    own_path, children_path = state / "supervisor.lock", state / "children.lock"
    for path in (own_path, children_path):
        path.touch(0o600)  # who can open a file can hold it
    with own_path.open("a") as own, children_path.open("a") as children:
        if not _lock(own):
            raise BadInput(f"Clerestory already runs on {state}; stop it or set CLERESTORY_HOME to another.")
        end = time.monotonic() + patience_s
        while not _lock(children):
            if time.monotonic() > end:
                raise BadInput(f"Processes of an earlier run still work on {state}; end them and try again.")
            time.sleep(0.1)
        yield children.fileno()


def _lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
