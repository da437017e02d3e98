"""Few words for drawing: a box, a prism, a place, a property set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import ifcopenshell
import numpy as np
from ifcopenshell import entity_instance
from ifcopenshell.api import aggregate, geometry, profile, pset, root, spatial
from ifcopenshell.api import type as types
from shapely import Polygon


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A model in the making."""

    file: ifcopenshell.file
    body: entity_instance  # the context that shapes belong to
    site: entity_instance
    building: entity_instance
    storeys: list[entity_instance] = field(default_factory=list)
    spaces: dict[str, entity_instance] = field(default_factory=dict)  # by number
    walls: dict[str, entity_instance] = field(default_factory=dict)  # by name
    types: dict[str, entity_instance] = field(default_factory=dict)  # by name

    def add(self, ifc_class: str, name: str, *, predefined_type: str | None = None) -> entity_instance:
        """A new instance."""
        return root.create_entity(self.file, ifc_class, name=name, predefined_type=predefined_type)

    def place(
        self, product: entity_instance, x: float = 0.0, y: float = 0.0, z: float = 0.0, angle: float = 0.0
    ) -> None:
        """Put a product there, in the building's axes, turned about z [rad]."""
        matrix = np.eye(4)
        matrix[:2, :2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
        matrix[:3, 3] = x, y, z
        geometry.edit_object_placement(self.file, product=product, matrix=matrix.round(9))

    def prism(self, product: entity_instance, outline: Polygon, height_m: float) -> None:
        """Give a product the body of an outline drawn upwards."""
        points = [(round(x, 6), round(y, 6)) for x, y in outline.normalize().exterior.coords]
        shape = profile.add_arbitrary_profile(self.file, profile=points)
        body = geometry.add_profile_representation(
            self.file, context=self.body, profile=shape, depth=height_m, cardinal_point=None
        )
        geometry.assign_representation(self.file, product=product, representation=body)

    def box(
        self, product: entity_instance, x: tuple[float, float], y: tuple[float, float], height_m: float
    ) -> None:
        """Give a product the body of a box, from and to along its own x and y."""
        corners = [(x[0], y[0]), (x[1], y[0]), (x[1], y[1]), (x[0], y[1])]
        self.prism(product, Polygon(corners), height_m)

    def contain(self, product: entity_instance, structure: entity_instance) -> None:
        """Say that a product stands on this storey or in this space."""
        spatial.assign_container(self.file, products=[product], relating_structure=structure)

    def part_of(self, part: entity_instance, whole: entity_instance) -> None:
        """Say that the whole is made of the part."""
        aggregate.assign_object(self.file, products=[part], relating_object=whole)

    def properties(self, product: entity_instance, sets: Mapping[str, Mapping[str, Any]]) -> None:
        """Add property sets; values get the types that the standard's templates name."""
        for name, values in sets.items():
            added = pset.add_pset(self.file, product=product, name=name)
            pset.edit_pset(self.file, pset=added, properties=dict(values))

    def quantities(self, product: entity_instance, name: str, values: Mapping[str, float]) -> None:
        """Add a set of quantities."""
        added = pset.add_qto(self.file, product=product, name=name)
        pset.edit_qto(self.file, qto=added, properties=dict(values))

    def of_type(self, product: entity_instance, ifc_class: str, name: str, predefined_type: str) -> None:
        """Make a product an occurrence of a type, which is made at its first."""
        if name not in self.types:
            self.types[name] = self.add(ifc_class, name, predefined_type=predefined_type)
        types.assign_type(self.file, related_objects=[product], relating_type=self.types[name])
