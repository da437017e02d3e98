"""What cannot be a whole building model is refused in one sentence, and nothing is written."""

import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from data.building import opening
from data.building.reading import read
from data.errors import BadInput
from tests.unit.ifc_models import House

ROOT = Path(__file__).parents[2]


@pytest.fixture
def text(tmp_path: Path) -> bytes:
    return House().write(tmp_path / "whole.ifc").read_bytes()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda text: b"", "not an IFC file; it should begin"),
        (lambda text: b"\x00\x01\x02" * 99, "not an IFC file"),
        (lambda text: b"<?xml version='1.0'?><ifcXML/>", "is XML"),
        (lambda text: text.replace(b"'IFC4'", b"'IFC4X1'"), "schema IFC4X1"),
        (lambda text: text.replace(b"'IFC4'", b"'IFC2X_FINAL'"), "schema IFC2X_FINAL"),
        (lambda text: text[: len(text) // 2], "ends in the middle"),
        (lambda text: text.replace(b"IFCPROJECT(", b"IFCGROUP("), "no IfcProject|broken"),
        (lambda text: text.replace(b"IFCSITE(", b"IFCNOSUCHTHING("), "broken|parsed"),
    ],
)
def test_a_file_that_is_no_whole_model_is_refused(
    tmp_path: Path, text: bytes, change: Callable[[bytes], bytes], reason: str
) -> None:
    path = tmp_path / "bad.ifc"
    path.write_bytes(change(text))
    with pytest.raises(BadInput, match=reason):
        read(path)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="No such file"):
        read(tmp_path / "nowhere.ifc")


def test_a_zipped_model_is_read(tmp_path: Path, text: bytes) -> None:
    with zipfile.ZipFile(tmp_path / "house.ifczip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/house.ifc", text)
    assert read(tmp_path / "house.ifczip").project == "Project"


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "MAX_BYTES", 1 << 21)
    with zipfile.ZipFile(tmp_path / "bomb.ifczip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("house.ifc", b" " * (1 << 23))
    with pytest.raises(BadInput, match="unpacks to more than 2 MB"):
        read(tmp_path / "bomb.ifczip")


def test_a_zip_without_a_model_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "other.ifczip", "w") as archive:
        archive.writestr("readme.txt", "nothing")
    with pytest.raises(BadInput, match=r"holds 0 \.ifc files"):
        read(tmp_path / "other.ifczip")


def test_the_command_says_it_in_one_line_and_exits_with_2(tmp_path: Path) -> None:
    (tmp_path / "bad.ifc").write_text("no model")
    done = subprocess.run(
        [sys.executable, "-m", "data.building", "import", str(tmp_path / "bad.ifc")],
        cwd=ROOT,
        env=os.environ | {"CLERESTORY_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)


def test_an_instance_that_cannot_be_read_is_counted_and_words_with_signs_of_equality_are_not(
    tmp_path: Path,
) -> None:
    house = House()
    house.site.Name = "#1=a, b=2"
    for metres in range(300):
        house.file.createIfcCartesianPoint((float(metres), 0.0, 0.0))
    path = house.write(tmp_path / "points.ifc")
    whole = opening.open_model(path).warnings
    before, _, after = path.read_text(encoding="ascii").rpartition("IFCCARTESIANPOINT")
    path.write_text(f"{before}IFCNOSUCHTHING{after}", encoding="ascii")
    stated = len(house.file.entity_names())
    assert (whole, opening.open_model(path).warnings) == ((), (f"1 of {stated} instances cannot be read.",))
