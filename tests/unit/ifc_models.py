"""Small building models, written with ifcopenshell's own API where no public file has the case."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import ifcopenshell
import ifcopenshell.api.aggregate
import ifcopenshell.api.context
import ifcopenshell.api.geometry
import ifcopenshell.api.root
import ifcopenshell.api.spatial
import ifcopenshell.api.unit
import ifcopenshell.guid
import numpy as np
from ifcopenshell import entity_instance

Schema = Literal["IFC2X3", "IFC4", "IFC4X3"]
Outline = list[tuple[float, float]]


class House:
    """A model with a project, a site, a building and one storey, in metres or another unit."""

    def __init__(self, *, schema: Schema = "IFC4", unit_m: float = 1.0, units: bool = True) -> None:
        self.file = ifcopenshell.file(schema=schema)
        self.unit_m = unit_m
        if schema == "IFC2X3":  # which wants an author of everything
            somebody = self.file.createIfcPerson(FamilyName="Author")
            self.file.createIfcPersonAndOrganization(somebody, self.file.createIfcOrganization(Name="Office"))
            self.file.createIfcApplication(self.file.by_type("IfcOrganization")[0], "1", "Test", "test")
        self.project = self.add("IfcProject", "Project")
        if units:
            length = {"is_metric": True, "raw": {1.0: "METERS", 0.001: "MILLIMETERS"}.get(unit_m, "FEET")}
            if unit_m not in (1.0, 0.001):
                length["is_metric"] = False
            ifcopenshell.api.unit.assign_unit(
                self.file, length=length, area={"is_metric": True, "raw": "METERS"}
            )
        model = ifcopenshell.api.context.add_context(self.file, context_type="Model")
        self.body = ifcopenshell.api.context.add_context(
            self.file, context_type="Model", context_identifier="Body", target_view="MODEL_VIEW", parent=model
        )
        self.drawn = ifcopenshell.api.context.add_context(
            self.file,
            context_type="Model",
            context_identifier="FootPrint",
            target_view="MODEL_VIEW",
            parent=model,
        )
        self.site = self.add("IfcSite", "Site", part_of=self.project)
        self.building = self.add("IfcBuilding", "House", part_of=self.site)
        self.storey = self.add("IfcBuildingStorey", "Ground", part_of=self.building)
        self.storey.Elevation = 0.0
        self.place(self.storey, 0, 0, 0)

    def add(
        self,
        kind: str,
        name: str | None,
        *,
        part_of: entity_instance | None = None,
        inside: entity_instance | None = None,
    ) -> entity_instance:
        """An instance, as a part of another or contained in it."""
        made = ifcopenshell.api.root.create_entity(self.file, ifc_class=kind, name=name)
        if part_of is not None:
            ifcopenshell.api.aggregate.assign_object(self.file, products=[made], relating_object=part_of)
        if inside is not None and kind == "IfcSpace":  # legal, but the API has no way to it
            self.file.createIfcRelContainedInSpatialStructure(
                ifcopenshell.guid.new(), None, None, None, [made], inside
            )
        elif inside is not None:
            ifcopenshell.api.spatial.assign_container(self.file, products=[made], relating_structure=inside)
        return made

    def place(self, product: entity_instance, x: float, y: float, z: float) -> None:
        """Put a product somewhere, in metres."""
        matrix = np.eye(4)
        matrix[:3, 3] = x, y, z
        ifcopenshell.api.geometry.edit_object_placement(self.file, product=product, matrix=matrix)

    def extrude(
        self, product: entity_instance, outline: Outline, height_m: float, *, at: tuple[float, float, float]
    ) -> None:
        """Give a product a body: an outline around its place, pulled up; in metres."""
        make, scale = self.file, 1 / self.unit_m
        profile = make.createIfcArbitraryClosedProfileDef("AREA", None, self._line(outline))
        up = make.createIfcDirection((0.0, 0.0, 1.0))
        position = make.createIfcAxis2Placement3D(make.createIfcCartesianPoint((0.0, 0.0, 0.0)))
        solid = make.createIfcExtrudedAreaSolid(profile, position, up, height_m * scale)
        self._show(product, make.createIfcShapeRepresentation(self.body, "Body", "SweptSolid", [solid]))
        self.place(product, *at)

    def mesh(
        self,
        product: entity_instance,
        corners: Sequence[tuple[float, float, float]],
        triangles: Sequence[tuple[int, int, int]],
    ) -> None:
        """Give a product a closed body of triangles, the first corner being number 1; in metres."""
        points = [tuple(one / self.unit_m for one in corner) for corner in corners]
        faces = self.file.createIfcTriangulatedFaceSet(
            self.file.createIfcCartesianPointList3D(points), None, True, triangles
        )
        self._show(
            product, self.file.createIfcShapeRepresentation(self.body, "Body", "Tessellation", [faces])
        )
        self.place(product, 0, 0, 0)

    def outline(self, product: entity_instance, outline: Outline) -> None:
        """Give a product a drawn outline alone, in metres."""
        curves = self.file.createIfcGeometricCurveSet([self._line(outline)])
        shape = self.file.createIfcShapeRepresentation(self.drawn, "FootPrint", "GeometricCurveSet", [curves])
        self._show(product, shape)
        self.place(product, 0, 0, 0)

    def write(self, path: Path) -> Path:
        """The file of the model."""
        self.file.write(str(path))
        return path

    def _line(self, outline: Outline) -> entity_instance:
        points = [self.file.createIfcCartesianPoint((x / self.unit_m, y / self.unit_m)) for x, y in outline]
        return self.file.createIfcPolyline([*points, points[0]])

    def _show(self, product: entity_instance, shape: entity_instance) -> None:
        product.Representation = self.file.createIfcProductDefinitionShape(None, None, [shape])


def box(width_m: float, depth_m: float) -> Outline:
    """The outline of a rectangle with a corner in the origin."""
    return [(0.0, 0.0), (width_m, 0.0), (width_m, depth_m), (0.0, depth_m)]
