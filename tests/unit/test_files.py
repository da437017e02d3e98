"""Files are found by what they hold, whole or not at all."""

import hashlib
import io
import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from data.errors import BadInput
from data.files import Files
from data.settings import Settings

CONTENT = b"ISO-10303-21;" * 1000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path / "files")


def kept(files: Files) -> list[Path]:
    return [path for path in files.folder.rglob("*") if path.is_file()]


def test_a_file_is_kept_under_the_hash_of_its_content(files: Files) -> None:
    assert files.put(io.BytesIO(CONTENT), len(CONTENT)) == SHA256
    assert files.path(SHA256).read_bytes() == CONTENT


def test_the_same_content_is_kept_once(files: Files) -> None:
    for _ in range(2):
        files.put(io.BytesIO(CONTENT), len(CONTENT))
    assert len(kept(files)) == 1


def test_only_their_owner_can_see_files(files: Files) -> None:
    files.put(io.BytesIO(CONTENT), len(CONTENT))
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (files.folder, *files.folder.rglob("*"))}
    assert modes == {0o700, 0o600}


def test_a_file_over_the_limit_is_refused_and_leaves_nothing(files: Files) -> None:
    with pytest.raises(BadInput, match="larger than 1 MB"):
        files.put(io.BytesIO(bytes((1 << 20) + 1)), 1 << 20)
    assert kept(files) == []


class BreakingOff(io.BytesIO):
    """An upload whose sender goes away after the first block."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell():
            raise ConnectionResetError
        return super().read(size)


def test_a_stream_that_breaks_off_leaves_nothing(files: Files) -> None:
    with pytest.raises(ConnectionResetError):
        files.put(BreakingOff(CONTENT), len(CONTENT))
    assert kept(files) == []


@pytest.mark.parametrize("sha256", ["", "../../etc/passwd", SHA256.upper(), SHA256 + "\n", SHA256[:-1] + "/"])
def test_nothing_but_a_hash_leads_to_a_file(files: Files, sha256: str) -> None:
    with pytest.raises(ValueError, match="no SHA-256"):
        files.path(sha256)


@pytest.mark.parametrize("name", ["", "content", "../content", ".hidden", "a/b", "model.json\n"])
def test_what_is_made_from_a_file_has_a_plain_name(files: Files, name: str) -> None:
    with pytest.raises(ValueError, match="no name"):
        files.beside(SHA256, name)


def test_what_is_made_from_a_file_lies_beside_it_and_is_replaced_whole(files: Files) -> None:
    files.put(io.BytesIO(CONTENT), len(CONTENT))
    for content in (b"first", b"second"):
        files.put_beside(SHA256, "model.json", content)
    assert files.beside(SHA256, "model.json").read_bytes() == b"second"
    assert files.beside(SHA256, "model.json").parent == files.path(SHA256).parent


def test_without_a_setting_files_are_kept_in_the_state_folder(tmp_path: Path) -> None:
    assert Files.of(Settings(home=tmp_path)).folder == tmp_path / "files"
    assert Files.of(Settings(home=tmp_path, files=tmp_path / "elsewhere")).folder == tmp_path / "elsewhere"


def put_days_ago(files: Files, days: float) -> None:
    files.put(io.BytesIO(CONTENT), len(CONTENT))
    files.put_beside(SHA256, "model.json", b"{}")
    then = (datetime.now(UTC) - timedelta(days=days)).timestamp()
    os.utime(files.path(SHA256), (then, then))


def a_day_ago() -> datetime:
    return datetime.now(UTC) - timedelta(days=1)


def test_a_file_that_is_let_go_leaves_nothing_behind(files: Files) -> None:
    put_days_ago(files, 2)
    assert files.forget(SHA256, before=a_day_ago())
    assert kept(files) == []
    assert not files.forget(SHA256, before=a_day_ago())


def test_a_file_that_was_put_again_since_stays(files: Files) -> None:
    put_days_ago(files, 2)
    files.put(io.BytesIO(CONTENT), len(CONTENT))
    assert not files.forget(SHA256, before=a_day_ago())
    assert len(kept(files)) == 2


def test_a_file_that_is_put_while_it_is_let_go_stays(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    put_days_ago(files, 2)
    move = Path.rename

    def put_first(place: Path, target: Path) -> Path:
        monkeypatch.setattr(Path, "rename", move)
        files.put(io.BytesIO(CONTENT), len(CONTENT))
        return move(place, target)

    monkeypatch.setattr(Path, "rename", put_first)
    assert not files.forget(SHA256, before=a_day_ago())
    assert files.path(SHA256).read_bytes() == CONTENT
    assert len(kept(files)) == 2
