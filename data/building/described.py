"""What instances are said to be and to be made of: classifications and materials, in brief."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

import ifcopenshell
import ifcopenshell.util.element
from ifcopenshell import entity_instance

from data.building import plain
from data.building.model import Material, Properties

_CLASSIFICATION, _MATERIAL = "Classification", "Material"
_DEPTH = 16  # of classes inside classes
_LAYERS = (  # what a material is put together from, and where the materials themselves are
    ("ForLayerSet", None),
    ("ForProfileSet", None),
    ("MaterialLayers", "Material"),
    ("MaterialProfiles", "Material"),
    ("MaterialConstituents", "Material"),
    ("Materials", None),
)


def properties(entity: entity_instance) -> Properties:
    """The property sets of an instance, with its classes by system and its materials as two sets more."""
    found = plain.properties(entity)
    classes = {system: ", ".join(codes) for system, codes in classifications(entity).items()}
    made_of = materials(entity)
    if classes:
        found[_CLASSIFICATION] = found.get(_CLASSIFICATION, {}) | classes
    if made_of:
        found[_MATERIAL] = found.get(_MATERIAL, {}) | {"Made of": ", ".join(made_of)}
    return found


def classifications(entity: entity_instance) -> dict[str, list[str]]:
    """The classes of an instance, as `SL_20_15 Offices`, by their system; its type's where it has none of
    that system itself."""
    found: dict[str, list[str]] = {}
    for holder in (entity, ifcopenshell.util.element.get_type(entity)):
        own: dict[str, list[str]] = {}
        for reference in _associated(holder, "IfcRelAssociatesClassification", "RelatingClassification"):
            if code := _code(reference):
                own.setdefault(_system(reference), []).append(code)
        found = {system: sorted(set(codes)) for system, codes in own.items()} | found
    return found


def _associated(holder: entity_instance | None, kind: str, attribute: str) -> Iterator[entity_instance]:
    for relation in plain.attribute(holder, "HasAssociations") or ():
        stated = plain.attribute(relation, attribute) if relation.is_a(kind) else None
        if stated is not None:
            yield stated


def _code(reference: entity_instance) -> str | None:
    if reference.is_a("IfcClassificationNotation"):
        facets = (plain.text(one.NotationValue) for one in reference.NotationFacets or ())
        return " ".join(one for one in facets if one) or None
    if reference.is_a("IfcClassification"):
        return None
    stated = (plain.attribute(reference, name) for name in ("Identification", "ItemReference", "Name"))
    words = [plain.text(one) for one in stated]
    return " ".join(dict.fromkeys(word for word in words if word)) or None


def _system(reference: entity_instance) -> str:
    source: entity_instance | None = reference
    for _ in range(_DEPTH):
        if source is None or source.is_a("IfcClassification"):
            break
        source = plain.attribute(source, "ReferencedSource")
    return (
        plain.text(source.Name) if source is not None and source.is_a("IfcClassification") else None
    ) or "-"


def class_names(entity: entity_instance) -> list[str]:
    """What the classes of an instance are called, without their codes."""
    stated = _associated(entity, "IfcRelAssociatesClassification", "RelatingClassification")
    inherited = _associated(
        ifcopenshell.util.element.get_type(entity), "IfcRelAssociatesClassification", "RelatingClassification"
    )
    names = (plain.text(plain.attribute(one, "Name")) for one in (*stated, *inherited))
    return sorted({name for name in names if name})


def materials(entity: entity_instance) -> list[str]:
    """The names of the materials of an instance, those of its type where it states none."""
    for holder in (entity, ifcopenshell.util.element.get_type(entity)):
        stated = _associated(holder, "IfcRelAssociatesMaterial", "RelatingMaterial")
        names = [name for one in stated for name in _names(one)]
        if names:
            return list(dict.fromkeys(names))
    return []


def _names(material: entity_instance) -> list[str]:
    """The names of the materials that one is put together from."""
    if material.is_a("IfcMaterial"):
        name = plain.text(material.Name)
        return [name] if name else []
    found: list[str] = []
    for attribute, inner in _LAYERS:
        for part in _several(plain.attribute(material, attribute)):
            held = plain.attribute(part, inner) if inner else part
            found += _names(held) if held is not None else []
    return found


def _several(value: object) -> tuple[entity_instance, ...]:
    if isinstance(value, entity_instance):
        return (value,)
    return tuple(one for one in value if one is not None) if isinstance(value, Iterable) else ()


def all_materials(file: ifcopenshell.file) -> list[Material]:
    """The materials of a file with how many things are said to be made of them, the commonest first."""
    counts: Counter[str] = Counter()
    for relation in file.by_type("IfcRelAssociatesMaterial"):
        if relation.RelatingMaterial is not None:
            things = sum(_uses(one) for one in relation.RelatedObjects or ())
            counts.update(dict.fromkeys(_names(relation.RelatingMaterial), things))
    return [Material(name=name, elements=count) for name, count in counts.most_common()]


def _uses(one: entity_instance) -> int:
    return len(ifcopenshell.util.element.get_types(one)) if one.is_a("IfcTypeObject") else 1
