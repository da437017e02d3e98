"""The process in which a file that nobody vouches for is read; `data.building.sandbox` starts it.

It gets its order on standard input and says on standard output, a line of JSON each, what it does. What a
library prints goes to standard error.
"""

from __future__ import annotations

import ctypes
import errno
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec

from data.building.model import Model
from data.building.sandbox import MODEL, PLAN, Order, Said
from data.errors import BadInput

_PR_SET_PDEATHSIG = 1

Say = Callable[[Said], None]
Task = Callable[[Order, Say], None]


def read(order: Order, say: Say) -> None:
    """Write the model that is in a file: first as a plan of its rooms, then whole."""
    from data.building import reading  # under the limits, as all that a file touches

    folder = Path(order.folder)

    def on_rooms(model: Model) -> None:
        (folder / PLAN).write_bytes(msgspec.json.encode(model))
        say(Said(what="part", text=PLAN))

    model = reading.read(
        Path(order.path),
        name=order.name,
        on_stage=lambda stage, share: say(Said(what="stage", text=stage, share=share)),
        on_rooms=on_rooms,
    )
    (folder / MODEL).write_bytes(msgspec.json.encode(model))


TASKS: dict[str, Task] = {"read": read}


def main() -> int:
    """Carry out one order; gives the exit code."""
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
    say = _sayer()
    _die_with(order.parent)
    os.nice(10)
    order.limits.apply()
    try:
        TASKS[order.task](order, say)
    except MemoryError:
        say(Said(what="memory"))
    except BadInput as error:
        say(Said(what="memory") if _is_memory(error) else Said(what="refused", text=str(error)))
    except OSError as error:
        if error.errno != errno.EFBIG:
            raise
        say(Said(what="refused", text=f"{order.name} makes files that are too large; export it in parts."))
    except RuntimeError as error:  # what C++ throws
        if not _is_memory(error):
            raise
        say(Said(what="memory"))
    else:
        say(Said(what="done"))
    return 0


def _sayer() -> Say:
    """Says lines on what was standard output, which from now on is standard error."""
    lines = os.dup(1)
    os.dup2(2, 1)

    def say(said: Said) -> None:
        os.write(lines, msgspec.json.encode(said) + b"\n")

    return say


def _die_with(parent: int) -> None:
    """End when the process that wants the answer does, even if it is killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL))
    if os.getppid() != parent:
        sys.exit(1)


def _is_memory(error: BaseException | None) -> bool:
    """Whether memory ran out, however many errors were made of it since."""
    while error is not None:
        if isinstance(error, MemoryError) or "bad_alloc" in str(error):
            return True
        error = error.__cause__ or error.__context__
    return False


if __name__ == "__main__":
    sys.exit(main())
