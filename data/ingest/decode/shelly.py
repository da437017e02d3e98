"""Shelly: from the second generation on RPC notifications and component states as JSON.

A notification is on `<prefix>/events/rpc`, one component's state on `<prefix>/status/<component>`. A
notification of change holds only what changed. The prefix can be renamed; `src` is who speaks. Whether a
device is there is on `<prefix>/online`, what it is in its answer to `Shelly.GetDeviceInfo`.

Source: https://shelly-api-docs.shelly.cloud/gen2/ComponentsAndServices/Mqtt
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from msgspec.structs import replace

from data.ingest.decode.memory import Memory
from data.ingest.decode.message import Decoded, DeviceInfo, Message, Reading
from data.ingest.decode.payload import Json, believable_time, is_json, parse_object, text, values
from data.ingest.decode.presence import described, says_something
from data.ingest.decode.shelly_gen1 import FIRST_GENERATION, decode_first_generation, info_of

_RPC = re.compile(r"(?P<prefix>.+?)(?P<events>/events)?/rpc", re.DOTALL)
_STATUS = re.compile(r"(?P<prefix>.+)/status/(?P<component>[a-z][a-z0-9_]*(?::\d+)?)", re.DOTALL)
_OWN = re.compile(r"(?P<prefix>.+)/(?P<what>online|announce)", re.DOTALL)
_DEBUG = re.compile(r".+/debug/log(?:/.*)?", re.DOTALL)

# Components that speak of the device itself.
_SYSTEM = frozenset(
    ("sys", "wifi", "wifi_ap", "eth", "cloud", "mqtt", "ble", "ws", "ht_ui", "plugs_ui", "plus_ui", "modbus",
     "knx", "matter", "ui", "zigbee", "bthome", "schedule", "webhook", "script", "wd_ui")
)  # fmt: skip

_NO_VALUES = frozenset(
    (
        "id", "source", "errors", "flags", "by_minute", "minute_ts", "last_update_ts", "last_updated_ts",
        "ts", "timer_started_at", "timer_duration", "move_started_at", "move_timeout", "transition",
        "calibration", "pos_control", "packet_id",
    )
)  # fmt: skip
_TEXTS = frozenset(
    ("state", "value", "last_direction", "event", "mode", "thermostat_mode", "illumination", "direction")
)

# The device's own id: by its shape another's topic is not taken for a Shelly's.
_ID = re.compile(r"shelly[a-z0-9]*-[0-9a-f]{6,12}", re.IGNORECASE)
_MAX_NAMES = 8  # of who speaks below one prefix; a device has two
_PRESENT = {b"true": True, b"false": False}

# What is told of a component's settings, not of what it does.
_NO_EVENTS = frozenset(("config_changed", "scheduled_restart", "component_added", "component_removed"))


class Shelly:
    """Devices called by the id under which they speak, or their prefix where there is none."""

    name = "shelly"
    topics = (_RPC, _STATUS, _OWN, _DEBUG, FIRST_GENERATION)

    def __init__(self) -> None:
        self._present: Memory[str, bool] = Memory()  # by prefix
        self._names: Memory[str, frozenset[str]] = Memory()  # under which a prefix was heard

    def decode(self, message: Message) -> Decoded | None:
        """What the message says; None when it is not on a topic of this convention.

        Raises:
            DecodeError: the notification or state is broken.
        """
        if rpc := _RPC.fullmatch(message.topic):
            decoded = self._rpc(_device(rpc["prefix"]), text(message.payload))
            # Below another's prefix come answers, to who asked.
            return self._heard(rpc["prefix"], decoded) if decoded and rpc["events"] else decoded
        status = _STATUS.fullmatch(message.topic)
        if status is not None and _is_component(status["component"]):
            decoded = self._status(_device(status["prefix"]), status["component"], text(message.payload))
            return self._heard(status["prefix"], decoded)
        if _DEBUG.fullmatch(message.topic):
            return Decoded(convention=self.name, kind="log")
        own = _OWN.fullmatch(message.topic)
        decoded = self._own(own["prefix"], own["what"], message) if own else None
        return decoded or decode_first_generation(message)

    def _own(self, prefix: str, what: str, message: Message) -> Decoded | None:
        """Whether a device is there, or what it announces; None when the prefix may be another's."""
        device = _device(prefix)
        is_id = _ID.fullmatch(device) and not prefix.startswith("shellies/")
        names = self._names.get(prefix) or (frozenset((device,)) if is_id else None)
        if what == "announce":
            stated = parse_object(text(message.payload)) if is_json(text(message.payload)) else {}
            device = described(stated.get("id")) or device
            if names is None and _ID.fullmatch(device) is None:
                return None
            return Decoded(convention=self.name, kind="discovery", devices=_told(device, stated))
        online = _PRESENT.get(message.payload)
        if online is None:
            return None
        self._present[prefix] = online
        if names is None:
            return None
        told = tuple(DeviceInfo(device=name, online=online) for name in sorted(names))
        return Decoded(convention=self.name, kind="status", devices=told)

    def _heard(self, prefix: str, decoded: Decoded) -> Decoded:
        """Who speaks below a prefix; new ones are as present as the prefix was last said to be."""
        names, online = self._names.get(prefix) or frozenset(), self._present.get(prefix)
        new = {reading.device for reading in decoded.readings} - names
        if not new or len(names) >= _MAX_NAMES:
            return decoded
        self._names[prefix] = names | new
        if online is None or decoded.devices:
            return decoded
        told = tuple(DeviceInfo(device=name, online=online) for name in sorted(new))
        return replace(decoded, devices=told)

    def _status(self, device: str, component: str, said: str) -> Decoded:
        if component.partition(":")[0] in _SYSTEM:
            return Decoded(convention=self.name, kind="status")
        if not said:
            return Decoded(convention=self.name, kind="empty")
        stated = parse_object(said)
        at = believable_time(stated.get("last_update_ts") or stated.get("last_updated_ts"))
        return self._decoded(tuple(_readings(device, {component: stated}, at)))

    def _rpc(self, prefix: str, said: str) -> Decoded | None:
        if not is_json(said):
            return None
        frame = parse_object(said)
        source = frame.get("src")
        device = source if isinstance(source, str) and source else prefix
        stated, method = frame.get("params"), frame.get("method")
        if method == "NotifyEvent" and isinstance(stated, dict):
            readings = tuple(_events(device, stated.get("events")))
            return Decoded(convention=self.name, kind="event", readings=readings)
        if method in ("NotifyStatus", "NotifyFullStatus") and isinstance(stated, dict):
            decoded = self._decoded(tuple(_readings(device, stated, believable_time(stated.get("ts")))))
            if method == "NotifyStatus":
                return decoded
            # All is told at once when the connection stands.
            return replace(decoded, devices=(DeviceInfo(device=device, online=True),))
        if method is not None:
            return Decoded(convention=self.name, kind="command")
        # Which component an answer speaks of is known only to who asked, unless it names its components.
        result = frame.get("result")
        if not isinstance(result, dict):
            return self._decoded(())
        if told := _told(device, result):
            return Decoded(convention=self.name, kind="metadata", devices=told)
        return self._decoded(tuple(_readings(device, result, None)))

    def _decoded(self, readings: tuple[Reading, ...]) -> Decoded:
        if readings:
            return Decoded(convention=self.name, readings=readings)
        return Decoded(convention=self.name, kind="undecoded", reason="No component states a value.")


def _device(prefix: str) -> str:
    """The device's own id where the prefix ends with it, else the prefix."""
    last = prefix.rpartition("/")[2]
    return last if _ID.fullmatch(last) else prefix


def _told(device: str, stated: dict[str, Json]) -> tuple[DeviceInfo, ...]:
    """What an announcement, or an answer about the device or its configuration, says of it; often nothing."""
    system = stated.get("sys", stated)  # alone, or among all components
    own = system.get("device") if isinstance(system, dict) else None
    told = info_of(device, own if isinstance(own, dict) else stated if "model" in stated else {})
    return (told,) if says_something(told) else ()


def _is_component(name: str) -> bool:
    return ":" in name or name in _SYSTEM


def _readings(device: str, components: dict[str, Json], at: datetime | None) -> Iterator[Reading]:
    for component, stated in components.items():
        kind, colon, _ = component.partition(":")
        if colon and kind not in _SYSTEM and isinstance(stated, dict):
            for metric, value in values(_celsius(stated), texts=_TEXTS, leave=_NO_VALUES):
                yield Reading(device=device, metric=f"{component}/{metric}", value=value, at=at)


def _celsius(stated: Json) -> Json:
    """Without the temperatures that are stated a second time in degrees Fahrenheit."""
    if not isinstance(stated, dict):
        return stated
    return {
        name: _celsius(item)
        for name, item in stated.items()
        if not (name.endswith("F") and f"{name[:-1]}C" in stated)
    }


def _events(device: str, events: Json) -> Iterator[Reading]:
    for event in events if isinstance(events, list) else ():
        if not isinstance(event, dict):
            continue
        component, happened = event.get("component"), event.get("event")
        if not isinstance(component, str) or ":" not in component or not isinstance(happened, str):
            continue
        if component.partition(":")[0] not in _SYSTEM and happened and happened not in _NO_EVENTS:
            at = believable_time(event.get("ts"))
            yield Reading(device=device, metric=f"{component}/event", value=happened, at=at)
