"""How the demo's devices say what they measure: one convention a file, as real devices do it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache

from data import settings as configuration
from data.demo.devices import Device
from data.demo.payloads import meter, plain, shelly, tasmota, telemetry, zigbee2mqtt
from data.demo.payloads.said import Said, Spoken
from data.ingest.decode import Decoder, Message, conventions

__all__ = ["CONVENTIONS", "Said", "Spoken", "known_as", "messages"]

CONVENTIONS: Mapping[str, Callable[[Spoken], Iterator[Said]]] = {
    "meter": meter.messages,
    "plain": plain.messages,
    "shelly": shelly.messages,
    "tasmota-air": tasmota.air_messages,
    "tasmota-energy": tasmota.energy_messages,
    "telemetry": telemetry.messages,
    "zigbee": zigbee2mqtt.sensor_messages,
    "zigbee-valve": zigbee2mqtt.valve_messages,
}


def messages(device: Device, values: Mapping[str, float], at: datetime, *, late: bool) -> Iterator[Said]:
    """What a device sends to say these values, one of each of its metrics.

    A late message always states its time; one sent at once states it where the convention does.
    """
    return CONVENTIONS[device.convention](Spoken(name=device.name, values=values, at=at, late=late))


def known_as(device: Device) -> str:
    """The name that ingest gives a device: the one it reads from its messages.

    Raises:
        BadSettings: a setting is wrong.
    """
    at = datetime(2026, 1, 1, tzinfo=UTC)
    said = next(messages(device, dict.fromkeys(device.metrics, 1.0), at, late=True))
    message = Message(topic=said.topic, payload=said.payload.encode(), retain=False, received_at=at)
    return _decoder().decode(message).readings[0].device


@cache
def _decoder() -> Decoder:
    return Decoder(conventions(configuration.load()))
