"""`python -m data.building inspect` says what a model says, as JSON of one form, and refuses in one line."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit import hostile_models
from tests.unit.ifc_models import House, box

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


def inspect(path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "data.building", "inspect", str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )


def test_a_model_is_told_in_one_form(tmp_path: Path) -> None:
    house = House(unit_m=0.001)
    house.extrude(house.add("IfcSpace", "101", part_of=house.storey), box(4, 3), 2.5, at=(0, 0, 0))
    house.add("IfcSensor", "CO2", inside=house.storey)
    house.site.RefLatitude, house.site.RefLongitude = (52, 23, 26), (13, 3, 52)
    told = json.loads(inspect(house.write(tmp_path / "house.ifc")).stdout)
    ids = {one.Name: one.GlobalId for one in house.file.by_type("IfcRoot") if getattr(one, "Name", None)}
    assert told == {
        "schema": "IFC4",
        "length_unit": "MILLIMETRE",
        "project": "Project",
        "sites": [{"name": "Site", "global_id": ids["Site"]}],
        "buildings": [{"name": "House", "global_id": ids["House"]}],
        "storeys": [{"name": "Ground", "global_id": ids["Ground"], "elevation_m": 0.0}],
        "spaces": [
            {
                "name": "101",
                "long_name": None,
                "global_id": ids["101"],
                "storey": "Ground",
                "area_m2": 12.0,
                "area_source": "footprint",
                "footprint_area_m2": 12.0,
            }
        ],
        "equipment_by_kind": {"Sensor": 1},
        "georeference": {
            "source": "IfcSite",
            "latitude": 52.39055556,
            "longitude": 13.06444444,
            "confidence": "stated",
            "true_north_deg": None,
        },
        "warnings": [],
    }


def test_a_file_that_crashes_its_reader_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    done = inspect(hostile_models.crashing(tmp_path / "crashing.ifc"))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("crashing.ifc cannot be read: the reader crashed on it")
    assert done.stderr.count("\n") == 1


def test_a_file_that_is_not_there_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    done = inspect(tmp_path / "none.ifc")
    assert (done.returncode, done.stdout, done.stderr) == (
        2, "", "none.ifc cannot be read: No such file or directory.\n",
    )  # fmt: skip
