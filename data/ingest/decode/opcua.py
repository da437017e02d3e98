"""OPC UA PubSub in JSON (OPC 10000-14), on any topic: it is known by its shape.

A network message holds data set messages, which may also stand alone or in a list; a device is
`<publisher>/<writer>`. OPC Publisher's older samples hold one node each. A value of bad status is none.
Units are in a data set's metadata; its own name plate (OPC 10000-100) is in fields of set names.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from msgspec.structs import replace

from data.ingest.decode.describing import described
from data.ingest.decode.memory import Memory
from data.ingest.decode.message import Decoded, DeviceInfo, Kind, Message, Reading, Value
from data.ingest.decode.payload import Json, believable_time, every_value, is_json, member, parse_json, text

_Object = dict[str, Json]

# One of these is in every message of the convention; looking for them is cheaper than parsing.
_MARKS = (b'"Messages"', b'"Payload"', b'"NodeId"', b'"ua-')
_DATA = frozenset(("ua-data", "ua-keyframe", "ua-deltaframe", ""))
_KINDS: dict[str, Kind] = {"ua-metadata": "metadata", "ua-event": "event"}
_BAD = 0x8000_0000
_STATES = {0: False, 1: False, 2: True, 3: False}  # disabled, paused, operational, error
_NAME_PLATE = {
    "Manufacturer": "manufacturer", "Model": "model", "ComponentName": "label",
    "SoftwareRevision": "firmware", "DeviceRevision": "firmware",
}  # fmt: skip
_VARIANT = frozenset(("Type", "Body", "Dimensions", "UaType"))
_VARIANT_105 = frozenset(("UaType", "Value", "Dimensions"))
_STRUCTURE = frozenset(("TypeId", "Encoding", "Body"))
_LOCALIZED = frozenset(("Locale", "Text"))
_DATA_VALUE = frozenset(
    (
        "Value", "StatusCode", "Status", "SourceTimestamp", "SourcePicoseconds", "ServerTimestamp",
        "ServerPicoseconds", "UaType", "Dimensions",
    )
)  # fmt: skip


class OpcUa:
    """Network messages, data set messages and samples."""

    name = "opcua-pubsub-json"

    def __init__(self) -> None:
        self._units: Memory[tuple[str, str], str] = Memory()  # by device and field

    def decode(self, message: Message) -> Decoded | None:
        """What the message says; None when it has not the convention's shape.

        Raises:
            DecodeError: the payload is not JSON.
        """
        if not may_hold(message.payload):
            return None
        said = text(message.payload)
        if not is_json(said):
            return None
        whole = parse_json(said)
        items = whole if isinstance(whole, list) else [whole]
        objects = [item for item in items if isinstance(item, dict) and _is_own(item)]
        if not objects or len(objects) < len(items):
            return None
        told = [info for item in objects for info in self._told(item, message.topic)]
        readings = [self._with_unit(one) for item in objects for one in _of_message(item, message.topic)]
        kind = "telemetry" if readings else _kind(objects)
        devices = (*told, *_name_plates(readings))
        return Decoded(convention=self.name, kind=kind, readings=tuple(readings), devices=devices)

    def _told(self, item: _Object, topic: str) -> Iterator[DeviceInfo]:
        """What metadata and a publisher's state say of devices; the units of metadata are remembered."""
        publisher = _text(item.get("PublisherId")) or topic
        if _type(item) == "ua-metadata":
            devices = {
                _device(publisher, item.get(name)) for name in ("DataSetWriterId", "DataSetWriterName")
            }
            for field, unit in _units(member(item, "MetaData.Fields")):
                for device in devices:
                    self._units[device, field] = unit
            label = member(item, "MetaData.Name")
            yield DeviceInfo(device=_writer(item, publisher), label=label if isinstance(label, str) else None)
        elif _type(item) == "ua-status":
            status = item.get("Status")
            online = _STATES.get(status) if isinstance(status, int) else None
            yield DeviceInfo(device=publisher, online=online, with_parts=True)

    def _with_unit(self, reading: Reading) -> Reading:
        unit = self._units.get((reading.device, reading.metric))
        return reading if unit is None or reading.unit is not None else replace(reading, unit=unit)


def may_hold(payload: bytes) -> bool:
    """Whether it is worth looking into a payload; asked of every message that no other convention knows."""
    if b"{" in payload:
        for mark in _MARKS:
            if mark in payload:
                return True
    return False


def _is_own(item: _Object) -> bool:
    if str(item.get("MessageType", "")).startswith("ua-"):
        return True
    if _is_sample(item):
        return any(
            name in item for name in ("EndpointUrl", "ApplicationUri", "DisplayName", "ExtensionFields")
        )
    return isinstance(item.get("Payload"), dict) and (
        "DataSetWriterId" in item or "DataSetWriterName" in item
    )


def _is_sample(item: _Object) -> bool:
    return "NodeId" in item and "Value" in item


def _kind(objects: Sequence[_Object]) -> Kind:
    """What messages without a reading are."""
    stated = {_type(item) for item in (*objects, *(inner for item in objects for inner in _inner(item)))}
    kinds = [_KINDS[name] for name in sorted(stated) if name in _KINDS]
    if kinds:
        return kinds[0]
    return "invalid-value" if stated <= _DATA else "status"


def _type(item: _Object) -> str:
    stated = item.get("MessageType")
    return stated if isinstance(stated, str) else ""


def _inner(item: _Object) -> list[_Object]:
    """The data set messages of a network message."""
    held = item.get("Messages")
    return [one for one in (held if isinstance(held, list) else [held]) if isinstance(one, dict)]


def _of_message(item: _Object, topic: str) -> Iterator[Reading]:
    if _is_sample(item):
        yield from _of_sample(item, topic)
    elif "Messages" in item:
        publisher = _text(item.get("PublisherId")) or topic
        for inner in _inner(item):
            yield from _of_data_set(inner, publisher)
    else:
        yield from _of_data_set(item, _text(item.get("PublisherId")) or topic)


def _of_data_set(item: _Object, publisher: str) -> Iterator[Reading]:
    payload = item.get("Payload")
    if _type(item) not in _DATA or _is_bad(item.get("Status")) or not isinstance(payload, dict):
        return
    device = _writer(item, publisher)
    for field, stated in payload.items():
        yield from _of_field(device, field, stated, item.get("Timestamp"))


def _writer(item: _Object, publisher: str) -> str:
    return _device(publisher, item.get("DataSetWriterName") or item.get("DataSetWriterId"))


def _device(publisher: str, writer: Json) -> str:
    named = _text(writer)
    return f"{publisher}/{named}" if named else publisher


def _units(fields: Json) -> Iterator[tuple[str, str]]:
    """The fields of metadata that have a unit."""
    for field in fields if isinstance(fields, list) else []:
        properties, name = member(field, "Properties"), member(field, "Name")
        for one in properties if isinstance(properties, list) else []:
            key = member(one, "Key")
            stated = _value_of(member(one, "Value"))
            # A structure in a variant has its type beside its own body.
            unit = _value_of(member(_value_of(stated), "DisplayName"))
            is_unit = _text(member(key, "Name") or key).endswith("EngineeringUnits")
            if is_unit and isinstance(name, str) and isinstance(unit, str) and unit:
                yield name, unit


def _name_plates(readings: Sequence[Reading]) -> Iterator[DeviceInfo]:
    """What devices say of themselves in fields of set names."""
    plates: dict[str, list[tuple[str, Value]]] = {}
    for reading in readings:
        if reading.metric in _NAME_PLATE:
            plates.setdefault(reading.device, []).append((reading.metric, reading.value))
    for device, stated in plates.items():
        yield described(device, stated, _NAME_PLATE)


def _of_sample(item: _Object, topic: str) -> Iterator[Reading]:
    sources = (
        member(item, "ExtensionFields.PublisherId"), item.get("ApplicationUri"), item.get("EndpointUrl")
    )  # fmt: skip
    device = next(filter(None, map(_text, sources)), topic)
    name = _text(item.get("DisplayName")) or _text(item.get("NodeId")) or "value"
    if not _is_bad(item.get("Status")) and not _is_bad(item.get("StatusCode")):
        yield from _of_field(device, name, item["Value"], item.get("SourceTimestamp", item.get("Timestamp")))


def _of_field(device: str, name: str, stated: Json, message_time: Json) -> Iterator[Reading]:
    at = believable_time(message_time)
    if isinstance(stated, dict) and "Body" not in stated and _DATA_VALUE.issuperset(stated):
        if _is_bad(stated.get("StatusCode", stated.get("Status"))):
            return
        at = _first_time(stated) or at
        stated = stated.get("Value")
    for path, value, unit in every_value(_value_of(stated), name):
        yield Reading(device=device, metric=path, value=value, unit=unit, at=at)


def _value_of(stated: Json) -> Json:
    """The value in a variant, a structure or a text with its language."""
    if not isinstance(stated, dict):
        return stated
    if "Body" in stated and (_VARIANT.issuperset(stated) or _STRUCTURE.issuperset(stated)):
        return _value_of(stated["Body"])
    if "Value" in stated and "UaType" in stated and _VARIANT_105.issuperset(stated):
        return _value_of(stated["Value"])
    if "Text" in stated and _LOCALIZED.issuperset(stated):
        return stated["Text"]
    return {name: item for name, item in stated.items() if name not in ("UaTypeId", "TypeId")}


def _first_time(stated: _Object) -> datetime | None:
    times = (stated.get("SourceTimestamp"), stated.get("ServerTimestamp"))
    return next(filter(None, map(believable_time, times)), None)


def _is_bad(status: Json) -> bool:
    if isinstance(status, dict):
        symbol = status.get("Symbol")
        if isinstance(symbol, str) and "Code" not in status:
            return symbol.startswith("Bad")
        status = status.get("Code")
    return isinstance(status, int) and status & _BAD != 0


def _text(stated: Json) -> str:
    return str(stated) if isinstance(stated, (str, int)) and not isinstance(stated, bool) else ""
