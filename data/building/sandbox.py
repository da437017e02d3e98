"""Read files that nobody vouches for: in a process of their own that may take so much and no more.

The child has no environment of ours and no rest of our memory. Whatever a file does to it, this process
lives and says in one sentence what happened.
"""

from __future__ import annotations

import os
import resource
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec
import psutil

from data.building.model import Model
from data.errors import BadInput

Progress = Callable[[str, float | None], object]

_ROOT = Path(__file__).parents[2]
_LOOK_S = 0.2  # how often a reader that says nothing is looked at
_LAST_WORDS_S = 5.0  # for a child to end after it closed its pipes
_LINE_BYTES = 1 << 16
_TAIL_BYTES = 1 << 13  # what is kept of the child's standard error
_NO_MEMORY = (b"bad_alloc", b"MemoryError", b"Cannot allocate memory")

PLAN, MODEL = "plan.json", "model.json"
"""What reading writes: the model as soon as its rooms are known, and the whole one."""


class _Died(Exception):
    """What a reader wrote to its standard error before it died, for whoever logs it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the reading of one file may take; well above what large models need."""

    memory_bytes: int = 3 << 30  # of address space
    cpu_s: int = 1800
    wall_s: float = 3600.0
    file_bytes: int = (1 << 30) + (64 << 20)  # of one file it writes; an archive unpacks to a gigabyte
    result_bytes: int = 256 << 20  # of the model that comes out

    def apply(self) -> None:
        """Put this process under the limits, for good."""
        for kind, soft, hard in (
            (resource.RLIMIT_AS, self.memory_bytes, self.memory_bytes),
            (
                resource.RLIMIT_CPU,
                self.cpu_s,
                self.cpu_s + 1,
            ),  # the soft one says why, the hard one just kills
            (resource.RLIMIT_FSIZE, self.file_bytes, self.file_bytes),
            (resource.RLIMIT_CORE, 0, 0),
        ):
            resource.setrlimit(kind, (soft, hard))


class Said(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line that the child says."""

    what: Literal["stage", "part", "refused", "memory", "done"]
    text: str = ""  # the name of a stage or of a file in its folder, or the sentence of a refusal
    share: float | None = None  # of the whole work that is done, 0 to 1


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What the child is asked to do."""

    task: str
    path: str
    name: str  # what the file is called in sentences
    folder: str  # where to write what was read
    parent: int
    limits: Limits


def read_safely(
    path: Path,
    *,
    name: str | None = None,
    on_progress: Progress | None = None,
    on_plan: Callable[[Model], object] | None = None,
    stop: Callable[[], object] | None = None,
    limits: Limits | None = None,
) -> Model:
    """Everything Clerestory takes from a model file, read in a process of its own.

    Args:
        path: The file.
        name: What it is called in sentences; None: as on disk.
        on_progress: Told the stage, and the share of the work that is done, 0 to 1, where it is known.
        on_plan: Given the model once storeys and rooms are known, long before the rest is.
        stop: Called about five times a second; what it raises ends the reading and is raised on.
        limits: What the reading may take.

    Raises:
        BadInput: the file cannot be read, takes too much, or breaks its reader; one sentence says which.
    """
    called, limits = name or path.name, limits or Limits()
    with tempfile.TemporaryDirectory(prefix="clerestory-ifc-") as scratch:
        folder = Path(scratch)

        def on_part(what: str) -> None:
            if on_plan is not None and what == PLAN:
                on_plan(_load(folder / PLAN, called, limits))

        run(
            "read",
            path,
            folder,
            name=called,
            on_progress=on_progress,
            on_part=on_part,
            stop=stop,
            limits=limits,
        )
        return _load(folder / MODEL, called, limits)


def run(
    task: str,
    path: Path,
    folder: Path,
    *,
    name: str,
    on_progress: Progress | None = None,
    on_part: Callable[[str], object] | None = None,
    stop: Callable[[], object] | None = None,
    limits: Limits | None = None,
) -> None:
    """Let a child do one of `child.TASKS` with a file; what it makes is then in the folder.

    Args:
        task: The name of the task.
        path: The file.
        folder: Where the child writes; whoever gives it removes it.
        name: What the file is called in sentences.
        on_progress: As of `read_safely`.
        on_part: Told the name of each file that is in the folder before the whole work is done.
        stop: As of `read_safely`.
        limits: As of `read_safely`.

    Raises:
        BadInput: as of `read_safely`.
    """
    limits = limits or Limits()
    order = Order(
        task=task, path=str(path.absolute()), name=name, folder=str(folder), parent=os.getpid(), limits=limits
    )
    with _child(order) as child:
        for said in _listen(child, name, limits, stop or (lambda: None)):
            if said.what == "stage" and on_progress is not None:
                on_progress(said.text, said.share)
            elif said.what == "part" and on_part is not None:
                on_part(said.text)
            elif said.what == "refused":
                raise BadInput(" ".join(said.text.split()))
            elif said.what == "memory":
                raise BadInput(_too_much_memory(name, limits))
            elif said.what == "done":
                return
        raise BadInput(_death(child, name, limits)) from _Died(child.complaints.decode("utf-8", "replace"))


class _Child:
    """The running reader, and the end of what it wrote to its standard error."""

    def __init__(self, order: Order) -> None:
        self._order = msgspec.json.encode(order)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "data.building.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=_ROOT,
            env=environment(order.folder),
            start_new_session=True,
        )
        self.complaints = b""
        self.most_bytes = 0  # of address space, as far as was seen

    def begin(self) -> None:
        """Hand the order over."""
        assert self.process.stdin is not None
        with suppress(BrokenPipeError), self.process.stdin as pipe:
            pipe.write(self._order)

    def look(self) -> None:
        """See how much memory it has."""
        with suppress(psutil.Error):
            self.most_bytes = max(self.most_bytes, psutil.Process(self.process.pid).memory_info().vms)

    def end(self) -> None:
        """Kill it, and whatever it started, if it still runs."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        for pipe in (self.process.stdout, self.process.stderr):
            assert pipe is not None
            pipe.close()


def environment(folder: str) -> dict[str, str]:
    """Nothing of ours, secrets least; threads of numerical libraries would each reserve memory."""
    return {
        "PATH": os.defpath,
        "TMPDIR": folder,
        "PYTHONUTF8": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "MALLOC_ARENA_MAX": "2",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }


@contextmanager
def _child(order: Order) -> Iterator[_Child]:
    child = _Child(order)
    try:
        child.begin()
        yield child
    finally:
        child.end()


def _listen(child: _Child, name: str, limits: Limits, stop: Callable[[], object]) -> Iterator[Said]:
    """What the child says, until it ends; ends early with BadInput when its time is over."""
    ends_at = time.monotonic() + limits.wall_s
    out, errors = child.process.stdout, child.process.stderr
    assert out is not None
    assert errors is not None
    line = b""
    with selectors.DefaultSelector() as selector:
        selector.register(out, selectors.EVENT_READ)
        selector.register(errors, selectors.EVENT_READ)
        while selector.get_map():
            stop()
            child.look()
            if time.monotonic() > ends_at:
                raise BadInput(_too_long(name, limits.wall_s))
            for key, _ in selector.select(_LOOK_S):
                block = os.read(key.fd, _LINE_BYTES)
                if not block:
                    selector.unregister(key.fileobj)
                elif key.fileobj is errors:
                    child.complaints = (child.complaints + block)[-_TAIL_BYTES:]
                else:
                    *lines, line = (line + block).split(b"\n")
                    for one in lines:
                        yield _decode(one, name)
                    if len(line) > _LINE_BYTES:
                        raise BadInput(_crashed(name, "it babbles"))


def _decode(line: bytes, name: str) -> Said:
    try:
        return msgspec.json.decode(line, type=Said)
    except msgspec.MsgspecError as error:
        raise BadInput(_crashed(name, "it babbles")) from error


def _load(path: Path, name: str, limits: Limits) -> Model:
    if path.stat().st_size > limits.result_bytes:
        raise BadInput(
            f"{name} says more than {limits.result_bytes >> 20} MB of rooms and equipment; "
            "export the building in parts."
        )
    return msgspec.json.decode(path.read_bytes(), type=Model)


def _death(child: _Child, name: str, limits: Limits) -> str:
    """What became of a reader that ended without a word."""
    try:
        code = child.process.wait(_LAST_WORDS_S)
    except subprocess.TimeoutExpired:
        return _crashed(name, "it hangs")
    if code == -signal.SIGXCPU:
        return _too_long(name, limits.cpu_s)
    if any(word in child.complaints for word in _NO_MEMORY) or (
        # Much of what reads files does not ask whether it got the memory it asked for.
        code in (-signal.SIGSEGV, -signal.SIGABRT, -signal.SIGBUS)
        and child.most_bytes > limits.memory_bytes / 2
    ):
        return _too_much_memory(name, limits)
    return _crashed(name, signal.Signals(-code).name if code < 0 else f"code {code}")


def _crashed(name: str, how: str) -> str:
    return f"{name} cannot be read: the reader crashed on it ({how}); export it again."


def _too_long(name: str, seconds: float) -> str:
    allowed = f"{seconds / 60:.0f} minutes" if seconds >= 120 else f"{seconds:.0f} seconds"
    return f"{name} takes longer than {allowed} to read; export the building in parts."


def _too_much_memory(name: str, limits: Limits) -> str:
    return (
        f"{name} needs more than {limits.memory_bytes / (1 << 30):.2g} GB of memory to read; "
        "export the building in parts."
    )
