"""The unprivileged account that servers run as when the twin itself is started by root.

PostgreSQL refuses to run as root, and a broker has no need to. The account gets passage through the
parents of the folders it works in (their execute bit for others), never the right to read them.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

NAME = "clerestory"
FALLBACK = "nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A user of this machine."""

    uid: int
    gid: int
    name: str


def find() -> Account | None:
    """The account that servers run as; None when they run as the user who started them."""
    if os.geteuid() != 0:
        return None
    return _look_up(NAME) or _look_up(FALLBACK)


def find_or_make() -> Account | None:
    """As `find`, but root makes the account where the machine allows it."""
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin")
    if os.geteuid() == 0 and _look_up(NAME) is None and useradd:
        subprocess.run(
            [useradd, "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent",
             "--shell", "/usr/sbin/nologin", NAME],
            check=False, capture_output=True,
        )  # fmt: skip
    return find()


def own_folder(folder: Path, account: Account | None) -> None:
    """Make a folder that only `account` (or the user who runs this) may enter, and let it come there.

    Raises:
        PermissionError: the folder is there and belongs to somebody else; the message says what to do.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if account is not None and folder.lstat().st_uid == 0:
        os.chown(folder, account.uid, account.gid, follow_symlinks=False)
    check_owner(folder, account)
    folder.chmod(0o700)
    if account is not None:
        give_passage(folder)


def check_owner(folder: Path, account: Account | None) -> None:
    """Make sure that a folder is a real one and belongs to `account` (or to the user who runs this).

    Raises:
        PermissionError: it does not; the message says what to do.
    """
    found, uid = folder.lstat(), os.geteuid() if account is None else account.uid
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid:
        raise PermissionError(
            f"{folder} belongs to another user (number {found.st_uid}, not {uid}); "
            "start as that user, or set CLERESTORY_HOME to another folder"
        )


def give_passage(path: Path) -> None:
    """Let every account come to `path`: execute, not read, on each folder above it."""
    for folder in path.resolve().parents:
        mode = stat.S_IMODE(folder.stat().st_mode)
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)


def share_program(folder: Path) -> None:
    """Let every account come to the programs in `folder`, read and run them."""
    give_passage(folder)
    for path in (folder, *folder.rglob("*")):
        mode = stat.S_IMODE(path.lstat().st_mode)
        shared = mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0)
        if shared != mode and not path.is_symlink():
            path.chmod(shared)


def _look_up(name: str) -> Account | None:
    try:
        found = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(uid=found.pw_uid, gid=found.pw_gid, name=name)
