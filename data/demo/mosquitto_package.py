"""Debian's or Ubuntu's mosquitto unpacked into the state folder: no root needed, nothing installed.

apt is given list and cache folders of its own, so it checks the archive's signatures as always and
leaves the system untouched. About one megabyte is fetched besides apt's lists.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import structlog

from data.errors import BrokerError

log = structlog.get_logger(__name__)

_ADVICE = "install mosquitto 2.0 or newer, or set CLERESTORY_MQTT_URL to the address of a broker"


def unpack(state: Path) -> Path:
    """The folder that mosquitto and its libraries are unpacked in; made at first call.

    Raises:
        BrokerError: the system has no apt or the packages cannot be had; the message says what to do.
    """
    root = state / "mosquitto"
    if root.exists():
        return root
    if not (shutil.which("apt-get") and shutil.which("dpkg")):
        raise BrokerError(f"This machine has no MQTT broker: {_ADVICE}.")
    log.info("mosquitto", fetching="this system's package", into=str(root))
    draft = state / "mosquitto.draft"
    if draft.exists():
        shutil.rmtree(draft)
    for folder in ("lists/partial", "cache/archives/partial", "packages", "root"):
        (draft / folder).mkdir(parents=True)
    for package in _fetch(draft):
        _run(["dpkg", "-x", str(package), str(draft / "root")], cwd=draft)
    (draft / "root").rename(root)
    shutil.rmtree(draft)
    return root


def library_path(root: Path) -> str:
    """The value of LD_LIBRARY_PATH for programs unpacked in `root`."""
    folders = {path.parent for path in root.rglob("*.so*")}
    return ":".join(str(folder) for folder in sorted(folders))


def _fetch(draft: Path) -> list[Path]:
    apt = [
        "apt-get",
        *("-o", f"Dir::State::lists={draft / 'lists'}"),
        *("-o", f"Dir::Cache={draft / 'cache'}"),
        *("-o", "Debug::NoLocking=1"),
        *("-o", "APT::Sandbox::User="),  # its download account could not enter the state folder
        *("-o", "Acquire::http::Timeout=20", "-o", "Acquire::https::Timeout=20"),
        "--quiet",
    ]
    _run([*apt, "update"], cwd=draft)
    plan = _run([*apt, "--simulate", "--no-install-recommends", "install", "mosquitto"], cwd=draft)
    missing = {line.split()[1] for line in plan.splitlines() if line.startswith("Inst ")}
    # A second C library beside the system's loader would crash every program.
    wanted = sorted((missing | {"mosquitto"}) - {"libc6", "libc-bin"})
    _run([*apt, "download", *wanted], cwd=draft / "packages")
    return sorted((draft / "packages").glob("*.deb"))


def _run(command: Sequence[str], *, cwd: Path) -> str:
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, "LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.startswith(("E:", "dpkg"))]
        reason = said[0] if said else f"{command[0]} ended with code {done.returncode}"
        raise BrokerError(f"This machine has no MQTT broker and none can be fetched ({reason}): {_ADVICE}.")
    return done.stdout
