"""Shelly's second and later generations: RPC notifications and component states as JSON.

A notification is on `<prefix>/events/rpc`, one component's state on `<prefix>/status/<component>`. A
notification of change holds only what changed. The prefix can be renamed; `src` is who speaks.

Source: https://shelly-api-docs.shelly.cloud/gen2/ComponentsAndServices/Mqtt
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from data.ingest.decode.message import Decoded, Message, Reading
from data.ingest.decode.payload import Json, believable_time, is_json, parse_object, text, values

_RPC = re.compile(r"(?P<prefix>.+?)(?P<events>/events)?/rpc", re.DOTALL)
_STATUS = re.compile(r"(?P<prefix>.+)/status/(?P<component>[a-z][a-z0-9_]*(?::\d+)?)", re.DOTALL)
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
_TEXTS = frozenset(("state", "value", "last_direction", "event", "mode", "thermostat_mode"))


class Shelly:
    """Devices called by the id under which they speak, or their prefix where there is none."""

    name = "shelly"

    def decode(self, message: Message) -> Decoded | None:
        """What the message says; None when it is not on a topic of this convention.

        Raises:
            DecodeError: the notification or state is broken.
        """
        if rpc := _RPC.fullmatch(message.topic):
            return self._rpc(rpc["prefix"], text(message.payload))
        status = _STATUS.fullmatch(message.topic)
        if status is not None and _is_component(status["component"]):
            return self._status(status["prefix"], status["component"], text(message.payload))
        return Decoded(convention=self.name, kind="log") if _DEBUG.fullmatch(message.topic) else None

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
            return self._decoded(tuple(_readings(device, stated, believable_time(stated.get("ts")))))
        if method is not None:
            return Decoded(convention=self.name, kind="command")
        # Which component an answer speaks of is known only to who asked, unless it names its components.
        result = frame.get("result")
        return self._decoded(tuple(_readings(device, result, None)) if isinstance(result, dict) else ())

    def _decoded(self, readings: tuple[Reading, ...]) -> Decoded:
        if readings:
            return Decoded(convention=self.name, readings=readings)
        return Decoded(convention=self.name, kind="undecoded", reason="No component states a value.")


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
        if component.partition(":")[0] not in _SYSTEM and happened:
            at = believable_time(event.get("ts"))
            yield Reading(device=device, metric=f"{component}/event", value=happened, at=at)
