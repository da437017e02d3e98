"""The office as an IFC4 file, written with ifcopenshell's own API; every time the same bytes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from ifcopenshell import entity_instance
from ifcopenshell.api import aggregate, context, georeference, project, root, unit

from data.demo.office import services, site
from data.demo.office.drawing import Drawing
from data.demo.office.identity import global_id
from data.demo.office.plan import STOREY_HEIGHT_M, STOREYS
from data.demo.office.rooms import draw_rooms, draw_shell
from data.errors import BadInput

NAME = "Lichtgaden 7"
_WRITTEN_AT = "2026-01-15T09:00:00"


def write(path: Path) -> None:
    """Write the model to a file.

    Raises:
        BadInput: the file cannot be written.
    """
    text = build()
    try:
        path.write_text(text, encoding="ascii")
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror}.") from error


def build() -> str:
    """The model as the text of an IFC file."""
    drawing = _begin()
    _place_on_earth(drawing)
    draw_rooms(drawing)
    draw_shell(drawing)
    services.draw(drawing)
    _put_in_order(drawing)
    _give_identities(drawing)
    _date(drawing)
    return str(drawing.file.to_string())


def _begin() -> Drawing:
    file = project.create_file("IFC4")
    office = root.create_entity(file, "IfcProject", name="Clerestory demo")
    degrees = file.create_entity("IfcSIUnit", UnitType="THERMODYNAMICTEMPERATUREUNIT", Name="DEGREE_CELSIUS")
    kinds = ("LENGTHUNIT", "AREAUNIT", "VOLUMEUNIT", "PLANEANGLEUNIT", "TIMEUNIT", "POWERUNIT")
    assigned = unit.assign_unit(
        file, units=[*(unit.add_si_unit(file, unit_type=kind) for kind in kinds), degrees]
    )
    assigned.Units = sorted(assigned.Units, key=lambda one: one.id())  # it was a set, in no order
    model = context.add_context(file, context_type="Model")
    body = context.add_context(
        file, context_type="Model", context_identifier="Body", target_view="MODEL_VIEW", parent=model
    )
    land = root.create_entity(file, "IfcSite", name="Am Lichtgaden")
    building = root.create_entity(file, "IfcBuilding", name=NAME)
    aggregate.assign_object(file, products=[land], relating_object=office)
    aggregate.assign_object(file, products=[building], relating_object=land)
    drawing = Drawing(file=file, body=body, site=land, building=building)
    for product in (land, building):
        drawing.place(product)
    for level, name in enumerate(STOREYS):
        storey = root.create_entity(file, "IfcBuildingStorey", name=name)
        storey.Elevation = level * STOREY_HEIGHT_M
        aggregate.assign_object(file, products=[storey], relating_object=building)
        drawing.place(storey, z=level * STOREY_HEIGHT_M)
        drawing.storeys.append(storey)
    return drawing


def _place_on_earth(drawing: Drawing) -> None:
    georeference.add_georeferencing(drawing.file, name="EPSG:25833")
    georeference.edit_georeferencing(
        drawing.file,
        projected_crs={
            "Description": "ETRS89 / UTM zone 33N",
            "GeodeticDatum": "ETRS89",
            "MapProjection": "UTM",
            "MapZone": "33N",
        },
        coordinate_operation={
            "Eastings": site.EASTINGS_M,
            "Northings": site.NORTHINGS_M,
            "OrthogonalHeight": site.HEIGHT_M,
            "XAxisAbscissa": site.ROTATION[0],
            "XAxisOrdinate": site.ROTATION[1],
            "Scale": 1.0,
        },
    )
    georeference.edit_true_north(drawing.file, true_north=site.TRUE_NORTH)
    drawing.site.RefLatitude = _compound_angle(site.LATITUDE)
    drawing.site.RefLongitude = _compound_angle(site.LONGITUDE)
    drawing.site.RefElevation = site.HEIGHT_M
    drawing.building.BuildingAddress = drawing.file.create_entity(
        "IfcPostalAddress",
        Purpose="SITE",
        AddressLines=["Am Lichtgaden 7"],
        Town="Potsdam",
        Region="Brandenburg",
        PostalCode="14467",
        Country="Germany",
    )


def _compound_angle(degrees: float) -> tuple[int, int, int, int]:
    """Degrees, minutes, seconds and millionths of a second."""
    millionths = round(degrees * 3_600_000_000)
    seconds, millionths = divmod(millionths, 1_000_000)
    minutes, seconds = divmod(seconds, 60)
    whole, minutes = divmod(minutes, 60)
    return whole, minutes, seconds, millionths


def _put_in_order(drawing: Drawing) -> None:
    """Sort what a relation relates: the API collects it in sets, whose order is another every time."""
    for relation in drawing.file.by_type("IfcRelationship"):
        for position, value in enumerate(relation):
            if isinstance(value, tuple) and value and isinstance(value[0], entity_instance):
                relation[position] = sorted(value, key=lambda related: int(related.id()))


def _give_identities(drawing: Drawing) -> None:
    """Replace the random GlobalIds; what has no name of its own is counted."""
    seen: Counter[tuple[str, str]] = Counter()
    for entity in sorted(drawing.file.by_type("IfcRoot"), key=lambda entity: int(entity.id())):
        key = (entity.is_a(), entity.Name or "")
        seen[key] += 1
        number = seen[key]
        entity.GlobalId = global_id(key[0], key[1] if number == 1 and key[1] else f"{key[1]}#{number}")


def _date(drawing: Drawing) -> None:
    header = drawing.file.header
    header.file_name.name = "office.ifc"
    header.file_name.time_stamp = _WRITTEN_AT
    header.file_name.author = ("Clerestory",)
    header.file_name.organization = ("Clerestory",)
    header.file_name.preprocessor_version = "ifcopenshell"
    header.file_name.originating_system = "Clerestory demo office"
    header.file_name.authorization = ""
