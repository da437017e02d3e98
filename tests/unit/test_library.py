"""A file in storage is read once."""

import io
from pathlib import Path

import pytest

from data.building import library
from data.building.reading import read
from data.errors import BadInput
from data.files import Files
from tests.unit import hostile_models
from tests.unit.ifc_models import House, box


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path / "files")


def put(files: Files, path: Path) -> str:
    return files.put(io.BytesIO(path.read_bytes()), 1 << 20)


def test_a_file_that_was_read_is_not_read_again(files: Files, tmp_path: Path) -> None:
    house = House()
    house.extrude(house.add("IfcSpace", "101", part_of=house.storey), box(4, 3), 2.5, at=(0, 0, 0))
    path = house.write(tmp_path / "house.ifc")
    sha256 = put(files, path)
    stages: list[str] = []
    first, second = (
        library.read(files, sha256, name="house.ifc", on_progress=lambda stage, share: stages.append(stage))
        for _ in range(2)
    )
    assert first == second == library.known(files, sha256) == read(path)
    assert stages.count("opening the file") == 1


def test_rooms_are_known_while_the_rest_is_still_read(files: Files, tmp_path: Path) -> None:
    sha256 = put(files, House().write(tmp_path / "house.ifc"))
    known: list[bool] = []

    def see(stage: str, share: float | None) -> None:
        known.append(library.known(files, sha256) is not None)

    library.read(files, sha256, name="house.ifc", on_progress=see)
    assert known == [False, False, True, True]


def test_what_could_not_be_read_is_not_kept(files: Files, tmp_path: Path) -> None:
    sha256 = put(files, hostile_models.crashing(tmp_path / "crashing.ifc"))
    for _ in range(2):
        with pytest.raises(BadInput, match=r"^Tower\.ifc cannot be read"):
            library.read(files, sha256, name="Tower.ifc")
    assert library.known(files, sha256) is None


def test_a_file_that_is_gone_from_storage_is_asked_for_again(files: Files) -> None:
    with pytest.raises(BadInput, match=r"^Tower\.ifc is no longer in file storage; bring it in again\.$"):
        library.read(files, "0" * 64, name="Tower.ifc")
