"""A model file can do what it wants: whoever reads it lives, and says in one sentence what happened."""

import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from data.building import sandbox
from data.building.model import Model
from data.building.reading import read
from data.building.sandbox import Limits, read_safely
from data.errors import BadInput
from tests.unit import hostile_models
from tests.unit.ifc_models import House, box

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


def office(folder: Path) -> Path:
    house = House()
    house.extrude(house.add("IfcSpace", "101", part_of=house.storey), box(4, 3), 2.5, at=(0, 0, 0))
    house.extrude(house.add("IfcWall", "Wall", inside=house.storey), box(4, 0.2), 2.5, at=(0, 3, 0))
    house.add("IfcSensor", "CO2", inside=house.storey)
    return house.write(folder / "office.ifc")


def readers() -> list[psutil.Process]:
    """The children of this process that read files."""
    return [one for one in psutil.Process().children() if "data.building.child" in one.cmdline()]


def test_the_model_is_the_one_that_reading_here_gives(tmp_path: Path) -> None:
    path = office(tmp_path)
    # But for where the outline of a wall begins, which the geometry kernels leave to chance.
    apart, here = (replace(one, elements=()) for one in (read_safely(path), read(path)))
    assert apart == here


def test_stages_are_told_in_order_and_rooms_before_walls(tmp_path: Path) -> None:
    told: list[str] = []
    plans: list[Model] = []

    def see(plan: Model) -> None:
        told.append("plan")
        plans.append(plan)

    read_safely(
        office(tmp_path),
        on_progress=lambda stage, share: told.append(stage),
        on_plan=see,
    )
    assert told == [
        "opening the file", "storeys and rooms", "plan", "walls, windows and doors", "equipment and systems",
    ]  # fmt: skip
    assert (len(plans[0].spaces), len(plans[0].elements)) == (1, 0)


def test_a_file_that_is_refused_gets_the_readers_sentence(tmp_path: Path) -> None:
    path = tmp_path / "content"
    path.write_text("ISO-10303-21;")
    with pytest.raises(BadInput, match=r"^Tower <b>\.ifc is in the schema none, which is not read"):
        read_safely(path, name="Tower <b>.ifc")


def test_a_file_that_takes_too_much_computing_is_given_up(tmp_path: Path) -> None:
    path = hostile_models.endless(tmp_path / "endless.ifc")
    with pytest.raises(BadInput, match=r"^endless\.ifc takes longer than 3 seconds to read; [^\n]+\.$"):
        read_safely(path, limits=Limits(cpu_s=3))


def test_a_file_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    path = hostile_models.endless(tmp_path / "endless.ifc")
    with pytest.raises(BadInput, match=r"^endless\.ifc takes longer than 2 seconds to read"):
        read_safely(path, limits=Limits(wall_s=2.0))
    assert readers() == []


def test_a_file_that_needs_too_much_memory_is_given_up(tmp_path: Path) -> None:
    path = hostile_models.greedy(tmp_path / "greedy.ifc", points=500_000)
    with pytest.raises(BadInput, match=r"^greedy\.ifc needs more than 0\.31 GB of memory to read; [^\n]+\.$"):
        read_safely(path, limits=Limits(memory_bytes=320 << 20))


def test_a_file_that_crashes_its_reader_is_told_so(tmp_path: Path) -> None:
    path = hostile_models.crashing(tmp_path / "crashing.ifc")
    with pytest.raises(BadInput, match=r"^crashing\.ifc cannot be read: .* crashed on it \(SIG[A-Z]+\)"):
        read_safely(path)


def test_a_file_that_says_too_much_is_given_up(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"^office\.ifc says more than 0 MB of rooms and equipment"):
        read_safely(office(tmp_path), limits=Limits(result_bytes=100))


def test_whoever_stops_a_reading_gets_the_own_reason_back_and_no_reader_is_left(tmp_path: Path) -> None:
    started: list[str] = []

    def stop() -> None:
        if started:
            raise KeyError("enough")

    with pytest.raises(KeyError, match="enough"):
        read_safely(
            hostile_models.endless(tmp_path / "endless.ifc"),
            on_progress=lambda stage, share: started.append(stage),
            stop=stop,
        )
    assert readers() == []


def test_nothing_of_a_reading_stays_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    read_safely(office(tmp_path))
    with pytest.raises(BadInput):
        read_safely(hostile_models.crashing(tmp_path / "crashing.ifc"))
    assert list(scratch.iterdir()) == []


def test_the_reader_gets_nothing_of_our_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLERESTORY_SECRET_KEY", "s" * 40)
    assert not any(name.startswith("CLERESTORY") for name in sandbox.environment("/tmp"))


def test_a_reader_does_not_outlive_whoever_is_killed_beside_it(tmp_path: Path) -> None:
    path = hostile_models.endless(tmp_path / "endless.ifc")
    parent = subprocess.Popen([sys.executable, "-m", "data.building", "inspect", str(path)], cwd=ROOT)
    try:
        child = _wait_for_child(parent.pid)
    finally:
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    psutil.wait_procs([child], timeout=30)
    assert not child.is_running()


def _wait_for_child(parent: int) -> psutil.Process:
    """The reader that a process started, once it has its order."""
    ends_at = time.monotonic() + 60
    while time.monotonic() < ends_at:
        for child in psutil.Process(parent).children():
            if child.nice() == 10:
                return child
        time.sleep(0.05)
    raise AssertionError("no reader was started")
