"""Keeps the processes of a local run going: starts them in order, restarts what dies, stops them all.

A process is a `Child`. Each one runs in a session of its own, so that a terminal's Ctrl-C reaches the
supervisor alone, and writes to a log file of its own. On Linux the kernel stops the children when the
supervisor is killed outright; elsewhere they outlive it.
"""

from __future__ import annotations

import ctypes
import os
import random
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from data.port import Port
from data.system_account import Account

FIRST_DELAY_S, LONGEST_DELAY_S = 0.5, 30.0
STEADY_S = 60.0  # a child that ran this long starts again without having to wait
SETTLED_S = 3.0  # a child that had failed is said to run again after this long
ALIVE_S = 1.0  # a child without a question of its own is taken to run when it lived this long
SLOW_S = 60.0  # a start that takes longer is spoken of
LOG_BYTES = 10_000_000

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A process to keep going.

    Attributes:
        line: What is said when it first runs, after its name; None: nothing.
        on_up: Called when it first runs, after the line was said.
        env: Its whole environment; None: the supervisor's own.
        account: Whom it runs as; None: as the supervisor.
        ready: Asks whether it does its work yet; must answer within about a second.
            None: it does as soon as it lives.
        stop_signal: What stops it in good order; it has `grace_s` seconds before it is killed.
        after: Names of the children that must run, or be done, before it starts.
        once: A task: done when it ends with code 0, and tried again when it ends otherwise.
    """

    name: str
    argv: Sequence[str]
    line: str | None = None
    on_up: Callable[[], None] = lambda: None
    cwd: Path | None = None
    env: Mapping[str, str] | None = None
    account: Account | None = None
    ready: Callable[[], bool] | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    grace_s: float = 10.0
    port: Port | None = None
    after: tuple[str, ...] = ()
    once: bool = False


class Supervisor:
    """Runs children until it is told to stop.

    Args:
        children: In the order of their start; they are stopped in the reverse order.
        logs: Folder of the children's log files.
        say: Takes each line a person should read.
        inherit: File descriptors the children keep open (see `run_lock.claim`).
    """

    def __init__(
        self,
        children: Sequence[Child],
        *,
        logs: Path,
        say: Callable[[str], None],
        inherit: tuple[int, ...] = (),
    ) -> None:
        logs.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._keepers = [_Keeper(child, logs / f"{child.name}.log", say, inherit) for child in children]
        self._stopping = False

    def stop(self) -> None:
        """Make `run` stop the children and return."""
        self._stopping = True

    def run(self) -> None:
        """Keep the children going until `stop`, SIGINT, SIGTERM or SIGHUP. For the main thread."""
        with _wake_up_at_signals(self.stop) as sleep:
            try:
                while not self._stopping:
                    up = {keeper.child.name for keeper in self._keepers if keeper.up}
                    for keeper in self._keepers:
                        keeper.step(may_start=up.issuperset(keeper.child.after))
                    if not self._stopping:
                        sleep(1.0 if all(keeper.settled for keeper in self._keepers) else 0.1)
            finally:
                for keeper in reversed(self._keepers):
                    keeper.stop()


class _Keeper:
    """One child and what has become of it."""

    def __init__(self, child: Child, log: Path, say: Callable[[str], None], inherit: tuple[int, ...]) -> None:
        self.child = child
        self.up = False
        self._log, self._say, self._inherit = log, say, inherit
        self._process: subprocess.Popen[bytes] | None = None
        self._announced = self._in_trouble = False
        self._failures = 0
        self._started_at = self._start_at = 0.0
        self._log_start = 0

    @property
    def settled(self) -> bool:
        """Whether nothing about it is expected to change soon."""
        return self.up and not self._in_trouble

    def step(self, *, may_start: bool) -> None:
        """Look at the child once and do what is due."""
        if self._process is None:
            if may_start and not self.up and time.monotonic() >= self._start_at:
                self._start()
        elif (code := self._process.poll()) is not None:
            self._ended(code)
        elif not self.child.once:
            self._look(age_s=time.monotonic() - self._started_at)

    def stop(self) -> None:
        """Stop the child in good order, or kill it when it takes too long."""
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            self._process.send_signal(self.child.stop_signal)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(self.child.grace_s)
        self._kill_group()
        self._process.wait()
        self._process, self.up = None, False

    def _start(self) -> None:
        trouble = self.child.port.trouble() if self.child.port else None
        if trouble is None:
            try:
                self._process = self._spawn()
            except (OSError, subprocess.SubprocessError) as error:
                trouble = f"cannot be started: {error}."
        self._started_at = time.monotonic()
        if trouble is not None:
            self._failed(trouble)

    def _spawn(self) -> subprocess.Popen[bytes]:
        child, account, parent = self.child, self.child.account, os.getpid()

        def die_with_parent() -> None:
            # In the child, after its change of user, which would undo it.
            if _LIBC is not None:
                _LIBC.prctl(_PR_SET_PDEATHSIG, int(child.stop_signal))
                if os.getppid() != parent:
                    os._exit(1)

        with _open_log(self._log) as log:
            self._log_start = log.tell()
            return subprocess.Popen(
                child.argv,
                cwd=child.cwd,
                env=child.env,
                user=None if account is None else account.uid,
                group=None if account is None else account.gid,
                extra_groups=None if account is None else [],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=self._inherit,
                preexec_fn=die_with_parent,  # the supervisor has no other thread that could hold a lock
            )

    def _look(self, *, age_s: float) -> None:
        if not self.up:
            self.up = self.child.ready() if self.child.ready else age_s >= ALIVE_S
        if self.up and not self._announced:
            self._announce()
        elif self.up and self._in_trouble and age_s >= SETTLED_S:
            self._in_trouble = False
            self._speak("runs again")
        elif not self.up and not self._in_trouble and age_s >= SLOW_S:
            self._in_trouble = True
            self._speak(f"is still starting after {SLOW_S:g} s. {self._where()}")

    def _announce(self) -> None:
        self._announced, self._in_trouble = True, False
        if self.child.line is not None:
            self._speak(self.child.line)
        self.child.on_up()

    def _ended(self, code: int) -> None:
        self._kill_group()
        self._process = None
        if self.child.once and code == 0:
            self.up = True
            self._announce()
            return
        self.up = False
        if time.monotonic() - self._started_at >= STEADY_S:
            self._failures = 0
        if code < 0:
            reason = f"was ended by signal {-code} ({signal.strsignal(-code)})."
        else:
            reason = f"{(code and self._last_words().rstrip('.')) or f'ended with code {code}'}."
        self._failed(f"{reason} {self._where()}")

    def _failed(self, reason: str) -> None:
        delay_s = min(LONGEST_DELAY_S, FIRST_DELAY_S * 2**self._failures) * random.uniform(0.5, 1.0)
        self._failures = min(self._failures + 1, 16)
        self._start_at = time.monotonic() + delay_s
        if not self._in_trouble:
            self._in_trouble = True
            self._speak(f"{reason} Trying again.")

    def _kill_group(self) -> None:
        """Leave nothing behind of a child's session: a dead web server's workers would hold its port."""
        assert self._process is not None
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def _last_words(self) -> str:
        """The last line it wrote since this start, fit for a terminal."""
        with self._log.open("rb") as log:
            log.seek(max(self._log_start, log.seek(0, os.SEEK_END) - 4096))
            lines = log.read().decode(errors="replace").strip().splitlines()
        return "".join(c if c.isprintable() else " " for c in lines[-1])[:300] if lines else ""

    def _where(self) -> str:
        here = Path.cwd()
        return f"Its log: {self._log.relative_to(here) if self._log.is_relative_to(here) else self._log}."

    def _speak(self, words: str) -> None:
        self._say(f"{self.child.name:<8} {words}")


def _open_log(path: Path) -> IO[bytes]:
    if path.exists() and path.stat().st_size > LOG_BYTES:
        path.replace(path.with_name(f"{path.name}.1"))
    path.touch(0o600)
    return path.open("ab")


@contextmanager
def _wake_up_at_signals(stop: Callable[[], None]) -> Iterator[Callable[[float], None]]:
    """Call `stop` at a signal to stop; gives a sleep that every signal, a child's end too, cuts short."""
    reader, writer = socket.socketpair()
    reader.setblocking(False)
    writer.setblocking(False)
    wanted = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as under nohup
        wanted.append(signal.SIGHUP)
    before = {number: signal.signal(number, lambda *_: stop()) for number in wanted}
    before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
    waker = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)

    def sleep(longest_s: float) -> None:
        if select.select([reader], [], [], longest_s)[0]:
            reader.recv(4096)

    try:
        yield sleep
    finally:
        signal.set_wakeup_fd(waker)
        for number, handler in before.items():
            signal.signal(number, handler)
        reader.close()
        writer.close()
