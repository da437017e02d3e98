"""Open a file and refuse, in one sentence, what cannot be a whole building model."""

from __future__ import annotations

import hashlib
import re
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

import ifcopenshell

from data.building import step_text
from data.errors import BadInput

MAX_BYTES = 1 << 30  # of the model's text
MAX_RATIO = 60  # real models are packed to a fifth up to a twentieth
READABLE = "IFC2X3, IFC4 or IFC4X3"

_INSTANCE = re.compile(rb"[\n;]\s*#\d+\s*=")
_SCHEMA = re.compile(rb"FILE_SCHEMA\s*\(\s*\(\s*'([^']*)'", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An opened model."""

    file: ifcopenshell.file
    sha256: str  # of the file as it was given
    warnings: tuple[str, ...]


def open_model(path: Path, name: str | None = None) -> Source:
    """Open an .ifc or .ifczip file; sentences call it by the name, or as it is called on disk.

    Raises:
        BadInput: it cannot be read, is no IFC of a schema we read, is too large, or is not whole.
    """
    name = name or path.name
    try:
        sha256 = _sha256(path)
        if not zipfile.is_zipfile(path):
            return _open_text(path, name, sha256)
        with tempfile.TemporaryDirectory(prefix="clerestory-ifc-") as folder:
            unpacked = Path(folder) / "model.ifc"
            _unpack(path, unpacked, name)
            return _open_text(unpacked, name, sha256)
    except OSError as error:
        raise BadInput(f"{name} cannot be read: {error.strerror or error}.") from error


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _unpack(path: Path, target: Path, name: str) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            models = [item for item in archive.infolist() if _is_model(item.filename)]
            if len(models) != 1:
                raise BadInput(f"{name} holds {len(models)} .ifc files; an .ifczip holds one.")
            limit = min(MAX_BYTES, MAX_RATIO * max(models[0].compress_size, 1 << 20))
            with archive.open(models[0]) as packed, target.open("wb") as file:
                _copy(packed, file, limit, name)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise BadInput(f"{name} cannot be unpacked: {error}.") from error


def _is_model(name: str) -> bool:
    """A Mac packs what its Finder knows of a file beside the file, under the same ending."""
    return name.lower().endswith(".ifc") and not PurePosixPath(name).name.startswith("._")


def _copy(packed: IO[bytes], file: IO[bytes], limit: int, name: str) -> None:
    # The sizes that an archive states are its author's words; what comes out is counted.
    size = 0
    while block := packed.read(1 << 20):
        size += len(block)
        if size > limit:
            raise BadInput(f"{name} unpacks to more than {limit >> 20} MB; give the .ifc file itself.")
        file.write(block)


def _open_text(path: Path, name: str, sha256: str) -> Source:
    if path.stat().st_size > MAX_BYTES:
        raise BadInput(f"{name} is larger than {MAX_BYTES >> 20} MB; export the building in parts.")
    text = path.read_bytes()
    _check_text(text, name)
    file = _parse(path, text, name)
    return Source(file=file, sha256=sha256, warnings=_check_whole(file, text, name))


def _parse(path: Path, text: bytes, name: str) -> ifcopenshell.file:
    """The parsed file; where its text is not as the standard asks, that of the mended text."""
    if text.isascii():
        try:
            return _opened(path, name)
        except BadInput:
            if b"\\" not in text:
                raise
    with tempfile.TemporaryDirectory(prefix="clerestory-ifc-") as folder:
        mended = Path(folder) / "model.ifc"
        mended.write_bytes(step_text.mended(text))
        return _opened(mended, name)


def _opened(path: Path, name: str) -> ifcopenshell.file:
    try:
        file = ifcopenshell.open(path)
    except Exception as error:  # the parser's errors have no common class
        raise BadInput(f"{name} cannot be parsed as IFC: {' '.join(str(error).split())}.") from error
    if not isinstance(file, ifcopenshell.file):
        raise BadInput(f"{name} cannot be parsed as IFC.")
    return file


def _check_text(text: bytes, name: str) -> None:
    start = text[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"<"):
        raise BadInput(f"{name} is XML; export the model as .ifc (STEP) in {READABLE}.")
    if not start.startswith(b"ISO-10303-21"):
        raise BadInput(f"{name} is not an IFC file; it should begin with ISO-10303-21.")
    schema = _SCHEMA.search(text[: 1 << 20])
    stated = schema[1].decode("latin-1").strip() if schema else "none"
    if not re.fullmatch(r"IFC2X3(_TC1)?|IFC4(_ADD\d|_ADD2_TC1)?|IFC4X3(_.*)?", stated, re.IGNORECASE):
        raise BadInput(f"{name} is in the schema {stated[:40]}, which is not read; export it as {READABLE}.")
    if b"END-ISO-10303-21" not in text[-4096:]:
        raise BadInput(f"{name} ends in the middle; copy or export it again.")


def _check_whole(file: ifcopenshell.file, text: bytes, name: str) -> tuple[str, ...]:
    """A parser that meets something it does not know may stop there without a word."""
    read = len(file.entity_names())
    # Each instance is stated by a sign of equality. Words may have one too: then they are told apart.
    stated = text.count(b"=")
    if read < stated:
        stated = len(_INSTANCE.findall(text))
    if read < 0.99 * stated:
        raise BadInput(f"{name} is broken: only {read} of its {stated} instances can be read.")
    if not file.by_type("IfcProject"):
        raise BadInput(f"{name} has no IfcProject: it is a fragment of a model; export the whole one.")
    if read < stated:
        return (f"{stated - read} of {stated} instances cannot be read.",)
    return ()
