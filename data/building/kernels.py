"""What the bodies of elements are made of, and which kernel may be asked to draw them.

Three kernels, the fastest first. `cgal-simple` leaves out what has openings. `manifold` cuts openings and
solids from solids, but takes half-spaces wrongly and without a word: for it they are made solids. OpenCASCADE
does what the others leave.

What they draw differs in two ways, neither of which is seen. Of a face that is written twice, front and back,
as in sheets of no thickness, `cgal-simple` gives one; all is drawn from both sides. Circles become polygons
within a millimetre of them, OpenCASCADE's within half of one.

All are asked on one thread: on several, ifcopenshell 0.9 takes up to a millisecond more for each element, and
most bodies take less than that.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from ifcopenshell import entity_instance

from data.building import half_spaces, plain
from data.building.shell_report import Kernel

_NO_BODIES = frozenset(
    {"Axis", "FootPrint", "Box", "Annotation", "Plan", "Profile", "Reference", "Clearance", "CoG", "Lighting"}
)
_FLAT = frozenset(
    {"Annotation2D", "BoundingBox", "Curve", "Curve2D", "Curve3D", "FillArea", "GeometricCurveSet"}
    | {"GeometricSet", "LightSource", "Point", "PointCloud", "Text"}
)
_BOOLEAN = "IfcBooleanResult"

_Cuts = dict[entity_instance, half_spaces.Faces]  # by the boolean result whose second operand is replaced


def bodies_of(element: entity_instance) -> Iterator[entity_instance]:
    """The representations of an element that are bodies."""
    shape = element.Representation
    for one in (shape.Representations or ()) if shape is not None else ():
        drawn = one.RepresentationIdentifier in _NO_BODIES or _type(one) in _FLAT
        if not drawn and one.Items:
            yield one


def _type(representation: entity_instance) -> str | None:
    item = representation.Items[0] if representation.Items else None
    source = item.MappingSource if item and item.is_a("IfcMappedItem") else None
    mapped = source.MappedRepresentation if source is not None else representation
    return str(mapped.RepresentationType) if mapped is not None and mapped.RepresentationType else None


@contextmanager
def prepared(kernel: Kernel, elements: Iterable[entity_instance]) -> Iterator[list[entity_instance]]:
    """Those of some elements that a kernel may be asked for: a wrong answer comes without a word.

    For `manifold`, the half-spaces that cut them are solids of the file until the context ends. The solids
    stay in the file, and nothing leads to them any more.
    """
    if kernel != "manifold":
        yield [one for one in elements if kernel == "opencascade" or not _has_booleans(one)]
        return
    cuts = {one: found for one in elements if (found := _cuts(one)) is not None}
    replaced: dict[entity_instance, entity_instance] = {}
    try:
        for result, faces in ChainMap(*cuts.values()).items():
            replaced[result] = result.SecondOperand
            result.SecondOperand = half_spaces.solid(result.file, faces)
        yield list(cuts)
    finally:
        for result, half_space in replaced.items():
            result.SecondOperand = half_space


def _has_booleans(element: entity_instance) -> bool:
    return any(item.is_a(_BOOLEAN) or item.is_a("IfcCsgSolid") for item in _items(element))


def _cuts(element: entity_instance) -> _Cuts | None:
    """What has to be made a solid before `manifold` is asked; None if it must not be asked.

    Met: it crashes on the openings of what is made of faces. So all has to be made of extrusions.
    """
    cut_out = [one.RelatedOpeningElement for one in plain.attribute(element, "HasOpenings") or ()]
    waiting = [item for one in (element, *cut_out) if one is not None for item in _items(one)]
    found: _Cuts = {}
    seen: set[int] = set()  # a file may cut a thing from itself
    while waiting:
        item = waiting.pop()
        if item.is_a() == "IfcExtrudedAreaSolid" or item.id() in seen:
            continue
        seen.add(item.id())
        if not item.is_a(_BOOLEAN) or item.Operator != "DIFFERENCE":
            return None
        waiting.append(item.FirstOperand)
        cutter = item.SecondOperand
        if cutter is None or not cutter.is_a("IfcHalfSpaceSolid"):
            waiting.append(cutter)
        elif (faces := half_spaces.faces(cutter)) is not None:
            found[item] = faces
        else:
            return None
    return found


def _items(element: entity_instance) -> Iterator[entity_instance]:
    """What the bodies of an element are made of, through what is mapped; each item once."""
    waiting = [item for one in bodies_of(element) for item in one.Items]
    seen: set[int] = set()  # a file may map a thing onto itself, or ten times ten times ten times
    while waiting:
        item = waiting.pop()
        if item.id() in seen:
            continue
        seen.add(item.id())
        if not item.is_a("IfcMappedItem"):
            yield item
        elif item.MappingSource is not None and item.MappingSource.MappedRepresentation is not None:
            waiting += item.MappingSource.MappedRepresentation.Items or ()
