"""Zigbee2MQTT: one JSON object a device on `zigbee2mqtt/<friendly name>`, everything it knows at once.

It states `last_seen` when told to, which is when the bridge heard the device. What a bridge hands over
later carries `time` too.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from typing import Any

from data.demo.payloads.said import Said, Spoken, iso


def sensor_messages(spoken: Spoken) -> Iterator[Said]:
    """A multi-sensor."""
    values, said = spoken.values, dict[str, Any]()
    if "temperature" in values:
        said["temperature"] = round(values["temperature"], 2)
        said["humidity"] = round(values["humidity"], 2)
    said["illuminance"] = round(values["illuminance"])
    said["occupancy"] = values["occupancy"] > 0.5
    yield _object(spoken, said)


def valve_messages(spoken: Spoken) -> Iterator[Said]:
    """A radiator valve."""
    values = spoken.values
    said: dict[str, Any] = {
        "local_temperature": round(values["temperature"], 1),
        "occupied_heating_setpoint": round(values["setpoint"], 1),
        "pi_heating_demand": round(values["valve"]),
        "running_state": "heat" if values["valve"] > 0.5 else "idle",
        "system_mode": "auto",
    }
    yield _object(spoken, said)


def _object(spoken: Spoken, said: dict[str, Any]) -> Said:
    said["battery"] = round(spoken.values["battery"])
    if spoken.late:
        said["time"] = iso(spoken.at)
    else:  # how well the radio is heard now is not kept
        said["last_seen"] = iso(spoken.at)
        said["linkquality"] = 60 + zlib.crc32(spoken.name.encode()) % 150
    return Said(f"zigbee2mqtt/{spoken.name}", json.dumps(said))
