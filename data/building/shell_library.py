"""Shells of files in file storage: made once, then found by the hash of the file.

A shell lies beside its file as `shell-<maker>.glb`, packed too, as it is sent so, and with its report;
`<maker>` changes with what makes shells, so that none is older than that.
"""

from __future__ import annotations

import gzip
import hashlib
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

import msgspec
import structlog

from data.building import sandbox
from data.building.sandbox import Limits, Progress
from data.building.shell_report import REPORT, SHELL, ShellReport
from data.errors import BadInput
from data.files import Files

log = structlog.get_logger(__name__)

_MAKERS = ("shell.py", "glb.py")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A shell in file storage."""

    report: ShellReport
    path: Path  # glTF
    packed: Path  # the same, by gzip
    etag: str


def known(files: Files, sha256: str) -> Kept | None:
    """The shell of a file; None: it is not made yet.

    Raises:
        ValueError: this is no SHA-256 in hexadecimal.
    """
    path, packed, report = (
        files.beside(sha256, f"shell-{_maker()}.{kind}") for kind in ("glb", "glb.gz", "json")
    )
    try:
        said = msgspec.json.decode(report.read_bytes(), type=ShellReport)
    except FileNotFoundError:
        return None
    return Kept(report=said, path=path, packed=packed, etag=f"{sha256[:16]}-{_maker()}")


def make(
    files: Files,
    sha256: str,
    *,
    name: str,
    on_progress: Progress | None = None,
    stop: Callable[[], object] | None = None,
    limits: Limits | None = None,
) -> Kept:
    """The shell of a file in storage; one that was made before is not made again.

    Args:
        files: The storage.
        sha256: The file's.
        name: What it is called in sentences.
        on_progress: As of `sandbox.run`.
        stop: As of `sandbox.run`.
        limits: As of `sandbox.run`.

    Raises:
        BadInput: as of `sandbox.run`, or the file is not in storage.
    """
    if (kept := known(files, sha256)) is not None:
        return kept
    source = files.path(sha256)
    if not source.is_file():
        raise BadInput(f"{name} is no longer in file storage; bring it in again.")

    def run(task: str) -> None:
        with tempfile.TemporaryDirectory(prefix="clerestory-shell-") as scratch:
            folder = Path(scratch)
            sandbox.run(task, source, folder, name=name, on_progress=on_progress, stop=stop, limits=limits)
            _keep(files, sha256, folder)

    try:
        run("shell")
    except BadInput as failure:
        # The fast kernels crash where the slow one does not.
        log.warning("shell made again by the slow kernel", file=name, failure=str(failure))
        run("slow shell")
    kept = known(files, sha256)
    assert kept is not None
    return kept


def _keep(files: Files, sha256: str, folder: Path) -> None:
    content = (folder / SHELL).read_bytes()
    files.put_beside(sha256, f"shell-{_maker()}.glb", content)
    files.put_beside(sha256, f"shell-{_maker()}.glb.gz", gzip.compress(content, mtime=0))
    # The last one: where it is, the others are.
    files.put_beside(sha256, f"shell-{_maker()}.json", (folder / REPORT).read_bytes())


@cache
def _maker() -> str:
    """What changes when shells are made in another way: our own code and the libraries that make them."""
    digest = hashlib.sha256()
    for name in _MAKERS:
        digest.update((Path(__file__).parent / name).read_bytes())
    for library in ("ifcopenshell", "trimesh"):
        digest.update(version(library).encode())
    return digest.hexdigest()[:12]
