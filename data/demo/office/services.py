"""What is installed in the office, drawn: air handling, heating, meters, sensors."""

from __future__ import annotations

from collections import defaultdict

from ifcopenshell import entity_instance
from ifcopenshell.api import spatial, system

from data.demo import devices
from data.demo.office import fabric, plan, properties
from data.demo.office.drawing import Drawing

UNITS = ("AHU-1", "AHU-2")

_SENSORS = {
    "temperature": "TEMPERATURESENSOR",
    "humidity": "HUMIDITYSENSOR",
    "co2": "CO2SENSOR",
    "illuminance": "LIGHTSENSOR",
    "occupancy": "MOVEMENTSENSOR",
}
# Places of the large things in the plant room [m].
_UNIT_AT = {"AHU-1": (29.0, 16.0), "AHU-2": (29.0, 19.6)}
_METER_AT = {
    "electricity-main": (24.5, 14.6),
    "electricity-ventilation": (24.5, 15.4),
    "heat-main": (24.5, 17.4),
}


def draw(drawing: Drawing) -> None:
    """Everything that is installed, in systems that say what they serve."""
    for name in UNITS:
        _draw_air_handling(drawing, name)
    _draw_heating(drawing)
    electrical = _system(drawing, "Electricity", "ELECTRICAL")
    for device in devices.devices():
        if device.convention == "meter" and device.name != "heat-main":
            system.assign_system(drawing.file, products=[_draw_meter(drawing, device)], system=electrical)
        elif device.room is not None and device.convention not in ("telemetry", "meter"):
            _draw_sensors(drawing, device)
    _serve(drawing, electrical, drawing.storeys)


def _draw_air_handling(drawing: Drawing, name: str) -> None:
    """A unit in the plant room, a duct a storey, an air terminal a room, joined by ports."""
    served = [room for room in plan.rooms() if room.ahu == name]
    unit = drawing.add("IfcUnitaryEquipment", name)
    drawing.of_type(unit, "IfcUnitaryEquipmentType", "Air handler 6000", "AIRHANDLER")
    unit.Tag = name.lower()
    _put(drawing, unit, devices.PLANT_ROOM, _UNIT_AT[name], 0.0, (1.8, 0.7, 1.6))
    air_flow = sum(properties.air_change_m3h(room) for room in served)
    drawing.properties(
        unit,
        {"Clerestory_AirHandler": {"NominalAirFlow_m3h": round(air_flow), "Filter": "ePM1 60 %"}},
    )
    group = _system(drawing, name, "VENTILATION")
    by_storey: dict[int, list[plan.Room]] = defaultdict(list)
    for room in served:
        by_storey[room.storey].append(room)
    products = [unit]
    for storey, rooms in by_storey.items():
        products += _draw_duct(drawing, unit, storey, rooms)
    system.assign_system(drawing.file, products=products, system=group)
    _serve(drawing, group, [drawing.spaces[room.number] for room in served])
    for room in served:
        spatial.reference_structure(
            drawing.file, products=[unit], relating_structure=drawing.spaces[room.number]
        )


def _draw_duct(
    drawing: Drawing, unit: entity_instance, storey: int, rooms: list[plan.Room]
) -> list[entity_instance]:
    duct = drawing.add("IfcDuctSegment", f"Supply duct {unit.Name}/{storey}")
    drawing.of_type(duct, "IfcDuctSegmentType", "Rectangular duct", "RIGIDSEGMENT")
    drawing.contain(duct, drawing.storeys[storey])
    drawing.place(duct, 2.0, 6.2, storey * plan.STOREY_HEIGHT_M + 2.65)
    drawing.box(duct, (0.0, 32.0), (0.0, 0.4), 0.3)
    _join(drawing, unit, duct)
    terminals = []
    for room in rooms:
        terminal = drawing.add("IfcAirTerminal", f"Air terminal {room.number}")
        drawing.of_type(terminal, "IfcAirTerminalType", "Swirl diffuser 600", "DIFFUSER")
        centre = fabric.clear_outline(room).representative_point()
        _put(drawing, terminal, room.number, (centre.x, centre.y), 2.8, (0.3, 0.3, 0.1))
        _join(drawing, duct, terminal)
        terminals.append(terminal)
    return [duct, *terminals]


def _draw_heating(drawing: Drawing) -> None:
    """A radiator in each heated room, and the meter of all of them."""
    group = _system(drawing, "Heating", "HEATING")
    products = [_draw_meter(drawing, next(d for d in devices.devices() if d.name == "heat-main"))]
    served = []
    for room in plan.rooms():
        place = fabric.heated_at(room)
        if place is None:
            continue
        radiator = drawing.add("IfcSpaceHeater", f"Radiator {room.number}")
        drawing.of_type(radiator, "IfcSpaceHeaterType", "Panel radiator", "RADIATOR")
        drawing.contain(radiator, drawing.spaces[room.number])
        x, y = fabric.inside(room, *place, 0.2)
        drawing.place(radiator, x, y, room.storey * plan.STOREY_HEIGHT_M + 0.15, place[0].angle)
        drawing.box(radiator, (-0.6, 0.6), (-0.06, 0.06), 0.55)
        products.append(radiator)
        served.append(drawing.spaces[room.number])
    system.assign_system(drawing.file, products=products, system=group)
    _serve(drawing, group, served)


def _draw_meter(drawing: Drawing, device: devices.Device) -> entity_instance:
    assert device.room is not None
    meter = drawing.add("IfcFlowMeter", f"Meter {device.name}")
    meter.Tag = device.name
    kind = "Heat meter" if device.name == "heat-main" else "Electricity meter"
    drawing.of_type(meter, "IfcFlowMeterType", kind, "ENERGYMETER")
    point = fabric.clear_outline(_room(device.room)).representative_point()
    _put(drawing, meter, device.room, _METER_AT.get(device.name, (point.x, point.y)), 1.3, (0.1, 0.1, 0.3))
    return meter


def _draw_sensors(drawing: Drawing, device: devices.Device) -> None:
    """One sensor a quantity; they share the device's name as their tag."""
    assert device.room is not None
    point = fabric.clear_outline(_room(device.room)).representative_point()
    for number, metric in enumerate(metric for metric in device.metrics if metric in _SENSORS):
        sensor = drawing.add("IfcSensor", f"{device.name} {metric}")
        sensor.Tag = device.name
        drawing.of_type(sensor, "IfcSensorType", f"{metric.capitalize()} sensor", _SENSORS[metric])
        _put(drawing, sensor, device.room, (point.x + 0.15 * number, point.y + 0.4), 1.6, (0.04, 0.02, 0.08))


def _put(
    drawing: Drawing, product: entity_instance, number: str, at: tuple[float, float], height_m: float,
    half: tuple[float, float, float],
) -> None:  # fmt: skip
    """Stand a product in a room: half its width and depth, and its height [m]."""
    drawing.contain(product, drawing.spaces[number])
    drawing.place(product, *at, _room(number).storey * plan.STOREY_HEIGHT_M + height_m)
    drawing.box(product, (-half[0], half[0]), (-half[1], half[1]), half[2])


def _join(drawing: Drawing, source: entity_instance, sink: entity_instance) -> None:
    ports = []
    for element, other in ((source, sink), (sink, source)):
        port = system.add_port(drawing.file, element=element)
        port.Name = f"{element.Name} to {other.Name}"
        port.PredefinedType, port.SystemType = "DUCT", "VENTILATION"
        ports.append(port)
    system.connect_port(drawing.file, port1=ports[0], port2=ports[1], direction="SOURCE")


def _system(drawing: Drawing, name: str, kind: str) -> entity_instance:
    group = system.add_system(drawing.file, ifc_class="IfcDistributionSystem")
    group.Name, group.PredefinedType = name, kind
    return group


def _serve(drawing: Drawing, group: entity_instance, structures: list[entity_instance]) -> None:
    relation = drawing.add("IfcRelServicesBuildings", f"{group.Name} serves")
    relation.RelatingSystem, relation.RelatedBuildings = group, structures


def _room(number: str) -> plan.Room:
    return next(room for room in plan.rooms() if room.number == number)
