"""What a Zigbee2MQTT bridge says of its devices on `bridge/devices`, `bridge/event` and availability topics.

Source: https://www.zigbee2mqtt.io/guide/usage/mqtt_topics_and_messages.html and
https://www.zigbee2mqtt.io/guide/usage/exposes.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from data.ingest.decode.memory import Memory
from data.ingest.decode.message import DeviceInfo
from data.ingest.decode.payload import Json
from data.ingest.decode.presence import described

_MAX_DEVICES = 2_000  # of one bridge; networks reach some hundreds

_EVENTS = {"device_joined": True, "device_announce": True, "device_leave": False}


@dataclass(frozen=True, slots=True)
class Exposed:
    """A property of a device, as its definition describes it."""

    unit: str | None
    name: str | None  # what is measured; the property may have an endpoint's name behind it


class Bridges:
    """What bridges, told apart by their base topics, have said of their devices."""

    def __init__(self) -> None:
        self._exposed: Memory[tuple[str, str, str], Exposed] = Memory()  # by base, device and property
        self._devices: Memory[str, tuple[str, ...]] = Memory()  # by base
        self._gone: Memory[tuple[str, str], None] = Memory()  # devices away, be the bridge there or not

    def exposed(self, base: str, device: str, path: str) -> Exposed | None:
        """What is known of a property; None when nothing is."""
        return self._exposed.get((base, device, path))

    def devices(self, base: str, stated: Json) -> tuple[DeviceInfo, ...]:
        """Take the list of a bridge's devices."""
        listed = [one for one in stated if isinstance(one, dict)] if isinstance(stated, list) else []
        known = {
            name: one
            for one in listed[:_MAX_DEVICES]
            if (name := described(one.get("friendly_name"))) and one.get("type") != "Coordinator"
        }
        self._devices[base] = tuple(known)
        for name, one in known.items():
            definition = one.get("definition")
            for path, what in _exposed(definition, "") if isinstance(definition, dict) else ():
                self._exposed[base, name, path] = what
        return tuple(_about(name, one) for name, one in known.items())

    def presence(self, base: str, device: str, *, online: bool) -> DeviceInfo:
        """Take what the bridge says of one device's availability."""
        if online:
            self._gone.pop((base, device))
        else:
            self._gone[base, device] = None
        return DeviceInfo(device=device, online=online)

    def bridge(self, base: str, *, online: bool) -> tuple[DeviceInfo, ...]:
        """Without its bridge no device is heard; with it those are there that are not said to be away."""
        return tuple(
            DeviceInfo(device=device, online=online and (base, device) not in self._gone)
            for device in self._devices.get(base) or ()
        )

    def event(self, base: str, stated: Json) -> tuple[DeviceInfo, ...]:
        """Take what has happened to a device: it joined, was interviewed, or left."""
        data = stated.get("data") if isinstance(stated, dict) else None
        name = described(data.get("friendly_name")) if isinstance(data, dict) else None
        if not isinstance(stated, dict) or not isinstance(data, dict) or name is None:
            return ()
        happened = stated.get("type")
        if isinstance(happened, str) and happened in _EVENTS:
            return (self.presence(base, name, online=_EVENTS[happened]),)
        return (_about(name, data),) if isinstance(data.get("definition"), dict) else ()


def _about(name: str, stated: dict[str, Json]) -> DeviceInfo:
    definition = stated.get("definition")
    known = definition if isinstance(definition, dict) else {}
    model, kind = described(known.get("model"), stated.get("model_id")), described(known.get("description"))
    return DeviceInfo(
        device=name, label=name, manufacturer=described(known.get("vendor"), stated.get("manufacturer")),
        model=f"{kind} ({model})" if kind and model else model or kind,
        firmware=described(stated.get("software_build_id")),
    )  # fmt: skip


def _exposed(stated: Json, path: str) -> Iterator[tuple[str, Exposed]]:
    """Path, unit and name of all that a definition, or a part of one, exposes."""
    if isinstance(stated, list):
        for item in stated:
            yield from _exposed(item, path)
    if isinstance(stated, dict):
        own = described(stated.get("property"))
        path = f"{path}/{own}" if path and own else path or own or ""
        if path and own:
            yield path, Exposed(described(stated.get("unit")), described(stated.get("name")))
        for part in ("exposes", "features"):
            yield from _exposed(stated.get(part), path)
