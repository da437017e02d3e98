"""Meters behind a gateway: `meters/<meter>/state`, a JSON object with the register and its time."""

from __future__ import annotations

import json
from collections.abc import Iterator

from data.demo.payloads.said import Said, Spoken, iso

_DIGITS = {"energy": 2, "power": 0}


def messages(spoken: Spoken) -> Iterator[Said]:
    """The register [kWh], the power [W] and, of a heat meter, its two temperatures [°C]."""
    said = {metric: round(value, _DIGITS.get(metric, 1)) for metric, value in spoken.values.items()}
    yield Said(f"meters/{spoken.name}/state", json.dumps({"timestamp": iso(spoken.at)} | said))
