"""JSON telemetry of a building controller: `plant/<unit>/telemetry` with `ts` in milliseconds."""

from __future__ import annotations

import json
from collections.abc import Iterator

from data.demo.payloads.said import Said, Spoken


def messages(spoken: Spoken) -> Iterator[Said]:
    """All points of a unit."""
    said = {metric: round(value, 1) for metric, value in spoken.values.items()}
    stamp = round(spoken.at.timestamp() * 1000)
    yield Said(f"plant/{spoken.name}/telemetry", json.dumps({"ts": stamp} | said))
