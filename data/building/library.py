"""Models of files in file storage: read once, then found by the hash of the file."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from pathlib import Path

import msgspec

from data.building.model import Model
from data.building.sandbox import Limits, Progress, read_safely
from data.errors import BadInput
from data.files import Files


def known(files: Files, sha256: str) -> Model | None:
    """A file's model as today's reader reads it, else its storeys and rooms alone; None: not read yet."""
    return _kept(files, sha256, "model") or _kept(files, sha256, "plan")


def is_whole(files: Files, sha256: str) -> bool:
    """Whether `known` gives all of a file, and not its storeys and rooms alone."""
    return files.beside(sha256, _name("model")).is_file()


def read(
    files: Files,
    sha256: str,
    *,
    name: str,
    on_progress: Progress | None = None,
    stop: Callable[[], object] | None = None,
    limits: Limits | None = None,
) -> Model:
    """The whole model of a file in storage; one that was read before is not read again.

    Args:
        files: The storage.
        sha256: The file's.
        name: What it is called in sentences.
        on_progress: As of `sandbox.read_safely`.
        stop: As of `sandbox.read_safely`.
        limits: As of `sandbox.read_safely`.

    Raises:
        BadInput: as of `sandbox.read_safely`, or the file is not in storage.
    """
    if (model := _kept(files, sha256, "model")) is not None:
        return model
    if not files.path(sha256).is_file():
        raise BadInput(f"{name} is no longer in file storage; bring it in again.")

    def keep_plan(plan: Model) -> None:
        _keep(files, sha256, "plan", plan)

    model = read_safely(
        files.path(sha256), name=name, on_progress=on_progress, on_plan=keep_plan, stop=stop, limits=limits
    )
    _keep(files, sha256, "model", model)
    return model


def _keep(files: Files, sha256: str, what: str, model: Model) -> None:
    files.put_beside(sha256, _name(what), msgspec.json.encode(model))


def _kept(files: Files, sha256: str, what: str) -> Model | None:
    try:
        return msgspec.json.decode(files.beside(sha256, _name(what)).read_bytes(), type=Model)
    except FileNotFoundError:
        return None


def _name(what: str) -> str:
    return f"{what}-{_reader()}.json"


@cache
def _reader() -> str:
    """What changes when files are read in another way: our own code and the libraries that read."""
    digest = hashlib.sha256()
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    for library in ("ifcopenshell", "shapely", "pyproj"):
        digest.update(version(library).encode())
    return digest.hexdigest()[:12]
