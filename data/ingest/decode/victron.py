"""Victron's GX devices: `N/<portal>/<service>/<instance>/<path>` says `{"value": 1.5}`.

Source: https://github.com/victronenergy/dbus-flashmq
"""

from __future__ import annotations

from data.ingest.decode.message import Decoded, Message, Reading
from data.ingest.decode.payload import is_json, parse_object, text, value_of, values

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
        if levels[3] in _ABOUT:
            return Decoded(convention=self.name, kind="metadata")
        return self._value("/".join(levels[:3]), "/".join(levels[3:]), said)

    def _value(self, device: str, path: str, said: str) -> Decoded | None:
        if not said:  # the service is gone
            return Decoded(convention=self.name, kind="empty")
        stated = parse_object(said)
        if "value" not in stated:
            return None
        item = stated["value"]
        value, unit = value_of(item)
        found = (
            [(path, value)] if value is not None else [(f"{path}/{p}", v) for p, v in values(item, texts=())]
        )
        readings = tuple(Reading(device=device, metric=name, value=value, unit=unit) for name, value in found)
        return Decoded(
            convention=self.name, kind="telemetry" if readings else "invalid-value", readings=readings
        )
