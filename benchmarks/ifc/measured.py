"""`python -m benchmarks.ifc.measured CONTENDER MODEL`: one contender, once, in a process of its own."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import ifcopenshell.geom

from data.building import glb, hierarchy, opening, spaces, units
from data.building.shell import shell, with_bodies


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one run took, from opening the file on, and what it made.

    Attributes:
        seconds: By the clock.
        processor_s: Of all threads together.
        elements: Keys of those with triangles; of a floor plan, of the rooms.
        triangles: In all.
    """

    seconds: float
    processor_s: float
    elements: list[int]
    triangles: int


def floor_plan(model: Path) -> tuple[list[int], int]:
    """Storeys and rooms with their outlines."""
    file = opening.open_model(model).file
    scale = units.read(file)
    rooms = spaces.rooms(file, scale, hierarchy.storeys(file, scale))
    return [one.space.key for one in rooms], 0


def default_kernel(model: Path, threads: int = 1) -> tuple[list[int], int]:
    """All elements by ifcopenshell's iterator as its documentation shows it."""
    file = opening.open_model(model).file
    settings = ifcopenshell.geom.settings()
    shapes = ifcopenshell.geom.iterator(settings, file, threads, include=with_bodies(file))
    found, triangles = set(), 0
    more = shapes.initialize()
    while more:
        shape = shapes.get()
        count = len(shape.geometry.faces_buffer) // 12  # three numbers of four bytes
        triangles += count
        if count:
            found.add(shape.id)
        more = bool(shapes.next())
    return list(found), triangles


def our_shell(model: Path) -> tuple[list[int], int]:
    """All elements as triangles."""
    bodies = shell(model).bodies
    return list(bodies), sum(len(one.part.triangles) for parts in bodies.values() for one in parts)


def our_file(model: Path) -> tuple[list[int], int]:
    """The same, written as glTF."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "shell.glb"
        report = glb.write_glb(model, target)
        return [one[0] for one in glb.elements_of(target.read_bytes()).table], report.triangles


CONTENDERS: dict[str, Callable[[Path], tuple[Iterable[int], int]]] = {
    "floor plan": floor_plan,
    "default kernel": default_kernel,
    "default kernel, 2 threads": partial(default_kernel, threads=2),
    "shell": our_shell,
    "shell as glTF": our_file,
}


def main(contender: str, model: Path) -> None:
    """Print what it took as JSON."""
    began, used = time.perf_counter(), time.process_time()
    elements, triangles = CONTENDERS[contender](model)
    seconds, processor_s = time.perf_counter() - began, time.process_time() - used
    measured = Measured(
        seconds=seconds, processor_s=processor_s, elements=list(elements), triangles=triangles
    )
    print(json.dumps(asdict(measured)))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
