"""What is said of a shell; nothing here needs what makes one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kernel = Literal["cgal-simple", "manifold", "opencascade"]
Point = tuple[float, float, float]

KERNELS: tuple[Kernel, ...] = ("cgal-simple", "manifold", "opencascade")
SHELL, REPORT = "shell.glb", "shell.json"
"""What making a shell writes: the glTF file, and a `ShellReport`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShellReport:
    """What went into a file.

    Attributes:
        elements: How many elements state a body.
        drawn: How many of them have triangles.
        bare: Those that have none, at most 50, as `IfcWall 'name' (GlobalId)`.
        triangles: Of all elements together.
        bytes: Of the file.
        origin_m: What the file's coordinates count from, in the model's axes.
        lower_m: The least coordinates of all points in the model's axes; None of an empty shell.
        upper_m: The greatest.
    """

    elements: int
    drawn: int
    bare: tuple[str, ...]
    triangles: int
    bytes: int
    origin_m: Point
    lower_m: Point | None
    upper_m: Point | None
