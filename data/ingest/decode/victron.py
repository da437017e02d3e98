"""Victron's GX devices: `N/<portal>/<service>/<instance>/<path>` says `{"value": 1.5}`.

Source: https://github.com/victronenergy/dbus-flashmq
"""

from __future__ import annotations

import re

from data.ingest.decode.message import Decoded, DeviceInfo, Message, Reading
from data.ingest.decode.payload import Json, every_value, is_json, parse_object, text

# First levels of paths under which a service describes itself.
_ABOUT = frozenset(
    (
        "Mgmt", "ProductId", "ProductName", "CustomName", "Serial", "FirmwareVersion", "HardwareVersion",
        "DeviceInstance", "DeviceName", "Connected",
    )
)  # fmt: skip
_KEEPALIVE = frozenset(("heartbeat", "keepalive", "full_publish_completed"))


class Victron:
    """Services of an installation, called `<portal>/<service>/<instance>`."""

    name = "victron"
    topics = (re.compile(r"[NRW]/.*", re.DOTALL),)

    def decode(self, message: Message) -> Decoded | None:
        """What the message says; None when its topic or payload is not of this shape.

        Raises:
            DecodeError: the object is broken.
        """
        way, *levels = message.topic.split("/")
        if way not in ("N", "R", "W") or len(levels) < 2:
            return None
        said = text(message.payload)
        if way in ("R", "W"):
            return None if said and not is_json(said) else Decoded(convention=self.name, kind="command")
        if levels[1] in _KEEPALIVE:
            return Decoded(convention=self.name, kind="status")
        if len(levels) < 4 or not levels[2].isdigit() or (said and not is_json(said)):
            return None
        device = "/".join(levels[:3])
        if levels[3] in _ABOUT:
            stated = parse_object(said).get("value") if said else None
            told = _described(device, "/".join(levels[3:]), stated)
            return Decoded(convention=self.name, kind="metadata", devices=(told,))
        return self._value(device, "/".join(levels[3:]), said)

    def _value(self, device: str, path: str, said: str) -> Decoded | None:
        if not said:  # the service is gone
            return Decoded(convention=self.name, kind="empty")
        stated = parse_object(said)
        if "value" not in stated:
            return None
        found = every_value(stated["value"], path)
        readings = tuple(
            Reading(device=device, metric=name, value=value, unit=unit) for name, value, unit in found
        )
        return Decoded(
            convention=self.name, kind="telemetry" if readings else "invalid-value", readings=readings
        )


def _described(device: str, path: str, stated: Json) -> DeviceInfo:
    """What a path tells of its service; one that is gone is not connected."""
    word = stated if isinstance(stated, str) else None
    match path:
        case "CustomName":
            return DeviceInfo(device=device, label=word)
        case "ProductName":
            return DeviceInfo(device=device, model=word)
        case "FirmwareVersion":
            return DeviceInfo(device=device, firmware=_version(stated))
        case "Connected":
            return DeviceInfo(device=device, online=stated in (1, True))
    return DeviceInfo(device=device)


def _version(stated: Json) -> str | None:
    """A version: of a number, the hexadecimal digits are those of major and minor, and of a beta release."""
    if isinstance(stated, int) and not isinstance(stated, bool):
        number = stated >> 8 if stated > 0xFFFF else stated
        return f"{number >> 8:x}.{number & 0xFF:02x}" if number > 0 else None
    return stated if isinstance(stated, str) else None
