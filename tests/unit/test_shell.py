"""The shell of a model: every element is there, where and as large as the model says."""

from __future__ import annotations

import io
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
import trimesh
from hypothesis import given
from hypothesis import strategies as st

from data.building import glb, half_spaces
from data.building.shell import Element, Part, Placed, Shell, shell
from data.building.shell_report import Point
from data.demo.office import model as office
from data.errors import BadInput
from tests.unit.ifc_models import House, box
from tests.unit.test_shared_models import FOLDER, READABLE

pytestmark = pytest.mark.slow

SLIVER_M = 0.01
MIXED = ("samplehouse_mm_ifc4.ifc", "wall_door_column_ifc4x3.ifc")
"""Small models whose elements take all kernels between them."""

AGAIN = ("duplex_a_georef_ifc2x3.ifc", "fzk_none_double_guid_ifc4.ifc", "fzk_haus_zip_ifc4.ifczip")
"""Models whose bodies are those of another one."""

units_m = st.sampled_from([1.0, 0.001, 0.3048])
lengths_m = st.floats(0.1, 50.0)


def house(*, unit_m: float = 1.0, at: Point = (0.0, 0.0, 0.0), size: Point = (8.0, 0.25, 3.0)) -> House:
    """A house of one wall."""
    made = House(unit_m=unit_m)
    wall = made.add("IfcWall", "South", inside=made.storey)
    made.extrude(wall, box(size[0], size[1]), size[2], at=at)
    return made


def loaded(content: bytes) -> trimesh.Scene:
    scene = trimesh.load_scene(io.BytesIO(content), file_type="glb")
    assert isinstance(scene, trimesh.Scene)
    return scene


def area_m2(placed: tuple[Placed, ...]) -> float:
    corners = np.concatenate([one.points[one.part.triangles] for one in placed])
    sides = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    return float(np.linalg.norm(sides, axis=1).sum() / 2)


def limits(placed: tuple[Placed, ...]) -> list[float]:
    points = np.concatenate([one.points for one in placed])
    return [*points.min(axis=0).tolist(), *points.max(axis=0).tolist()]


@pytest.mark.skipif(not READABLE, reason=f"the shared models are not at {FOLDER}")
@pytest.mark.parametrize("name", [name for name in READABLE if name not in AGAIN])
def test_every_element_of_a_real_model_that_has_a_body_has_triangles(name: str) -> None:
    found = shell(FOLDER / name)
    assert not found.bare
    assert found.bodies.keys() == {one.key for one in found.elements}


@pytest.mark.skipif(not READABLE, reason=f"the shared models are not at {FOLDER}")
@pytest.mark.parametrize("name", MIXED)
def test_the_fast_kernels_make_what_the_slowest_makes(name: str) -> None:
    mixed, slow = shell(FOLDER / name), shell(FOLDER / name, kernels=("opencascade",))
    other = {
        one.key: (one.ifc_class, limits(mixed.bodies[one.key]), area_m2(mixed.bodies[one.key]))
        for one in mixed.elements
        if limits(mixed.bodies[one.key]) != pytest.approx(limits(slow.bodies[one.key]), abs=SLIVER_M)
        or area_m2(mixed.bodies[one.key]) != pytest.approx(area_m2(slow.bodies[one.key]), rel=0.03)
    }
    assert other == {}


def test_a_sheet_of_no_thickness_is_drawn_whole_and_from_both_sides(tmp_path: Path) -> None:
    made = House()
    a, b, c, d = np.array([(0.0, 0.0, 0.0), (4.0, 0.0, 0.0), (4.0, 0.0, 3.0), (0.0, 0.0, 3.0)])
    sides = [np.array(side) for side in ((a, b, c), (a, c, d), (c, b, a), (d, c, a))]
    body = made.file.createIfcShapeRepresentation(
        made.body, "Body", "Brep", [half_spaces.solid(made.file, sides)]
    )
    plate = made.add("IfcPlate", "Sheet", inside=made.storey)
    plate.Representation = made.file.createIfcProductDefinitionShape(None, None, [body])
    source, target = made.write(tmp_path / "a.ifc"), tmp_path / "a.glb"
    glb.write_glb(source, target)
    ((placed,),) = shell(source).bodies.values()
    covered = shapely.union_all(shapely.polygons(placed.points[placed.part.triangles][:, :, [0, 2]]))
    (mesh,) = loaded(target.read_bytes()).geometry.values()
    assert (covered.area, mesh.visual.material.doubleSided) == (pytest.approx(12.0), True)


def test_every_element_of_the_demo_office_is_in_its_file(tmp_path: Path) -> None:
    source, target = tmp_path / "office.ifc", tmp_path / "office.glb"
    source.write_text(office.build())
    report = glb.write_glb(source, target)
    drawn = glb.elements_of(target.read_bytes())
    triangles = sum(len(mesh.faces) for mesh in loaded(target.read_bytes()).geometry.values())
    assert (report.bare, report.drawn, len(drawn.table)) == ((), report.elements, report.elements)
    assert (triangles, report.elements > 100) == (report.triangles, True)


def test_the_file_is_where_the_model_is(tmp_path: Path) -> None:
    source, target = house(at=(3.0, 5.0, 1.0)).write(tmp_path / "a.ifc"), tmp_path / "a.glb"
    report = glb.write_glb(source, target)
    assert report.lower_m == pytest.approx((3, 5, 1))
    assert report.upper_m == pytest.approx((11, 5.25, 4))
    x, y, z = report.origin_m
    # In glTF y is up: x, z, -y.
    stands = loaded(target.read_bytes()).bounds
    assert stands.tolist() == [
        pytest.approx([3 - x, 1 - z, y - 5.25], abs=1e-6),
        pytest.approx([11 - x, 4 - z, y - 5], abs=1e-6),
    ]


@given(unit_m=units_m, length=lengths_m, height=lengths_m, x=st.floats(-100, 100))
def test_a_wall_is_as_large_in_every_unit(unit_m: float, length: float, height: float, x: float) -> None:
    made = house(unit_m=unit_m, at=(x, 0.0, 0.0), size=(length, 0.25, height))
    with tempfile.TemporaryDirectory() as folder:
        found = shell(made.write(Path(folder) / "a.ifc"))
    (placed,) = found.bodies.values()
    assert limits(placed) == pytest.approx([x, 0, 0, x + length, 0.25, height], abs=1e-5)


def test_far_from_the_models_origin_nothing_loses_its_shape(tmp_path: Path) -> None:
    source, target = house(at=(455_000.0, 5_720_000.0, 110.0)).write(tmp_path / "a.ifc"), tmp_path / "a.glb"
    glb.write_glb(source, target)
    assert loaded(target.read_bytes()).extents == pytest.approx([8.0, 3.0, 0.25], abs=1e-3)


def test_an_opening_is_cut_out_and_is_no_element(tmp_path: Path) -> None:
    made = house(size=(8.0, 0.25, 3.0))
    (wall,) = made.file.by_type("IfcWall")
    hole = made.add("IfcOpeningElement", "Hole")
    made.extrude(hole, box(1.0, 0.25), 2.0, at=(2.0, 0.0, 0.0))
    made.file.createIfcRelVoidsElement("0" * 22, None, None, None, wall, hole)
    found = shell(made.write(tmp_path / "a.ifc"))
    (placed,) = found.bodies.values()
    whole = 2 * (8 * 0.25 + 8 * 3 + 0.25 * 3)
    assert [one.ifc_class for one in found.elements] == ["IfcWall"]
    # Both sides lose 1 m by 2 m, the foot its part; the reveals come in.
    assert area_m2(placed) == pytest.approx(whole - 2 * 2.0 - 0.25 + 0.25 * (2.0 + 2.0 + 1.0), rel=1e-4)


def test_rooms_and_what_is_drawn_by_lines_alone_are_no_part_of_the_shell(tmp_path: Path) -> None:
    made = house()
    made.extrude(made.add("IfcSpace", "Room", part_of=made.storey), box(4, 4), 3, at=(0, 0, 0))
    made.outline(made.add("IfcFurniture", "Symbol", inside=made.storey), box(1, 1))
    assert [one.name for one in shell(made.write(tmp_path / "a.ifc")).elements] == ["South"]


def test_a_body_of_which_nothing_can_be_made_is_named(tmp_path: Path) -> None:
    made = house()
    made.extrude(made.add("IfcSlab", "Flat", inside=made.storey), box(4, 4), 0.0, at=(0, 0, 0))
    report = glb.write_glb(made.write(tmp_path / "a.ifc"), tmp_path / "a.glb")
    assert (report.elements, report.drawn) == (2, 1)
    assert [one.split(" (")[0] for one in report.bare] == ["IfcSlab 'Flat'"]


def test_a_model_without_bodies_has_an_empty_shell(tmp_path: Path) -> None:
    report = glb.write_glb(House().write(tmp_path / "a.ifc"), tmp_path / "a.glb")
    assert (report.elements, report.triangles, report.lower_m) == (0, 0, None)
    assert (tmp_path / "a.glb").read_bytes().startswith(b"glTF")


def test_a_triangle_leads_to_its_element_and_its_storey(tmp_path: Path) -> None:
    made = house()
    second = made.add("IfcWall", "North", inside=made.storey)
    made.extrude(second, box(8, 0.25), 3, at=(0, 6, 0))
    source, target = made.write(tmp_path / "a.ifc"), tmp_path / "a.glb"
    origin = glb.write_glb(source, target).origin_m
    drawn = glb.elements_of(target.read_bytes())
    ((name, mesh),) = loaded(target.read_bytes()).geometry.items()
    north = mesh.triangles_center[:, 2] + (-origin[1]) < -3  # -y of the model, about the origin
    found = [drawn.at(name, number) for number in range(len(mesh.faces))]
    assert [one[0] == second.id() for one in found] == north.tolist()
    assert {one[2:] for one in found} == {("IfcWall", made.storey.id())}


def test_a_mirrored_element_shows_its_outside() -> None:
    corners = np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]])
    tetrahedron = Part(
        (9, 9, 9, 255), corners, np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]], np.int32)
    )
    element = Element(key=1, global_id=None, ifc_class="IfcWall", name=None, storey=None)
    mirrored = Placed(tetrahedron, np.diag([-1.0, 1.0, 1.0]), np.zeros(3))
    found = Shell(elements=(element,), bodies={1: (mirrored,)}, bare=())
    (mesh,) = loaded(glb.encode(found, (0.0, 0.0, 0.0))).geometry.values()
    assert mesh.volume == pytest.approx(1 / 6)


def test_what_is_seen_through_is_drawn_last() -> None:
    glass, stone = (Part((9, 9, 9, alpha), np.eye(3), np.array([[0, 1, 2]], np.int32)) for alpha in (80, 255))
    element = Element(key=1, global_id=None, ifc_class="IfcWindow", name=None, storey=None)
    placed = tuple(Placed(one, np.eye(3), np.zeros(3)) for one in (glass, stone))
    tree = _tree(glb.encode(Shell(elements=(element,), bodies={1: placed}, bare=()), (0.0, 0.0, 0.0)))
    materials = [tree["materials"][mesh["primitives"][0]["material"]] for mesh in tree["meshes"]]
    assert [one["alphaMode"] for one in materials] == ["OPAQUE", "BLEND"]


def test_a_failure_leaves_the_old_file(tmp_path: Path) -> None:
    (tmp_path / "a.ifc").write_text("nothing")
    (tmp_path / "a.glb").write_text("old")
    with pytest.raises(BadInput):
        glb.write_glb(tmp_path / "a.ifc", tmp_path / "a.glb")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.glb", "a.ifc"]


@pytest.mark.parametrize("content", [b"", b"glTF" + bytes(40), b"x" * 100])
def test_what_is_no_shell_is_said_to_be_none(content: bytes) -> None:
    with pytest.raises(ValueError, match="no shell"):
        glb.elements_of(content)


def _tree(content: bytes) -> dict[str, Any]:
    tree: dict[str, Any] = json.loads(content[20 : 20 + int.from_bytes(content[12:16], "little")])
    return tree
