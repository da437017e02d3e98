"""A shell as one binary glTF file: few large primitives, and a table that says which triangle is whose.

One primitive a colour, as each costs the graphics card a call; vertices are shared and have no normals, as
what draws them takes the normals of the faces, which is right for buildings and makes half the file. glTF
has y up: a point (x, y, z) of the model stands as (x, z, -y), relative to `origin_m`, so that float32 is
precise to less than a millimetre wherever the model's own origin is.

`scenes[0].extras` holds `origin_m` and `elements`, a list of [key, GlobalId, class, storey's key];
the extras of each mesh hold `elements`, indices into that list, and `first`, where the triangles of each
begin. `elements_of` reads them back.
"""

from __future__ import annotations

import json
import os
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import trimesh
from numpy.typing import NDArray
from trimesh.exchange.gltf import export_glb
from trimesh.visual.material import PBRMaterial
from trimesh.visual.texture import TextureVisuals

from data.building.shell import Colour, Element, Placed, Progress, Shell, shell
from data.building.shell_report import KERNELS, Kernel, Point, ShellReport

_NAMED = 50  # elements that a report names; it counts all
_ROUGHNESS = 0.9
_Y_UP = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])  # points @ this


def write_glb(
    source: Path, target: Path, on_progress: Progress | None = None, *, kernels: tuple[Kernel, ...] = KERNELS
) -> ShellReport:
    """Write the shell of a model file as glTF; a target that was there is replaced at once or not at all.

    Raises:
        BadInput: as of `shell`.
    """
    found = shell(source, progress=on_progress, kernels=kernels)
    limits = bounds(found)
    origin = _point((limits[0] + limits[1]).round() / 2) if limits else (0.0, 0.0, 0.0)
    content = encode(found, origin)
    draft = target.with_name(f"{target.name}.{os.getpid()}")
    draft.write_bytes(content)
    draft.replace(target)
    return ShellReport(
        elements=len(found.elements),
        drawn=len(found.bodies),
        bare=tuple(_named(one) for one in found.bare[:_NAMED]),
        triangles=sum(len(one.part.triangles) for parts in found.bodies.values() for one in parts),
        bytes=len(content),
        origin_m=origin,
        lower_m=_point(limits[0]) if limits else None,
        upper_m=_point(limits[1]) if limits else None,
    )


def bounds(found: Shell) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """The least and the greatest coordinates in the model's axes, (3,) each [m]; None of an empty shell."""
    points = [one.points for parts in found.bodies.values() for one in parts]
    if not points:
        return None
    return (
        np.min([one.min(axis=0) for one in points], axis=0),
        np.max([one.max(axis=0) for one in points], axis=0),
    )


def encode(found: Shell, origin_m: Point) -> bytes:
    """The binary glTF of a shell."""
    by_colour: dict[Colour, list[tuple[int, Placed]]] = defaultdict(list)
    for number, element in enumerate(found.elements):
        for placed in found.bodies.get(element.key, ()):
            by_colour[placed.part.colour].append((number, placed))
    scene = trimesh.Scene(
        metadata={
            "origin_m": list(origin_m),
            "elements": [[one.key, one.global_id, one.ifc_class, one.storey] for one in found.elements],
        }
    )
    # What is seen through is drawn last, over what is behind it.
    for colour in sorted(by_colour, key=lambda colour: (-colour[3], colour)):
        scene.add_geometry(_mesh(colour, by_colour[colour], np.array(origin_m)))
    return bytes(export_glb(scene, include_normals=False))


def _mesh(colour: Colour, parts: list[tuple[int, Placed]], origin: NDArray[np.float64]) -> trimesh.Trimesh:
    """All parts of a colour, element after element."""
    points = np.concatenate([placed.points for _, placed in parts])
    starts = np.cumsum([0, *(len(placed.part.points) for _, placed in parts)])
    triangles = np.concatenate(
        [_outward(placed) + start for (_, placed), start in zip(parts, starts, strict=False)]
    )
    firsts = np.cumsum([0, *(len(placed.part.triangles) for _, placed in parts)])
    material = PBRMaterial(
        baseColorFactor=list(colour),
        metallicFactor=0.0,
        roughnessFactor=_ROUGHNESS,
        doubleSided=True,
        alphaMode="OPAQUE" if colour[3] == 255 else "BLEND",
    )
    return trimesh.Trimesh(
        (points - origin) @ _Y_UP,
        triangles,
        process=False,
        visual=TextureVisuals(material=material),
        metadata={"elements": [number for number, _ in parts], "first": firsts[:-1].tolist()},
    )


def _outward(placed: Placed) -> NDArray[np.int32]:
    # A mirrored placement turns faces inside out.
    mirrored = np.linalg.det(placed.turn) < 0
    return placed.part.triangles[:, ::-1] if mirrored else placed.part.triangles


def elements_of(content: bytes) -> Elements:
    """Read back which triangle of a file is whose.

    Raises:
        ValueError: this is no shell that `encode` wrote.
    """
    try:
        size = int.from_bytes(content[12:16], "little")
        tree = json.loads(content[20 : 20 + size])
        table = [tuple(one) for one in tree["scenes"][0]["extras"]["elements"]]
        meshes = {one["name"]: (one["extras"]["first"], one["extras"]["elements"]) for one in tree["meshes"]}
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise ValueError("this is no shell of a building") from error
    return Elements(table, meshes)


@dataclass(frozen=True, slots=True)
class Elements:
    """The table of a file."""

    table: list[tuple[int, str | None, str, int | None]]  # key, GlobalId, class, storey's key
    _meshes: dict[str, tuple[list[int], list[int]]]

    def at(self, mesh: str, triangle: int) -> tuple[int, str | None, str, int | None]:
        """Whose a triangle is: the answer to a pick."""
        firsts, numbers = self._meshes[mesh]
        return self.table[numbers[bisect_right(firsts, triangle) - 1]]


def _named(element: Element) -> str:
    return f"{element.ifc_class} {element.name or 'without a name'!r} ({element.global_id or element.key})"


def _point(values: NDArray[np.float64]) -> Point:
    x, y, z = (float(one) for one in values)
    return x, y, z
