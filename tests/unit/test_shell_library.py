"""A shell is made once for each file, in a process of its own."""

import gzip
import io
from pathlib import Path

import pytest

from data.building import glb, shell_library
from data.building.sandbox import Limits
from data.errors import BadInput
from data.files import Files
from tests.unit.ifc_models import House, box


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path / "files")


def put(files: Files, tmp_path: Path) -> str:
    """The hash of a house of one wall, in storage."""
    made = House()
    made.extrude(made.add("IfcWall", "South", inside=made.storey), box(8, 0.25), 3, at=(0, 0, 0))
    return files.put(io.BytesIO(made.write(tmp_path / "house.ifc").read_bytes()), 1 << 20)


def test_a_shell_that_was_made_is_not_made_again(files: Files, tmp_path: Path) -> None:
    sha256 = put(files, tmp_path)
    stages: list[str] = []

    def make() -> shell_library.Kept:
        return shell_library.make(
            files, sha256, name="house.ifc", on_progress=lambda stage, share: stages.append(stage)
        )

    first = make()
    said = len(stages)
    assert first == make() == shell_library.known(files, sha256)
    assert 0 < said == len(stages)


def test_it_lies_there_as_gltf_packed_and_with_its_report(files: Files, tmp_path: Path) -> None:
    kept = shell_library.make(files, put(files, tmp_path), name="house.ifc")
    content = kept.path.read_bytes()
    assert gzip.decompress(kept.packed.read_bytes()) == content
    assert (len(content), len(glb.elements_of(content).table)) == (kept.report.bytes, kept.report.elements)
    assert kept.report.upper_m == pytest.approx((8.0, 0.25, 3.0))


def test_of_a_file_without_a_shell_none_is_known(files: Files, tmp_path: Path) -> None:
    assert shell_library.known(files, put(files, tmp_path)) is None


def test_a_file_that_takes_too_long_is_refused_in_a_sentence(files: Files, tmp_path: Path) -> None:
    sha256 = put(files, tmp_path)
    with pytest.raises(BadInput, match=r"^Tower\.ifc takes longer than"):
        shell_library.make(files, sha256, name="Tower.ifc", limits=Limits(wall_s=0.0))
    assert shell_library.known(files, sha256) is None


def test_a_file_that_is_gone_from_storage_is_asked_for_again(files: Files) -> None:
    with pytest.raises(BadInput, match=r"^Tower\.ifc is no longer in file storage; bring it in again\.$"):
        shell_library.make(files, "0" * 64, name="Tower.ifc")
