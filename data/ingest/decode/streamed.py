"""States of Home Assistant's own entities as it streams them: `homeassistant/<domain>/<object>/<attribute>`.

Source: https://www.home-assistant.io/integrations/mqtt_statestream/
"""

from __future__ import annotations

import re

from msgspec.structs import replace

from data.ingest.decode.discovery import Entity
from data.ingest.decode.home_state import readings, stated_by
from data.ingest.decode.memory import Memory
from data.ingest.decode.message import Decoded, DeviceInfo, Message
from data.ingest.decode.payload import text

_TOPIC = re.compile(r"homeassistant/(?P<domain>[a-z_]+)/(?P<object>.+)/(?P<attribute>[^/]+)", re.DOTALL)
_COMMANDS = frozenset(("set", "command", "cmd"))

# What is measured or set, beside the state.
_MEASURED = frozenset(
    (
        "current_temperature", "temperature", "target_temp_high", "target_temp_low", "current_humidity",
        "humidity", "hvac_action", "brightness", "percentage", "current_position", "current_tilt_position",
        "battery_level",
    )
)  # fmt: skip


class Streamed:
    """Entities called by their object id, with the unit and the class that are streamed beside the state."""

    name = "homeassistant"

    def __init__(self, domains: frozenset[str]) -> None:
        self._domains = domains
        self._units: Memory[str, str] = Memory()  # by entity
        self._classes: Memory[str, str] = Memory()

    def decode(self, message: Message) -> Decoded | None:
        """What the message says; None when its topic is not of this shape.

        Raises:
            DecodeError: the payload is broken.
        """
        match = _TOPIC.fullmatch(message.topic)
        if match is None or match["domain"] not in self._domains:
            return None
        device, attribute = match["object"], match["attribute"]
        if attribute in _COMMANDS:
            return Decoded(convention=self.name, kind="command")
        said = text(message.payload)
        if attribute != "state" and attribute not in _MEASURED:
            return self._about(device, attribute, said.strip('"'))
        is_state = attribute == "state"
        entity = Entity(
            topic=message.topic, device=device, metric=attribute, object_id="",
            unit=self._units.get(device) if is_state else None,
            device_class=self._classes.get(device) if is_state else None,
        )  # fmt: skip
        found = tuple(readings(entity, stated_by(said)))
        return Decoded(
            convention=self.name, kind="telemetry" if found else "invalid-value",
            readings=tuple(replace(one, metric=one.metric.removeprefix("state/")) for one in found),
        )  # fmt: skip

    def _about(self, device: str, attribute: str, said: str) -> Decoded:
        told: tuple[DeviceInfo, ...] = ()
        if attribute == "unit_of_measurement":
            self._units[device] = said
        elif attribute == "device_class":
            self._classes[device] = said
        elif attribute == "friendly_name" and said:
            told = (DeviceInfo(device=device, label=said),)
        return Decoded(convention=self.name, kind="metadata", devices=told)
