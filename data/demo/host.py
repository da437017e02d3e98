"""This machine as a device: its real load, memory, disk and temperature."""

from __future__ import annotations

import platform
import re
import threading
from collections.abc import Iterator
from typing import Any

import psutil

from data import mqtt
from data.demo.publisher import Publisher

EVERY_S = 5.0


def readings() -> Iterator[tuple[str, str]]:
    """Metrics and their values with units, as they are now; the temperature only where a sensor tells it.

    The load is the share of the processors' time since the last call.
    """
    yield "load", f"{psutil.cpu_percent():.1f} %"
    yield "memory_used", f"{psutil.virtual_memory().percent:.1f} %"
    yield "disk_used", f"{psutil.disk_usage('/').percent:.1f} %"
    temperature_c = _temperature_c()
    if temperature_c is not None:
        yield "temperature", f"{temperature_c:.1f} °C"


def publish(address: mqtt.Address, stop: threading.Event) -> None:
    """Publish the readings every few seconds until `stop` is set.

    While the broker is away nothing is published: these values carry the time of their arrival.
    """
    name = re.sub(r"[^\w.-]", "-", platform.node()) or "this-machine"
    publisher = Publisher(address, client_id=f"clerestory-host-{name}")
    publisher.start()
    psutil.cpu_percent()  # the first call has nothing to compare with
    try:
        while not stop.is_set():
            # A load over no time at all says nothing, so a moment passes before the first values.
            if publisher.wait_connected(1.0) and not stop.wait(1.0):
                for metric, value in readings():
                    publisher.publish(f"host/{name}/{metric}", value, stop)
                stop.wait(EVERY_S - 1.0)
    finally:
        publisher.stop()


def _temperature_c() -> float | None:
    """The processor's temperature where it is known, else that of the warmest part."""
    sensors: dict[str, list[Any]] = getattr(psutil, "sensors_temperatures", dict)()  # not on every system
    for name in ("coretemp", "k10temp", "cpu_thermal"):
        if sensors.get(name):
            return float(sensors[name][0].current)
    return max((float(sensor.current) for group in sensors.values() for sensor in group), default=None)
