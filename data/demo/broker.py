"""The local broker: mosquitto with our configuration, as our own child.

Two accounts: `device` may publish to every topic and read nothing; `ingest` may read every topic and
publish nothing but commands to Sparkplug nodes, of any tenant's prefix. Their passwords are made once
and lie in the state folder.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from data import system_account
from data.demo import mosquitto_package
from data.errors import BrokerError
from data.settings import Settings, read_or_make_secret
from data.system_account import Account

Name = Literal["ingest", "device"]

_HOST = "127.0.0.1"
_OLDEST = (2, 0)
_PLACES = "/usr/sbin:/usr/local/sbin:/opt/homebrew/sbin"

_RIGHTS: Mapping[Name, str] = {
    "ingest": "topic read #\ntopic write spBv1.0/+/NCMD/#\ntopic write +/spBv1.0/+/NCMD/#",
    "device": "topic write #",
}

_CONFIGURATION = """\
listener {port} {host}
allow_anonymous false
password_file {folder}/passwords
acl_file {folder}/rights

# What waits for the ingest outlives both: a kill of the broker loses at most the last two
# seconds of it: the interval is one, by a clock of whole seconds.
persistence true
persistence_location {folder}/
autosave_interval 1
max_queued_messages 1000000

# Twenty, the default, makes a sender on a slow line wait for every twentieth answer.
max_inflight_messages 1000
# A reading is far smaller; nobody fills the memory with single messages.
max_packet_size 1048576

# Devices that connect for each message would fill the log with their coming and going.
connection_messages false
log_dest stderr
log_type error
log_type warning
log_type notice
log_timestamp_format %Y-%m-%dT%H:%M:%S
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mosquitto:
    """An installed or unpacked mosquitto."""

    server: Path
    passwd: Path
    version: tuple[int, ...]
    env: Mapping[str, str] = field(default_factory=lambda: {"PATH": os.defpath, "TZ": "UTC"})


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalBroker:
    """The local broker, ready to be started; SIGTERM stops it in good order."""

    program: Mosquitto
    folder: Path
    port: int
    account: Account | None
    host: str = _HOST

    def command(self) -> list[str]:
        """The broker in the foreground."""
        return [str(self.program.server), "-c", str(self.folder / "mosquitto.conf")]

    def version(self) -> str:
        """Name and version: `mosquitto 2.0.11`."""
        return f"mosquitto {'.'.join(map(str, self.program.version))}"


def address(settings: Settings, account: Name) -> str:
    """The broker's address for one of its accounts; it holds the password."""
    if settings.mqtt_url is not None:
        return settings.mqtt_url.get_secret_value()
    return f"mqtt://{account}:{_password(settings, account)}@{_HOST}:{settings.mqtt_port}"


def prepare(settings: Settings) -> LocalBroker:
    """Write all that the broker needs to start. Passwords and rights are written once; edits stay.

    Raises:
        BrokerError: there is no mosquitto here and none can be had, or its files cannot be written.
    """
    try:
        account = system_account.find_or_make()
        program = find_mosquitto() or _unpacked(settings.state.resolve(), account)
        broker = LocalBroker(
            program=program,
            folder=settings.state.resolve() / "broker",
            port=settings.mqtt_port,
            account=account,
        )
        system_account.own_folder(broker.folder, account)
        configuration = _CONFIGURATION.format(port=broker.port, host=broker.host, folder=broker.folder)
        _write(broker, "mosquitto.conf", configuration)
        if not (broker.folder / "rights").exists():
            _write(broker, "rights", "\n".join(f"user {name}\n{right}\n" for name, right in _RIGHTS.items()))
        if not (broker.folder / "passwords").exists():
            _write_passwords(broker, {name: _password(settings, name) for name in _RIGHTS})
    except OSError as error:
        raise BrokerError(f"The local broker cannot be prepared: {error}.") from error
    return broker


def is_ready(broker: LocalBroker) -> bool:
    """Whether the broker takes connections."""
    try:
        socket.create_connection((broker.host, broker.port), timeout=1.0).close()
    except OSError:
        return False
    return True


def wait_until_ready(broker: LocalBroker, timeout_s: float = 10.0) -> None:
    """Wait until the broker takes connections.

    Raises:
        BrokerError: it did not within `timeout_s`.
    """
    end = time.monotonic() + timeout_s
    while not is_ready(broker):
        if time.monotonic() > end:
            raise BrokerError(f"The local broker did not answer within {timeout_s:g} seconds.")
        time.sleep(0.05)


def find_mosquitto() -> Mosquitto | None:
    """The installed mosquitto; None when there is none, or one too old for MQTT 5 and our configuration."""
    server, passwd = (
        shutil.which(name) or shutil.which(name, path=_PLACES) for name in ("mosquitto", "mosquitto_passwd")
    )
    if server is None or passwd is None:
        return None
    found = Mosquitto(server=Path(server), passwd=Path(passwd), version=_version(Path(server)))
    return found if found.version >= _OLDEST else None


def _unpacked(state: Path, account: Account | None) -> Mosquitto:
    root = mosquitto_package.unpack(state)
    if account is not None:
        system_account.share_program(root)
    env = {"PATH": os.defpath, "TZ": "UTC", "LD_LIBRARY_PATH": mosquitto_package.library_path(root)}
    server = root / "usr/sbin/mosquitto"
    version = _version(server, env)
    if version < _OLDEST:
        raise BrokerError(
            f"This system packages mosquitto {'.'.join(map(str, version))}, but 2.0 or newer is needed; "
            "install one or set CLERESTORY_MQTT_URL."
        )
    return Mosquitto(server=server, passwd=root / "usr/bin/mosquitto_passwd", version=version, env=env)


def _version(server: Path, env: Mapping[str, str] | None = None) -> tuple[int, ...]:
    # Its help ends with a code other than 0 in some versions.
    said = subprocess.run([str(server), "-h"], env=env, capture_output=True, text=True, check=False)
    found = re.search(r"mosquitto version (\d+(?:\.\d+)*)", said.stdout + said.stderr)
    return tuple(int(part) for part in found[1].split(".")) if found else ()


def _password(settings: Settings, account: Name) -> str:
    return read_or_make_secret(settings.state / "secrets" / f"mqtt_{account}")


def _write_passwords(broker: LocalBroker, passwords: Mapping[Name, str]) -> None:
    draft = "passwords.draft"
    _write(broker, draft, "".join(f"{name}:{password}\n" for name, password in passwords.items()))
    account = broker.account
    hashing = subprocess.run(
        [str(broker.program.passwd), "-U", str(broker.folder / draft)],
        env=broker.program.env,
        user=None if account is None else account.uid,
        group=None if account is None else account.gid,
        extra_groups=None if account is None else [],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if hashing.returncode:
        raise BrokerError(f"The broker's passwords cannot be hashed: {hashing.stderr.strip()}")
    (broker.folder / draft).rename(broker.folder / "passwords")


def _write(broker: LocalBroker, name: str, text: str) -> None:
    """Write a file that the broker alone may read; a reader never sees half of it."""
    draft = broker.folder / f".{name}"
    draft.unlink(missing_ok=True)
    draft.touch(0o600, exist_ok=False)
    draft.write_text(text)
    if broker.account is not None:
        os.chown(draft, broker.account.uid, broker.account.gid)
    draft.rename(broker.folder / name)
