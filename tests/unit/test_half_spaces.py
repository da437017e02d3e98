"""What is cut by half-spaces: a fast kernel makes of it what the schema says."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ifcopenshell import entity_instance

from data.building import half_spaces
from data.building.kernels import prepared
from data.building.shell import Placed, shell
from tests.unit.ifc_models import House, Outline, box

WIDTH_M, DEPTH_M, HEIGHT_M = 8.0, 2.0, 3.0
NUDGE_M3 = 0.01  # the kernel makes what it cuts with a tenth of a millimetre larger
Direction = tuple[float, float, float]

units_m = st.sampled_from([1.0, 0.001, 0.3048])


class Cut(House):
    """A house of one wall, and what is cut from it, in metres."""

    def __init__(self, *, unit_m: float = 1.0) -> None:
        super().__init__(unit_m=unit_m)
        self.wall = self.add("IfcWall", "South", inside=self.storey)
        self.extrude(self.wall, box(WIDTH_M, DEPTH_M), HEIGHT_M, at=(0.0, 0.0, 0.0))

    def half_space(
        self,
        at: Direction,
        normal: Direction,
        *,
        agreement: bool = False,
        bound: Outline | None = None,
    ) -> entity_instance:
        """All on one side of a plane; with a bound, what of it lies above and below an outline."""
        plane = self.file.createIfcPlane(self._axes(at, self.file.createIfcDirection(normal)))
        if bound is None:
            return self.file.createIfcHalfSpaceSolid(plane, agreement)
        around, line = self._axes((0.0, 0.0, 0.0)), self._line(bound)
        return self.file.createIfcPolygonalBoundedHalfSpace(plane, agreement, around, line)

    def take_away(self, cutter: entity_instance) -> None:
        (shape,) = self.wall.Representation.Representations
        made = "IfcBooleanClippingResult" if cutter.is_a("IfcHalfSpaceSolid") else "IfcBooleanResult"
        shape.Items = [self.file.create_entity(made, "DIFFERENCE", shape.Items[0], cutter)]

    def _axes(self, at: Direction, axis: entity_instance | None = None) -> entity_instance:
        place = self.file.createIfcCartesianPoint([one / self.unit_m for one in at])
        return self.file.createIfcAxis2Placement3D(place, axis)


def volume_m3(placed: tuple[Placed, ...]) -> float:
    corners = np.concatenate([one.points[one.part.triangles] for one in placed])
    first, second, third = corners[:, 0], corners[:, 1], corners[:, 2]
    return float(np.einsum("ij,ij->", first, np.cross(second, third)) / 6)


def volume_left_m3(made: Cut) -> float:
    """What the fast kernel alone leaves of the wall."""
    with tempfile.TemporaryDirectory() as folder:
        found = shell(made.write(Path(folder) / "a.ifc"), kernels=("manifold",))
    (placed,) = found.bodies.values()
    return volume_m3(placed)


@settings(deadline=None)
@given(unit_m=units_m, left_m=st.floats(0.1, 2.9), right_m=st.floats(0.1, 2.9))
def test_a_wall_under_a_sloping_roof_ends_at_the_roof(unit_m: float, left_m: float, right_m: float) -> None:
    made, rise = Cut(unit_m=unit_m), (right_m - left_m) / WIDTH_M
    made.take_away(made.half_space((0.0, 0.0, left_m), (-rise, 0.0, 1.0)))
    assert volume_left_m3(made) == pytest.approx(WIDTH_M * DEPTH_M * (left_m + right_m) / 2, abs=NUDGE_M3)


@pytest.mark.parametrize("agreement", [False, True])
def test_the_agreement_says_which_side_is_taken_away(agreement: bool) -> None:
    made = Cut()
    made.take_away(made.half_space((0.0, 0.0, 1.0), (0.0, 0.0, 1.0), agreement=agreement))
    assert volume_left_m3(made) == pytest.approx(
        WIDTH_M * DEPTH_M * (2.0 if agreement else 1.0), abs=NUDGE_M3
    )


@settings(deadline=None)
@given(unit_m=units_m, width_m=st.floats(0.1, 7.9), agreement=st.booleans(), clockwise=st.booleans())
def test_a_bounded_half_space_takes_nothing_away_outside_of_its_bound(
    unit_m: float, width_m: float, agreement: bool, clockwise: bool
) -> None:
    made, bound = Cut(unit_m=unit_m), box(width_m, DEPTH_M)
    plane = (0.0, 0.0, 1.0)
    made.take_away(
        made.half_space(plane, plane, agreement=agreement, bound=bound[::-1] if clockwise else bound)
    )
    taken = width_m * DEPTH_M * (1.0 if agreement else 2.0)
    assert volume_left_m3(made) == pytest.approx(WIDTH_M * DEPTH_M * HEIGHT_M - taken, abs=NUDGE_M3)


def test_several_cuts_add_up() -> None:
    made = Cut()
    made.take_away(made.half_space((0.0, 0.0, 2.0), (0.0, 0.0, 1.0)))
    made.take_away(made.half_space((6.0, 0.0, 0.0), (1.0, 0.0, 0.0)))
    made.take_away(made.half_space((0.0, 0.0, 1.0), (0.0, 0.0, 1.0), bound=box(3.0, 1.0)))
    assert volume_left_m3(made) == pytest.approx(6 * DEPTH_M * 2 - 3 * 1 * 1, abs=NUDGE_M3)


def test_a_solid_is_cut_from_a_solid() -> None:
    made = Cut()
    other = made.add("IfcWall", "Other", inside=made.storey)
    made.extrude(other, box(1.0, DEPTH_M), 2.0, at=(0.0, 0.0, 0.0))
    cutter = other.Representation.Representations[0].Items[0]
    made.file.remove(other)
    made.take_away(cutter)
    left = WIDTH_M * DEPTH_M * HEIGHT_M - 1.0 * DEPTH_M * 2.0
    assert volume_left_m3(made) == pytest.approx(left, abs=NUDGE_M3)


def test_afterwards_the_file_states_what_it_stated() -> None:
    made = Cut()
    cutter = made.half_space((0.0, 0.0, 2.0), (0.0, 0.0, 1.0))
    made.take_away(cutter)
    (result,) = made.file.by_type("IfcBooleanResult")
    with prepared("manifold", [made.wall]) as able:
        assert able == [made.wall]
        assert result.SecondOperand.is_a("IfcFacetedBrep")
    assert result.SecondOperand == cutter


def test_what_is_cut_by_no_plane_is_left_to_the_slowest_kernel() -> None:
    made = Cut()
    cutter = made.half_space((0.0, 0.0, 2.0), (0.0, 0.0, 1.0))
    around = cutter.BaseSurface.Position
    cutter.BaseSurface = made.file.createIfcCylindricalSurface(around, 1.0)
    made.take_away(cutter)
    assert half_spaces.faces(cutter) is None
    with prepared("manifold", [made.wall]) as able:
        assert able == []


BAD_BOUNDS: dict[str, Outline] = {
    "crosses itself": [(0.0, 0.0), (2.0, 2.0), (2.0, 0.0), (0.0, 2.0)],
    "encloses nothing": [(0.0, 0.0), (2.0, 0.0), (4.0, 0.0)],
}


@pytest.mark.parametrize("bound", BAD_BOUNDS.values(), ids=BAD_BOUNDS)
def test_a_bound_that_is_no_simple_polygon_is_left_to_the_slowest_kernel(bound: Outline) -> None:
    assert half_spaces.faces(Cut().half_space((0.0, 0.0, 2.0), (0.0, 0.0, 1.0), bound=bound)) is None


def test_a_plane_along_the_sides_of_its_bound_is_left_to_the_slowest_kernel() -> None:
    assert half_spaces.faces(Cut().half_space((1.0, 0.0, 0.0), (1.0, 0.0, 0.0), bound=box(2.0, 1.0))) is None


def test_a_plane_that_is_nowhere_is_left_to_the_slowest_kernel() -> None:
    made = Cut()
    cutter = made.half_space((0.0, 0.0, 2.0), (0.0, 0.0, 1.0))
    cutter.BaseSurface.Position.Location = None
    assert half_spaces.faces(cutter) is None


def test_a_plane_that_faces_nowhere_is_left_to_the_slowest_kernel() -> None:
    assert half_spaces.faces(Cut().half_space((0.0, 0.0, 2.0), (0.0, 0.0, 0.0))) is None
