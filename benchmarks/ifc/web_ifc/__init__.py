"""web-ifc from npm, installed when first needed."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

from tests.store_sources import CACHE, Unavailable, say

_HERE = Path(__file__).parent
_FOLDER = CACHE / "benchmark-web-ifc"
_FILES = ("package.json", "package-lock.json", "meshes.js")


def install() -> None:
    """Bring what `package-lock.json` pins, if it is not there.

    Raises:
        Unavailable: there is no Node.js here, or npm failed.
    """
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise Unavailable("web-ifc needs Node.js with npm (Debian: apt-get install npm).")
    _FOLDER.mkdir(parents=True, exist_ok=True)
    for name in _FILES:
        shutil.copy(_HERE / name, _FOLDER)
    lock, done = (_HERE / "package-lock.json").read_text(), _FOLDER / "installed.json"
    if done.exists() and done.read_text() == lock:
        return
    say("Installing web-ifc from npm")
    ended = subprocess.run(
        ["npm", "ci", "--omit=dev", "--no-audit", "--no-fund", "--ignore-scripts"],
        cwd=_FOLDER, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if ended.returncode:
        raise Unavailable(f"npm cannot install web-ifc: {(ended.stderr.strip() or '?').splitlines()[-1]}")
    done.write_text(lock)


def command(model: Path) -> list[str]:
    """What makes all geometry of a model, in a process of its own."""
    return ["node", str(_FOLDER / "meshes.js"), str(model)]


def version() -> str:
    """Which one is pinned."""
    return str(json.loads((_HERE / "package.json").read_text())["dependencies"]["web-ifc"])
