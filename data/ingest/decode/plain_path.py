"""Values on path-like topics: the path names the device, its last level the metric.

The payload is one value (`21.5`, `21.5 °C`, `off`, a short text) or a JSON object of values. A last level
such as `online` or `LWT` says whether the device is there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from analytics.quantities import QUANTITIES
from data.errors import DecodeError
from data.ingest.decode.memory import MAX_ITEMS
from data.ingest.decode.message import Decoded, DeviceInfo, Kind, Message, Reading, Value
from data.ingest.decode.payload import (
    Json,
    is_json,
    is_time,
    parse_json,
    parse_scalar,
    text,
    time_of,
    value_of,
    values,
)
from data.ingest.decode.presence import described, is_present, says_something
from data.ingest.decode.template import follow

# Levels that are words of a command wherever they stand after the first.
_COMMANDS = frozenset(("set", "get", "command", "cmd", "cmnd"))

# Last levels under which devices speak of themselves.
_ABOUT: dict[str, Kind] = {
    "lwt": "status", "online": "status", "availability": "status",
    "config": "metadata", "announce": "metadata", "info": "metadata",
    "log": "log", "logs": "log", "logging": "log", "debug": "log",
}  # fmt: skip

# What a last level `status` says of the device itself; other words of it may be of what the device does.
_PRESENCE = frozenset(("online", "offline", "connected", "disconnected"))

# Last levels that carry an object and name neither a device nor a metric.
_ENVELOPES = frozenset(
    (
        "telemetry",
        "data",
        "state",
        "status",
        "sensor",
        "sensors",
        "values",
        "readings",
        "json",
        "from",
        "result",
    )
)

# Members of an object that say what its device is.
_MANUFACTURERS = ("manufacturer", "vendor", "brand")
_FIRMWARE = ("firmware", "firmware_version", "fw", "fw_ver", "fw_version", "sw_version")

_DESCRIBING = frozenset(("model", *_MANUFACTURERS, *_FIRMWARE))

# Members whose digits are no number, and digits that are none whatever their name.
_NAMES = _DESCRIBING | {"id", "device_id", "sensor_id", "serial", "serial_number", "sn", "imei", "version"}
_ADDRESS = re.compile(r"0[0-9]+|[0-9]{11,}")
_MAX_NUMBER = 40  # characters, with its unit

_QUANTITY_WORDS = frozenset(word for quantity in QUANTITIES.values() for word in quantity.words)


class _Any:
    """Texts of any name may be numbers."""

    def __contains__(self, name: object) -> bool:
        return True


class _Naming:
    """Members that name something, in whatever case."""

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in _NAMES


class PlainPath:
    """Knows every topic, so it is asked last."""

    name = "plain-path"

    def decode(self, message: Message) -> Decoded:
        """What the message says.

        Raises:
            DecodeError: the payload is neither a value nor a JSON object.
        """
        path = _path(message.topic)
        if path.kind is not None:
            told = _presence(path.levels, message.payload) if path.kind == "status" else ()
            return Decoded(convention=self.name, kind=path.kind, devices=told)
        said = text(message.payload)
        if path.is_status and said.lower() in _PRESENCE:
            told = _presence(path.levels, message.payload)
            return Decoded(convention=self.name, kind="status", devices=told)
        if is_json(said):
            return self._object(path, parse_json(said))
        value, unit = parse_scalar(said)
        if value is None:
            return Decoded(convention=self.name, kind="invalid-value" if said else "empty")
        reading = Reading(device=path.device, metric=path.metric, value=value, unit=unit)
        return Decoded(convention=self.name, readings=(reading,))

    def _object(self, path: _Path, said: Json) -> Decoded:
        if not isinstance(said, dict):
            raise DecodeError("A JSON list names no metrics; describe the topic in CLERESTORY_JSON_TOPICS.")
        at = time_of(said)
        stated = {name: item for name, item in said.items() if not is_time(name)}
        found: list[tuple[str, Value, str | None]] = []
        if "value" in stated and not path.is_envelope:
            device, prefix = path.device, path.metric
            value, unit = _own_value(stated)
            if value is not None:
                found.append((prefix, value, unit))
        else:
            device, prefix = path.holder, path.prefix
        for name, leaf, unit in _numbers(stated):
            found.append((f"{prefix}/{name}" if prefix else name, leaf, unit))
        if not found:
            reason = "The object holds no number and no state."
            return Decoded(convention=self.name, kind="undecoded", reason=reason)
        readings = [
            Reading(device=device, metric=metric, value=value, unit=unit, at=at)
            for metric, value, unit in found
        ]
        return Decoded(convention=self.name, readings=tuple(readings), devices=_described(device, said))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Path:
    """What a topic says by itself."""

    levels: tuple[str, ...]
    kind: Kind | None  # of a topic that is not telemetry
    device: str  # and metric: of a value on this topic
    metric: str
    holder: str  # and prefix: of an object on this topic
    prefix: str
    is_status: bool  # its last level may be a state, or whether the device is there
    is_envelope: bool


@lru_cache(maxsize=MAX_ITEMS)  # devices say much on few topics
def _path(topic: str) -> _Path:
    levels = [level for level in topic.split("/") if level]
    if not levels:
        raise DecodeError("The topic names no device.")
    device, metric = _device_and_metric(levels)
    holder, prefix = _holder(levels)
    last = levels[-1].lower()
    return _Path(
        levels=tuple(levels), kind=_kind(levels), device=device, metric=metric, holder=holder, prefix=prefix,
        is_status=last == "status", is_envelope=last in _ENVELOPES,
    )  # fmt: skip


def _numbers(stated: dict[str, Json]) -> Iterator[tuple[str, float | bool, str | None]]:
    """Every number and state with its path and unit, be it written as text; no text, address or name."""
    for name, item in stated.items():
        if (type(item) is float or type(item) is int) and _is_plain(name):  # most are
            yield name, item, None
        else:
            yield from _inside(stated, name)


@lru_cache(maxsize=10_000)
def _is_plain(name: str) -> bool:
    """Whether a number of this name is a value, without a unit beside it."""
    return name not in _Naming() and name != "value" and "/" not in name


def _inside(stated: dict[str, Json], name: str) -> Iterator[tuple[str, float | bool, str | None]]:
    for path, item in values({name: stated[name]}, texts=_Any(), leave=_Naming()):
        value, unit = (item, None) if not isinstance(item, str) else _number(item.strip())
        if value is not None and not isinstance(value, str):
            yield path, value, unit or _unit_beside(stated, path)


def _unit_beside(stated: dict[str, Json], path: str) -> str | None:
    """The unit in an object `{"value": …, "unit": …}`."""
    *around, last = path.split("/")
    inside = follow(tuple(around), stated) if last == "value" else None
    unit = inside.get("unit") if isinstance(inside, dict) else None
    return unit if isinstance(unit, str) and unit else None


def _number(said: str) -> tuple[Value | None, str | None]:
    return (None, None) if _ADDRESS.fullmatch(said) or len(said) > _MAX_NUMBER else parse_scalar(said)


def _own_value(values: dict[str, Json]) -> tuple[Value | None, str | None]:
    """Take out the member `value`, which is what the topic names, with the unit that stands beside it."""
    value, unit = value_of(values.pop("value"))
    stated = values.get("unit")
    return value, stated if isinstance(stated, str) and stated else unit


def _described(device: str, said: dict[str, Json]) -> tuple[DeviceInfo, ...]:
    """What an object says of its device; nothing when it says nothing."""
    if _DESCRIBING.isdisjoint(said):
        return ()
    told = DeviceInfo(
        device=device, manufacturer=described(*(said.get(name) for name in _MANUFACTURERS)),
        model=described(said.get("model")), firmware=described(*(said.get(name) for name in _FIRMWARE)),
    )  # fmt: skip
    return (told,) if says_something(told) else ()


def _presence(levels: Sequence[str], payload: bytes) -> tuple[DeviceInfo, ...]:
    """Whether the device above the last level is there; nothing when it is not said, or of no device.

    A last will is of a connection, by which what stands below its topic is heard too.
    """
    *above, last = levels
    online = is_present(text(payload))
    if not above or online is None:
        return ()
    return (DeviceInfo(device="/".join(above), online=online, with_parts=last.lower() == "lwt"),)


def _kind(levels: list[str]) -> Kind | None:
    """The kind of a topic that is not telemetry."""
    if "$target" in levels:
        return "target"
    if any(level.startswith("$") for level in levels):
        return "metadata"
    if levels[0] == "cmnd" or not _COMMANDS.isdisjoint(levels[1:]):
        return "command"
    return _ABOUT.get(levels[-1].lower())


def _device_and_metric(levels: list[str]) -> tuple[str, str]:
    if len(levels) == 1:
        return levels[0], "value"
    return "/".join(levels[:-1]), levels[-1]


def _holder(levels: list[str]) -> tuple[str, str]:
    """The device of an object on this topic, and what its members' names begin with."""
    rest, prefix = levels, ""
    if len(rest) > 1 and rest[-1].lower() in _QUANTITY_WORDS:
        *rest, prefix = rest
    if len(rest) > 1 and rest[-1].lower() in _ENVELOPES:
        rest = rest[:-1]
    return "/".join(rest), prefix
