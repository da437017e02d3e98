"""Plain values on path-like topics: `office/<device>/<metric>` says `612 ppm`.

What is handed over later is an object with value, unit and time on the same topic.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from data.demo.payloads.said import Said, Spoken, iso

_UNITS: Mapping[str, tuple[str, int]] = {  # unit and digits
    "co2": ("ppm", 0), "temperature": ("°C", 1), "humidity": ("%", 0), "pressure": ("hPa", 1),
    "wind_speed": ("m/s", 1), "irradiance": ("W/m²", 0), "illuminance": ("lx", 0),
}  # fmt: skip


def messages(spoken: Spoken) -> Iterator[Said]:
    """One message a metric."""
    for metric, value in spoken.values.items():
        unit, digits = _UNITS[metric]
        number = round(value, digits or None)
        late = {"value": number, "unit": unit, "time": iso(spoken.at)}
        payload = json.dumps(late, ensure_ascii=False) if spoken.late else f"{number} {unit}"
        yield Said(f"office/{spoken.name}/{metric}", payload)
