"""File storage: a folder in which a file is found by the SHA-256 of what it holds, and by nothing else.

The same content is kept once. What is made from a file lies beside it, under a name of ours. The folder
is to be shared by all processes that read and write files, and to be in its backups.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from data.errors import BadInput
from data.settings import Settings

_BLOCK = 1 << 20
_SHA256 = re.compile(r"[0-9a-f]{64}")
_OURS = re.compile(r"[a-z0-9][a-z0-9._-]*")
_CONTENT = "content"


@dataclass(frozen=True, slots=True)
class Files:
    """The folder; it and all in it are its owner's alone."""

    folder: Path

    @classmethod
    def of(cls, settings: Settings) -> Files:
        """The file storage of the settings."""
        folder = settings.files or settings.state / "files"
        return cls(folder.expanduser().absolute())

    def put(self, stream: IO[bytes], limit: int) -> str:
        """Keep what a stream brings, to its end; gives its SHA-256 in hexadecimal.

        On any error, that of a stream that breaks off included, nothing is left behind.

        Raises:
            BadInput: there are more bytes than the limit.
            OSError: the folder cannot be written to.
        """
        digest, size = hashlib.sha256(), 0
        with self._draft() as (draft, file):
            while block := stream.read(_BLOCK):
                size += len(block)
                if size > limit:
                    raise BadInput(f"The file is larger than {limit >> 20} MB.")
                digest.update(block)
                file.write(block)
            sha256 = digest.hexdigest()
            _finish(file, draft, self._made(sha256) / _CONTENT)
        return sha256

    def path(self, sha256: str) -> Path:
        """Where the file of this content is, or would be.

        Raises:
            ValueError: this is no SHA-256 in hexadecimal.
        """
        return self._place(sha256) / _CONTENT

    def beside(self, sha256: str, name: str) -> Path:
        """Where something made from a file is, or would be; the name is ours, never a user's.

        Raises:
            ValueError: this is no SHA-256 in hexadecimal, or no plain name.
        """
        if not _OURS.fullmatch(name) or name == _CONTENT:
            raise ValueError(f"{name!r} is no name for what lies beside a file")
        return self._place(sha256) / name

    def put_beside(self, sha256: str, name: str, content: bytes) -> Path:
        """Keep something made from a file; whoever reads it meanwhile sees the old or the new one whole."""
        target = self.beside(sha256, name)
        with self._draft() as (draft, file):
            file.write(content)
            self._made(sha256)
            _finish(file, draft, target)
        return target

    def forget(self, sha256: str, *, before: datetime) -> bool:
        """Let a file go that was put before a time, with all that lies beside it; False: it was not there.

        One that somebody puts meanwhile stays.

        Args:
            sha256: The file's.
            before: Aware; a file that was put again since is kept.

        Raises:
            ValueError: this is no SHA-256 in hexadecimal.
            OSError: the folder cannot be written to.
        """
        place, aside = self._place(sha256), self.folder / f".{secrets.token_hex(16)}"
        if not _is_older(place, before):
            return False
        # From here on who puts it makes a place of their own: what was put until now is looked at again.
        place.rename(aside)
        if not _is_older(aside, before):
            with suppress(OSError):  # there again already, with the same content
                aside.rename(place)
        gone = not place.exists()
        shutil.rmtree(aside, ignore_errors=True)
        return gone

    def _place(self, sha256: str) -> Path:
        if not _SHA256.fullmatch(sha256):
            raise ValueError(f"{sha256!r} is no SHA-256")
        return self.folder / sha256[:2] / sha256

    def _made(self, sha256: str) -> Path:
        place = self._place(sha256)
        _make(place.parent)
        _make(place)
        return place

    @contextmanager
    def _draft(self) -> Iterator[tuple[Path, IO[bytes]]]:
        """A new file that is gone afterwards unless it was renamed."""
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        _make(self.folder)
        draft = self.folder / f".{secrets.token_hex(16)}"
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                yield draft, file
        finally:
            draft.unlink(missing_ok=True)


def _is_older(place: Path, before: datetime) -> bool:
    """Whether a file is there and was put before a time."""
    try:
        return (place / _CONTENT).stat().st_mtime < before.timestamp()
    except FileNotFoundError:
        return False


def _make(folder: Path) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)


def _finish(file: IO[bytes], draft: Path, target: Path) -> None:
    """Under its name stands a whole file or none, even after a power cut."""
    file.flush()
    os.fsync(file.fileno())
    draft.replace(target)
    _sync(target.parent)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
