"""Values on path-like topics: the path names the device, its last level the metric.

The payload is one value (`21.5`, `21.5 °C`, `off`, a short text) or a JSON object of values. A last level
such as `online` or `LWT` says whether the device is there.
"""

from __future__ import annotations

from analytics.quantities import QUANTITIES
from data.errors import DecodeError
from data.ingest.decode.message import Decoded, DeviceInfo, Kind, Message, Reading, Value
from data.ingest.decode.payload import (
    TIME_NAMES,
    Json,
    is_json,
    leaves,
    parse_json,
    parse_scalar,
    text,
    time_of,
    value_of,
)
from data.ingest.decode.presence import described, is_present, says_something

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
_NAME_PLATE = frozenset((*_MANUFACTURERS, "model", *_FIRMWARE))

_QUANTITY_WORDS = frozenset(word for quantity in QUANTITIES.values() for word in quantity.words)


class PlainPath:
    """Knows every topic, so it is asked last."""

    name = "plain-path"

    def decode(self, message: Message) -> Decoded:
        """What the message says.

        Raises:
            DecodeError: the payload is neither a value nor a JSON object.
        """
        levels = [level for level in message.topic.split("/") if level]
        if not levels:
            raise DecodeError("The topic names no device.")
        if (kind := _kind(levels)) is not None:
            told = _presence(levels, message.payload) if kind == "status" else ()
            return Decoded(convention=self.name, kind=kind, devices=told)
        said = text(message.payload)
        if levels[-1].lower() == "status" and said.lower() in _PRESENCE:
            return Decoded(convention=self.name, kind="status", devices=_presence(levels, message.payload))
        if is_json(said):
            return self._object(levels, parse_json(said))
        value, unit = parse_scalar(said)
        if value is None:
            return Decoded(convention=self.name, kind="invalid-value" if said else "empty")
        device, metric = _device_and_metric(levels)
        return Decoded(
            convention=self.name, readings=(Reading(device=device, metric=metric, value=value, unit=unit),)
        )

    def _object(self, levels: list[str], said: Json) -> Decoded:
        if not isinstance(said, dict):
            raise DecodeError("A JSON list names no metrics; describe the topic in CLERESTORY_JSON_TOPICS.")
        at = time_of(said)
        values = {name: item for name, item in said.items() if name.lower() not in TIME_NAMES}
        found: list[tuple[str, Value, str | None]] = []
        if "value" in values and levels[-1].lower() not in _ENVELOPES:
            device, prefix = _device_and_metric(levels)
            value, unit = _own_value(values)
            if value is not None:
                found.append((prefix, value, unit))
        else:
            device, prefix = _holder(levels)
        found += ((f"{prefix}/{path}" if prefix else path, leaf, None) for path, leaf in leaves(values))
        if not found:
            reason = "The object holds no number and no state."
            return Decoded(convention=self.name, kind="undecoded", reason=reason)
        readings = (
            Reading(device=device, metric=metric, value=value, unit=unit, at=at)
            for metric, value, unit in found
        )
        return Decoded(convention=self.name, readings=tuple(readings), devices=_described(device, said))


def _own_value(values: dict[str, Json]) -> tuple[Value | None, str | None]:
    """Take out the member `value`, which is what the topic names, with the unit that stands beside it."""
    value, unit = value_of(values.pop("value"))
    stated = values.get("unit")
    return value, stated if isinstance(stated, str) and stated else unit


def _described(device: str, said: dict[str, Json]) -> tuple[DeviceInfo, ...]:
    if _NAME_PLATE.isdisjoint(said):
        return ()
    told = DeviceInfo(
        device=device, manufacturer=described(*(said.get(name) for name in _MANUFACTURERS)),
        model=described(said.get("model")), firmware=described(*(said.get(name) for name in _FIRMWARE)),
    )  # fmt: skip
    return (told,) if says_something(told) else ()


def _presence(levels: list[str], payload: bytes) -> tuple[DeviceInfo, ...]:
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
