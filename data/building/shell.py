"""The shell of a model: every element that has a body, as coloured triangles.

A kernel can crash on a file, so the shell of a file that nobody vouches for belongs into a process of its
own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import ifcopenshell
import ifcopenshell.geom
import numpy as np
from ifcopenshell import entity_instance
from ifcopenshell.ifcopenshell_wrapper import triangulation
from numpy.typing import NDArray

from data.building import hierarchy, opening, plain
from data.building.kernels import bodies_of, prepared
from data.building.shell_report import KERNELS, Kernel

Colour = tuple[int, int, int, int]  # red, green, blue, opacity; 0 to 255
Progress = Callable[[str, float | None], object]

STAGE = "Building the shell"

_GREY: Colour = (190, 190, 190, 255)
_LEAST_OPAQUE = 40  # what is drawn at all can be seen
# Cuts and marks of other elements, and what separates spaces in thought alone.
_NO_ELEMENTS = ("IfcFeatureElement", "IfcVirtualElement")


@dataclass(frozen=True, slots=True)
class Part:
    """Triangles of one colour in the axes of their element; elements of one shape share them."""

    colour: Colour
    points: NDArray[np.float64]  # (n, 3) [m]
    triangles: NDArray[np.int32]  # (m, 3)


@dataclass(frozen=True, slots=True)
class Placed:
    """A part at its place: `points @ turn + move` are in the model's axes, in metres."""

    part: Part
    turn: NDArray[np.float64]  # (3, 3)
    move: NDArray[np.float64]  # (3,)

    @property
    def points(self) -> NDArray[np.float64]:
        """The points in the model's axes; (n, 3) [m]."""
        return np.asarray(self.part.points @ self.turn + self.move)


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One element of the building, as the file states it."""

    key: int
    global_id: str | None
    ifc_class: str
    name: str | None
    storey: int | None  # key


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    """All elements that have a body.

    Attributes:
        elements: In the order of the file.
        bodies: Of each element that got triangles, by its key.
        bare: Elements that state a body of which no kernel made triangles.
    """

    elements: tuple[Element, ...]
    bodies: dict[int, tuple[Placed, ...]]
    bare: tuple[Element, ...]


def shell(path: Path, *, progress: Progress | None = None, kernels: tuple[Kernel, ...] = KERNELS) -> Shell:
    """The shell of an .ifc or .ifczip file.

    Args:
        path: The file.
        progress: Told the stage and the share of the elements that are done, 0 to 1.
        kernels: Which may be used, in this order.

    Raises:
        BadInput: the file is not a whole IFC model of a schema that is read; one sentence says why.
    """
    file = opening.open_model(path).file
    entities = with_bodies(file)
    elements = [_element(one) for one in entities]
    bodies = _bodies(file, entities, kernels, progress or (lambda stage, share: None))
    return Shell(
        elements=tuple(elements),
        bodies={one.key: tuple(bodies[one.key]) for one in elements if one.key in bodies},
        bare=tuple(one for one in elements if one.key not in bodies),
    )


def with_bodies(file: ifcopenshell.file) -> list[entity_instance]:
    """The elements that state a body, in the order of the file."""
    kinds = ["IfcElement"] if file.schema.startswith("IFC4X3") else ["IfcElement", "IfcProxy"]
    elements = [one for kind in kinds for one in file.by_type(kind)]
    real = [one for one in elements if not any(one.is_a(other) for other in _NO_ELEMENTS)]
    return [one for one in real if any(bodies_of(one))]


def _element(entity: entity_instance) -> Element:
    return Element(
        key=entity.id(),
        global_id=plain.text(entity.GlobalId),
        ifc_class=entity.is_a(),
        name=plain.text(entity.Name),
        storey=hierarchy.holder(entity, "IfcBuildingStorey"),
    )


def _bodies(
    file: ifcopenshell.file,
    entities: Collection[entity_instance],
    kernels: Iterable[Kernel],
    progress: Progress,
) -> dict[int, list[Placed]]:
    found: dict[int, list[Placed]] = {}
    progress(STAGE, 0.0)
    for kernel in kernels:
        left = [one for one in entities if one.id() not in found]
        with prepared(kernel, left) as able:
            for key, placed in _tessellate(file, able, kernel):
                found.setdefault(key, []).extend(placed)
                progress(STAGE, len(found) / len(entities))
    return found


def _tessellate(
    file: ifcopenshell.file, wanted: Collection[entity_instance], kernel: Kernel
) -> Iterator[tuple[int, list[Placed]]]:
    """The placed parts of each shape with the key of its element; several shapes may be one element's."""
    if not wanted:  # to the iterator that would mean everything
        return
    settings = ifcopenshell.geom.settings()
    settings.set("no-normals", True)
    shapes = ifcopenshell.geom.iterator(settings, file, include=list(wanted), geometry_library=kernel)
    known: dict[str, list[Part]] = {}
    more = shapes.initialize()
    while more:
        shape = shapes.get()
        if isinstance(shape.geometry, triangulation):
            if shape.geometry.id not in known:
                known[shape.geometry.id] = list(_parts(shape.geometry))
            matrix = np.frombuffer(shape.transformation_buffer).reshape(4, 4)
            placed = [Placed(part, matrix[:3, :3], matrix[3, :3]) for part in known[shape.geometry.id]]
            if placed:
                yield shape.id, placed
        more = bool(shapes.next())


def _parts(body: triangulation) -> Iterator[Part]:
    """The triangles of a body by colour; nothing of a body that is nowhere."""
    points = np.frombuffer(body.verts_buffer, dtype=np.float64).reshape(-1, 3)
    triangles = np.frombuffer(body.faces_buffer, dtype=np.int32).reshape(-1, 3)
    materials = np.frombuffer(body.material_ids_buffer, dtype=np.int32)
    if not np.isfinite(points).all():
        return
    colours = [_colour(one) for one in np.frombuffer(body.colors_buffer, dtype=np.float64).reshape(-1, 4)]
    for material in np.unique(materials):
        used, renumbered = np.unique(triangles[materials == material], return_inverse=True)
        colour = colours[material] if 0 <= material < len(colours) else _GREY
        yield Part(colour, points[used], renumbered.reshape(-1, 3).astype(np.int32))


def _colour(shares: NDArray[np.float64]) -> Colour:
    if not np.isfinite(shares).all():
        return _GREY
    red, green, blue, opacity = (round(255 * float(share)) for share in np.clip(shares, 0.0, 1.0))
    return red, green, blue, max(opacity, _LEAST_OPAQUE)
